"""What a view is: another reading of a text that comes in pieces, with the way back to where each character stood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the text, as a view reads it.

    ``text`` is what is read; it may be empty. It stands from position ``start`` on and takes up ``length`` characters
    there. Each group of ``read`` characters of ``text`` comes from a group of ``stood`` characters: 1 from 1 where the
    text is read as it stands, 1 from 3 for ``%40``, 3 from 4 in base64. The last group may be incomplete on both sides.
    """

    text: str
    start: int
    length: int
    stood: int = 1
    read: int = 1

    def origin(self, first: int, last: int) -> tuple[int, int]:
        """Return where the characters ``first`` to ``last`` (inclusive) of ``text`` stood, as start and end."""
        start = self.start + first // self.read * self.stood
        end = self.start + (last // self.read + 1) * self.stood
        return start, min(end, self.start + self.length)


class View(Protocol):
    """One view of one text. Not to be shared. However the text is cut, the stretches together say the same.

    Positions are counted from the start of the text.
    """

    @property
    def pending(self) -> int:
        """All before this position is read. What follows it came in, and may still be read in two ways."""

    def feed(self, text: str) -> Sequence[Stretch] | None:
        """Take the next piece; return what is read now: everything from the last ``pending`` up to the new one.

        ``None`` says in short that all of it is read as it stands; that must be cheap (below 1 µs for a few words).
        """

    def finish(self) -> Sequence[Stretch] | None:
        """Return what is read of the rest, now that the text has ended."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How to begin a view. Each text that it reads otherwise has a match of ``gate``, a pattern, if there is one."""

    begin: Callable[[], View]
    gate: str = ""
