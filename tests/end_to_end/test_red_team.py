"""What an attacker tried who had read the code: each case got something through once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import unquote

import httpx
import pytest

from tests.end_to_end.calls import MODEL, URL, WAIT_SECONDS, decide, said
from tests.end_to_end.conftest import trust
from tests.gateway import HELD_KEY, Gateway, Site, gateway, run
from tests.simulators.answers import SSE, head
from tests.simulators.openai_api import Upstream, running

COMMAND = json.dumps({"command": "rm -rf /srv"})
CALL = {"id": "call_1", "type": "function", "function": {"name": "shell", "arguments": COMMAND}}
TOOL = {"type": "function", "function": {"name": "shell", "parameters": {}}}
ANSWER = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "tool_calls": [CALL]}}]})
WITH_NAN = ANSWER.replace('"index": 0', '"index": 0, "logprobs": NaN')
EVENTS = f"data: {WITH_NAN.replace('message', 'delta')}\n\ndata: [DONE]\n\n".encode()

# A dangerous tool call, spelled so that common clients read it and a strict JSON parser does not.
UNREAD: dict[str, bytes] = {
    "NaN": head(WITH_NAN.encode()),
    "an endless number": head(ANSWER.replace('"index": 0', f'"index": 0, "x": {"9" * 400}').encode()),
    "deep nesting": head(ANSWER.replace('"index": 0', f'"index": 0, "x": {"[" * 300}{"]" * 300}').encode()),
    "bytes that are not UTF-8": head(ANSWER.encode().replace(b"assistant", b"\xff")),
    "UTF-16 without a mark": head(ANSWER.encode("utf-16-le")),
    "UTF-16 with a mark": head(ANSWER.encode("utf-16")),
    "UTF-32": head(ANSWER.encode("utf-32")),
    "NaN with a wrong label": head(WITH_NAN.encode(), kind="text/html"),
    "NaN in an event": head(EVENTS, kind=SSE),
    "NaN in an event with a wrong label": head(EVENTS),
    "events in UTF-16": head(EVENTS.decode().encode("utf-16-le"), kind=f"{SSE}; charset=utf-16"),
}


@pytest.mark.parametrize("offered", [True, False], ids=["offered", "not offered"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", UNREAD)
def test_no_tool_call_passes_that_only_clients_can_read(
    live: Gateway, upstream: Upstream, alice: str, case: str, *, stream: bool, offered: bool
) -> None:
    body = {"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": f"unread: {case}"}]}
    upstream.replies["unread: "] = lambda _: UNREAD[case]
    status, got = read(live, alice, body | ({"tools": [TOOL]} if offered else {}))
    del upstream.replies["unread: "]
    assert upstream.received
    assert b"rm -rf" not in got.replace(b"\0", b"")
    assert status == 502 or b"upstream_malformed" in got


def read(gate: Gateway, token: str, body: dict[str, object]) -> tuple[int, bytes]:
    """Return status and body of an answer, also of one that is cut."""
    got = b""
    with (
        httpx.Client(proxy=gate.proxy(token), verify=trust(gate.site), timeout=30) as client,
        client.stream("POST", URL, json=body) as answer,
        suppress(httpx.RemoteProtocolError),
    ):
        for piece in answer.iter_raw():
            got += piece
    return answer.status_code, got


TEMPLATED = """\
version: 1
identity: {{issuers: [{{issuer: "https://chainwarden.local", audience: chainwarden, jwks_file: issuer.jwks.json}}]}}
services:
  crm:
    hosts: ["crm.example.net:8080"]
    protocol: http
    plaintext: allowed
    credential: {{source: env:OPENAI_API_KEY, header: X-Key, template: 'Key {{}} in {{realm}}'}}
    upstream: 127.0.0.1:{upstream}
access: [{{groups: [data-science], services: {{crm: {{operations: ["*"]}}}}}}]
redaction: {{requests: {{detect: [email], style: token}}, responses: {{detect: [email], style: label}}}}
"""


def test_what_a_query_hides_comes_back_and_a_template_keeps_its_other_braces(own_site: Site) -> None:
    with running(None) as (upstream, port):
        own_site.write_policy(TEMPLATED.format(upstream=port))
        upstream.replies["/find"] = lambda received: head(json.dumps({"for": unquote(received.target)}).encode())
        with gateway(own_site) as gate, httpx.Client(proxy=gate.proxy(own_site.token()), timeout=30) as client:
            answer = client.get("http://crm.example.net:8080/find?mail=jane.roe%40example.com")
    assert answer.json() == {"for": "/find?mail=jane.roe@example.com"}
    assert "jane" not in upstream.received[0].target
    assert upstream.received[0].header("x-key") == f"Key {HELD_KEY} in {{realm}}"


def test_an_approver_reads_a_streamed_tool_call_in_one_piece(live: Gateway, upstream: Upstream, alice: str) -> None:
    command = json.dumps({"command": "rm -rf /srv/of/jane.roe@example.net"})
    body = {**said(f"call shell: {command}", stream=True), "tools": [TOOL]}
    token = live.site.token("approver", "security")
    with ThreadPoolExecutor() as pool:
        call = pool.submit(read, live, alice, body)
        shown = waiting(live)
        decide(live, "deny", shown["id"], token)
        assert call.result(30)[0] == 403
    assert shown["preview"].startswith('shell {"command": "rm -rf /srv/of/[EMAIL')
    assert upstream.received


def waiting(gate: Gateway) -> dict[str, str]:
    """Return the approval that somebody waits for."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        listed = json.loads(run("chainwarden", "approvals", "list", "--json", "--ledger", str(gate.site.ledger)).stdout)
        if listed:
            return dict(listed[0])
    raise AssertionError("nothing waits")
