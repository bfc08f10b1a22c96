"""Calls to Anthropic's API, and the events of its streams."""

from addons.core.call import Call, Json
from addons.core.protocols.anthropic.protocol import Anthropic
from addons.core.protocols.json_text import dump
from tests.core.protocols.heads import request_head

ANTHROPIC = Anthropic()

MESSAGES = "/v1/messages"


def messages_body(**fields: Json) -> bytes:
    """Return the body of a request."""
    return dump({"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [], **fields}).encode()


def messages_call(**fields: Json) -> Call:
    """Return a call."""
    return ANTHROPIC.parse_request("anthropic", request_head(MESSAGES), messages_body(**fields))


def event(kind: str, **fields: Json) -> bytes:
    """Return an event of a stream."""
    return f"event: {kind}\ndata: {dump({'type': kind, **fields})}\n\n".encode()


def start(index: int, **block: Json) -> bytes:
    """Return the event that begins a content block."""
    return event("content_block_start", index=index, content_block=block)


def tool(index: int, name: str, kind: str = "tool_use") -> bytes:
    """Return the event that begins the call of a tool."""
    return start(index, type=kind, id=f"toolu_{index}", name=name, input={})


def delta(index: int, kind: str, **fields: Json) -> bytes:
    """Return an event that adds to a content block."""
    return event("content_block_delta", index=index, delta={"type": kind, **fields})


def text(index: int, *pieces: str) -> bytes:
    """Return events with the pieces of a text."""
    return b"".join(delta(index, "text_delta", text=piece) for piece in pieces)


def stop(index: int) -> bytes:
    """Return the event that ends a content block."""
    return event("content_block_stop", index=index)
