"""What an upstream that speaks the Gemini API sends, byte for byte: for ``Upstream.replies``.

What it says depends on the last content: ``repeat: TEXT``, ``call NAME: {JSON}``, ``think: TEXT``; a function's
response is repeated, and anything else gets a fixed sentence. Each candidate that is asked for says the same.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.simulators.answers import SSE, chunked, head
from tests.simulators.openai_api import GREETING, Received

PIECE = 5
"""Characters of a chunk."""
USAGE = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
SIGNATURE = {"text": "", "thoughtSignature": "c2lnbmVk"}


def generate(received: Received) -> bytes:
    """Answer ``POST /v1beta/models/MODEL:METHOD`` and ``GET /v1beta/models``."""
    path, _, query = received.target.partition("?")
    if received.method == "GET":
        return head(json.dumps({"models": [{"name": "models/gemini-3-pro"}]}).encode())
    model, _, method = path.rpartition("/")[2].partition(":")
    body = received.json()
    if method == "countTokens":
        return head(json.dumps({"totalTokens": 3}).encode())
    if method == "batchEmbedContents":
        return head(json.dumps({"embeddings": [{"values": [0.25, -0.5]} for _ in body["requests"]]}).encode())
    parts = list(_parts(_last(body)))
    count = body.get("generationConfig", {}).get("candidateCount", 1)
    if method == "generateContent":
        return head(json.dumps(_response(model, [(parts, "STOP")] * count)).encode())
    chunks = list(_chunks(model, parts, count))
    if "alt=sse" in query:
        return chunked(*(f"data: {json.dumps(chunk)}\r\n\r\n".encode() for chunk in chunks), kind=SSE)
    return chunked(b"[", b",\r\n".join(json.dumps(chunk).encode() for chunk in chunks), b"]")


def _response(model: str, candidates: list[tuple[list[Any], str]]) -> dict[str, Any]:
    answered = [
        {"content": {"parts": parts, "role": "model"}, "index": index} | ({"finishReason": end} if end else {})
        for index, (parts, end) in enumerate(candidates)
    ]
    return {"candidates": answered, "usageMetadata": USAGE, "modelVersion": model, "responseId": "r1"}


def _chunks(model: str, parts: list[Any], count: int) -> Iterator[dict[str, Any]]:
    for part in parts:
        for piece in _pieces(part):
            yield _response(model, [([piece], "")] * count)
    yield _response(model, [([SIGNATURE], "STOP")] * count)


def _pieces(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "text" not in part:
        yield part
        return
    for at in range(0, len(part["text"]), PIECE):
        yield part | {"text": part["text"][at : at + PIECE]}


def _last(body: dict[str, Any]) -> str:
    return "".join(_text(part) for part in body["contents"][-1]["parts"])


def _text(part: dict[str, Any]) -> str:
    if "functionResponse" in part:
        return f"repeat: The tool said: {next(iter(part['functionResponse']['response'].values()))}"
    return str(part.get("text", ""))


def _parts(last: str) -> Iterator[dict[str, Any]]:
    if last.startswith("think: "):
        yield {"text": last.removeprefix("think: "), "thought": True}
    if last.startswith("call "):
        name, _, arguments = last.removeprefix("call ").partition(": ")
        yield {"text": "I call a tool."}
        yield {"functionCall": {"name": name, "args": json.loads(arguments)}, "thoughtSignature": "c2lnbmVk"}
    else:
        yield {"text": last.removeprefix("repeat: ") if last.startswith("repeat: ") else GREETING}
