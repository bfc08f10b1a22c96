"""A held call waits for people, for nobody else, and for exactly this call."""

import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from addons.adapters.approval_file import BUSY_TIMEOUT_S
from tests.end_to_end.conftest import trust
from tests.gateway import POLICY, Gateway, Site, gateway, run
from tests.simulators.openai_api import Upstream, running

URL = "https://api.openai.com/v1/chat/completions"
WAIT_SECONDS = 20
DANGER = {"command": "rm -rf ./build"}


def asks_for_shell(number: int, *, stream: bool = False) -> dict[str, Any]:
    """A request whose history holds a dangerous tool call: the request itself is held."""
    function = {"name": "shell", "arguments": json.dumps(DANGER | {"number": number})}
    call = {"id": "call_1", "type": "function", "function": function}
    messages = [
        {"role": "user", "content": "clean up"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "done"},
    ]
    return {"model": "gpt-4o-mini", "stream": stream, "messages": messages}


@pytest.fixture(scope="module")
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def post(gate: Gateway, token: str, body: dict[str, Any], timeout: float = 60) -> httpx.Response:
    with httpx.Client(proxy=gate.proxy(token), verify=trust(gate.site), timeout=timeout) as client:
        return client.post(URL, json=body)


def approvals(gate: Gateway, *arguments: str, check: bool = True) -> Any:
    where = ("--ledger", str(gate.site.ledger), "--policies", str(gate.site.policy))
    done = run("chainwarden", "approvals", *arguments, *where, "--json", check=check)
    return json.loads(done.stdout) if check else (done.returncode, done.stdout + done.stderr)


