"""Contents: the turns of a conversation, in requests."""

from collections.abc import Iterator
from dataclasses import dataclass

from addons.core.call import Json, Message, Text
from addons.core.protocols.gemini.parts import RESULTS, Part, has_result, is_read, said, text_runs, tool_calls
from addons.core.protocols.gemini.spellings import get, key_of, repeated
from addons.core.protocols.json_requests import malformed
from addons.core.protocols.places import below

_ROLES = {"": "user", "model": "assistant", "function": "tool"}
"""What other APIs, and so the rules for all of them, call a role. Without one, the user speaks."""

_OBJECTS = (*RESULTS, "functionCall", "toolCall", "executableCode", "inlineData", "fileData")


@dataclass(frozen=True, slots=True)
class Turn:
    """A message; who wrote what stands at a place; texts of several parts, joined; whether all of it was read."""

    message: Message
    roles: dict[str, str]
    joined: tuple[Text, ...]
    is_read: bool


def role_of(role: str) -> str:
    """Return what other APIs call ``role``."""
    return _ROLES.get(role, role)


def turn_of(value: Json, place: str, role: str | None = None) -> Turn:
    """Return the turn ``value``, which stands at ``place``; ``role`` says who speaks whatever it says itself.

    Raises:
        RefusedError: ``BODY_MALFORMED``.
    """
    if not isinstance(value, dict):
        raise malformed("each content must be an object with parts")
    own = get(value, "role")
    if not isinstance(own, str | None):
        raise malformed("the role of a content must be a string")
    parts = _parts(value, place)
    speaker = role or role_of(own or "")
    results = {part.place: "tool" for part in parts if has_result(part.value)}
    is_answer = bool(parts) and len(results) == len(parts)
    return Turn(
        message=Message("tool" if is_answer else speaker, said(parts), tuple(tool_calls(parts)), place),
        roles={place: speaker, **results},
        joined=tuple(_joined(parts, speaker)),
        is_read=all(is_read(part.value) for part in parts),
    )


def _parts(value: dict[str, Json], place: str) -> list[Part]:
    items = repeated(get(value, "parts"), below(place, key_of(value, "parts")))
    if items is None:
        raise malformed("'parts' of a content must be an array")
    return [_part(item, at) for item, at in items]


def _part(value: Json, place: str) -> Part:
    if not isinstance(value, dict):
        raise malformed("each part of a content must be an object")
    if not isinstance(get(value, "text"), str | None):
        raise malformed("the text of a part must be a string")
    for name in _OBJECTS:
        if not isinstance(get(value, name), dict | None):
            raise malformed(f"'{name}' of a part must be an object")
    call = get(value, "functionCall")
    if call is not None and not _is_call(call):
        raise malformed("a function call must have a name, and arguments in an object")
    return Part(value, place)


def _is_call(call: Json) -> bool:
    name, arguments = get(call, "name"), get(call, "args")
    return isinstance(name, str) and bool(name) and isinstance(arguments, dict | None)


def _joined(parts: list[Part], role: str) -> Iterator[Text]:
    """Yield texts of parts that follow each other as the one text that a model reads."""
    for run in text_runs(parts):
        if len(run) > 1:
            yield Text(role, "".join(part.text or "" for part in run), run[0].text_place)
