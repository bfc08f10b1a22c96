"""Names that only a language model knows: they leave as tokens, come back, and are labels in answers."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.entity_model import make_model
from tests.gateway import Gateway, Site, gateway, launch
from tests.simulators.answers import SSE, completion, events, head, said
from tests.simulators.openai_api import Received, Upstream, running

POLICY = """\
version: 1
identity: {{issuers: [{{issuer: "https://chainwarden.local", audience: chainwarden, jwks_file: issuer.jwks.json}}]}}
services:
  openai: {{hosts: ["api.openai.com:8080"], protocol: openai, plaintext: allowed, upstream: "127.0.0.1:{upstream}"}}
access: [{{groups: [data-science], services: {{openai: {{operations: ["*"]}}}}}}]
entities: {{types: [PERSON, LOCATION], model: {model}, timeout: 3s}}
redaction:
  requests: {{detect: [entities, email], style: token, styles: {{location: hash}}}}
  responses: {{detect: [person, email], style: label}}
"""
WAIT_S = 30


@dataclass
class Office:
    """A gateway whose policy looks for names, and an upstream that says whatever a test wants."""

    gate: Gateway
    upstream: Upstream
    alice: str

    def post(self, text: str, answer: str | None = None, *, stream: bool = False, **more: Any) -> httpx.Response:
        """Send a chat; without ``answer`` the upstream says what it heard."""

        def reply(received: Received) -> bytes:
            told = heard(received) if answer is None else answer
            return head(events(told), kind=SSE) if stream else head(completion(told))

        self.upstream.replies = {"/chat/completions": reply}
        body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}], **more}
        with httpx.Client(proxy=self.gate.proxy(self.alice), timeout=60) as client:
            return client.post("http://api.openai.com:8080/v1/chat/completions", json=body)

    def say(self, text: str, answer: str | None = None, *, stream: bool = False) -> tuple[str, str]:
        """Return what the upstream heard of ``text``, and what the client is told."""
        got = self.post(text, answer, stream=stream)
        assert got.status_code == 200, got.text
        content = said(got.text) if stream else got.json()["choices"][0]["message"]["content"]
        return heard(self.upstream.received[-1]), content

    def findings(self, direction: str) -> set[tuple[str, str, int]]:
        rows = self.gate.site.query("SELECT * FROM findings WHERE flow_id = (SELECT max(id) FROM flows)")
        return {(row["type"], row["action"], row["count"]) for row in rows if row["direction"] == direction}

    def workers(self) -> list[int]:
        """Return the processes of the gateway's entity workers."""
        children = Path(f"/proc/{self.gate.process.pid}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        return [pid for pid in pids if b"entity_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def heard(received: Received) -> str:
    body: dict[str, Any] = json.loads(received.body)
    return str(body["messages"][-1]["content"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    site = Site(tmp_path_factory.mktemp("entities"))
    make_model(site.folder)
    with running(None) as (upstream, port):
        site.write_policy(POLICY.format(upstream=port, model="./model"))
        with gateway(site) as gate:
            yield Office(gate, upstream, site.token())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_names_leave_as_tokens_and_come_back(office: Office, *, stream: bool) -> None:
    sent, told = office.say("Maria Gonzalez lives in Springfield: maria@example.com.", stream=stream)
    assert re.fullmatch(r"\[PERSON_\w{10}\] lives in \[LOCATION:[0-9a-f]{8}\]: \[EMAIL_\w{10}\]\.", sent)
    assert re.fullmatch(r"Maria Gonzalez lives in \[LOCATION:[0-9a-f]{8}\]: maria@example\.com\.", told)
    assert office.findings("request") == {
        ("person", "tokenised", 1),
        ("location", "hashed", 1),
        ("email", "tokenised", 1),
    }
    assert office.findings("response") == {("token", "restored", 2)}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_names_in_answers_become_labels(office: Office, *, stream: bool) -> None:
    _, told = office.say("hello", "Ask Maria Gonzalez, or Ann in Springfield. Annual fees: none.", stream=stream)
    assert told == "Ask [PERSON], or [PERSON] in Springfield. Annual fees: none."
    assert office.findings("response") == {("person", "masked", 2)}


def test_an_answer_that_is_held_for_its_names_is_still_a_stream_of_events(office: Office) -> None:
    got = office.post("hello", "Ask Maria Gonzalez.", stream=True)
    assert got.headers["content-type"].startswith("text/event-stream")
    assert got.text.rstrip().endswith("data: [DONE]")
    assert all(json.loads(line[6:]) for line in got.text.splitlines() if line.startswith("data: {"))


def test_a_name_goes_wherever_it_stands(office: Office) -> None:
    arguments = '{"who": "Jos\\u00e9 \\u00c1lvarez", "by": "A\\u006en"}'
    office.post(
        "I am Ann.",
        "hello",
        metadata={"Ann": "x"},
        tools=[{"type": "function", "function": {"name": "look_up", "description": "Ask Ann, not Anna"}}],
        messages=[
            {"role": "user", "content": "I am Ann."},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {
                            "name": "look_up",
                            "arguments": arguments,
                        },
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "Hello from Annapolis"},
        ],
    )
    body = office.upstream.received[-1].body.decode()
    assert not re.search(r"\bAnn\b|lvarez|u006en", body)
    assert "Anna" in body
    assert "Annapolis" in body
    assert json.loads(body)["messages"][1]["tool_calls"][0]["function"]["arguments"].count("[PERSON_") == 2


def test_a_name_of_two_letters_is_found_as_a_word_only(office: Office) -> None:
    sent, _ = office.say("Al also said: always ask Al.")
    assert re.fullmatch(r"\[PERSON_\w+\] also said: always ask \[PERSON_\w+\]\.", sent)


def test_the_ledger_knows_no_name(office: Office) -> None:
    office.say("Maria Gonzalez")
    rows = office.gate.site.query("SELECT flows::VARCHAR AS flow FROM flows")
    assert "Gonzalez" not in str(rows)
    assert "Gonzalez" not in office.gate.log


def test_a_worker_has_no_secret_in_its_environment(office: Office) -> None:
    (pid,) = office.workers()
    environment = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"PATH=" in environment
    assert b"KEY" not in environment


def test_without_an_answer_the_call_is_refused_and_another_worker_starts(office: Office) -> None:
    (pid,) = office.workers()
    os.kill(pid, signal.SIGSTOP)
    before = len(office.upstream.received)
    got = office.post("I was called Ann before.")
    assert got.status_code == 503
    assert "entities_unavailable" in got.text
    assert len(office.upstream.received) == before
    assert "called Ann" not in str(office.gate.site.query("SELECT flows::VARCHAR AS flow FROM flows"))
    deadline = time.monotonic() + WAIT_S
    while (got := office.post("Now I am called Ann again.")).status_code != 200:
        assert time.monotonic() < deadline
    assert pid not in office.workers()
    assert "[PERSON_" in heard(office.upstream.received[-1])


def test_a_worker_that_died_is_started_again(office: Office) -> None:
    (pid,) = office.workers()
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + WAIT_S
    while (got := office.post("Ann is there.")).status_code != 200 or pid in office.workers():
        assert got.status_code in (200, 503)
        assert time.monotonic() < deadline
    assert "[PERSON_" in heard(office.upstream.received[-1])


def test_a_body_that_is_too_long_is_refused(office: Office) -> None:
    got = office.post("words and more words " * 30_000)
    assert got.status_code == 413
    assert "body_too_large" in got.text


@pytest.mark.parametrize(("names", "status"), [(1000, 200), (1001, 413)])
def test_a_body_with_too_many_names_is_refused(office: Office, names: int, status: int) -> None:
    got = office.post(" and ".join(f"Citizen{number}" for number in range(names)), "hello")
    assert got.status_code == status
    assert status == 200 or "more than 1000 different names" in got.text


def test_workers_end_with_a_gateway_that_is_killed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    make_model(site.folder)
    site.write_policy(POLICY.format(upstream=1, model="./model"))
    with gateway(site) as gate:
        (pid,) = Office(gate, Upstream(), "").workers()
        gate.stop(signal.SIGKILL)
        deadline = time.monotonic() + WAIT_S
        while Path(f"/proc/{pid}").exists() and b"Z (zombie)" not in Path(f"/proc/{pid}/status").read_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_gateway_whose_model_cannot_be_used_does_not_start(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write_policy(POLICY.format(upstream=1, model="no_such_package"))
    started = launch(site)
    assert started.process.wait(WAIT_S) == 1
    assert "Chainwarden does not start" in started.log
    assert "entities: there is no spaCy model 'no_such_package' here" in started.log


def test_a_changed_policy_switches_it_on_and_one_with_a_bad_model_changes_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    make_model(site.folder)
    with running(None) as (upstream, port):
        good = POLICY.format(upstream=port, model="./model")
        without = re.sub(r"entities: .*\n|entities, |person, |, styles: .*?}", "", good)
        site.write_policy(without)
        with gateway(site) as gate:
            office = Office(gate, upstream, site.token())
            assert office.say("I am Ann.")[0] == "I am Ann."
            site.write_policy(good)
            deadline = time.monotonic() + WAIT_S
            while office.say("I am Ann.")[0] == "I am Ann.":
                assert time.monotonic() < deadline
            workers = office.workers()
            site.write_policy(good.replace("./model", "./nowhere"))
            while "keeps the last good policy" not in gate.log:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert office.say("I am Ann.")[0].startswith("I am [PERSON_")
            assert office.workers() == workers
