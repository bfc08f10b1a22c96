"""However the gateway is loaded, and whatever happens to its files, it enforces or nothing is forwarded."""

import shutil
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.calls import URL, WAIT_SECONDS, post, said
from tests.end_to_end.web_api import WebApi, administrator
from tests.gateway import BIN, POLICY, ROOT, Gateway, Site, gateway, launch, records
from tests.simulators.openai_api import Upstream, running

WATCH_SECONDS = 1.2
"""mitmproxy looks at a script's file once a second."""

IN_ANOTHER_FOLDER = "import os, sys; os.chdir(sys.argv.pop(1)); from mitmproxy.tools.main import mitmdump; mitmdump()"
WITHOUT_SITE = "from mitmproxy.tools.main import mitmdump; mitmdump()"


@dataclass
class Place:
    """A site, its upstream, and somebody who may call."""

    site: Site
    upstream: Upstream
    token: str

    def assert_enforced(self, gate: Gateway) -> None:
        """Assert that calls are identified, judged and forwarded."""
        received = len(self.upstream.received)
        for token, text, status in ((None, "hello", 401), (self.token, "pirate treasure", 403)):
            assert post(gate, token, said(text)).status_code == status
        assert len(self.upstream.received) == received
        assert post(gate, self.token, said("hello")).status_code == 200
        assert len(self.upstream.received) == received + 1

    def assert_does_not_start(self, gate: Gateway) -> str:
        """Call the gateway until it has ended; return what it said since it was launched."""
        received = len(self.upstream.received)
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            while gate.process.poll() is None and time.monotonic() < deadline:
                with suppress(httpx.TransportError):
                    assert post(gate, self.token, said("hello")).status_code != 200
            assert gate.process.poll() == 1
        finally:
            gate.stop()
        assert len(self.upstream.received) == received
        return gate.log


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    site = Site(tmp_path_factory.mktemp("loading"))
    with running(site.upstream_certificate) as (upstream, port):
        site.write_policy(POLICY.format(upstream=port))
        yield Place(site, upstream, site.token())


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


# mitmweb: whoever has its password may change options, run scripts, load flows and replay them


@dataclass
class Administered:
    """A gateway under mitmweb, and its administrator."""

    place: Place
    gate: Gateway
    api: WebApi


@pytest.fixture(scope="module")
def administered(place: Place) -> Iterator[Administered]:
    with (
        gateway(place.site, web=True, reverse="https://api.openai.com") as gate,
        administrator(gate) as api,
    ):
        yield Administered(place, gate, api)


SCRIPTS: dict[str, list[str]] = {
    "none": [],
    "another": ["tests/end_to_end/later.py"],
    "one before": ["tests/end_to_end/later.py", "addons/"],
    "one after": ["addons/", "tests/end_to_end/later.py"],
    "in other words": ["addons/__init__.py"],
    "twice": ["addons/", "addons/"],
}


@pytest.mark.parametrize("case", SCRIPTS)
def test_the_scripts_stay_as_they_are(administered: Administered, case: str) -> None:
    answer = administered.api.option(scripts=SCRIPTS[case])
    assert answer.status_code == 400
    assert administered.api.options()["scripts"] == ["addons/"]
    administered.place.assert_enforced(administered.gate)


