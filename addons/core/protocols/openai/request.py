"""Requests to the OpenAI API as calls."""

from collections.abc import Callable
from dataclasses import replace

from addons.core.call import Call, Content, Inspected, Json, Message, RequestHead, Text
from addons.core.protocols.json_requests import (
    json_object,
    malformed,
    model_of,
    offered,
    streams_of,
    tool_name,
)
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.multipart_requests import read_other
from addons.core.protocols.openai.messages import is_opaque, message_of, opaque_parts
from addons.core.protocols.openai.operations import ROUTES, deployment_of
from addons.core.protocols.openai.responses import request as responses
from addons.core.protocols.openai.vocabulary import VOCABULARY, other_texts
from addons.core.protocols.query import query_texts

PROTOCOL = "openai"


def parse_request(service: str, head: RequestHead, body: bytes) -> Call:
    """Parse a request. See ``Protocol.parse_request``."""
    operation = ROUTES.operation_of(head.method, head.path)
    call = Call(
        service=service,
        protocol=PROTOCOL,
        operation=operation,
        head=head,
        content=Content(texts=query_texts(head.query)),
        model=deployment_of(head.path),
        size=len(body),
    )
    if operation in _TYPED:
        return _parse_typed(call, body)
    if operation in responses.OPERATIONS:
        return responses.parse_typed(call, body)
    if operation == responses.RESUMED:
        call = replace(call, streams=responses.asks_for_events(head.query))
    return read_other(call, body)


def _parse_typed(call: Call, body: bytes) -> Call:
    value = json_object(call.head, body)
    content = _TYPED[call.operation](value)
    return replace(
        call,
        content=replace(content, texts=call.content.texts + content.texts),
        model=call.model or _model(value, call.operation),
        tools=_tools(value),
        streams=streams_of(value),
        body=value,
    )


def _model(body: dict[str, Json], operation: str) -> str:
    return "" if operation == "moderations" and body.get("model") is None else model_of(body)


def _tools(body: dict[str, Json]) -> tuple[str, ...]:
    """Return the names of all tools that are offered; a tool of the provider goes by its type."""
    return tuple(_tool_name(entry) for field in ("tools", "functions") for entry in offered(body, field))


def _tool_name(entry: dict[str, Json]) -> str:
    return tool_name(as_object(entry.get("function") or entry.get("custom") or entry), entry.get("type"))


def _chat(body: dict[str, Json]) -> Content:
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise malformed("'messages' must be an array")
    turns = [_turn(value, f"/messages/{index}") for index, value in enumerate(messages)]
    texts = [text for _, own in turns for text in own]
    is_partial = any(opaque_parts(messages, "/messages"))
    return Content(
        messages=tuple(message for message, _ in turns),
        texts=(*texts, *other_texts(body, "messages")),
        tool_calls=tuple(call for message, _ in turns for call in message.tool_calls),
        inspected=Inspected.PARTIAL if is_partial else Inspected.FULL,
    )


def _turn(value: Json, place: str) -> tuple[Message, list[Text]]:
    if not isinstance(value, dict):
        raise malformed("each message must be an object")
    role = value.get("role")
    if not isinstance(role, str):
        raise malformed("each message must have a role")
    if not isinstance(value.get("content"), str | list | None):
        raise malformed("the content of a message must be a string, an array of parts or null")
    for field, kind in (("tool_calls", list), ("function_call", dict)):
        if not isinstance(value.get(field), kind | None):
            raise malformed(f"'{field}' of a message has the wrong type")
    if any(not isinstance(part, dict) for part in as_list(value.get("content"))):
        raise malformed("each part of a message's content must be an object")
    return message_of(value, place), VOCABULARY.texts(value, place, role)


def _inputs(body: dict[str, Json], field: str) -> Content:
    """Read ``field``, a text or several. Texts that come as token numbers are not inspected: nothing reads them."""
    value = body.get(field)
    items = value if isinstance(value, list) else [value]
    if value is None or not items or not all(isinstance(item, str | dict | list | int) for item in items):
        raise malformed(f"'{field}' must be a string or an array")
    tokens = [item for item in items if isinstance(item, list | int)]
    opaque = any(is_opaque(item) for item in items)
    if len(tokens) == len(items):
        inspected = Inspected.NONE
    else:
        inspected = Inspected.PARTIAL if tokens or opaque else Inspected.FULL
    readable = [(index, item) for index, item in enumerate(items) if isinstance(item, str | dict)]
    places = ((item, f"/{field}/{index}" if isinstance(value, list) else f"/{field}") for index, item in readable)
    texts = [text for item, place in places for text in VOCABULARY.texts(item, place)]
    return Content(texts=(*texts, *other_texts(body, field)), inspected=inspected)


def _embeddings(body: dict[str, Json]) -> Content:
    return _inputs(body, "input")


def _completions(body: dict[str, Json]) -> Content:
    content = _inputs(body, "prompt")
    prompts = (text for text in content.texts if text.place.startswith("/prompt"))
    return replace(content, messages=tuple(Message("user", text.text, place=text.place) for text in prompts))


_TYPED: dict[str, Callable[[dict[str, Json]], Content]] = {
    "chat": _chat,
    "completions": _completions,
    "embeddings": _embeddings,
    "moderations": _embeddings,
}
