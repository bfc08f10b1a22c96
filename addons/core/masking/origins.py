"""The way back from what a view reads to where it stands in the text."""

from bisect import bisect_right
from operator import attrgetter
from typing import NamedTuple

from addons.core.masking.spans import FOREVER, Span
from addons.core.masking.views.view import Stretch


class _Part(NamedTuple):
    """A stretch, and where in the reading it is."""

    at: int
    end: int
    stretch: Stretch


class Origins:
    """Stretches in a row. Places in a reading are counted from ``at`` on."""

    __slots__ = ("_parts", "end")

    def __init__(self, at: int = 0) -> None:
        self._parts: list[_Part] = []
        self.end = at
        """How far the reading goes."""

    def add(self, stretch: Stretch, size: int) -> None:
        """Add a stretch of ``size`` characters of the reading; its text is not looked at."""
        self._parts.append(_Part(self.end, self.end + size, stretch))
        self.end += size

    def start_of(self, place: int) -> int:
        """Return where the character at ``place`` starts in the text."""
        part = self._part_at(place)
        return part.stretch.origin(place - part.at, place - part.at)[0]

    def end_of(self, place: int) -> int:
        """Return where the characters before ``place`` end in the text."""
        if place >= FOREVER:
            return FOREVER
        part = self._part_at(place - 1)
        return part.stretch.origin(place - 1 - part.at, place - 1 - part.at)[1]

    def before(self, position: int) -> int:
        """Return the place of the first character that starts at ``position`` of the text or later."""
        number = bisect_right(self._parts, position, key=lambda part: part.stretch.start) - 1
        if number < 0:
            return self._parts[0].at if self._parts else self.end
        part = self._parts[number]
        groups = -(-(position - part.stretch.start) // part.stretch.stood)
        return min(part.end, part.at + groups * part.stretch.read)

    def span(self, span: Span) -> Span:
        """Return where ``span`` of the reading stands in the text."""
        return Span(self.start_of(span.start), self.end_of(span.end), span.rank, span.first, span.open)

    def forget(self, place: int) -> None:
        """Forget what is before ``place``."""
        number = bisect_right(self._parts, place, key=attrgetter("at")) - 1
        if number > 0:
            del self._parts[:number]

    def _part_at(self, place: int) -> _Part:
        number = bisect_right(self._parts, place, key=attrgetter("at")) - 1
        return self._parts[number]
