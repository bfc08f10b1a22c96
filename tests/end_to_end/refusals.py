"""Calls that the gateway must refuse: how they are made, down to raw bytes, and what client and ledger say of them."""

import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from addons.core.protocols.refusal_headers import RECORD_HEADER
from addons.core.reasons import Reason, http_status
from tests.end_to_end.conftest import trust
from tests.gateway import Gateway, Site

HOST = "api.openai.com"
PATH = "/v1/chat/completions"
URL = f"https://{HOST}{PATH}"
WAIT_SECONDS = 20
READ_BYTES = 65_536


def chat(text: str, **fields: object) -> dict[str, Any]:
    """Return the body of a chat request."""
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **fields}


def post(gate: Gateway, token: str | None, body: Mapping[str, Any], url: str = URL) -> httpx.Response:
    """Make one call on a connection of its own, with ``token`` on the connection."""
    with httpx.Client(proxy=gate.proxy(token), verify=trust(gate.site), timeout=WAIT_SECONDS) as client:
        return client.post(url, json=body)


def request(body: bytes | str | Mapping[str, Any], *headers: str, method: str = "POST", path: str = PATH) -> bytes:
    """Return a request's bytes: a Host and a JSON body with its length, unless ``headers`` say otherwise."""
    if isinstance(body, Mapping):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    names = {header.partition(":")[0].lower() for header in headers}
    lines = [f"{method} {path} HTTP/1.1", *headers]
    if "host" not in names:
        lines.insert(1, f"Host: {HOST}")
    if "content-type" not in names:
        lines.append("Content-Type: application/json")
    if not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


@contextmanager
def connection(gate: Gateway) -> Iterator[socket.socket]:
    """Connect to the gateway's proxy port."""
    with socket.create_connection(("127.0.0.1", gate.port), WAIT_SECONDS) as opened:
        yield opened


@contextmanager
def tunnel(gate: Gateway, authorization: str | None, *, host: str = HOST, port: int = 443) -> Iterator[socket.socket]:
    """CONNECT to ``host``, with a whole ``Proxy-Authorization`` value; a bad one is refused inside only."""
    with connection(gate) as opened:
        identity = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
        opened.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{identity}\r\n".encode())
        assert b" 200 " in read_head(opened)
        yield opened


@contextmanager
def inside(
    gate: Gateway, authorization: str | None, *, host: str = HOST, port: int = 443, sni: str = ""
) -> Iterator[ssl.SSLSocket]:
    """CONNECT and speak TLS inside; ``sni`` is another name than the one in CONNECT."""
    with (
        tunnel(gate, authorization, host=host, port=port) as opened,
        trust(gate.site).wrap_socket(opened, server_hostname=sni or host) as encrypted,
    ):
        yield encrypted


def bearer(token: str | None) -> str | None:
    return f"Bearer {token}" if token else None


def raw(gate: Gateway, token: str | None, data: bytes, **where: Any) -> httpx.Response:
    """Send ``data`` inside a tunnel and return the answer."""
    with inside(gate, bearer(token), **where) as opened:
        opened.sendall(data)
        return read_answer(opened)


def read_head(opened: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = opened.recv(1)
        if not piece:
            break
        head += piece
    return head


def read_answer(opened: socket.socket, method: str = "POST") -> httpx.Response:
    """Read one whole answer. Raises ``http.client.HTTPException`` or ``OSError`` where it is broken or missing."""
    answer = http.client.HTTPResponse(opened, method=method)
    answer.begin()
    content = answer.read()
    headers = [(name, value) for name, value in answer.getheaders() if name.lower() != "transfer-encoding"]
    return httpx.Response(answer.status, headers=headers, content=content)


def read_to_end(opened: socket.socket) -> bytes:
    """Read until the other side closes; one that never does is a ``TimeoutError``."""
    data = b""
    try:
        while piece := opened.recv(READ_BYTES):
            data += piece
    except (ConnectionError, ssl.SSLError):
        return data
    return data


def ended(site: Site) -> list[dict[str, Any]]:
    """Return the newest ended calls, newest first, without their times."""
    return site.query(
        "SELECT * EXCLUDE (started_at, ended_at) FROM flows WHERE ended_at IS NOT NULL ORDER BY seq DESC LIMIT 100"
    )


def flow(site: Site, record: str) -> dict[str, Any]:
    """Return the ledger's row of the call ``record``, once it has ended."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        row = next((row for row in ended(site) if row["id"] == record), None)
        if row is not None:
            return row
        assert time.monotonic() < deadline, f"the ledger has no ended call {record}"
        time.sleep(0.1)


def last_flow(site: Site, reason: Reason, since: int) -> dict[str, Any]:
    """Return the newest ended call, once there is one after ``since``: for clients that are told no record's id."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        rows = ended(site)
        if rows and rows[0]["seq"] > since:
            assert rows[0]["reason"] == reason, rows[0]
            return rows[0]
        assert time.monotonic() < deadline, f"the ledger has no ended call for {reason}"
        time.sleep(0.1)


def newest(site: Site) -> int:
    """Return the number of the newest record, -1 where there is none."""
    return int(site.query("SELECT coalesce(max(CAST(seq AS BIGINT)), -1) AS seq FROM records")[0]["seq"])


def refused(site: Site, answer: httpx.Response, reason: Reason) -> dict[str, Any]:
    """Check that ``answer`` is OpenAI's error for ``reason`` and return the ledger's row, which says the same."""
    assert answer.headers["content-type"] == "application/json", answer.text
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (http_status(reason), reason), answer.text
    record = answer.headers[RECORD_HEADER]
    assert re.search(rf"\S.* \(Chainwarden record {record}\)$", error["message"])
    row = flow(site, record)
    assert (row["reason"], row["status"]) == (reason, answer.status_code), row
    return row
