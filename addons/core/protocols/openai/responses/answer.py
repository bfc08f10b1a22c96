"""Whole answers of the Responses API: the items in them."""

from collections.abc import Iterator

from addons.core.call import Json, Message
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.openai.responses.items import is_read, messages_of, tool_types

_LISTS = frozenset({"responses.input_items", "conversations.items.list", "conversations.items.create"})
_ITEM = "conversations.items.get"

TYPED = _LISTS | {
    _ITEM,
    "responses",
    "responses.get",
    "responses.delete",
    "responses.cancel",
    "responses.compact",
    "responses.input_tokens",
    "conversations.create",
    "conversations.get",
    "conversations.update",
    "conversations.delete",
    "conversations.items.delete",
}
"""Operations whose answers are read here."""


def messages_in(operation: str, answer: dict[str, Json]) -> tuple[Message, ...]:
    """Return the messages, calls and results of tools in ``answer``."""
    types = tool_types(answer.get("tools"))
    return tuple(
        message for place, item in _items(operation, answer) for message in messages_of(as_object(item), place, types)
    )


def is_read_in_full(operation: str, answer: dict[str, Json]) -> bool:
    """Tell whether the strings of all items in ``answer`` are all that they say."""
    return all(is_read(item) for _, item in _items(operation, answer))


def _items(operation: str, answer: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """Yield the items of ``answer`` with their places."""
    if operation == _ITEM and "error" not in answer:
        yield "", answer
    member = "data" if operation in _LISTS else "output"
    for index, item in enumerate(as_list(answer.get(member))):
        yield f"/{member}/{index}", item
