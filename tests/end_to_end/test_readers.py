"""Auditors query the ledger with plain DuckDB while the gateway writes it."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.end_to_end.calls import MODEL, WAIT_SECONDS, decide, post, said, shell
from tests.gateway import HELD_KEY, POLICY, ROOT, Gateway, Site, gateway, records
from tests.simulators.openai_api import GREETING, Upstream, running

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"
SECRET = "sk-proj-Zq83hfGk27dhQmPz0sLw91XnVt45RbYc"
OWN = f"{EMAIL}, {CARD}, {SECRET}"
COUNTS = {"email": 1, "card": 1, "api_key": 1}
TOKENS = r"\[EMAIL_[A-Z2-7]{{10}}\], \[CARD_[A-Z2-7]{{10}}\], \[API_KEY_[A-Z2-7]{{10}}\]"
LABELS = r"\[EMAIL\], \[CARD\], \[API_KEY\]"
READERS = 3
CALLERS = 3
CALLS_EACH = 12


@dataclass
class Archive:
    """A running gateway, its upstream, and people."""

    gate: Gateway
    upstream: Upstream
    alice: str
    bob: str

    @property
    def site(self) -> Site:
        return self.gate.site

    def flow(self, marker: str) -> dict[str, Any]:
        """Return the one row of the call whose request has ``marker``."""
        [row] = [row for row in self.site.query("SELECT * FROM flows") if marker in (row["request"] or "")]
        return row

    def post(self, body: dict[str, Any]) -> httpx.Response:
        return post(self.gate, self.alice, body)

    def approve(self, body: dict[str, Any]) -> httpx.Response:
        """Make a call that is held, and have it approved."""
        asked = {one["id"] for one in self._approvals()}
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.post, body)
            deadline = time.monotonic() + WAIT_SECONDS
            while not (new := {one["id"] for one in self._approvals()} - asked):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            decide(self.gate, "approve", new.pop(), self.bob)
            return answer.result(WAIT_SECONDS)

    def _approvals(self) -> list[dict[str, Any]]:
        return [record for record in records(self.site) if record["kind"] == "approval"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    site = Site(tmp_path_factory.mktemp("readers"))
    with running(site.upstream_certificate) as (upstream, port):
        upstream.story["customer record"] = f"repeat: It is {OWN}."
        upstream.story["what fails"] = "fail: 500"
        site.write_policy(POLICY.format(upstream=port))
        with gateway(site) as gate:
            yield Archive(gate, upstream, site.token("alice"), site.token("bob", "security"))


def test_readers_and_the_gateway_do_not_disturb_each_other(archive: Archive) -> None:
    stop = archive.site.folder / "stop"
    database = archive.site.ledger / "audit.duckdb"
    command = [sys.executable, "-m", "tests.end_to_end.reader", str(database), str(stop)]

    def call_on(caller: int) -> list[int]:
        texts = ("hello", f"repeat: {OWN}", "pirate treasure", "the customer record")
        return [
            archive.post(said(f"{texts[number % 4]} {caller}-{number}", stream=number % 3 == 0)).status_code
            for number in range(CALLS_EACH)
        ]

    with ExitStack() as stack:
        readers = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            for _ in range(READERS)
        ]
        with ThreadPoolExecutor(CALLERS) as pool:
            callers = [pool.submit(call_on, caller) for caller in range(CALLERS)]
            assert archive.approve(shell("read while held")).status_code == 200
            statuses = [status for caller in callers for status in caller.result()]
        stop.touch()
        said_by = [reader.communicate(timeout=WAIT_SECONDS) for reader in readers]
    assert sorted(set(statuses)) == [200, 403]
    outcomes = {record["id"] for record in records(archive.site) if record["kind"] == "outcome"}
    assert len(outcomes) == CALLERS * CALLS_EACH + 1
    for reader, (told, errors) in zip(readers, said_by, strict=True):
        assert (reader.returncode, errors) == (0, b"")
        found = json.loads(told)
        assert found["wrong"] == []
        assert found["rounds"] > 1
        assert set(found["finished"]) == outcomes


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_finished_call_is_visible_when_its_answer_has_ended(archive: Archive, *, stream: bool) -> None:
    for number in range(3):
        marker = f"visible {stream} {number}"
        assert archive.post(said(marker, stream=stream)).status_code == 200
        assert archive.flow(marker)["ended_at"] is not None


COMMON = {
    "gateway": "gw-test",
    "subject": "alice",
    "issuer": "https://chainwarden.local",
    "groups": ["data-science"],
    "service": "openai",
    "protocol": "openai",
    "operation": "chat",
    "method": "POST",
    "host": "api.openai.com",
    "path": "/v1/chat/completions",
    "model": MODEL,
    "error": None,
}
PASSED = {"status": 200, "tokens_in": 11, "tokens_out": 7, "inspected": "full"}

# marker, what is said, streamed, and what its row has
CALLS: dict[str, tuple[str, bool, dict[str, Any]]] = {
    "allowed": (
        "hello",
        False,
        PASSED | {"verdict": "allow", "reason": "allowed", "rules": [], "risk": 0, "approval_id": None},
    ),
    "streamed": (
        "hello",
        True,
        PASSED | {"verdict": "allow", "reason": "allowed", "rules": [], "risk": 0, "approval_id": None},
    ),
    "redacted": (f"repeat: {OWN}", False, PASSED | {"verdict": "allow", "reason": "allowed"}),
    "redacted stream": (f"repeat: {OWN}", True, PASSED | {"verdict": "allow", "reason": "allowed"}),
    "masked answer": ("the customer record", False, PASSED | {"verdict": "allow", "reason": "allowed"}),
    "masked answer stream": ("the customer record", True, PASSED | {"verdict": "allow", "reason": "allowed"}),
    "blocked": (
        "pirate treasure",
        False,
        {
            "status": 403,
            "verdict": "block",
            "reason": "guardrail",
            "rules": ["no-pirates"],
            "tokens_out": None,
            "response_bytes": 0,
        },
    ),
    "failed": ("what fails", False, {"status": 500, "verdict": "allow"}),
}


@pytest.mark.parametrize("case", CALLS)
def test_a_row_says_what_happened(archive: Archive, case: str) -> None:
    text, stream, expected = CALLS[case]
    marker = f"row of {case.replace(' ', '-')} end"
    body = said(f"{text} {marker}", stream=stream)
    if stream:
        body["stream_options"] = {"include_usage": True}
    answer = archive.post(body)
    row = archive.flow(marker)
    wanted = COMMON | expected
    assert {name: row[name] for name in wanted} == wanted
    assert answer.status_code == row["status"]
    assert row["client"].startswith("127.0.0.1:")
    assert row["session"]
    assert len(row["policy_digest"]) == 64
    assert row["request_bytes"] == len(httpx.Request("POST", "https://x", json=body).content)
    assert row["ended_at"] >= row["started_at"]
    assert row["duration_us"] > 0
    assert MODEL in row["request"]
    assert row["inspected"] == "full"
    assert (row["response_bytes"] > 0) == (case != "blocked")
    redactions = {name: dict(row["redactions"][name] or {}) for name in ("request", "response")}
    assert redactions["request"] == (COUNTS if case.startswith("redacted") else {})
    echoed = {"held_credential": 1} if case == "failed" else {}
    assert redactions["response"] == (COUNTS if case.startswith("masked") else echoed)


# marker, streamed, what the user and the assistant said, as it is recorded
CONVERSATIONS = {
    "allowed": ("hello", False, r"hello {}", re.escape(GREETING)),
    "streamed": ("hello", True, r"hello {}", re.escape(GREETING)),
    "redacted": (f"repeat: {OWN}", False, rf"repeat: {TOKENS} {{}}", rf"{TOKENS} {{}}"),
    "redacted stream": (f"repeat: {OWN}", True, rf"repeat: {TOKENS} {{}}", rf"{TOKENS} {{}}"),
    "masked": ("the customer record", False, r"the customer record {}", rf"It is {LABELS}\."),
    "masked stream": ("the customer record", True, r"the customer record {}", rf"It is {LABELS}\."),
}


@pytest.mark.parametrize("case", CONVERSATIONS)
def test_a_conversation_is_recorded_as_it_went_on(archive: Archive, case: str) -> None:
    text, stream, asked, answered = CONVERSATIONS[case]
    marker = f"conversation {case} end"
    archive.post(said(f"{text} {marker}", stream=stream))
    flow_id = archive.flow(marker)["id"]
    messages = archive.site.query("SELECT * FROM messages ORDER BY direction, position")
    request, response = (message for message in messages if message["flow_id"] == flow_id)
    assert (request["direction"], request["role"]) == ("request", "user")
    assert (response["direction"], response["role"]) == ("response", "assistant")
    assert re.fullmatch(asked.format(marker), request["content"])
    assert re.fullmatch(answered.format(marker), response["content"])
    findings = [one for one in archive.site.query("SELECT * FROM findings") if one["flow_id"] == flow_id]
    found = {(one["direction"], one["type"], one["action"], one["count"]) for one in findings}
    expected = {
        "redacted": {*(("request", kind, "tokenised", 1) for kind in COUNTS), ("response", "token", "restored", 3)},
        "masked": {("response", kind, "masked", 1) for kind in COUNTS},
    }
    assert found == expected.get(case.partition(" ")[0], set())


def test_a_held_call_has_its_approval(archive: Archive) -> None:
    assert archive.approve(shell("row of held end")).status_code == 200
    row = archive.flow("row of held end")
    wanted = COMMON | PASSED | {"verdict": "hold", "reason": "approved", "rules": ["shell-tools"], "risk": 40}
    assert {name: row[name] for name in wanted} == wanted
    [approval] = [one for one in archive.site.query("SELECT * FROM approvals") if one["id"] == row["approval_id"]]
    assert approval["state"] in {"approved", "consumed"}
    assert (approval["approvers"], approval["deniers"], approval["channel"]) == (["bob"], [], "cli")
    assert approval["events"] == ["requested", "approved", "consumed"]
    assert approval["flow_ids"] == [row["id"]]


def test_the_start_is_an_event(archive: Archive) -> None:
    [started] = archive.site.query("SELECT gateway, details FROM events WHERE name = 'gateway_started'")
    assert started["gateway"] == "gw-test"
    assert json.loads(started["details"])["policy_digest"] == archive.flow("row of allowed end")["policy_digest"]


def test_no_file_of_the_ledger_holds_a_secret(archive: Archive) -> None:
    for stream in (False, True):
        answer = archive.post(said(f"repeat: {OWN}", stream=stream))
        assert answer.status_code == 200
    url = f"https://api.openai.com/v1/chat/completions?email={EMAIL}&key={SECRET}"
    post(archive.gate, archive.alice, said(OWN), url)
    post(archive.gate, f"x{archive.alice}", said(OWN))
    archive.approve(shell(f"held with {OWN}", f"rm -rf ./{EMAIL}"))
    files = [file for file in archive.site.ledger.rglob("*") if file.is_file()]
    assert {"audit.duckdb", "state.sqlite"} <= {file.name for file in files}
    digits = "".join(char for char in CARD if char.isdigit())
    for file in (*files, archive.gate.log_file):
        content = file.read_bytes()
        for secret in (HELD_KEY, archive.alice, archive.bob, EMAIL, CARD, digits, SECRET, EMAIL.replace("@", "%40")):
            assert secret.encode() not in content, f"a secret is in {file.name}"
