"""The texts that run side by side in one stream: each has its own masker, and what was delivered of it is kept."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from addons.core.errors import RefusedError
from addons.core.protocols.json_stream import LeafStream, mask_leaf
from addons.core.protocols.places import Path
from addons.core.protocols.protocol import Masker, PlacedHit
from addons.core.reasons import Reason

MAX_CHANNELS = 2048
"""Texts in one stream: 128 choices (the most that OpenAI accepts) with 16 texts each."""

MAX_KEPT_CHARACTERS = 4 * 1024 * 1024
"""Characters of a stream that are kept for the record; more pass, masked, and the record says ``partial``."""

_CACHED_CHARACTERS = 200
_MAX_CACHED = 512
"""Short texts that come with each event (ids, model names) are masked once; a stream has few different ones."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which text a piece belongs to.

    ``source`` tells apart what shares no paths: event types, or a choice. ``path`` leads to the text from there;
    ``call`` counts the tool calls that one path has carried.
    """

    source: Hashable
    path: Path = ()
    call: int = 0


@dataclass(slots=True)
class _Channel:
    stream: LeafStream
    place: str


class Channels:
    """Masks pieces of many texts, and keeps what was delivered.

    Whole texts are kept once for each place. Those in ``structure`` are the protocol's own words: a rule that masks
    them would break the protocol, not hide a value.
    """

    def __init__(self, masker: Masker, structure: frozenset[str] = frozenset()) -> None:
        self._masker = masker
        self._structure = structure
        self._noted: dict[tuple[str, str], None] = {}
        self._fresh_notes: dict[tuple[str, str], None] = {}
        self._open: dict[Key, _Channel] = {}
        self._hits: Counter[tuple[str, str]] = Counter()
        self._masked: dict[str, tuple[str, Counter[str]]] = {}
        self._kept: dict[Key, list[str]] = {}
        self._fresh: list[tuple[Key, str]] = []
        self._kept_characters = 0
        self.is_complete = True

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""
        total = Counter(self._hits)
        for channel in self._open.values():
            total.update({(channel.place, detector): count for detector, count in channel.stream.hits.items()})
        return [PlacedHit(place, detector, count) for (place, detector), count in total.items()]

    @property
    def open_keys(self) -> list[Key]:
        """The texts that may still hold something back, in the order in which they began."""
        return list(self._open)

    def feed(self, key: Key, place: str, text: str) -> str:
        """Take the next piece of a text and return what may go on.

        Raises:
            RefusedError: the stream has more than ``MAX_CHANNELS`` texts.
        """
        channel = self._open.get(key)
        if channel is None:
            if len(self._open) >= MAX_CHANNELS:
                raise RefusedError(
                    Reason.UPSTREAM_MALFORMED, f"The answer's stream has more than {MAX_CHANNELS} texts side by side."
                )
            channel = self._open[key] = _Channel(LeafStream(self._masker), place)
        return self.keep(key, channel.stream.feed(text))

    def close(self, key: Key) -> str:
        """End a text and return what was held back."""
        channel = self._open.pop(key)
        tail = channel.stream.finish()
        self._count(channel.place, channel.stream.hits)
        return self.keep(key, tail)

    def whole(self, place: str, text: str, *, is_repeated: bool = False) -> str:
        """Mask a text that comes in one piece, and keep it; what ``is_repeated`` counts as far as there is more."""
        masked = self.passing(place, text, is_repeated=is_repeated)
        if text not in self._structure:
            self._fresh_notes[place, masked] = None
        return masked

    def again(self, key: Key, place: str, text: str) -> str:
        """Mask a whole text that says again what went out as ``key``: just as the pieces were masked.

        It is counted and kept as far as it says something else.
        """
        stream = LeafStream(self._masker)
        masked = stream.feed(text) + stream.finish()
        self._count_more(place, stream.hits)
        if masked != self.sent(key):
            self._fresh_notes[place, masked] = None
        return masked

    def sent(self, key: Key) -> str:
        """Return what went on of a text, delivered or about to be."""
        return "".join((*self._kept.get(key, ()), *(text for own, text in self._fresh if own == key)))

    def hides(self, text: str) -> bool:
        """Tell whether something in ``text`` would be masked."""
        stream = LeafStream(self._masker)
        return stream.feed(text) + stream.finish() != text

    def passing(self, place: str, text: str, *, is_repeated: bool = False) -> str:
        """Mask a text that comes in one piece and that nobody wants to see in a record."""
        if text in self._structure:
            return text
        masked, hits = self._masked.get(text) or self._mask(text)
        if is_repeated:
            self._count_more(place, hits)
        else:
            self._count(place, hits)
        return masked

    def keep(self, key: Key, text: str) -> str:
        """Note that ``text`` goes on as the next piece of ``key``; it is delivered at ``commit``."""
        if text:
            self._fresh.append((key, text))
        return text

    def commit(self) -> None:
        """Everything since the last commit was delivered."""
        for key, text in self._fresh:
            if self._has_room(text):
                self._kept.setdefault(key, []).append(text)
        for note in self._fresh_notes:
            if note not in self._noted and self._has_room(note[1]):
                self._noted[note] = None
        self.drop()

    def drop(self) -> None:
        """Nothing since the last commit was delivered."""
        self._fresh.clear()
        self._fresh_notes.clear()

    def _has_room(self, text: str) -> bool:
        self._kept_characters += len(text) + 1
        self.is_complete = self.is_complete and self._kept_characters <= MAX_KEPT_CHARACTERS
        return self.is_complete

    def delivered(self) -> Iterator[tuple[Key, str]]:
        """Yield each text as far as it was delivered."""
        for key, pieces in self._kept.items():
            yield key, "".join(pieces)

    def delivered_wholes(self) -> Iterator[tuple[str, str]]:
        """Yield place and text of each text that was delivered in one piece."""
        yield from self._noted

    def _mask(self, text: str) -> tuple[str, Counter[str]]:
        result = mask_leaf(self._masker, text)
        if len(text) <= _CACHED_CHARACTERS and len(self._masked) < _MAX_CACHED:
            self._masked[text] = result
        return result

    def _count(self, place: str, hits: Counter[str]) -> None:
        if hits:
            self._hits.update({(place, detector): count for detector, count in hits.items()})

    def _count_more(self, place: str, hits: Counter[str]) -> None:
        """Count what was found in a text that may have been counted before."""
        for detector, count in hits.items():
            self._hits[place, detector] = max(self._hits[place, detector], count)
