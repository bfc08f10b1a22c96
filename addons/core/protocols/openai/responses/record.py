"""What a stream of a response has delivered, as the content of an answer."""

from collections import defaultdict
from collections.abc import Iterator

from addons.core.call import Content, Inspected, Json, Message, Text
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.json_edit import with_leaf
from addons.core.protocols.json_leaves import with_decoded
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.openai.responses.images import image_of
from addons.core.protocols.openai.responses.items import messages_of
from addons.core.protocols.openai.responses.pieces import Output, place_in
from addons.core.protocols.openai.transcript import Tokens, place_of
from addons.core.protocols.openai.vocabulary import VOCABULARY
from addons.core.protocols.places import Path

BEGUN: Path = ("#begun",)
DONE: Path = ("#done",)
"""Under which an item is kept as JSON text, as it began and as it ended. No member of an item is called so."""

_TYPES = {
    "content": "message",
    "transcript": "message",
    "summary": "reasoning",
    "arguments": "function_call",
    "input": "custom_tool_call",
    "code": "code_interpreter_call",
    "action": "shell_call",
    "operation": "apply_patch_call",
    "output": "shell_call_output",
}
"""The type of an item of which only pieces came, by where they stand in it."""


class Record:
    """Keeps items as they were delivered."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._kept: set[Key] = set()

    def keep(self, number: int, stage: Path, item: Json) -> None:
        """Keep ``item``, which is masked, as it was at ``stage``: ``BEGUN`` or ``DONE``; the first counts."""
        key = Key(Output(number), stage)
        if isinstance(item, dict) and key not in self._kept:
            self._kept.add(key)
            self._channels.keep(key, dump({**item, "result": ""} if image_of(item) else item))

    def content(self, inspected: Inspected, tokens: Tokens) -> Content:
        """Return what was delivered, item by item."""
        texts: dict[int, dict[Path, str]] = defaultdict(dict)
        for key, text in self._channels.delivered():
            if isinstance(key.source, Output):
                texts[key.source.number][key.path] = text
        messages = tuple(message for number in sorted(texts, key=abs) for message in _messages(number, texts[number]))
        return Content(
            messages=messages,
            texts=tuple(dict.fromkeys(self._texts())),
            tool_calls=tuple(call for message in messages for call in message.tool_calls),
            inspected=inspected,
            tokens_in=tokens[0],
            tokens_out=tokens[1],
        )

    def _texts(self) -> Iterator[Text]:
        leaves = [(_place_of(key), text) for key, text in self._channels.delivered() if key.path not in {BEGUN, DONE}]
        for place, leaf in (*leaves, *self._channels.delivered_wholes()):
            if place not in {"/model", "/response/model"} and not VOCABULARY.is_constant(place, leaf):
                yield from with_decoded("assistant", leaf, place)


def _place_of(key: Key) -> str:
    return place_in(key.source.number, key.path) if isinstance(key.source, Output) else place_of(key)


def _messages(number: int, texts: dict[Path, str]) -> Iterator[Message]:
    yield from messages_of(_item(texts), place_in(number, ()), frozenset())


def _item(texts: dict[Path, str]) -> dict[str, Json]:
    """Return an item as it ended, or else as it began with the pieces that came."""
    if DONE in texts:
        return as_object(parse_text(texts[DONE]))
    pieces = {path: text for path, text in texts.items() if path != BEGUN}
    item: Json = parse_text(texts[BEGUN]) if BEGUN in texts else _unbegun(next(iter(pieces)))
    for path, text in pieces.items():
        at: Path = ("content", 0, *path) if path == ("transcript",) else path
        item = with_leaf(item, at, lambda _, text=text: text)  # type: ignore[misc]  # its default is bound here
    return as_object(item)


def _unbegun(path: Path) -> Json:
    return {"type": _TYPES.get(str(path[0]), ""), "role": "assistant"}
