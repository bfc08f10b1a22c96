"""The policy file on disk: what is read, when it is read again, and what stays when it is broken."""

import asyncio
import os
from pathlib import Path

import pytest

from addons.adapters.policy_file import PolicyFile, load
from addons.core.policy.model import Policy
from addons.core.policy.problems import PolicyError
from tests.core.policy.texts import HEAD

WAIT_S = 10.0


def write(path: Path, added: str = "") -> None:
    """Replace the file as an editor does: by another one."""
    new = path.with_suffix(".new")
    new.write_text(HEAD + added)
    new.rename(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "policies.yaml"
    write(file)
    return file


def test_files_that_it_names_are_found_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "p.yaml").write_text(
        "version: 1\n"
        "identity: {issuers: [{issuer: https://i.example, audience: x, jwks_file: certs/k.json, ca_file: /abs/ca}]}\n"
        "services:\n"
        "  a: {hosts: [a.example], protocol: http, credential: 'file:secrets/a'}\n"
        "  b: {hosts: [b.example], protocol: http, credential: 'env:B'}\n"
        "  c: {hosts: [c.example], protocol: http}\n"
    )
    monkeypatch.chdir(tmp_path)
    policy = load(Path("etc/p.yaml"))
    issuer = policy.identity.issuers[0]
    assert (issuer.jwks_file, issuer.ca_file, issuer.jwks_uri) == (str(folder / "certs/k.json"), "/abs/ca", "")
    sources = [service.credential for service in policy.services]
    assert [source and source.location for source in sources] == [str(folder / "secrets/a"), "B", None]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"none\.yaml: cannot be read: No such file or directory\. Check the path"):
        PolicyFile(tmp_path / "none.yaml")


def test_problems_name_the_file(path: Path) -> None:
    write(path, "extra: 1\n")
    with pytest.raises(PolicyError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:6:1: extra: unknown key")


def test_an_unchanged_file_is_not_parsed_again(path: Path) -> None:
    file = PolicyFile(path)
    assert file.changed() is None
    write(path)
    assert file.changed() is None


def test_a_change_is_seen_once(path: Path) -> None:
    file = PolicyFile(path)
    write(path, "risk: {hold: 7}\n")
    policy = file.changed()
    assert policy is not None
    assert policy.risk.hold == 7
    assert file.changed() is None


def test_a_change_that_keeps_time_and_size_is_seen(path: Path) -> None:
    write(path, "risk: {hold: 7}\n")
    file = PolicyFile(path)
    status = path.stat()
    with path.open("r+") as opened:
        opened.write(HEAD + "risk: {hold: 8}\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    policy = file.changed()
    assert policy is not None
    assert policy.risk.hold == 8


def test_each_broken_content_is_reported_once(path: Path) -> None:
    file = PolicyFile(path)
    write(path, "extra: 1\n")
    with pytest.raises(PolicyError, match="extra"):
        file.changed()
    assert file.changed() is None
    write(path, "other: 1\n")
    with pytest.raises(PolicyError, match="other"):
        file.changed()
    path.unlink()
    with pytest.raises(PolicyError, match="cannot be read"):
        file.changed()
    assert file.changed() is None
    write(path, "risk: {hold: 7}\n")
    assert file.changed() is not None


RULE = "rules = [{id = 'acme', regex = 'acme_[a-z0-9]{8}'}]\n"
IMPORT = "import: {gitleaks: own.toml}\nredaction: {requests: {detect: gitleaks}}\n"


def imported(policy: Policy | None) -> list[str]:
    """Return the names of what a policy takes from its rule file."""
    return [detector.name for detector in policy.redaction.requests.detectors] if policy else []


def test_rules_are_imported_from_a_file_beside_the_policy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path.parent / "own.toml").write_text(RULE)
    write(path, IMPORT)
    monkeypatch.chdir("/")
    assert imported(load(path)) == ["gitleaks:acme"]


def test_a_rule_file_that_is_missing_is_a_problem_with_its_place(path: Path) -> None:
    write(path, IMPORT)
    with pytest.raises(PolicyError) as caught:
        load(path)
    message = "'own.toml' cannot be read: No such file or directory"
    assert str(caught.value).startswith(f"{path}:6:20: import.gitleaks: {message}")


def test_a_change_of_an_imported_file_is_a_change_of_the_policy(path: Path) -> None:
    rules = path.parent / "own.toml"
    rules.write_text(RULE)
    write(path, IMPORT)
    file = PolicyFile(path)
    rules.write_text(RULE.replace("'acme'", "'other'"))
    changed = file.changed()
    assert imported(changed) == ["gitleaks:other"]
    assert changed is not None
    assert changed.digest != file.current.digest
    assert file.changed() is None


def test_an_imported_file_that_goes_is_reported_once_and_taken_up_when_it_is_back(path: Path) -> None:
    rules = path.parent / "own.toml"
    rules.write_text(RULE)
    write(path, IMPORT)
    file = PolicyFile(path)
    rules.unlink()
    with pytest.raises(PolicyError, match="cannot be read"):
        file.changed()
    assert file.changed() is None
    rules.write_text(RULE)
    assert imported(file.changed()) == ["gitleaks:acme"]


def test_watching_swaps_good_policies_and_keeps_them_over_bad_ones(path: Path) -> None:
    asyncio.run(asyncio.wait_for(_watch(path), WAIT_S))


async def _watch(path: Path) -> None:
    file = PolicyFile(path, poll_interval=0.01)
    seen: asyncio.Queue[Policy | PolicyError] = asyncio.Queue()
    task = asyncio.create_task(file.watch(seen.put_nowait, seen.put_nowait))

    write(path, "risk: {hold: 7}\n")
    good = await seen.get()
    assert good is file.current
    assert file.current.risk.hold == 7

    write(path, "risk: {hold: -7}\n")
    assert isinstance(await seen.get(), PolicyError)
    assert good is file.current

    write(path, "risk: {hold: 8}\n")
    assert await seen.get() is file.current
    assert file.current.risk.hold == 8

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
