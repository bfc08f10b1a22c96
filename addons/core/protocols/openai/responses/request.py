"""Requests to the Responses API, and to the conversations that it keeps, as calls."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from addons.core.call import Call, Content, Inspected, Json, Message
from addons.core.protocols.json_requests import json_object, malformed, model_of, offered, streams_of, tool_name
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.openai.responses.calls import is_call
from addons.core.protocols.openai.responses.items import (
    MESSAGE,
    is_read,
    is_read_part,
    kind_of,
    messages_of,
    role_of,
    tool_types,
)
from addons.core.protocols.openai.vocabulary import VOCABULARY, other_texts
from addons.core.protocols.query import pairs_of


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the body of an operation has: the member with its items, and whether it must name a model, or may lack."""

    items: str = ""
    runs_model: bool = False
    may_be_empty: bool = False


_SHAPES = {
    "responses": _Shape("input", runs_model=True),
    "responses.compact": _Shape("input", runs_model=True),
    "responses.input_tokens": _Shape("input"),
    "responses.cancel": _Shape(may_be_empty=True),
    "conversations.create": _Shape("items", may_be_empty=True),
    "conversations.update": _Shape(),
    "conversations.items.create": _Shape("items"),
}
OPERATIONS = frozenset(_SHAPES)
"""Operations with a body that is read here."""

RESUMED = "responses.get"
"""The operation that can give the events of a response again, from any of them on."""

_STRINGS = {"function_call": "arguments", "custom_tool_call": "input", "mcp_call": "arguments"}
"""What a call is told to do, which must be a text, by the type of the item."""


def parse_typed(call: Call, body: bytes) -> Call:
    """Parse ``body``, of one of ``OPERATIONS``. See ``Protocol.parse_request``."""
    shape = _SHAPES[call.operation]
    if not body and shape.may_be_empty:
        return call
    value = json_object(call.head, body)
    content = _content(value, shape.items)
    return replace(
        call,
        content=replace(content, texts=call.content.texts + content.texts),
        model=call.model or _model(value, shape),
        tools=tuple(dict.fromkeys(_tools(value, shape.items))),
        streams=streams_of(value),
        body=value,
    )


def asks_for_events(query: str) -> bool:
    """Tell whether a query asks for the events of a response."""
    return ("stream", "true") in pairs_of(query)


def _model(body: dict[str, Json], shape: _Shape) -> str:
    """Return the model; a stored prompt may bring its own, and counting tokens runs none."""
    if body.get("model") is None and (not shape.runs_model or isinstance(body.get("prompt"), dict)):
        return ""
    return model_of(body)


def _content(body: dict[str, Json], field: str) -> Content:
    items = _items(body, field)
    types = tool_types(body.get("tools"))
    messages = [message for place, item in items for message in messages_of(item, place, types)]
    texts = [text for place, item in items for text in VOCABULARY.texts(item, place, role_of(item))]
    if isinstance(body.get(field), str):
        message = Message("user", as_text(body[field]), place=f"/{field}")
        messages, texts = [message], VOCABULARY.texts(message.content, message.place, message.role)
    instructions = body.get("instructions")
    if not isinstance(instructions, str | None):
        raise malformed("'instructions' must be a string")
    if instructions:
        messages.insert(0, Message("system", instructions, place="/instructions"))
        texts = [*VOCABULARY.texts(instructions, "/instructions", "system"), *texts]
    variables = as_object(as_object(body.get("prompt")).get("variables")).values()
    is_full = all(is_read(item) for _, item in items) and all(is_read_part(variable) for variable in variables)
    return Content(
        messages=tuple(messages),
        texts=(*texts, *other_texts(body, field, "instructions")),
        tool_calls=tuple(call for message in messages for call in message.tool_calls),
        inspected=Inspected.FULL if is_full else Inspected.PARTIAL,
    )


def _items(body: dict[str, Json], field: str) -> list[tuple[str, dict[str, Json]]]:
    """Return the items in ``field`` with their places.

    Raises:
        RefusedError: one has not the shape that its type demands.
    """
    value = body.get(field) if field else None
    if not isinstance(value, str | list | None) or (isinstance(value, str) and field != "input"):
        raise malformed(f"'{field}' must be an array of items" + (" or a string" if field == "input" else ""))
    items = [item for item in as_list(value) if isinstance(item, dict)]
    if len(items) != len(as_list(value)):
        raise malformed(f"each item of '{field}' must be an object")
    for item in items:
        _check(item)
    return [(f"/{field}/{index}", item) for index, item in enumerate(items)]


def _check(item: dict[str, Json]) -> None:
    kind = kind_of(item)
    if not isinstance(item.get("type"), str | None) or not (kind == MESSAGE or item.get("type") or item.get("id")):
        raise malformed("each item must have a type, a role or an id")
    if kind == MESSAGE:
        if not isinstance(item.get("role"), str):
            raise malformed("each message must have a role")
        _check_parts(item.get("content"), "the content of a message")
    elif kind.endswith("call_output"):
        output = item.get("output")
        _check_parts([output] if isinstance(output, dict) else output, "what a tool has answered")
    elif is_call(item):
        _check_call(item, kind)


def _check_parts(content: Json, what: str) -> None:
    if not isinstance(content, str | list | None):
        raise malformed(f"{what} must be a string or an array of parts")
    if any(not isinstance(part, dict) for part in as_list(content)):
        raise malformed(f"each part of {what} must be an object")


def _check_call(item: dict[str, Json], kind: str) -> None:
    member = _STRINGS.get(kind)
    if member is None:
        return
    if not isinstance(item.get("name"), str) or not item["name"]:
        raise malformed("each call of a tool must name it")
    if not isinstance(item.get(member), str):
        raise malformed(f"'{member}' of a call must be a string")


def _tools(body: dict[str, Json], field: str) -> Iterator[str]:
    """Yield the names of all tools that are offered, also among the items."""
    yield from _names(offered(body, "tools"))
    for item in as_list(body.get(field)) if field else []:
        if kind_of(as_object(item)) in {"additional_tools", "tool_search_output"}:
            yield from _names(offered(as_object(item), "tools"))


def _names(tools: list[dict[str, Json]]) -> Iterator[str]:
    """Yield the names of ``tools``: a tool of OpenAI's goes by its type, and some stand for several tools."""
    for entry in tools:
        for wrapped in (entry.get("function"), entry.get("custom")):
            if isinstance(wrapped, dict):
                yield tool_name(wrapped, None)
        yield tool_name(entry, entry.get("type"))
        yield from _names(offered(entry, "tools"))
        allowed = entry.get("allowed_tools")
        names = as_object(allowed).get("tool_names") if isinstance(allowed, dict) else allowed
        yield from (name for name in as_list(names) if isinstance(name, str) and name)
