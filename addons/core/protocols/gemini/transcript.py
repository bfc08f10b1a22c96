"""What a stream has delivered, as the content of an answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from addons.core.call import Content, Inspected, Message, Text, ToolCall
from addons.core.protocols import event_stream
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_stream import delivered_texts
from addons.core.protocols.gemini.json_path import put_together
from addons.core.protocols.gemini.parts import TEXT
from addons.core.protocols.gemini.usage import tokens_of
from addons.core.protocols.gemini.vocabulary import VOCABULARY
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.places import Path
from addons.core.protocols.tools import tool_call

NAME = "name"
ID = "id"
ARGUMENTS = "args"
PIECE = "piece"
VALUE = "value"
"""What a key of a call's text says first. ``ARGUMENTS`` are JSON text; a ``PIECE`` is a string among arguments that
come one by one, with its path behind; a ``VALUE`` there is anything else, as JSON text."""

_OF_CALLS = (NAME, ID, ARGUMENTS, PIECE, VALUE)

type Texts = dict[Key, str]
type Parts = dict[int, Texts]


def text_key(candidate: int, part: int, kind: str) -> Key:
    """Return the key of a text of a candidate; ``part`` is where it begins."""
    return Key(candidate, (part, kind))


def call_key(candidate: int, part: int, kind: str, member: str, *path: str) -> Key:
    """Return the key of a text that belongs to the call in ``member`` of a part."""
    return Key(candidate, (part, kind, member, *path))


def place_of(key: Key) -> str:
    """Return the place of a text, where a whole answer would have it."""
    if not isinstance(key.source, int):
        return event_stream.place_of(key)
    part, kind, *path = key.path
    place = f"/candidates/{key.source}/content/parts/{part}"
    if kind not in _OF_CALLS:
        return f"{place}/{TEXT}"
    return f"{place}/{path[0]}/{kind if kind in {NAME, ID} else ARGUMENTS}"


def transcript(channels: Channels, inspected: Inspected, usage: Mapping[str, int], begun: Mapping[Key, str]) -> Content:
    """Return what was delivered: one message for each candidate, with its tool calls.

    ``begun`` are beginnings of texts that were delivered as the ends of others.
    """
    candidates: dict[int, Parts] = defaultdict(lambda: defaultdict(dict))
    for key, text in channels.delivered():
        if isinstance(key.source, int) and isinstance(key.path[0], int):
            candidates[key.source][key.path[0]][key] = text.removeprefix(begun.get(key, ""))
    messages = tuple(_message(index, candidates[index]) for index in sorted(candidates))
    tokens_in, tokens_out = tokens_of(usage)
    return Content(
        messages=messages,
        texts=tuple(dict.fromkeys(_texts(channels))),  # arguments are kept twice
        tool_calls=tuple(call for message in messages for call in message.tool_calls),
        inspected=inspected,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


def _message(index: int, parts: Parts) -> Message:
    place = f"/candidates/{index}"
    said = (text for part in sorted(parts) for key, text in parts[part].items() if key.path[1] == TEXT)
    calls = (call for part in sorted(parts) for call in _calls(parts[part], f"{place}/content/parts/{part}"))
    return Message("assistant", "".join(said), tuple(calls), place)


def _calls(texts: Texts, place: str) -> Iterator[ToolCall]:
    """Yield the calls in the part at ``place``: one for each member that is a call."""
    members: dict[str, dict[Path, str]] = defaultdict(dict)
    for key, text in texts.items():
        if key.path[1] in _OF_CALLS:
            members[str(key.path[2])][(key.path[1], *key.path[3:])] = text
    for member, own in members.items():
        arguments = own.get((ARGUMENTS,)) or _put_together(own)
        yield tool_call(own.get((NAME,), ""), arguments, f"{place}/{member}", own.get((ID,), ""))


def _put_together(own: Mapping[Path, str]) -> str:
    """Return the arguments that came one by one as JSON text; as a list of what came where they make no object."""
    pieces = [
        (str(path[1]), text if path[0] == PIECE else parse_text(text))
        for path, text in own.items()
        if path[0] in {PIECE, VALUE}
    ]
    whole = put_together(pieces)
    return dump([[path, value] for path, value in pieces] if whole is None else whole)


def _texts(channels: Channels) -> Iterator[Text]:
    for text in delivered_texts(channels, place_of):
        if text.place != "/modelVersion" and not VOCABULARY.is_constant(text.place, text.text):
            yield Text("assistant", text.text, text.place)
