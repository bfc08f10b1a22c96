"""Requests to Anthropic's API as calls."""

from collections.abc import Iterator
from dataclasses import replace

from addons.core.call import Call, Content, Inspected, Json, Message, RequestHead, Text
from addons.core.protocols.anthropic.blocks import is_read, joined_text, message_of
from addons.core.protocols.anthropic.operations import ROUTES
from addons.core.protocols.anthropic.vocabulary import VOCABULARY
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
from addons.core.protocols.query import query_texts

PROTOCOL = "anthropic"

_TYPED = frozenset({"messages", "messages.count_tokens"})


def parse_request(service: str, head: RequestHead, body: bytes) -> Call:
    """Parse a request. See ``Protocol.parse_request``."""
    call = Call(
        service=service,
        protocol=PROTOCOL,
        operation=ROUTES.operation_of(head.method, head.path),
        head=head,
        content=Content(texts=query_texts(head.query)),
        size=len(body),
    )
    return _parse_typed(call, body) if call.operation in _TYPED else read_other(call, body)


def _parse_typed(call: Call, body: bytes) -> Call:
    value = json_object(call.head, body)
    content = _content(value)
    return replace(
        call,
        content=replace(content, texts=call.content.texts + content.texts),
        model=model_of(value),
        tools=tuple(tool_name(tool, tool.get("type")) for tool in offered(value, "tools")),
        streams=streams_of(value),
        body=value,
    )


def _content(body: dict[str, Json]) -> Content:
    system, messages = body.get("system"), body.get("messages")
    if not isinstance(messages, list):
        raise malformed("'messages' must be an array")
    turns = [_turn(value, f"/messages/{index}") for index, value in enumerate(messages)]
    texts = [text for _, own in turns for text in own]
    if system is not None:
        _check_blocks(system, "'system'")
        turns.insert(0, (Message("system", joined_text(system), place="/system"), []))
        texts = VOCABULARY.texts(system, "/system", "system") + texts
    others = {key: item for key, item in body.items() if key not in {"system", "messages", "model"}}
    blocks = [*as_list(system), *(block for value in messages for block in as_list(as_object(value).get("content")))]
    return Content(
        messages=tuple(message for message, _ in turns),
        texts=(*texts, *VOCABULARY.texts(others)),
        tool_calls=tuple(call for message, _ in turns for call in message.tool_calls),
        inspected=Inspected.FULL if all(is_read(block) for block in blocks) else Inspected.PARTIAL,
    )


def _check_blocks(content: Json, what: str) -> None:
    """Check that ``content`` is a text, or blocks that say of which type they are."""
    if not isinstance(content, str | list):
        raise malformed(f"{what} must be a string or an array of content blocks")
    if not all(isinstance(as_object(block).get("type"), str) for block in as_list(content)):
        raise malformed(f"each content block of {what} must be an object with a type")


def _turn(value: Json, place: str) -> tuple[Message, list[Text]]:
    if not isinstance(value, dict):
        raise malformed("each message must be an object")
    role = value.get("role")
    if not isinstance(role, str):
        raise malformed("each message must have a role")
    _check_blocks(value.get("content"), "a message's content")
    return message_of(value, place), list(_texts(value, place, role))


def _texts(message: dict[str, Json], place: str, role: str) -> Iterator[Text]:
    """Yield the strings of ``message``; what a tool has answered has the role ``tool``, as in other APIs."""
    content = message["content"]
    if isinstance(content, str):
        yield from VOCABULARY.texts(message, place, role)
        return
    yield from VOCABULARY.texts({key: item for key, item in message.items() if key != "content"}, place, role)
    for index, block in enumerate(as_list(content)):
        is_result = str(as_object(block)["type"]).endswith("tool_result")
        yield from VOCABULARY.texts(block, f"{place}/content/{index}", "tool" if is_result else role)
