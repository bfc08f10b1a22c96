"""However the gateway is loaded, and whatever happens to its files, it enforces or nothing is forwarded."""

import shutil
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.places import Place, prepared
from tests.gateway import BIN, ROOT, gateway, launch

WATCH_SECONDS = 1.2
"""mitmproxy looks at a script's file once a second."""

IN_ANOTHER_FOLDER = "import os, sys; os.chdir(sys.argv.pop(1)); from mitmproxy.tools.main import mitmdump; mitmdump()"
WITHOUT_SITE = "from mitmproxy.tools.main import mitmdump; mitmdump()"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with prepared(tmp_path_factory.mktemp("loading")) as made:
        yield made


@pytest.fixture
def log(place: Place) -> Path:
    """The log of the gateways of this test alone."""
    file = place.site.folder / "gateway.log"
    file.unlink(missing_ok=True)
    return file


def copied(folder: Path) -> Path:
    """Return a copy of the addons in ``folder``."""
    return Path(shutil.copytree(ROOT / "addons", folder / "addons", ignore=shutil.ignore_patterns("__pycache__")))


MITMDUMP = str(BIN / "mitmdump")
FORMS: dict[str, Callable[[Path], list[str]]] = {
    "the folder": lambda _: [MITMDUMP, "-s", "addons/"],
    "no slash": lambda _: [MITMDUMP, "-s", "addons"],
    "the file": lambda _: [MITMDUMP, "-s", "addons/__init__.py"],
    "an absolute path": lambda _: [MITMDUMP, "-s", str(ROOT / "addons")],
    "with spaces": lambda folder: [MITMDUMP, "-s", f"{copied(folder / 'a b')}/"],
    "quoted": lambda folder: [MITMDUMP, "-s", f'"{copied(folder / "a b")}/"'],
    "from another folder": lambda folder: [
        sys.executable, "-c", IN_ANOTHER_FOLDER, str(copied(folder / "c").parent), "-s", "addons/"
    ],
    "the file, without the shim": lambda _: [sys.executable, "-SPc", WITHOUT_SITE, "-s", "addons/__init__.py"],
}  # fmt: skip

PACKAGES = {"PYTHONPATH": sysconfig.get_path("purelib")}
"""Where the libraries are; with ``python -S`` no .pth file is read, and so no shim."""


@pytest.mark.parametrize("form", FORMS)
def test_each_way_to_load_it_enforces(place: Place, tmp_path: Path, form: str) -> None:
    environment = PACKAGES if "without the shim" in form else {}
    with gateway(place.site, command=FORMS[form](tmp_path), environment=environment) as gate:
        place.assert_enforced(gate)
        assert "rror" not in gate.log


def test_a_folder_without_the_shim_does_not_start(place: Place, log: Path) -> None:
    command = [sys.executable, "-SPc", WITHOUT_SITE, "-s", "addons/"]
    place.assert_does_not_start(launch(place.site, command=command, environment=PACKAGES))
    assert "No such script" in log.read_text("utf-8")


def test_another_package_of_that_name_does_not_take_its_place(place: Place, log: Path, tmp_path: Path) -> None:
    other = tmp_path / "addons"
    other.mkdir()
    (other / "__init__.py").write_text("raise ImportError('not the gateway')\n", "utf-8")
    place.assert_does_not_start(launch(place.site, command=[MITMDUMP, "-s", f"{other}/"]))
    assert "not the gateway" in log.read_text("utf-8")


@contextmanager
def replaced(path: Path) -> Iterator[None]:
    """Take ``path`` away for the length of the block, and put it back in place of what is there then."""
    aside = path.with_name(f"{path.name}.aside")
    if path.exists():
        path.rename(aside)
    try:
        yield
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if aside.exists():
            aside.rename(path)


BAD_POLICY = """\
version: 1
identity:
  issuers:
    - issuer: https://chainwarden.local
      audience: chainwarden
      jwks_file: issuer.jwks.json
services:
  openai: {hosts: [api.openai.com], protocol: opnai}
guardrails:
  - name: one
    wen: {text: {words: [x]}}
    then: block
  - name: two
    when: {text: {regex: 'a('}}
    then: blok
"""


def test_a_bad_policy_ends_the_start_with_every_problem(place: Place, log: Path) -> None:
    with replaced(place.site.policy):
        place.site.write_policy(BAD_POLICY)
        said_so = place.assert_does_not_start(launch(place.site))
    assert said_so == log.read_text("utf-8")
    for line, key, words in (
        (8, "services.openai.protocol", "Did you mean 'openai'?"),
        (11, "guardrails[0].wen", "Did you mean 'when'?"),
        (14, "guardrails[1].when.text.regex", ""),
        (15, "guardrails[1].then", "Did you mean 'block'?"),
    ):
        [told] = [one for one in said_so.splitlines() if f"{key}: " in one]
        file, at, column, rest = told.split(":", 3)
        assert (file, at) == (str(place.site.policy), str(line))
        assert int(column) > 0
        assert words in rest
    assert "Traceback" not in said_so


def missing(path: Path) -> None:
    assert not path.exists()


# what is not as it should be, how, and what is said about it
NEEDS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no policy": ("policies.yaml", missing, "cannot be read: No such file or directory. Check the path"),
    "a folder as policy": ("policies.yaml", Path.mkdir, "cannot be read: Is a directory. Check the path"),
    "a file as ledger": ("ledger", Path.touch, "File exists"),
    "no journal folder": ("ledger/journal", Path.touch, "cannot be used"),
    "no approvals": ("ledger/state.sqlite", Path.mkdir, "approvals cannot be read or written"),
}


@pytest.mark.parametrize("case", NEEDS)
@pytest.mark.usefixtures("log")
def test_what_it_needs_and_cannot_have_ends_the_start(place: Place, case: str) -> None:
    name, harm, words = NEEDS[case]
    place.site.ledger.mkdir(exist_ok=True)
    with replaced(place.site.folder / name):
        harm(place.site.folder / name)
        said_so = place.assert_does_not_start(launch(place.site))
    assert "Chainwarden does not start: nothing is forwarded." in said_so
    assert place.site.folder.name in said_so
    assert words in said_so
    assert "Traceback" not in said_so


def test_a_ledger_has_one_gateway(place: Place, log: Path) -> None:
    with gateway(place.site) as gate:
        log.unlink()
        said_so = place.assert_does_not_start(launch(place.site))
        assert f"is held by gateway gw-test, process {gate.process.pid}" in said_so
        place.assert_enforced(gate)


@pytest.mark.parametrize("script", ["addons/", "addons/__init__.py"])
def test_its_files_may_break_while_it_runs(place: Place, tmp_path: Path, script: str) -> None:
    folder = copied(tmp_path / "live")

    def break_it() -> None:
        for file in ("__init__.py", "gateway.py", "guard.py"):
            (folder / file).write_text("def broken(:\n", "utf-8")

    def remove_it() -> None:
        (folder / "__init__.py").unlink()

    def rename_it() -> None:
        folder.rename(folder.with_name("elsewhere"))

    command = [sys.executable, "-c", IN_ANOTHER_FOLDER, str(folder.parent), "-s", script]
    with gateway(place.site, command=command) as gate:
        place.assert_enforced(gate)
        for harm in (break_it, remove_it, rename_it):
            harm()
            until = time.monotonic() + WATCH_SECONDS
            while time.monotonic() < until:
                place.assert_enforced(gate)
