"""Requests to the OpenAI API as calls."""

from collections.abc import Callable
from dataclasses import replace

from addons.core.call import Call, Content, Inspected, Json, Message, RequestHead, Text
from addons.core.errors import RefusedError
from addons.core.protocols.headers import content_type, require_json
from addons.core.protocols.json_leaves import texts_of
from addons.core.protocols.json_text import parse
from addons.core.protocols.openai.messages import as_list, as_object, is_opaque, message_of, opaque_parts
from addons.core.protocols.openai.operations import deployment_of, operation_of
from addons.core.protocols.openai.vocabulary import NUMBERS_OF_THE_PROTOCOL, STRUCTURE, is_structure
from addons.core.protocols.query import query_texts
from addons.core.reasons import Reason

PROTOCOL = "openai"


def parse_request(service: str, head: RequestHead, body: bytes) -> Call:
    """Parse a request. See ``Protocol.parse_request``."""
    operation = operation_of(head.method, head.path)
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
    return _parse_generic(call, body)


def _malformed(what: str) -> RefusedError:
    return RefusedError(Reason.BODY_MALFORMED, f"The request is not what this operation takes: {what}.")


def _parse_generic(call: Call, body: bytes) -> Call:
    """Read the strings of a body that has no parser; what could be read in two ways is refused all the same."""
    if not body and call.head.method in {"GET", "DELETE"} and call.operation != "other":
        return call
    if not content_type(call.head.headers).is_json:
        return replace(call, content=replace(call.content, inspected=Inspected.NONE))
    value = parse(body) if body else None
    content = Content(texts=call.content.texts + tuple(texts_of(value)), inspected=Inspected.NONE)
    streams = isinstance(value, dict) and value.get("stream") is True
    return replace(call, content=content, streams=streams, body=value)


def _parse_typed(call: Call, body: bytes) -> Call:
    require_json(call.head.headers)
    value = parse(body)
    if not isinstance(value, dict):
        raise _malformed("the body must be a JSON object")
    content = _TYPED[call.operation](value)
    return replace(
        call,
        content=replace(content, texts=call.content.texts + content.texts),
        model=call.model or _model(value, call.operation),
        tools=_tools(value),
        streams=_streams(value),
        body=value,
    )


def _model(body: dict[str, Json], operation: str) -> str:
    model = body.get("model")
    if model is None and operation == "moderations":
        return ""
    if not isinstance(model, str) or not model:
        raise _malformed("'model' must be a string that names a model")
    return model


def _streams(body: dict[str, Json]) -> bool:
    streams = body.get("stream")
    if streams is not None and not isinstance(streams, bool):
        raise _malformed("'stream' must be true or false")
    return streams is True


def _tools(body: dict[str, Json]) -> tuple[str, ...]:
    """Return the names of all tools that are offered; a tool of the provider goes by its type."""
    names = []
    for field in ("tools", "functions"):
        entries = body.get(field)
        if entries is not None and not isinstance(entries, list):
            raise _malformed(f"'{field}' must be an array")
        names += [_tool_name(entry) for entry in as_list(entries)]
    return tuple(names)


def _tool_name(entry: Json) -> str:
    if not isinstance(entry, dict):
        raise _malformed("each tool must be an object")
    named = entry.get("function") or entry.get("custom") or entry
    name = as_object(named).get("name", entry.get("type"))
    if not isinstance(name, str) or not name:
        raise _malformed("each tool must have a name")
    return name


def _texts(value: Json, place: str, role: str = "") -> list[Text]:
    texts = texts_of(value, place, role, structure=STRUCTURE)
    return [text for text in texts if not is_structure(text.place, text.text)]


def _other_texts(body: dict[str, Json], *typed: str) -> list[Text]:
    """Return the strings of all fields but ``typed``, the model, and numbers that the protocol gives a meaning."""
    left_out = {*typed, "model"} | {key for key in NUMBERS_OF_THE_PROTOCOL if not isinstance(body.get(key), str)}
    return _texts({key: item for key, item in body.items() if key not in left_out}, "")


def _chat(body: dict[str, Json]) -> Content:
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise _malformed("'messages' must be an array")
    turns = [_turn(value, f"/messages/{index}") for index, value in enumerate(messages)]
    texts = [text for _, own in turns for text in own]
    is_partial = any(opaque_parts(messages, "/messages"))
    return Content(
        messages=tuple(message for message, _ in turns),
        texts=(*texts, *_other_texts(body, "messages")),
        tool_calls=tuple(call for message, _ in turns for call in message.tool_calls),
        inspected=Inspected.PARTIAL if is_partial else Inspected.FULL,
    )


def _turn(value: Json, place: str) -> tuple[Message, list[Text]]:
    if not isinstance(value, dict):
        raise _malformed("each message must be an object")
    role = value.get("role")
    if not isinstance(role, str):
        raise _malformed("each message must have a role")
    if not isinstance(value.get("content"), str | list | None):
        raise _malformed("the content of a message must be a string, an array of parts or null")
    for field, kind in (("tool_calls", list), ("function_call", dict)):
        if not isinstance(value.get(field), kind | None):
            raise _malformed(f"'{field}' of a message has the wrong type")
    if any(not isinstance(part, dict) for part in as_list(value.get("content"))):
        raise _malformed("each part of a message's content must be an object")
    return message_of(value, place), _texts(value, place, role)


def _inputs(body: dict[str, Json], field: str) -> Content:
    """Read ``field``, a text or several. Texts that come as token numbers are not inspected: nothing reads them."""
    value = body.get(field)
    items = value if isinstance(value, list) else [value]
    if value is None or not items or not all(isinstance(item, str | dict | list | int) for item in items):
        raise _malformed(f"'{field}' must be a string or an array")
    tokens = [item for item in items if isinstance(item, list | int)]
    opaque = any(is_opaque(item) for item in items)
    if len(tokens) == len(items):
        inspected = Inspected.NONE
    else:
        inspected = Inspected.PARTIAL if tokens or opaque else Inspected.FULL
    readable = [(index, item) for index, item in enumerate(items) if isinstance(item, str | dict)]
    places = ((item, f"/{field}/{index}" if isinstance(value, list) else f"/{field}") for index, item in readable)
    texts = [text for item, place in places for text in _texts(item, place)]
    return Content(texts=(*texts, *_other_texts(body, field)), inspected=inspected)


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