def pending(gate: Gateway, count: int = 1) -> list[dict[str, Any]]:
    """Wait until ``count`` calls wait for a decision."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        listed = [item for item in approvals(gate, "list") if item["state"] == "pending" and item["waiting"]]
        if len(listed) >= count:
            return listed
        time.sleep(0.1)
    raise AssertionError(f"no call is held: {gate.log[-2000:]}")


def decide(gate: Gateway, what: str, approval: str, token: str, reason: str = "looked at it") -> tuple[int, str]:
    code, shown = approvals(gate, what, approval, "--token", token, "--reason", reason, check=False)
    return code, shown


def test_an_approved_request_goes_on_once(
    live: Gateway, upstream: Upstream, alice: str, bob: str, callers: ThreadPoolExecutor
) -> None:
    waiting: Future[httpx.Response] = callers.submit(post, live, alice, asks_for_shell(1))
    item = pending(live)[0]
    assert (item["requester"], item["rule"], item["risk"]) == ("alice", "shell-tools", 40)
    assert upstream.received == []
    assert decide(live, "approve", item["id"], bob)[0] == 0
    assert waiting.result(WAIT_SECONDS).status_code == 200
    assert len(upstream.received) == 1
    again: Future[httpx.Response] = callers.submit(post, live, alice, asks_for_shell(1))
    second = pending(live)[0]
    assert second["id"] != item["id"], "an approval is used up by one call"
    decide(live, "deny", second["id"], bob)
    assert again.result(WAIT_SECONDS).status_code == 403


def test_a_denial_reaches_the_client_with_its_reason(
    live: Gateway, upstream: Upstream, alice: str, bob: str, callers: ThreadPoolExecutor
) -> None:
    waiting = callers.submit(post, live, alice, asks_for_shell(2))
    decide(live, "deny", pending(live)[0]["id"], bob, "not on a Friday")
    refused = waiting.result(WAIT_SECONDS)
    assert refused.status_code == 403
    assert "not on a Friday" in refused.json()["error"]["message"]
    assert upstream.received == []


def test_neither_the_requester_nor_an_outsider_can_approve(
    live: Gateway, shared_site: Site, alice: str, bob: str, callers: ThreadPoolExecutor
) -> None:
    alice_in_security = shared_site.token("alice", "security")
    mallory = shared_site.token("mallory", "interns")
    waiting = callers.submit(post, live, alice, asks_for_shell(3))
    item = pending(live)[0]["id"]
    for token in (alice, alice_in_security, mallory, "garbage"):
        code, shown = decide(live, "approve", item, token)
        assert code == 1, shown
        assert token not in shown
    decide(live, "deny", item, bob)
    assert waiting.result(WAIT_SECONDS).status_code == 403


def test_a_held_answer_is_released_or_refused(
    live: Gateway, upstream: Upstream, alice: str, bob: str, callers: ThreadPoolExecutor
) -> None:
    upstream.story["tidy"] = f"call shell: {json.dumps(DANGER)}"
    for stream, what in ((False, "approve"), (True, "approve"), (True, "deny")):
        tool = {"type": "function", "function": {"name": "shell", "parameters": {}}}
        messages = [{"role": "user", "content": f"tidy {stream} {what}"}]
        body = {"model": "gpt-4o-mini", "stream": stream, "tools": [tool], "messages": messages}
        waiting = callers.submit(post, live, alice, body)
        decide(live, what, pending(live)[0]["id"], bob)
        answer = waiting.result(WAIT_SECONDS)
        assert answer.status_code == (200 if what == "approve" else 403)
        assert ("tool_calls" in answer.text) == (what == "approve")


def test_a_retry_joins_the_pending_approval(
    live: Gateway, upstream: Upstream, alice: str, bob: str, callers: ThreadPoolExecutor
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        post(live, alice, asks_for_shell(4), timeout=1.5)
    waiting = callers.submit(post, live, alice, asks_for_shell(4))
    items = [item for item in pending(live) if item["state"] == "pending"]
    assert len(items) == 1
    decide(live, "approve", items[0]["id"], bob)
    assert waiting.result(WAIT_SECONDS).status_code == 200
    assert len(upstream.received) == 1


def test_a_client_that_leaves_is_on_record(live: Gateway, upstream: Upstream, alice: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        post(live, alice, asks_for_shell(5), timeout=1.5)
    deadline = time.monotonic() + WAIT_SECONDS
    sql = "SELECT count(*) AS n FROM flows WHERE reason = 'client_gone'"
    while live.site.query(sql)[0]["n"] == 0:
        assert time.monotonic() < deadline, "the end of the call was not recorded"
        time.sleep(0.1)
    assert upstream.received == []


def test_an_approval_expires_into_a_refusal(own_site: Site) -> None:
    with running(own_site.upstream_certificate) as (upstream, port):
        own_site.write_policy(POLICY.format(upstream=port).replace("expires: 15m", "expires: 1s"))
        with gateway(own_site) as gate:
            refused = post(gate, own_site.token(), asks_for_shell(6))
    assert refused.status_code == 403
    assert "expired" in refused.text
    assert upstream.received == []


def test_a_decision_survives_a_restart_of_the_gateway(own_site: Site, callers: ThreadPoolExecutor) -> None:
    alice, bob = own_site.token("alice"), own_site.token("bob", "security")
    with running(own_site.upstream_certificate) as (upstream, port):
        own_site.write_policy(POLICY.format(upstream=port))
        with gateway(own_site) as gate:
            lost = callers.submit(post, gate, alice, asks_for_shell(7))
            item = pending(gate)[0]["id"]
        with pytest.raises(httpx.TransportError):
            lost.result(WAIT_SECONDS)
        assert decide(gate, "approve", item, bob)[0] == 0
        with gateway(own_site) as gate:
            assert post(gate, alice, asks_for_shell(7)).status_code == 200
    assert len(upstream.received) == 1


def test_a_busy_state_file_does_not_make_a_held_call_deaf(own_site: Site, callers: ThreadPoolExecutor) -> None:
    alice, bob = own_site.token("alice"), own_site.token("bob", "security")
    with running(own_site.upstream_certificate) as (upstream, port):
        own_site.write_policy(POLICY.format(upstream=port))
        with gateway(own_site) as gate:
            waiting = callers.submit(post, gate, alice, asks_for_shell(8))
            item = pending(gate)[0]["id"]
            with closing(sqlite3.connect(own_site.ledger / "state.sqlite", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                time.sleep(BUSY_TIMEOUT_S + 2)  # the gateway's own writes give up meanwhile
                other.execute("ROLLBACK")
            assert decide(gate, "approve", item, bob)[0] == 0
            assert waiting.result(WAIT_SECONDS).status_code == 200
    assert len(upstream.received) == 1