def allowed_flow(administered: Administered, *, connection_token: bool) -> str:
    """Make a call that is allowed, with its token on the connection or in the request; return its flow's id."""
    before = {flow["id"] for flow in administered.api.flows()}
    token = administered.place.token
    if connection_token:
        answer = post(administered.gate, token, said("hello"))
    else:
        url = f"http://127.0.0.1:{administered.gate.reverse_port}/v1/chat/completions"
        answer = httpx.post(url, json=said("hello"), headers={"authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.status_code == 200
    [flow_id] = {flow["id"] for flow in administered.api.flows()} - before
    return str(flow_id)


def replayed(administered: Administered, flow_id: str) -> int:
    """Replay a flow and return the status of its answer."""
    assert administered.api.post(f"/flows/{flow_id}/replay").status_code == 200
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        flow = next(flow for flow in administered.api.flows() if flow["id"] == flow_id)
        if flow["is_replay"] and flow.get("response", {}).get("timestamp_end"):
            return int(flow["response"]["status_code"])
        time.sleep(0.02)
    raise AssertionError("the replay did not end")


def outcomes(site: Site) -> list[tuple[str, str, str | None]]:
    return [(one["id"], one["reason"], one["subject"]) for one in records(site) if one["kind"] == "outcome"]


def new_outcomes(site: Site, before: list[tuple[str, str, str | None]]) -> list[tuple[str, str, str | None]]:
    """Wait until there are more outcomes than ``before``, and return those."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := outcomes(site)) == len(before):
        assert time.monotonic() < deadline, "no outcome was recorded"
        time.sleep(0.02)
    return found[len(before) :]


@pytest.mark.parametrize("connection_token", [True, False], ids=["connection", "request"])
def test_a_replay_is_a_call_without_a_token(administered: Administered, *, connection_token: bool) -> None:
    place = administered.place
    flow_id = allowed_flow(administered, connection_token=connection_token)
    place.upstream.received.clear()
    before = outcomes(place.site)
    assert replayed(administered, flow_id) == 401
    assert place.upstream.received == []
    [(record_id, reason, subject)] = new_outcomes(place.site, before)
    assert (reason, subject) == ("token_missing", None)
    assert record_id not in {one for one, _, _ in before}


def test_a_replay_with_a_token_is_a_call_of_its_own(administered: Administered) -> None:
    place = administered.place
    flow_id = allowed_flow(administered, connection_token=True)
    place.upstream.received.clear()
    before = outcomes(place.site)
    headers = [["Host", "api.openai.com"], ["Content-Type", "application/json"]]
    edited = {"request": {"headers": [*headers, ["Authorization", f"Bearer {place.token}"]]}}
    assert administered.api.put(f"/flows/{flow_id}", edited).status_code == 200
    assert replayed(administered, flow_id) == 200
    assert len(place.upstream.received) == 1
    [(record_id, reason, subject)] = new_outcomes(place.site, before)
    assert (reason, subject) == ("allowed", "alice")
    assert record_id not in {one for one, _, _ in before}
    assert [one["kind"] for one in records(place.site) if one["id"] == record_id] == ["intent", "outcome"]
    assert place.token not in administered.api.get("/flows").text


def test_a_flow_file_is_not_a_call(administered: Administered) -> None:
    place = administered.place
    allowed_flow(administered, connection_token=True)
    dump = administered.api.get("/flows/dump").content
    place.upstream.received.clear()
    assert administered.api.post("/flows/dump", content=dump).status_code == 200
    loaded = administered.api.flows()
    assert loaded
    assert place.upstream.received == []
    assert replayed(administered, loaded[-1]["id"]) == 401
    assert place.upstream.received == []
    place.assert_enforced(administered.gate)


@pytest.mark.parametrize("script", ["tests/end_to_end/later.py", "addons/__init__.py"])
def test_a_script_that_is_run_on_flows_changes_nothing(administered: Administered, script: str) -> None:
    flow_id = allowed_flow(administered, connection_token=True)
    received = len(administered.place.upstream.received)
    administered.api.command("script.run", "@all", str(ROOT / script))
    assert len(administered.place.upstream.received) == received
    administered.place.assert_enforced(administered.gate)
    assert replayed(administered, flow_id) == 401


def test_an_option_to_replay_at_the_start_forwards_nothing(
    place: Place, administered: Administered, tmp_path: Path
) -> None:
    allowed_flow(administered, connection_token=True)
    file = tmp_path / "flows"
    file.write_bytes(administered.api.get("/flows/dump").content)
    assert administered.api.command("replay.client.file", str(file)) is not None
    place.upstream.received.clear()
    place.assert_enforced(administered.gate)
    assert [received.target for received in place.upstream.received] == [URL.removeprefix("https://api.openai.com")]
