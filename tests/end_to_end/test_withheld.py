"""Secrets that must go out reach the upstream, and stand in no record, no log, no approval and not in mitmweb."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

import httpx
import pytest

from tests.end_to_end.calls import WAIT_SECONDS, decide
from tests.end_to_end.conftest import trust
from tests.end_to_end.web_api import WebApi, administrator
from tests.gateway import POLICY, Gateway, Site, gateway, records
from tests.simulators.answers import SSE, chunked, completion, events, head
from tests.simulators.openai_api import Upstream, running

SECRET = "zebra crossing 4471 lilac"
"""Nothing that a detector would find by its looks."""
SERVICES = """\
  web: {{hosts: [www.wild.test], protocol: http, upstream: 127.0.0.1:{upstream}}}
  claude: {{hosts: [api.anthropic.com], protocol: anthropic, upstream: 127.0.0.1:{upstream}}}
  gemini: {{hosts: [gemini.wild.test], protocol: gemini, upstream: 127.0.0.1:{upstream}}}
access:
"""
GRANTS = '        operations: [chat, "responses*", embeddings, models.list]\n'
OTHERS = "      web: {{}}\n      claude: {{}}\n      gemini: {{}}\nguardrails:\n"
RULE = """\
  - name: dear-orders
    when: {{service: web, path: /orders, text: {{words: [soon]}}}}
    then: hold
    message: Somebody must look at orders.
    approvers: {{groups: [security], count: 1, expires: 15m, mitmweb: allowed}}
  - name: no-pirates
