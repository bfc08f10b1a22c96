"""Events of a streamed response: what each carries is masked with what came before it in its own text.

1. Each text of an item is a channel of its own: the text of a part, a summary, arguments, code, a command.
2. The tools that items call are checked wherever an item stands.
3. What is held back of a text goes out before the event that ends it, in one more event of its kind. No event waits
   for another one, so a client that answers to events is not kept waiting, and the order of the upstream's stays.
4. An event that says a whole text again is masked just as its pieces were; token texts stay where nothing was masked.
5. Whatever would go on with a text that has ended is refused: clients would join it with what was let go.
6. What no event has ended goes out before the end of the response, before an error, or at the end of the stream.
"""

import re
from collections.abc import Callable, Iterator

from addons.core.call import Content, Inspected, Json
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_paths import PathReader
from addons.core.protocols.event_stream import NamedEvent
from addons.core.protocols.json_edit import mapped
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.openai.logprobs import Unchanged, blanked, say_only
from addons.core.protocols.openai.responses.calls import is_call, names_of
from addons.core.protocols.openai.responses.identities import Identities
from addons.core.protocols.openai.responses.images import is_image
from addons.core.protocols.openai.responses.items import is_read
from addons.core.protocols.openai.responses.kinds import (
    KINDS,
    PRINTED,
    Kind,
    kind_in_item,
    kind_in_part,
    number_in,
)
from addons.core.protocols.openai.responses.numbering import Numbering
from addons.core.protocols.openai.responses.pieces import Output, Pieces, Tail
from addons.core.protocols.openai.responses.record import BEGUN, DONE, Record
from addons.core.protocols.openai.responses.tokens import without_told
from addons.core.protocols.openai.transcript import Tokens, tokens_of
from addons.core.protocols.openai.vocabulary import is_protocol_number
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import OfferedTools

_BEGINS = frozenset({"response.created", "response.in_progress", "response.queued"})
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_STEPS = frozenset({"added", "done"})
_ITEM = "response.output_item"
_PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
_ANNOTATION = "response.output_text.annotation.added"
_OPAQUE = frozenset({"response.image_generation_call.partial_image", "response.audio.delta"})
_STATES = re.compile(
    r"response\.(?:[a-z_]+_call|mcp_list_tools)\.(?:in_progress|searching|interpreting|generating|completed|failed)"
    r"|response\.compaction\.compacting|response\.audio\.done|keepalive"
)
_QUIET = frozenset({"item_id", "obfuscation", "logprobs"})
"""Members of events that nobody wants to see in a record."""

_IMAGES = frozenset({"result", "partial_image_b64"})

type Use = Callable[[Key, Kind, str], str]
type Locate = Callable[[Path], tuple[Key, Kind] | None]
type Read = tuple[list[Tail], Json]


def _nowhere(_path: Path) -> None:
    """Find no text that comes in pieces."""


