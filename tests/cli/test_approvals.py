import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner, Result

from addons.adapters import clock
from addons.adapters.approval_store import STATE_FILE, ApprovalStore
from addons.adapters.local_issuer import LocalIssuer, key_set
from addons.cli.approval_text import duration, printable
from addons.cli.approvals import app
from addons.core.approval.approval import Approval, State
from addons.core.approval.states import RETRY_GRACE_S
from addons.core.exchange import ApprovalTerms
from tests.core.approval.samples import ASK, EXPIRES, ISSUER, ask

REPOSITORY = Path(__file__).parents[2]
TWO = replace(ASK.terms, count=2)
KEY, STRANGE_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

POLICY = f"""
version: 1
identity:
  issuers:
    - issuer: {ISSUER}
      audience: chainwarden
      jwks_file: issuer.jwks.json
      groups: groups
services:
  pinecone: {{hosts: [api.pinecone.io], protocol: http}}
access: []
"""


def token(subject: str, *groups: str, key: ec.EllipticCurvePrivateKey = KEY, ago: float = 0) -> str:
    return LocalIssuer(key, ISSUER, "chainwarden").issue(subject, groups, clock.now() - ago, 600)


@dataclass(frozen=True)
class Desk:
    """An approver's terminal beside the gateway's store."""

    ledger: Path
    policies: Path
    store: ApprovalStore

    def command(self, *arguments: str) -> list[str]:
        return [*arguments, "--ledger", str(self.ledger), "--policies", str(self.policies)]

    def run(self, *arguments: str, typed: str = "", **environment: str) -> Result:
        return CliRunner().invoke(app, self.command(*arguments), input=typed, env=environment)

    def held(self, digest: str = ASK.digest, *, terms: ApprovalTerms = ASK.terms, ago: float = 0) -> Approval:
        now = clock.now() - ago
        return self.store.join(self.store.request(ask(digest, terms=terms), now).id, now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    policies = tmp_path / "policies.yaml"
    policies.write_text(POLICY)
    (tmp_path / "issuer.jwks.json").write_bytes(key_set(KEY.public_key()))
    with ApprovalStore(tmp_path / "ledger" / STATE_FILE) as store:
        yield Desk(tmp_path / "ledger", policies, store)


def test_an_approver_lets_the_call_pass(desk: Desk) -> None:
    item = desk.held()
    result = desk.run("approve", item.id, "--token", token("bob", "security"), "--reason", "ticket 12")
    assert result.exit_code == 0, result.output
    assert (
        result.stdout
        == f"{item.id} approved (1 of 1 approvals from security, platform): no-index-deletes, asked by alice\n"
    )
    approved = desk.store.get(item.id)
    assert approved.state is State.APPROVED
    decision = approved.decisions[0]
    assert (decision.approver, decision.issuer, decision.reason, decision.channel) == (
        "bob",
        ISSUER,
        "ticket 12",
        "cli",
    )
    assert desk.store.consume(item.id, item.digest, clock.now()).state is State.CONSUMED


def test_a_denial_ends_it_and_is_printed_as_json(desk: Desk) -> None:
    item = desk.held(terms=TWO)
    result = desk.run("deny", item.id[:6], "--token", token("carol", "platform"), "--reason", "never", "--json")
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert (printed["id"], printed["state"], printed["decisions"][0]["reason"]) == (item.id, "denied", "never")
    assert desk.store.get(item.id).state is State.DENIED


@pytest.mark.parametrize("way", ["option", "standard input", "environment"])
def test_the_token_comes_by_three_ways(desk: Desk, way: str) -> None:
    item, proof = desk.held(), token("bob", "security")
    if way == "option":
        result = desk.run("approve", item.id, "--token", proof)
    elif way == "standard input":
        result = desk.run("approve", item.id, "--token", "-", typed=f"{proof}\n")
    else:
        result = desk.run("approve", item.id, CHAINWARDEN_TOKEN=proof)
    assert result.exit_code == 0, result.output
    assert proof not in result.output
    assert desk.store.get(item.id).state is State.APPROVED


def test_the_help_says_who_can_see_a_command_line(desk: Desk) -> None:
    said = " ".join(desk.run("approve", "--help", COLUMNS="300").stdout.split())
    assert "Others on this host can see command lines" in said
    assert "CHAINWARDEN_TOKEN" in said


@dataclass(frozen=True)
class Case:
    """A decision that must be refused. ``{id}`` stands for the id of what is held."""

    token: str
    refusal: str
    terms: ApprovalTerms = ASK.terms
    before: tuple[str, ...] = ()
    ago: float = 0
    id: str = "{id}"


BOB = token("bob", "security")

REFUSED = {
    "not in the group": Case(token("dave", "dev"), "dave is in none of the groups platform, security"),
    "the requester": Case(token("alice", "security"), "alice asked for this call, so somebody else must decide"),
    "expired": Case(BOB, "is expired: nothing is left to decide", ago=EXPIRES),
    "twice": Case(BOB, "bob has decided about this call already", terms=TWO, before=(BOB,)),
    "twice by another group": Case(token("bob", "platform"), "bob has decided", terms=TWO, before=(BOB,)),
    "already approved": Case(token("carol", "security"), "is approved: nothing is left to decide", before=(BOB,)),
    "unknown id": Case(BOB, "there is no approval '0000000000'", id="0000000000"),
    "short prefix": Case(BOB, "'abc' is no approval id: give 4 to 10", id="abc"),
    "no id at all": Case(BOB, r"'\x1b[2Jaaaa' is no approval id", id="\x1b[2Jaaaa"),
    "no token": Case("", "Deciding needs your token"),
    "nothing on standard input": Case("-", "Deciding needs your token"),
    "no token but text": Case("hunter2", ""),
    "another issuer's key": Case(token("bob", "security", key=STRANGE_KEY), ""),
    "expired token": Case(token("bob", "security", ago=3600), "expired"),
    "half a token": Case(BOB[: len(BOB) // 2], ""),
}


@pytest.mark.parametrize("word", ["approve", "deny"])
@pytest.mark.parametrize("name", REFUSED)
def test_refusals_are_one_clear_line_and_change_nothing(desk: Desk, name: str, word: str) -> None:
    case = REFUSED[name]
    item = desk.held(terms=case.terms, ago=case.ago)
    for earlier in case.before:
        assert desk.run("approve", item.id, "--token", earlier).exit_code == 0
    before = desk.store.get(item.id)
    result = desk.run(word, case.id.format(id=item.id), "--token", case.token)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert case.refusal in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert len(case.token) < 5 or case.token not in result.stderr
    assert desk.store.get(item.id) == before


def test_an_ambiguous_prefix_is_refused(desk: Desk) -> None:
    items = [desk.held(digit * 64) for digit in "12"]
    with sqlite3.connect(desk.store.path) as raw:
        for item, other in zip(items, ("a1b2c3d4e5", "a1b2c3d4e6"), strict=True):
            raw.execute("UPDATE approvals SET id = ? WHERE id = ?", (other, item.id))
    raw.close()
    result = desk.run("approve", "a1b2", "--token", BOB)
    assert (result.exit_code, result.stderr) == (1, "several approvals start with 'a1b2': give more of the id\n")
    assert desk.run("approve", "a1b2c3d4e6", "--token", BOB).exit_code == 0
    assert desk.store.get("a1b2c3d4e6").state is State.APPROVED
    assert desk.store.get("a1b2c3d4e5").state is State.PENDING


def test_a_long_reason_is_refused(desk: Desk) -> None:
    item = desk.held()
    result = desk.run("deny", item.id, "--token", BOB, "--reason", "x" * 501)
    assert (result.exit_code, result.stderr) == (1, "the reason has 501 characters: say it in 500\n")
    assert desk.store.get(item.id) == item


def test_a_bad_policy_lets_nobody_decide(desk: Desk) -> None:
    item = desk.held()
    desk.policies.write_text(POLICY.replace("issuers:", "isuers:"))
    result = desk.run("approve", item.id, "--token", BOB)
    assert result.exit_code == 1
    assert "isuers" in result.stderr
    assert desk.store.get(item.id) == item
    desk.policies.unlink()
    assert desk.run("approve", item.id, "--token", BOB).exit_code == 1


@pytest.mark.parametrize("command", [["list"], ["show", "a1b2"], ["approve", "a1b2", "--token", "x"]])
def test_a_wrong_folder_is_said_so_and_nothing_is_made(tmp_path: Path, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--ledger", str(tmp_path / "lager")])
    assert result.exit_code == 1
    assert "lager/state.sqlite does not exist" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_said_so(desk: Desk) -> None:
    desk.store.close()
    desk.store.path.write_bytes(b"no database" * 1_000)
    result = desk.run("list")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_list_has_what_waits(desk: Desk) -> None:
    assert desk.run("list").exit_code == 0
    item = desk.held(terms=TWO, ago=65)
    desk.run("approve", item.id, "--token", BOB)
    gone = desk.held("1" * 64, ago=EXPIRES)
    printed = desk.run("list").stdout
    line = next(line for line in printed.splitlines() if item.id in line)
    cells = line.split()
    assert cells == [
        *(item.id, "1m", "alice", "pinecone", "index.delete", "no-index-deletes"),
        *("40", "pending", "1/2", "14m", "1"),
    ]
    assert gone.id not in printed
    every = desk.run("list", "--all").stdout
    assert next(line for line in every.splitlines() if gone.id in line).count("expired") == 1
    assert [found["id"] for found in json.loads(desk.run("list", "--json").stdout)] == [item.id]
    assert {found["state"] for found in json.loads(desk.run("list", "--all", "--json").stdout)} == {
        "pending",
        "expired",
    }


def test_looking_changes_nothing(desk: Desk) -> None:
    item = desk.store.request(ASK, clock.now() - RETRY_GRACE_S)
    version = desk.store.version()
    assert item.id not in desk.run("list").stdout
    assert "withdrawn" in desk.run("show", item.id).stdout
    assert desk.store.version() == version


def test_show_has_everything(desk: Desk) -> None:
    item = desk.held(terms=TWO)
    desk.run("approve", item.id, "--token", BOB, "--reason", "looks right")
    printed = desk.run("show", item.id).stdout
    for fact in (
        *(
            item.id,
            item.digest,
            item.exchange_id,
            "pending",
            f"by alice ({ISSUER})",
            "1 of 2 approvals from security, platform",
        ),
        *("DELETE api.pinecone.io/indexes/products", ASK.message, "1 clients", "index.delete", "x-owner: [EMAIL]"),
        f"approved by bob ({ISSUER}) via cli at ",
        ": looks right",
    ):
        assert fact in printed
    assert json.loads(desk.run("show", item.id, "--json").stdout)["decisions"][0]["approver"] == "bob"


HOSTILE = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u2066\u200b\r[red]x[/blink]\x7f"


@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["show"], ["show", "--json"], ["deny"]])
def test_nothing_from_outside_steers_the_terminal(
    desk: Desk, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addons.cli.approvals.FILE_WIDTH", 1_000)
    now = clock.now()
    hostile = replace(
        ASK,
        requester=HOSTILE,
        service=HOSTILE,
        operation=HOSTILE,
        host=HOSTILE,
        path=HOSTILE,
        model=HOSTILE,
        rule=HOSTILE,
        message=HOSTILE,
        preview=HOSTILE,
    )
    item = desk.store.request(hostile, now)
    desk.store.join(item.id, now)
    arguments = command if command[0] == "list" else [command[0], item.id, *command[1:]]
    result = desk.run(*arguments, CHAINWARDEN_TOKEN=BOB)
    assert result.exit_code == 0, result.output
    assert all(char.isprintable() or char == "\n" for char in result.output)
    assert "[red]x[/blink]" in result.output
    again = desk.run("deny", item.id, "--token", token("carol", "security"))
    assert all(char.isprintable() or char == "\n" for char in again.output)


def test_a_preview_cannot_pass_for_a_fact(desk: Desk) -> None:
    item = desk.store.request(replace(ASK, preview="x\nstate      approved\n\tby tabs"), clock.now())
    lines = desk.run("show", item.id).stdout.splitlines()
    assert [line for line in lines if line.startswith("state")] == ["state      pending"]
    assert lines[-3:] == ["    x", "    state      approved", "        by tabs"]


def test_two_commands_at_once_have_one_outcome(desk: Desk) -> None:
    item = desk.held()
    environment = {**os.environ, "CHAINWARDEN_TOKEN": ""}
    started = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from addons.cli.approvals import app; app()",
                *desk.command(word, item.id, "--token", "-"),
            ],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for word in ("approve", "deny")
    ]
    proofs = [token("bob", "security"), token("carol", "security")]
    said = [process.communicate(f"{proof}\n", timeout=60) for process, proof in zip(started, proofs, strict=True)]
    assert sorted(process.returncode for process in started) == [0, 1]
    won = next(number for number, process in enumerate(started) if process.returncode == 0)
    assert desk.store.get(item.id).state is (State.APPROVED, State.DENIED)[won]
    assert "nothing is left to decide" in said[1 - won][1]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (3599, "60m"), (7_200, "2h"), (200_000, "2d")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


PRINTABLE = [("plain é 漢 👍", "plain é 漢 👍"), ("\x1b[0m", "\\x1b[0m"), ("\u2028", "\\u2028"), ("\ud800", "\\ud800")]


@pytest.mark.parametrize(("text", "shown"), PRINTABLE)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown
