"""Events of a streamed message: what each carries is masked with what came before it in its own text.

1. Each text of a content block is a channel of its own: its text, its thinking, the input of its tool.
2. A tool's name comes whole, in the event that begins its block, and is checked there.
3. What is held back of a block goes out before the event that ends it, in a delta event of the kind that it came in.
   The order of the upstream's events stays.
4. Whatever would go on with a block that has ended is refused: clients would join it with what was let go.
5. What no event has ended goes out before the end of the message, before an error, or at the end of the stream.
"""

from collections.abc import Mapping

from addons.core.call import Content, Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.anthropic.blocks import is_call, is_read
from addons.core.protocols.anthropic.transcript import ID, INPUT, NAME, PARTIAL_JSON, TEXT, place_of, transcript
from addons.core.protocols.anthropic.usage import counted
from addons.core.protocols.channels import MAX_CHANNELS, Channels, Key
from addons.core.protocols.event_paths import is_streamed
from addons.core.protocols.event_stream import NamedEvent
from addons.core.protocols.json_edit import mapped, with_leaf
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.json_text import dump
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import OfferedTools
from addons.core.reasons import Reason

_DELTA = "content_block_delta"
_THINKING = ("thinking",)
_KINDS = {TEXT: "text_delta", _THINKING: "thinking_delta", PARTIAL_JSON: "input_json_delta"}
_KNOWN_DELTAS = frozenset({*_KINDS.values(), "signature_delta", "citations_delta"})
_SIGNATURE = "signature"
_WHOLE = frozenset({"citation", _SIGNATURE})
"""Members of a delta that come in one piece: clients put the last signature in the place of the one before."""


def _malformed(what: str) -> RefusedError:
    return RefusedError(Reason.UPSTREAM_MALFORMED, f"The answer's stream is refused: {what}.")