class ResponseReader:
    """Reads the events of one response. See ``EventReader``."""

    def __init__(self, channels: Channels, tools: OfferedTools) -> None:
        self._channels = channels
        self._tools = tools
        self._pieces = Pieces(channels)
        self._items = Identities()
        self._numbering = Numbering()
        self._record = Record(channels)
        self._paths = PathReader(channels)
        self._unchanged = Unchanged()
        self._tokens: Tokens = (None, None)
        self._is_named = False
        self.is_partial = False
        self.has_read = False

    def read(self, value: dict[str, Json], name: str) -> tuple[list[NamedEvent], Json]:
        """Return events to send first, and ``value`` as it goes on."""
        kind = as_text(value.get("type"))
        self._is_named = bool(name)
        if not self.has_read:
            self._numbering.are_cursors = kind not in _BEGINS
        self.has_read = True
        read = self._read(value, kind, name) if name in {"", kind} else None
        if read is None:
            self.is_partial = True
            read = [], self._paths.read(value, name)
        tails, masked = read
        before = self._events(tails, value)
        if kind in _ENDS or kind == "error":
            before += self._numbered(self._paths.flush(), value)
        return before, self._numbering.passed(as_object(masked))

    def flush(self) -> list[NamedEvent]:
        """6. Return events that carry what was held back."""
        return self._events(self._pieces.held(), {}) + self._numbered(self._paths.flush(), {})

    def content(self, inspected: Inspected) -> Content:
        """Return what was delivered, item by item."""
        return self._record.content(inspected, self._tokens)

    def _read(self, value: dict[str, Json], kind: str, name: str) -> Read | None:
        event, _, step = kind.rpartition(".")
        if event in KINDS and step == "delta":
            return self._delta(value, KINDS[event], name)
        if "delta" in value and kind not in _OPAQUE:
            return None
        value = as_object(without_told(value, self._channels.hides))
        if step in _STEPS and (event in KINDS or event in _PARTS or event == _ITEM):
            return self._step(value, event, is_end=step == "done")
        return self._response(value, kind) if kind in _BEGINS | _ENDS else self._other(value, kind)

    def _step(self, value: dict[str, Json], event: str, *, is_end: bool) -> Read:
        if event == _ITEM:
            return self._item(value, is_end=is_end)
        if event in _PARTS:
            return self._part(value, event, is_end=is_end)
        return self._text(value, KINDS[event], is_end=is_end)

    def _other(self, value: dict[str, Json], kind: str) -> Read | None:
        if kind == "error":
            return self._pieces.end_all(), self._masked(value, ())
        if kind == _ANNOTATION:
            at = (number_in(value, "content_index"), "annotations", number_in(value, "annotation_index"))
            return [], self._masked(value, ("output", self._items.of_end(value), "content", *at), "annotation")
        if kind in _OPAQUE:
            self.is_partial = True
            return [], self._masked(value, ())
        return ([], self._masked(value, ())) if _STATES.fullmatch(kind) else None

    def _delta(self, value: dict[str, Json], kind: Kind, name: str) -> Read | None:
        """Read a piece of a text."""
        if not isinstance(value.get("delta"), dict if kind is PRINTED else str):
            return None
        source, path = Output(self._items.of_piece(value)), kind.path_in(value)
        fed: list[Key] = []
        said: dict[str, str] = {}

        def use(key: Key, kind: Kind, text: str) -> str:
            out = self._pieces.add(key, kind, text)
            fed.append(key)
            if self._unchanged.passes(key, text, out):
                said["content"] = text
            return out

        def locate(at: Path) -> tuple[Key, Kind] | None:
            return (Key(source, path + at[1:]), kind) if at[0] == "delta" else None

        masked = as_object(self._masked(value, (), locate=locate, use=use))
        tokens = value.get("logprobs")
        if tokens and not say_only({"content": tokens}, said):
            masked = {**masked, "logprobs": blanked(tokens)}
        for key in fed:
            self._pieces.went_on_in(key, (name, masked))
        return [], masked

    def _text(self, value: dict[str, Json], kind: Kind, *, is_end: bool) -> Read:
        """Read the event that begins a text, or ends it."""
        number, path = self._items.of_end(value) if is_end else self._items.of_piece(value), kind.path_in(value)
        tails = self._pieces.end(number, path) if is_end else []

        def locate(at: Path) -> tuple[Key, Kind] | None:
            if kind is PRINTED and len(at) == len(path) + 1 and at[0] == path[0]:
                return Key(Output(number), (*path, at[-1])), kind
            return (Key(Output(number), path), kind) if at == (kind.member,) else None

        return tails, self._masked(value, (), locate=locate, use=self._use(is_end=is_end))

    def _part(self, value: dict[str, Json], event: str, *, is_end: bool) -> Read:
        """Read the event that begins a part, or ends it."""
        number = self._items.of_end(value) if is_end else self._items.of_piece(value)
        member, index = _PARTS[event]
        path: Path = (member, number_in(value, index))
        part = value.get("part")
        self.is_partial = self.is_partial or not is_read({"type": "message", "content": [part]})
        tails = self._pieces.end(number, path) if is_end else []

        def locate(at: Path) -> tuple[Key, Kind] | None:
            kind = kind_in_part(part, str(at[1])) if len(at) == 2 and at[0] == "part" else None  # noqa: PLR2004  # part, member
            return (Key(Output(number), (*path, at[1])), kind) if kind and kind.path[0] == member else None

        use = self._use(is_end=is_end)
        return tails, self._masked(value, ("output", number, *path), "part", locate=locate, use=use)

    def _item(self, value: dict[str, Json], *, is_end: bool) -> Read:
        """Read the event that begins an item, or ends it."""
        item = value.get("item")
        number = self._items.of_end(value) if is_end else self._items.begin(value)
        self._check(item)
        tails = self._pieces.end(number) if is_end else []

        def locate(at: Path) -> tuple[Key, Kind] | None:
            kind = kind_in_item(item, at[1:]) if at[0] == "item" else None
            return (Key(Output(number), at[1:]), kind) if kind else None

        masked = self._masked(value, ("output", number), "item", locate=locate, use=self._use(is_end=is_end))
        self._record.keep(number, DONE if is_end else BEGUN, as_object(masked).get("item"))
        return tails, masked

    def _response(self, value: dict[str, Json], kind: str) -> Read:
        """Read an event with the response as it is at the beginning, or at the end."""
        response = as_object(value.get("response"))
        items = as_list(response.get("output"))
        self._tokens = tokens_of(response, self._tokens)
        self._numbering.are_cursors = self._numbering.are_cursors or response.get("background") is True
        for item in items:
            self._check(item)
        is_end = kind in _ENDS
        tails = self._pieces.end_all() if is_end else []
        numbers = [self._items.of_listed(item, position) for position, item in enumerate(items)]

        def locate(at: Path) -> tuple[Key, Kind] | None:
            match at:
                case ("response", "output", int() as position, *_) if at[3:]:
                    found = kind_in_item(items[position], at[3:])
                    return (Key(Output(numbers[position]), at[3:]), found) if found else None
                case _:
                    return None

        masked = self._masked(value, (), "response", locate=locate, use=self._use(is_end=is_end))
        outputs = as_list(as_object(as_object(masked).get("response")).get("output"))
        for number, item in zip(numbers, outputs, strict=True):
            self._record.keep(number, DONE if is_end else BEGUN, item)
        return tails, masked

    def _use(self, *, is_end: bool) -> Use:
        return self._pieces.again if is_end else self._pieces.begin

    def _check(self, item: Json) -> None:
        """2. Check that the tool that ``item`` calls may be called."""
        members = as_object(item)
        self.is_partial = self.is_partial or (item is not None and not is_read(item))
        if is_call(members):
            for tool in names_of(members):
                self._tools.check(tool)

    def _masked(
        self, value: Json, base: Path, member: str = "", *, locate: Locate = _nowhere, use: Use | None = None
    ) -> Json:
        """Return ``value`` masked.

        Texts that ``locate`` finds go to ``use``. What stands in ``member`` has its place below ``base``; other events
        say it again.
        """

        def leaf(path: Path, text: str) -> str:
            found = locate(path) if use and text else None
            return use(*found, text) if use and found else whole(path, text)

        def whole(path: Path, text: str) -> str:
            is_repeated = path[:1] == (member,)
            place = pointer((*base, *path[1:]) if is_repeated else path)
            if not text or (text.isdigit() and is_protocol_number(place)):
                return text
            if path and path[-1] in _IMAGES and is_image(text):
                return text
            if not _QUIET.isdisjoint(path):
                return self._channels.passing(place, text, is_repeated=is_repeated)
            return self._channels.whole(place, text, is_repeated=is_repeated)

        return mapped(value, leaf, whole)

    def _events(self, tails: list[Tail], following: dict[str, Json]) -> list[NamedEvent]:
        """3. Return events with all of ``tails``."""
        for tail in tails:
            self._unchanged.forget(tail.key)
        return self._numbered(list(self._tail_events(tails)), following)

    def _tail_events(self, tails: list[Tail]) -> Iterator[NamedEvent]:
        for tail in tails:
            assert isinstance(tail.key.source, Output)
            number = tail.key.source.number
            yield tail.event(number, self._items.id_of(number), is_named=self._is_named)

    def _numbered(self, events: list[NamedEvent], following: dict[str, Json]) -> list[NamedEvent]:
        values = self._numbering.additional([as_object(value) for _, value in events], following)
        return [(name, value) for (name, _), value in zip(events, values, strict=True)]
