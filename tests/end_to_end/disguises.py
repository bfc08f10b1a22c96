"""Bytes as everybody might read them, and calls that are made of raw bytes, through one gateway for plain HTTP."""

import binascii
import gzip
import json
import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

import httpx

from tests.end_to_end.refusals import read_answer
from tests.gateway import Gateway, Site, gateway, records
from tests.simulators.openai_api import Received, Upstream, running

HOST = "web.example.net:8080"
MAX_LEVELS = 3
"""Disguises on top of each other that are taken off."""

POLICY = """\
version: 1
identity: {{issuers: [{{issuer: "https://chainwarden.local", audience: chainwarden, jwks_file: issuer.jwks.json}}]}}
services:
  web: {{hosts: ["web.example.net:8080"], protocol: http, plaintext: allowed, upstream: 127.0.0.1:{upstream}}}
  slow: {{hosts: ["slow.example.net:8080"], protocol: http, plaintext: allowed, upstream: 127.0.0.1:{slow}}}
access: [{{groups: [data-science], services: {{web: {{operations: ["*"]}}, slow: {{operations: ["*"]}}}}}}]
guardrails:
  - {{name: no-pirates, when: {{text: {{words: [pirate treasure]}}}}, then: block, message: No pirates.}}
redaction:
  requests: {{detect: [email, card], style: label}}
  responses: {{detect: [email, card], style: label}}
"""


def readings(data: bytes, levels: int = MAX_LEVELS) -> Iterator[str]:
    """Yield what ``data`` says to readers that undo one disguise after another."""
    text = data.decode("latin-1")
    yield text
    if not levels:
        return
    for other in _spelled_otherwise(text):
        if other != text:
            yield from readings(other.encode("latin-1", "replace"), levels - 1)
    for inner in _inside(data):
        yield from readings(inner, levels - 1)


def _spelled_otherwise(text: str) -> Iterator[str]:
    yield unquote(text)
    yield unquote_plus(text)
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    yield text.replace("\\", "")
    yield text.replace("\0", "")
    yield re.sub(r"=([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), text.replace("=\r\n", ""))


def _inside(data: bytes) -> Iterator[bytes]:
    for run in re.findall(rb"[A-Za-z0-9+/_\-\r\n]{16,}", data):
        letters = re.sub(rb"[\r\n]", b"", run).translate(bytes.maketrans(b"-_", b"+/"))
        with suppress(binascii.Error):
            yield binascii.a2b_base64(letters[: len(letters) // 4 * 4])
    for start in (found.start() for found in re.finditer(rb"\x1f\x8b\x08", data)):
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(data[start:])


def says(data: bytes, secret: str) -> bool:
    """Tell whether any reader finds ``secret`` in ``data``."""
    return any(secret in reading for reading in readings(data))


def whole(received: Received) -> bytes:
    """Return a request as it reached the upstream, in one piece."""
    lines = [f"{received.method} {received.target}", *(f"{name}: {value}" for name, value in received.headers)]
    return "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + received.body


@dataclass
class Called:
    """One call: what the client got, what the upstream got, and what is on record."""

    answer: httpx.Response
    received: list[Received]
    raw: bytes
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return str(self.record["reason"])

    def places(self, direction: str) -> set[str]:
        """Return where something was found."""
        return {found["place"] for found in self.record["findings"] if found["direction"] == direction}


@dataclass
class Web:
    """A gateway for one HTTP service, and the upstream behind it."""

    gate: Gateway
    upstream: Upstream
    token: str
    slow: socket.socket
    """Where the service ``slow.example.net`` listens: a test answers there itself."""

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.gate.port), timeout=20)

    def head(self, path: str, *headers: str, method: str = "POST", host: str = HOST) -> bytes:
        """Return the head of a request by way of the proxy."""
        lines = [f"{method} http://{host}{path} HTTP/1.1", f"Host: {host}", f"Proxy-Authorization: Bearer {self.token}"]
        return "\r\n".join([*lines, *headers, "", ""]).encode("utf-8", "surrogateescape")

    def call(self, path: str, *headers: str, body: bytes = b"", method: str = "POST") -> Called:
        """Make one call and return what became of it, but for its record."""
        self.upstream.received.clear()
        with self.connect() as opened:
            opened.sendall(self.head(path, *headers, f"Content-Length: {len(body)}", method=method) + body)
            answer = read_answer(opened)
        raw = b"\n".join(b"%s: %s" % item for item in answer.headers.raw) + b"\n\n" + answer.content
        return Called(answer, list(self.upstream.received), raw)

    def outcomes(self) -> list[dict[str, Any]]:
        """Return the newest record of every call, in the order of the calls."""
        return [record for record in records(self.gate.site) if record["kind"] == "outcome"]


@contextmanager
def web_in(folder: Path) -> Iterator[Web]:
    """Run a gateway and its upstream."""
    site = Site(folder)
    with running(None) as (upstream, port), socket.create_server(("127.0.0.1", 0)) as slow:
        site.write_policy(POLICY.format(upstream=port, slow=slow.getsockname()[1]))
        with gateway(site) as gate:
            yield Web(gate, upstream, site.token(), slow)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()
