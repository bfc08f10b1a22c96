"""Answers as bytes, good ones and such as no server should send: for ``Upstream.replies``."""

import gzip
import json
import zlib

from tests.simulators.openai_api import Received

SSE = "text/event-stream"


def head(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def completion(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def events(text: str, size: int = 3) -> bytes:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    chunks = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    return b"".join(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"


def zipped(body: bytes) -> bytes:
    return head(gzip.compress(body), "Content-Encoding: gzip")


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()


def held(received: Received) -> str:
    """Return the credential as the upstream got it."""
    return str(received.header("authorization")).removeprefix("Bearer ")


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", kind: str = "application/json") -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", "Transfer-Encoding: chunked", "", ""]
    return "\r\n".join(lines).encode() + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def said(body: str) -> str:
    """Return the text that the deltas of an event stream make."""
    data = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for item in data for choice in json.loads(item)["choices"])
