"""What a stream has delivered, as the content of an answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from addons.core.call import Content, Inspected, Message, Text, ToolCall
from addons.core.protocols import event_stream
from addons.core.protocols.anthropic.usage import tokens_of
from addons.core.protocols.anthropic.vocabulary import VOCABULARY
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_stream import delivered_texts
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import tool_call

TEXT: Path = ("text",)
NAME: Path = ("name",)
ID: Path = ("id",)
INPUT: Path = ("input",)
PARTIAL_JSON: Path = ("partial_json",)
"""Paths in a block, or in what is added to one. ``INPUT`` is what a tool call began with, as JSON text."""

type Block = dict[Path, str]


def place_of(key: Key) -> str:
    """Return the place of a text, where a whole answer would have it."""
    if not isinstance(key.source, int):
        return event_stream.place_of(key)
    path = INPUT + key.path[1:] if key.path[:1] == PARTIAL_JSON else key.path
    return f"/content/{key.source}{pointer(path)}"


def transcript(channels: Channels, inspected: Inspected, usage: Mapping[str, int]) -> Content:
    """Return what was delivered: one message, with its tool calls."""
    blocks: dict[int, Block] = defaultdict(dict)
    for key, text in channels.delivered():
        if isinstance(key.source, int):
            blocks[key.source][key.path] = text
    calls = tuple(call for index in sorted(blocks) for call in _calls(blocks[index], f"/content/{index}"))
    said = "\n".join(blocks[index][TEXT] for index in sorted(blocks) if TEXT in blocks[index])
    tokens_in, tokens_out = tokens_of(usage)
    return Content(
        messages=(Message("assistant", said, calls),) if blocks else (),
        texts=tuple(dict.fromkeys(_texts(channels))),  # a call's name and id are kept twice
        tool_calls=calls,
        inspected=inspected,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


def _calls(block: Block, place: str) -> Iterator[ToolCall]:
    """Yield the call in ``block``; both, where its input came at the beginning and in pieces too."""
    if not block.keys() & {NAME, INPUT, PARTIAL_JSON}:
        return
    for arguments in [block[path] for path in (INPUT, PARTIAL_JSON) if path in block] or ["{}"]:
        yield tool_call(block.get(NAME, ""), arguments, place, block.get(ID, ""))


def _texts(channels: Channels) -> Iterator[Text]:
    for text in delivered_texts(channels, place_of):
        if text.place != "/model" and not VOCABULARY.is_constant(text.place, text.text):
            yield Text("assistant", text.text, text.place)
