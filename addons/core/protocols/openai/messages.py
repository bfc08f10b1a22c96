"""Messages of a conversation, in requests and in answers."""

from collections.abc import Iterator

from addons.core.call import Json, Message, ToolCall
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.json_text import dump
from addons.core.protocols.places import below
from addons.core.protocols.tools import tool_call

_TEXT_FIELDS = ("text", "refusal", "transcript")


def _named_call(called: Json, place: str, call_id: str) -> ToolCall | None:
    """Return the call in a ``function`` or ``custom`` object; arguments that are no text are written as JSON."""
    if not isinstance(called, dict):
        return None
    arguments = called.get("arguments", called.get("input", ""))
    text = arguments if isinstance(arguments, str) else dump(arguments)
    return tool_call(as_text(called.get("name")), text, place, call_id)


def tool_calls(message: dict[str, Json], place: str) -> Iterator[ToolCall]:
    """Yield the tool calls in ``message``, of the present and the deprecated form."""
    for index, item in enumerate(as_list(message.get("tool_calls"))):
        entry = as_object(item)
        for kind in ("function", "custom"):
            call = _named_call(entry.get(kind), f"{place}/tool_calls/{index}", as_text(entry.get("id")))
            if call is not None:
                yield call
    if (call := _named_call(message.get("function_call"), f"{place}/function_call", "")) is not None:
        yield call


def joined_text(content: Json) -> str:
    """Return the text of a message's content: a string, or parts of which those with text count."""
    if isinstance(content, str):
        return content
    parts = (as_object(part).get(name) for part in as_list(content) for name in _TEXT_FIELDS)
    return "\n".join(part for part in parts if isinstance(part, str))


def message_of(value: dict[str, Json], place: str) -> Message:
    """Return one turn of a conversation; a refusal stands for the content that it replaces."""
    content = joined_text(value.get("content")) or as_text(value.get("refusal"))
    return Message(as_text(value.get("role")), content, tuple(tool_calls(value, place)), place)


def is_opaque(part: Json) -> bool:
    """Tell whether a content part carries something that is not text: images, sound and files inside the body."""
    match part:
        case {"input_audio": _} | {"audio": {"data": _}}:
            return True
        case {"image_url": {"url": str() as url}} | {"image_url": str() as url}:
            return is_data_url(url)
        case {"file": {"file_data": _}}:
            return True
        case _:
            return False


def is_data_url(url: str) -> bool:
    """Tell whether ``url`` carries its content itself (RFC 2397)."""
    return url.lstrip()[:5].lower() == "data:"


def opaque_parts(messages: Json, place: str) -> Iterator[str]:
    """Yield the place of each content part that nobody reads."""
    for index, message in enumerate(as_list(messages)):
        for at, part in enumerate(as_list(as_object(message).get("content"))):
            if is_opaque(part):
                yield below(f"{place}/{index}/content", at)