"""


@dataclass
class Desk:
    """A gateway under mitmweb, its upstream, and people."""

    gate: Gateway
    web: WebApi
    upstream: Upstream
    pool: ThreadPoolExecutor
    alice: str
    bob: str

    def call(self, method: str, url: str, **content: Any) -> httpx.Response:
        with httpx.Client(proxy=self.gate.proxy(self.alice), verify=trust(self.gate.site), timeout=30) as client:
            return client.request(method, url, **content)

    def assert_shown_nowhere(self, secret: str) -> None:
        """Assert that neither ledger nor log nor mitmweb shows ``secret``, as it is or in a URL."""
        forms = [form.encode() for form in (secret, urlencode({"": secret})[1:], json.dumps(secret)[1:-1])]
        files = [path.read_bytes() for path in self.gate.site.ledger.rglob("*") if path.is_file()]
        shown = [json.dumps(self.web.flows()).encode(), self.gate.log.encode()]
        for flow in self.web.flows():
            for part in ("request", "response"):
                content = self.web.get(f"/flows/{flow['id']}/{part}/content.data")
                shown.append(content.content)
        assert not any(form in text for form in forms for text in (*files, *shown))


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    site = Site(tmp_path_factory.mktemp("withheld"))
    with running(site.upstream_certificate) as (upstream, port):
        policy = POLICY.replace("access:\n", SERVICES).replace("guardrails:\n", OTHERS)
        policy = policy.replace("        operations: [chat, embeddings, models.list]\n", GRANTS)
        policy = policy.replace("  - name: no-pirates\n", RULE)
        site.write_policy(policy.format(upstream=port))
        with gateway(site, web=True) as gate, administrator(gate) as web, ThreadPoolExecutor(4) as pool:
            yield Desk(gate, web, upstream, pool, site.token("alice"), site.token("bob", "security"))


@pytest.fixture
def desk(started: Desk) -> Iterator[Desk]:
    started.upstream.received.clear()
    started.upstream.replies.clear()
    yield started
    started.assert_shown_nowhere(SECRET)


OPENAI = "https://api.openai.com/v1"
MCP = {"type": "mcp", "server_label": "crm", "server_url": "https://mcp.test"}
USER = [{"role": "user", "content": "hi"}]
PARTS = [{"parts": [{"text": "hi"}]}]
CLAUDE = {"type": "url", "url": "https://mcp.test", "name": "crm"}
JSON_REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "an MCP server's authorization": (
        f"{OPENAI}/responses",
        {"model": "gpt-4o", "input": "hi", "tools": [{**MCP, "authorization": SECRET}]},
    ),
    "an MCP server's headers": (
        f"{OPENAI}/responses",
        {"model": "gpt-4o", "input": "hi", "tools": [{**MCP, "headers": {"X-Odd": SECRET}}]},
    ),
    "Anthropic's MCP server": (
        "https://api.anthropic.com/v1/messages",
        {"model": "m", "max_tokens": 1, "messages": USER, "mcp_servers": [{**CLAUDE, "authorization_token": SECRET}]},
    ),
    "Gemini's function call": (
        "https://gemini.wild.test/v1beta/models/m:generateContent",
        {"contents": [*PARTS, {"parts": [{"functionCall": {"name": "f", "args": {"apiKey": SECRET}}}]}]},
    ),
    "any JSON": ("https://www.wild.test/login", {"user": "jane", "Password": SECRET, "max_tokens": 7}),
    "JSON in JSON": ("https://www.wild.test/a", {"payload": json.dumps({"client_secret": SECRET})}),
    "a number": ("https://www.wild.test/b", {"credentials": {"pin": 44718832, "word": SECRET}}),
}


@pytest.mark.parametrize("case", JSON_REQUESTS)
def test_a_secret_in_a_request_goes_out_and_is_shown_nowhere(desk: Desk, case: str) -> None:
    url, body = JSON_REQUESTS[case]
    answer = desk.call("POST", url, json=body)
    assert answer.status_code == 200
    assert desk.upstream.received[-1].json() == body
    record = next(one for one in reversed(records(desk.gate.site)) if one["kind"] == "intent")
    assert "[SECRET]" in record["request"]["data"]
    assert int(desk.upstream.received[-1].header("content-length") or 0) == len(desk.upstream.received[-1].body)


def test_secrets_in_a_form_and_in_parts_go_out_and_are_shown_nowhere(desk: Desk) -> None:
    url = "https://www.wild.test/echo"
    desk.call("POST", url, data={"grant_type": "x", "client_secret": SECRET})
    assert urlencode({"client_secret": SECRET}).encode() in desk.upstream.received[-1].body
    desk.upstream.replies["/echo"] = lambda _: head(b"{}")  # an echo of a part is found only where it is JSON or a form
    desk.call("POST", url, data={"password": SECRET}, files={"f": ("a.txt", b"text", "text/plain")})
    assert SECRET.encode() in desk.upstream.received[-1].body


def test_secrets_in_a_head_go_out_and_are_shown_nowhere(desk: Desk) -> None:
    headers = {"X-Auth-Token": SECRET, "Cookie": f"sid={SECRET.replace(' ', '')}"}
    desk.call("GET", f"https://www.wild.test/echo?{urlencode({'api_key': SECRET})}&page=2", headers=headers)
    received = desk.upstream.received[-1]
    assert received.target == f"/echo?{urlencode({'api_key': SECRET})}&page=2"
    assert received.header("x-auth-token") == SECRET
    assert received.header("cookie") == f"sid={SECRET.replace(' ', '')}"
    desk.assert_shown_nowhere(SECRET.replace(" ", ""))


def test_a_secret_in_an_answer_reaches_the_client_only(desk: Desk) -> None:
    body = json.dumps({"access_token": SECRET, "token_type": "bearer"}).encode()
    desk.upstream.replies["/token"] = lambda _: head(body)
    assert desk.call("POST", "https://www.wild.test/token", json={}).json()["access_token"] == SECRET


def test_a_secret_in_a_streamed_tool_call_reaches_the_client_only(desk: Desk) -> None:
    arguments = json.dumps({"password": SECRET})
    desk.upstream.story["log in"] = f"call log_in: {arguments}"
    tools = [{"type": "function", "function": {"name": "log_in", "parameters": {}}}]
    chat = {"model": "gpt-4o", "stream": True, "tools": tools, "messages": [{"role": "user", "content": "log in"}]}
    answer = desk.call("POST", f"{OPENAI}/chat/completions", json=chat)
    deltas = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    calls = [call for one in deltas for call in one["choices"][0]["delta"].get("tool_calls", ())]
    assert "".join(call["function"]["arguments"] for call in calls) == arguments


def test_a_secret_in_a_streamed_text_of_json_reaches_the_client_only(desk: Desk) -> None:
    said = json.dumps({"api_key": SECRET})
    desk.upstream.replies["as JSON"] = lambda _: chunked(events(said), kind=SSE)
    chat = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "as JSON"}]}
    assert desk.call("POST", f"{OPENAI}/chat/completions", json=chat).status_code == 200


ORDER = {"auth_token": SECRET, "order": {"item": "tea", "api_key": SECRET}}


def _order(desk: Desk, number: int, secret: str = SECRET) -> Future[httpx.Response]:
    """Make a call that is held. Each has a number of its own: what was denied once stays denied."""
    desk.upstream.replies["/orders"] = lambda _: head(b"{}")
    body = {"auth_token": secret, "order": {"item": "tea", "api_key": secret}, "note": f"soon {number}"}
    return desk.pool.submit(desk.call, "POST", f"https://www.wild.test/orders?{urlencode({'key': secret})}", json=body)


def _held(desk: Desk) -> str:
    """Wait for a held call and return its flow's id."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        held = [str(flow["id"]) for flow in desk.web.flows() if flow["intercepted"]]
        if held:
            return held[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("stream", [False, True])
def test_a_secret_that_an_answer_repeats_is_not_recorded(desk: Desk, *, stream: bool) -> None:
    said = f"No access with {SECRET}."
    desk.upstream.replies["say it"] = lambda _: chunked(events(said), kind=SSE) if stream else head(completion(said))
    tools = [{"type": "function", "function": {"name": "f"}, "api_key": SECRET}]
    body = {"model": "gpt-4o", "stream": stream, "tools": tools, "messages": [{"role": "user", "content": "say it"}]}
    assert desk.call("POST", f"{OPENAI}/chat/completions", json=body).status_code == 200


def _approval(desk: Desk) -> str:
    asked = [one for one in records(desk.gate.site) if one["kind"] == "approval" and one["event"] == "requested"]
    return str(asked[-1]["id"])


def test_a_held_call_goes_out_whole_once_it_is_approved(desk: Desk) -> None:
    answer = _order(desk, 1)
    _held(desk)
    desk.assert_shown_nowhere(SECRET)
    decide(desk.gate, "approve", _approval(desk), desk.bob)
    assert answer.result(WAIT_SECONDS).status_code == 200
    received = desk.upstream.received[-1]
    assert received.json() == {"auth_token": SECRET, "order": {"item": "tea", "api_key": SECRET}, "note": "soon 1"}
    assert received.target == f"/orders?{urlencode({'key': SECRET})}"


def test_an_approval_is_for_the_secret_that_was_sent(desk: Desk) -> None:
    first = _order(desk, 2)
    _held(desk)
    asked = _approval(desk)
    second = _order(desk, 2, f"{SECRET} of somebody else")
    deadline = time.monotonic() + WAIT_SECONDS
    while _approval(desk) == asked:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    desk.web.post("/flows/kill")
    assert {first.result(WAIT_SECONDS).status_code, second.result(WAIT_SECONDS).status_code} == {403}
    assert desk.upstream.received == []


@pytest.mark.parametrize(
    ("number", "old", "new", "refused"),
    [
        (3, "soon", "much later", False),
        (4, '"item":"tea"', '"item":"gold"', True),
        (5, '"order":', '"other":', True),
    ],
)
def test_an_edited_call_gets_its_secrets_only_where_they_were(
    desk: Desk, number: int, old: str, new: str, *, refused: bool
) -> None:
    answer = _order(desk, number)
    flow = _held(desk)
    shown = desk.web.get(f"/flows/{flow}/request/content.data").text
    assert old in shown
    desk.web.put(f"/flows/{flow}", {"request": {"content": shown.replace(old, new).replace("soon", "later")}})
    desk.web.post(f"/flows/{flow}/resume")
    status = answer.result(WAIT_SECONDS).status_code
    assert (status != 200) == refused
    sent = [received.json() for received in desk.upstream.received]
    assert sent == ([] if refused else [{**ORDER, "note": f"much later {number}"}])


def basic(token: str) -> str:
    return base64.b64encode(f"me:{token}".encode()).decode()


OWN: dict[str, Callable[[str], dict[str, Any]]] = {
    "a query": lambda token: {"params": {"key": token}},
    "a query with another name": lambda token: {"params": {"q": f"see {token}"}},
    "an encoded query": lambda token: {
        "url": "https://www.wild.test/own?q=" + token.replace("-", "%2D").replace(".", "%2e")
    },
    "a path": lambda token: {"url": f"https://www.wild.test/own/{token}/x"},
    "a header": lambda token: {"headers": {"X-Trace": token}},
    "Basic in a header": lambda token: {"headers": {"X-Upstream": f"Basic {basic(token)}"}},
    "a cookie": lambda token: {"headers": {"Cookie": f"a=b; session={token}"}},
    "JSON": lambda token: {"json": {"text": token}},
    "a key of JSON": lambda token: {"json": {token: 1}},
    "a secret's place in JSON": lambda token: {"json": {"access_token": token}},
    "a form": lambda token: {"data": {"token": token}},
    "a file": lambda token: {"files": {"f": ("a.txt", token.encode(), "text/plain")}},
    "bytes": lambda token: {"content": b"\0\1" + token.encode(), "headers": {"Content-Type": "image/png"}},
}


@pytest.mark.parametrize("case", OWN)
def test_the_gateways_own_token_reaches_no_upstream_and_no_record(desk: Desk, case: str) -> None:
    desk.upstream.replies["/own"] = lambda _: head(b"{}")
    request = {"url": "https://www.wild.test/own", **OWN[case](desk.alice)}
    desk.call("POST", **request)
    signature = desk.alice.rpartition(".")[2]
    for received in desk.upstream.received:
        assert signature not in unquote(received.as_json())
        assert basic(desk.alice) not in received.as_json()
    desk.assert_shown_nowhere(desk.alice)
    desk.assert_shown_nowhere(signature)
