"""Calls to the Gemini API, and the chunks of its streams."""

from addons.core.call import Call, Json, RequestHead
from addons.core.protocols.gemini.protocol import Gemini
from addons.core.protocols.json_text import dump
from tests.core.protocols.heads import JSON

GEMINI = Gemini()

MODEL = "/v1beta/models/gemini-3-pro"
GENERATE = f"{MODEL}:generateContent"
STREAM = f"{MODEL}:streamGenerateContent"


def head(
    path: str = GENERATE, method: str = "POST", query: str = "", headers: tuple[tuple[str, str], ...] = JSON
) -> RequestHead:
    """Return the head of a request."""
    return RequestHead(method, "https", "generativelanguage.googleapis.com", 443, path, query, headers)


def body(*parts: Json, **fields: Json) -> bytes:
    """Return the body of a request in which a user says ``parts``."""
    return dump({"contents": [{"role": "user", "parts": list(parts)}], **fields}).encode()


def call(path: str = GENERATE, query: str = "", **fields: Json) -> Call:
    """Return a call."""
    return GEMINI.parse_request("gemini", head(path, query=query), body({"text": "x"}, **fields))


def stream_call(**fields: Json) -> Call:
    """Return a call that asks for events."""
    return call(STREAM, "alt=sse", **fields)


def candidate(*parts: Json, index: int = 0, finish: str = "", **fields: Json) -> dict[str, Json]:
    """Return a candidate, or a chunk's part of one."""
    end: dict[str, Json] = {"finishReason": finish} if finish else {}
    return {"content": {"parts": list(parts), "role": "model"}, **end, "index": index, **fields}


def event(value: Json) -> bytes:
    """Return an event of a stream."""
    return f"data: {dump(value)}\n\n".encode()


def chunk(*parts: Json, index: int = 0, finish: str = "", **fields: Json) -> bytes:
    """Return an event with a chunk of one candidate."""
    return event({"candidates": [candidate(*parts, index=index, finish=finish, **fields)]})


def text(*pieces: str, thought: bool = False, index: int = 0) -> bytes:
    """Return events with the pieces of a text."""
    mark: dict[str, Json] = {"thought": True} if thought else {}
    return b"".join(chunk({"text": piece, **mark}, index=index) for piece in pieces)
