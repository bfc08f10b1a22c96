"""Calls to the Responses API, and the events of its streams."""

from collections.abc import Callable

from addons.core.call import Call, Json
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.openai.protocol import OpenAI
from addons.core.protocols.protocol import AnswerStream, Masker
from addons.core.protocols.sse import SseParser
from tests.core.protocols.heads import answer_head, request_head
from tests.core.protocols.masks import MASKER

OPENAI = OpenAI()
PATH = "/v1/responses"


def responses_body(**fields: Json) -> bytes:
    """Return the body of a request."""
    return dump({"model": "gpt-5", "input": "x", **fields}).encode()


def responses_call(**fields: Json) -> Call:
    """Return a call."""
    return OPENAI.parse_request("openai", request_head(PATH), responses_body(**fields))


def stream(
    masker: Masker = MASKER, watched: Callable[[str], bool] = lambda _: False, call: Call | None = None
) -> AnswerStream:
    """Return a stream that answers ``call``."""
    asked = call or responses_call(stream=True)
    return OPENAI.answer_stream(asked, answer_head("text/event-stream"), masker, watched)


def event(kind: str, **fields: Json) -> bytes:
    """Return an event of a stream."""
    return f"event: {kind}\ndata: {dump({'type': kind, **fields})}\n\n".encode()


def created(**response: Json) -> bytes:
    """Return the event that begins a response."""
    return event("response.created", response={"id": "r", "output": [], **response})


def added(index: int, **item: Json) -> bytes:
    """Return the event that begins an item."""
    return event("response.output_item.added", output_index=index, item={"id": f"i{index}", **item})


def message(index: int) -> bytes:
    """Return the event that begins a message."""
    return added(index, type="message", role="assistant", content=[])


def text(index: int, *pieces: str, item_id: str = "") -> bytes:
    """Return events with the pieces of a message's text."""
    at: dict[str, Json] = {"item_id": item_id or f"i{index}", "output_index": index, "content_index": 0}
    return b"".join(event("response.output_text.delta", **at, delta=piece, logprobs=[]) for piece in pieces)


def text_done(index: int, whole: str) -> bytes:
    """Return the event that ends a message's text."""
    at: dict[str, Json] = {"item_id": f"i{index}", "output_index": index, "content_index": 0}
    return event("response.output_text.done", **at, text=whole, logprobs=[])


def item_done(index: int, **item: Json) -> bytes:
    """Return the event that ends an item."""
    return event("response.output_item.done", output_index=index, item={"id": f"i{index}", **item})


def completed(*items: Json, kind: str = "response.completed", **response: Json) -> bytes:
    """Return the event that ends a response."""
    return event(kind, response={"id": "r", "output": [*items], **response})


def events_in(out: bytes) -> list[dict[str, Json]]:
    """Return the values of the events in ``out``."""
    return [as_object(parse_text(item.data)) for item in SseParser().feed(out) if item.data]


def said(out: bytes) -> str:
    """Return what the text deltas in ``out`` say."""
    return "".join(str(value["delta"]) for value in events_in(out) if str(value["type"]).endswith(".delta"))
