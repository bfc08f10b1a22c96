"""The texts of a response's items on their way: how each began, its last event, and which have ended."""

from dataclasses import dataclass

from addons.core.protocols.channels import MAX_CHANNELS, Channels, Key
from addons.core.protocols.event_stream import NamedEvent
from addons.core.protocols.json_edit import with_leaf
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.openai.responses.kinds import Kind, malformed
from addons.core.protocols.places import Path, pointer

_FALLEN_AWAY = frozenset({"obfuscation", "sequence_number"})
"""Members of a text's last event that an additional one does not repeat."""


@dataclass(frozen=True, slots=True)
class Output:
    """The source of an item's texts: the item's number in the response, negative for what belongs to no item."""

    number: int


def place_in(number: int, path: Path) -> str:
    """Return the place of what stands at ``path`` in an item, where a whole answer would have it."""
    return pointer(path if number < 0 else ("output", number, *path))


@dataclass(slots=True)
class _Text:
    """A text: its kind, what it began with and what went out of that, and its last event as it went on."""

    kind: Kind
    beginning: tuple[str, str] | None = None
    last: NamedEvent | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """What was held back of a text that has ended, and the last event of that text."""

    key: Key
    kind: Kind
    text: str
    last: NamedEvent | None

    def event(self, number: int, item_id: str, *, is_named: bool) -> NamedEvent:
        """Return an event that carries the tail of a text of item ``number``, like those that carried the text."""
        rest = self.key.path[len(self.kind.path) :]
        if self.last is not None:
            name, value = self.last
            members = {key: item for key, item in as_object(value).items() if key not in _FALLEN_AWAY}
        else:
            members = {**self.kind.envelope(self.key.path), "item_id": item_id, "output_index": number}
            members = {key: item for key, item in members.items() if key != "output_index" or number >= 0}
            name = str(members["type"]) if is_named else ""
        if "logprobs" in members:
            members["logprobs"] = []
        return name, {**members, "delta": with_leaf(None, rest, lambda _: self.text)}


class Pieces:
    """Masks pieces, and refuses those that a client would join with what was let go."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._texts: dict[Key, _Text] = {}
        self._ended: set[tuple[int, Path]] = set()
        self._is_over = False

    def begin(self, key: Key, kind: Kind, text: str) -> str:
        """Take what a text begins with; an event may say it again, as long as no piece has followed."""
        known = self._texts.get(key)
        if known is not None and known.beginning is not None and known.beginning[0] == text:
            return known.beginning[1]
        if known is not None:
            raise malformed("it begins a text again")
        out = self.add(key, kind, text)
        self._texts[key].beginning = (text, out)
        return out

    def add(self, key: Key, kind: Kind, text: str) -> str:
        """Take the next piece of a text and return what may go on."""
        number = self._number(key)
        paths = (key.path[:length] for length in range(len(key.path) + 1))
        if self._is_over or any((number, path) in self._ended for path in paths):
            raise malformed("it goes on with a text that it has ended")
        if key not in self._texts and len(self._texts) >= MAX_CHANNELS:
            raise malformed(f"it has more than {MAX_CHANNELS} texts")
        self._texts.setdefault(key, _Text(kind)).beginning = None
        return self._channels.feed(key, place_in(number, key.path), text)

    def again(self, key: Key, kind: Kind, text: str) -> str:
        """Take a whole text, whether it came in pieces before or not."""
        del kind
        place = place_in(self._number(key), key.path)
        return self._channels.again(key, place, text) if key in self._texts else self._channels.whole(place, text)

    def went_on_in(self, key: Key, event: NamedEvent) -> None:
        """Remember the last event of a text."""
        if key in self._texts:
            self._texts[key].last = event

    def end(self, number: int, path: Path = ()) -> list[Tail]:
        """End all texts below ``path`` of item ``number``, and return what was held back of them."""
        self._ended.add((number, path))
        return self._tails([key for key in self._open() if self._number(key) == number and _is_below(key.path, path)])

    def end_all(self) -> list[Tail]:
        """End all texts, and return what was held back of them."""
        self._is_over = True
        return self._tails(self._open())

    def held(self) -> list[Tail]:
        """Return what is held back of all texts, as at the end of a stream that ended nothing."""
        return self._tails(self._open())

    def _open(self) -> list[Key]:
        return [key for key in self._channels.open_keys if isinstance(key.source, Output)]

    def _tails(self, keys: list[Key]) -> list[Tail]:
        tails = [Tail(key, self._texts[key].kind, self._channels.close(key), self._texts[key].last) for key in keys]
        for key in keys:
            self._texts[key].last = None
        return [tail for tail in tails if tail.text]

    @staticmethod
    def _number(key: Key) -> int:
        assert isinstance(key.source, Output)
        return key.source.number


def _is_below(path: Path, above: Path) -> bool:
    return path[: len(above)] == above