class MessageReader:
    """Reads the events of one message. See ``EventReader``."""

    def __init__(self, channels: Channels, tools: OfferedTools) -> None:
        self._channels = channels
        self._tools = tools
        self._is_open: dict[int, bool] = {}
        self._is_over = False
        self._kinds: dict[Key, str] = {}
        self._signed: set[int] = set()
        self._usage: dict[str, int] = {}
        self.is_partial = False

    def read(self, value: Json, name: str) -> tuple[list[NamedEvent], Json] | None:
        """Return events to send first, and ``value`` as it goes on; ``None`` where its type is not known."""
        del name  # clients that look at it at all do so before they look at the type
        if not isinstance(value, dict):
            return None
        kind = value.get("type", "error" if "error" in value else None)
        before: list[NamedEvent] = []
        match kind:
            case "message_start":
                masked = self._message(value)
            case "content_block_start":
                masked = self._start(value)
            case "content_block_delta":
                masked = self._delta(value)
            case "content_block_stop":
                before, masked = self._stop(value), self._masked(value, {})
            case "message_stop" | "error":
                before, masked = self._end(), self._masked(value, {})
            case "message_delta" | "ping":
                self._usage = counted(value, self._usage)
                masked = self._masked(value, {})
            case _:
                return None
        return before, masked

    def flush(self) -> list[NamedEvent]:
        """5. Return delta events that carry what was held back."""
        return self._tails({index for index, is_open in self._is_open.items() if is_open})

    def content(self, inspected: Inspected) -> Content:
        """Return what was delivered, as one message."""
        return transcript(self._channels, inspected, self._usage)

    def _message(self, value: dict[str, Json]) -> Json:
        message = as_object(value.get("message"))
        self._usage = counted(message, self._usage)
        blocks = [as_object(block) for block in as_list(message.get("content"))]
        for index, block in enumerate(blocks):
            self._begin(index, block)
        roots: dict[Path, int] = {("message", "content", index): index for index in range(len(blocks))}
        masked = self._masked(value, roots)
        for index, item in enumerate(as_list(as_object(as_object(masked).get("message")).get("content"))):
            self._keep_call(index, as_object(item))
        return masked

    def _start(self, value: dict[str, Json]) -> Json:
        index, block = _block_of(value, "content_block")
        self._begin(index, block)
        masked = self._masked(value, {("content_block",): index})
        self._keep_call(index, as_object(as_object(masked).get("content_block")))
        return masked

    def _begin(self, index: int, block: dict[str, Json]) -> None:
        if index in self._is_open:
            raise _malformed("it begins a content block again")
        self._open(index)
        # 2. The tool
        if isinstance(name := block.get("name"), str):
            self._tools.check(name)
        self.is_partial = self.is_partial or not is_read(block)

    def _open(self, index: int) -> None:
        if self._is_over or not self._is_open.setdefault(index, True):
            raise _malformed("it goes on with a content block that it has ended")  # 4.
        if len(self._is_open) > MAX_CHANNELS:
            raise _malformed(f"it has more than {MAX_CHANNELS} content blocks")

    def _keep_call(self, index: int, block: dict[str, Json]) -> None:
        """Keep a tool call's head for the record; ``block`` is masked."""
        if is_call(block):
            self._channels.keep(Key(index, NAME), as_text(block.get("name")))
            self._channels.keep(Key(index, ID), as_text(block.get("id")))
            self._channels.keep(Key(index, INPUT), dump(block["input"]) if block.get("input") else "")

    def _delta(self, value: dict[str, Json]) -> Json:
        index, delta = _block_of(value, "delta")
        self._open(index)
        self.is_partial = self.is_partial or as_text(delta.get("type")) not in _KNOWN_DELTAS
        if delta.get(_SIGNATURE):
            if index in self._signed:
                raise _malformed("a content block has more than one signature")
            self._signed.add(index)
        return self._masked(value, {("delta",): index})

    def _stop(self, value: dict[str, Json]) -> list[NamedEvent]:
        index = _index_of(value)
        self._open(index)
        tails = self._tails({index})
        self._is_open[index] = False
        return tails

    def _end(self) -> list[NamedEvent]:
        self._is_over = True
        return self.flush()

    def _masked(self, value: dict[str, Json], roots: Mapping[Path, int]) -> Json:
        """Return ``value`` masked; ``roots`` are the paths of the blocks in it, or of what is added to one."""

        def located(path: Path) -> tuple[int | None, Path]:
            length = next((length for length in (1, 3) if path[:length] in roots), None)
            return (None, path) if length is None else (roots[path[:length]], path[length:])

        def leaf(path: Path, text: str) -> str:
            index, at = located(path)
            if index is None or not _is_piece(path, at, value):
                return whole(path, text)
            key = Key(index, at)
            out = self._channels.feed(key, place_of(key), text)
            self._kinds[key] = _kind(value, at)
            return out

        def whole(path: Path, text: str) -> str:
            index, at = located(path)
            place = pointer(_without_message(at)) if index is None else place_of(Key(index, at))
            return self._channels.whole(place, text)

        return mapped(value, leaf, whole)

    def _tails(self, indexes: set[int]) -> list[NamedEvent]:
        """3. Return delta events with all that is held back of the blocks ``indexes``."""
        keys = [key for key in self._channels.open_keys if isinstance(key.source, int) and key.source in indexes]
        tails = [(key, self._kinds.pop(key), self._channels.close(key)) for key in keys]
        return [(_DELTA, _delta_event(key, kind, tail)) for key, kind, tail in tails if tail]


def _index_of(value: dict[str, Json]) -> int:
    index = value.get("index")
    if not isinstance(index, int) or isinstance(index, bool):
        raise _malformed("an event does not say which content block it belongs to")
    return index


def _block_of(value: dict[str, Json], member: str) -> tuple[int, dict[str, Json]]:
    """Return the number of the block that an event belongs to, and what it says of it."""
    block = value.get(member)
    if not isinstance(block, dict):
        raise _malformed(f"an event has no '{member}' object")
    return _index_of(value), block


def _without_message(path: Path) -> Path:
    return path[1:] if path[:1] == ("message",) else path


def _is_piece(path: Path, at: Path, value: dict[str, Json]) -> bool:
    """Tell whether what stands ``at`` in a block, or in what is added to one, may be a piece of a longer text."""
    if path[0] == "delta":
        return at[0] not in _WHOLE and is_streamed(at)
    block = as_object(value.get("content_block"))
    return at in _KINDS or (bool(block) and not is_read(block) and len(at) == 1 and is_streamed(at))


def _kind(value: dict[str, Json], at: Path) -> str:
    """Return the type of the deltas that carry the text ``at``."""
    own = as_object(value.get("delta")).get("type")
    beside = f"{as_text(as_object(value.get('content_block')).get('type'))}_delta"
    return own if isinstance(own, str) else _KINDS.get(at, beside)


def _delta_event(key: Key, kind: str, tail: str) -> Json:
    assert isinstance(key.source, int)
    delta = with_leaf({"type": kind}, key.path, lambda _: tail)
    return {"type": _DELTA, "index": key.source, "delta": delta}
