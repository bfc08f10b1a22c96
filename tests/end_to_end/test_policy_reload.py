"""The policy file changes while calls run: a good change takes effect as a whole, a bad one not at all."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from tests.end_to_end.calls import WAIT_SECONDS, decide, post, said, shell
from tests.gateway import POLICY, Gateway, Site, gateway, records
from tests.simulators.openai_api import Upstream, running

NUMBERS = count(1)
POLL_SECONDS = 0.05


@dataclass
class Shop:
    """A running gateway whose policy is changed, and people who call and approve."""

    gate: Gateway
    upstream: Upstream
    policy: str
    pool: ThreadPoolExecutor
    alice: str
    bob: str
    changed: bool = False
    """Whether another policy than the first is in force."""

    @property
    def site(self) -> Site:
        return self.gate.site

    @property
    def first_policy(self) -> Path:
        """The first policy in a file of its own: the command line goes on to know the first issuer."""
        return self.site.folder / "first.yaml"

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in records(self.site) if record["kind"] == kind]

    def change(self, before: str = "", after: str = "", event: str = "policy_loaded") -> dict[str, Any]:
        """Put ``after`` in place of ``before`` in the first policy; return the event that follows."""
        assert before in self.policy
        return self.write(f"{self.policy.replace(before, after, 1)}# {next(NUMBERS)}\n", event)

    def write(self, text: str, event: str = "policy_loaded") -> dict[str, Any]:
        self.changed = self.changed or event == "policy_loaded"
        return self.after(lambda: self.site.write_policy(text), event)

    def after(self, action: Callable[[], object], event: str) -> dict[str, Any]:
        """Wait for one more event of the gateway after ``action``."""
        known = len(self.of_kind("event"))
        action()
        [found] = self.more("event", known)
        assert found["name"] == event
        return found

    def more(self, kind: str, known: int) -> list[dict[str, Any]]:
        """Wait until there are more records of ``kind`` than ``known``; return the new ones."""
        deadline = time.monotonic() + WAIT_SECONDS
        while len(found := self.of_kind(kind)) <= known:
            assert time.monotonic() < deadline, f"no {kind} was recorded: {self.gate.log[-2000:]}"
            time.sleep(POLL_SECONDS)
        return found[known:]

    def hold(self, body: dict[str, Any]) -> tuple[str, Future[httpx.Response]]:
        """Make a call that is held; return its approval and its answer to be."""
        known = len(self.of_kind("approval"))
        answer = self.pool.submit(post, self.gate, self.alice, body)
        return self.more("approval", known)[0]["id"], answer

    def status(self, text: str) -> int:
        return post(self.gate, self.alice, said(text)).status_code


@pytest.fixture(scope="module")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    site = Site(tmp_path_factory.mktemp("reload"))
    with running(site.upstream_certificate) as (upstream, port), ThreadPoolExecutor(4) as pool:
        policy = POLICY.format(upstream=port)
        site.write_policy(policy)
        (site.folder / "first.yaml").write_text(policy, "utf-8")
        with gateway(site) as gate:
            yield Shop(gate, upstream, policy, pool, site.token("alice"), site.token("bob", "security"))


@pytest.fixture
def shop(_shop: Shop) -> Shop:
    """The gateway under its first policy, with nothing received yet."""
    if _shop.changed:
        _shop.change()
        _shop.changed = False
    _shop.upstream.received.clear()
    return _shop


def test_a_good_change_takes_effect_while_calls_run(shop: Shop) -> None:
    stop = Event()

    def call_on(*, stream: bool) -> set[int]:
        seen = set()
        while not stop.is_set():
            answer = post(shop.gate, shop.alice, said("hello", stream=stream))
            assert not stream or answer.text.endswith("data: [DONE]\n\n")
            seen.add(answer.status_code)
        return seen

    callers = [shop.pool.submit(call_on, stream=stream) for stream in (False, True)]
    assert (shop.status("pirate treasure"), shop.status("buried gold")) == (403, 200)
    digests = []
    for words in ("buried gold", "stolen silver", "buried gold"):
        digests.append(shop.change("pirate treasure", words)["details"]["policy_digest"])
        assert (shop.status("pirate treasure"), shop.status(words)) == (200, 403)
    stop.set()
    assert [caller.result(WAIT_SECONDS) for caller in callers] == [{200}, {200}]
    assert len(set(digests)) == 3
    [row] = shop.site.query("SELECT policy_digest FROM flows WHERE verdict = 'block' ORDER BY started_at DESC LIMIT 1")
    assert row["policy_digest"] == digests[-1]
    rows = shop.site.query("SELECT details FROM events WHERE name = 'policy_loaded' ORDER BY \"at\"")
    assert [json.loads(row["details"])["policy_digest"] for row in rows[-3:]] == digests


BAD = {
    "two problems": (
        ("    then: block\n", "    then: blok\n    mesage: x\n    message: y\n"),
        ("Did you mean 'block'?", "guardrails[1].mesage: unknown key."),
    ),
    "no YAML": (("guardrails:", "guardrails: ]"), ("policies.yaml:",)),
    "an expression that does not compile": (("words: [pirate treasure]", "regex: 'a('"), ("regular expression",)),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_change_keeps_the_last_good_policy(shop: Shop, case: str) -> None:
    (before, after), words = BAD[case]
    shop.gate.log_file.write_bytes(b"")
    event = shop.change(before, after, "policy_rejected")
    for word in words:
        assert word in event["details"]["problems"]
        assert word in shop.gate.log
    assert (shop.status("pirate treasure"), shop.status("hello")) == (403, 200)


def test_a_policy_file_that_is_gone_keeps_the_last_good_policy(shop: Shop) -> None:
    event = shop.after(shop.site.policy.unlink, "policy_rejected")
    assert "cannot be read" in event["details"]["problems"]
    assert (shop.status("pirate treasure"), shop.status("hello")) == (403, 200)


HELD_RULE = "  - name: shell-tools\n"
NO_CLEANING = (
    "  - {name: no-cleaning, when: {text: {words: [clean up]}}, then: block, message: Nobody cleans up today.}\n"
)

# what changes while a call is held, and what its release comes to: code and words of the refusal; None: it goes out
CHANGES: dict[str, tuple[str, str, tuple[str, str] | None]] = {
    "nothing that matters": ("", "", None),
    "a rule that blocks it": (HELD_RULE, NO_CLEANING + HELD_RULE, ("guardrail", "Nobody cleans up today.")),
    "more approvers": ("count: 1", "count: 2", ("approval_expired", "other approvers")),
    "other approvers": ("groups: [security]", "groups: [legal]", ("approval_expired", "other approvers")),
    "one more rule that holds": (
        HELD_RULE,
        f"{NO_CLEANING.replace('then: block', 'then: hold, approvers: {groups: [legal]}')}{HELD_RULE}",
        ("approval_expired", "other approvers"),
    ),
    "no rule that holds": ("then: hold", "then: observe", None),
    "the grant is gone": ("data-science", "nobody", ("not_granted", "")),
    "the service is gone": ("api.openai.com", "api.example.com", ("service_unknown", "")),
    "the issuer is gone": ("https://chainwarden.local", "https://other.example", ("token_issuer_unknown", "")),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_held_call_is_judged_again_on_release(shop: Shop, case: str) -> None:
    before, after, refusal = CHANGES[case]
    approval, answer = shop.hold(shell(case))
    text = shop.policy.replace(before, after, 1)
    if case == "no rule that holds":  # approvers belong to a rule that holds
        text = "".join(line for line in text.splitlines(keepends=True) if "approvers:" not in line)
    shop.write(f"{text}# {next(NUMBERS)}\n")
    assert not answer.done()
    decide(shop.gate, "approve", approval, shop.bob, shop.first_policy)
    got = answer.result(WAIT_SECONDS)
    if refusal is None:
        assert got.status_code == 200
        assert len(shop.upstream.received) == 1
    else:
        code, words = refusal
        assert got.json()["error"]["code"] == code
        assert words in got.json()["error"]["message"]
        assert shop.upstream.received == []


def test_a_held_answer_is_judged_again_on_release(shop: Shop) -> None:
    shop.upstream.story["tidy"] = 'call shell: {"command": "rm -rf ./build"}'
    tool = {"type": "function", "function": {"name": "shell", "parameters": {}}}
    approval, answer = shop.hold(said("please tidy") | {"tools": [tool]})
    rule = "  - {name: no-shell, when: {tool: shell}, then: block, message: No shell today.}\n"
    shop.change(HELD_RULE, rule + HELD_RULE)
    decide(shop.gate, "approve", approval, shop.bob)
    refused = answer.result(WAIT_SECONDS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "guardrail")
    assert "No shell today." in refused.json()["error"]["message"]
    assert "rm -rf" not in refused.text
