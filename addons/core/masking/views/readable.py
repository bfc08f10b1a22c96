"""The text with its escapes decoded and each character folded: what a reader sees at the end of the chain."""

import re
from collections.abc import Sequence
from typing import Final

from addons.core.masking.views.escapes import ESCAPE, ESCAPE_OR_TAIL, TAIL_MAX, decoded
from addons.core.masking.views.fold import changes, folded
from addons.core.masking.views.stretches import Cutter, merged
from addons.core.masking.views.view import Stretch

LEVELS = 3
"""Times that escapes are decoded: ``%2540`` needs two. More hands than three a text rarely goes through."""

PENDING_MAX = sum(TAIL_MAX**level for level in range(1, LEVELS + 1))
"""Characters that may be pending: an escape that has begun, each character of which is one, and so on."""

_INVISIBLE = "|".join(rf"\x{code:02x}" for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n\r")

_SUSPECT = re.compile(f"{ESCAPE_OR_TAIL.pattern}|{_INVISIBLE}")
"""What an ASCII text has if it is not read as it stands. Only literals at the start of branches: that is quick."""


class _Unescaper:
    """One level of escapes."""

    __slots__ = ("_first", "held")

    def __init__(self, *, first: bool) -> None:
        self.held: list[Stretch] = []
        self._first = first

    def feed(self, stretches: list[Stretch], *, final: bool) -> list[Stretch]:
        """Return what is read of what was held and of ``stretches``; hold what may be the start of an escape."""
        if self.held:
            stretches = merged(self.held + stretches)
        text = "".join([stretch.text for stretch in stretches])
        if not (self._first or self.held or final) and _settled(stretches, text):
            return stretches
        source = Cutter(stretches)
        out: list[Stretch] = []
        at, end = 0, len(text)
        for match in (ESCAPE if final else ESCAPE_OR_TAIL).finditer(text):
            if match.lastgroup is None:
                end = match.start()
                break
            read = decoded(match)
            if read is not None:
                out += source.take(match.start() - at)
                at = match.end()
                out += _escaped(read, source.take(at - match.start()))
        out += source.take(end - at)
        self.held = source.take(len(text) - end)
        return out


def _settled(stretches: list[Stretch], text: str) -> bool:
    """Say whether the level before found nothing in ``text``, and nothing can begin at its end."""
    untouched = all(stretch.stood == 1 for stretch in stretches)
    return untouched and not ESCAPE_OR_TAIL.search(text, max(len(text) - TAIL_MAX, 0))


def _escaped(read: str, stood: list[Stretch]) -> list[Stretch]:
    """Return what reads as ``read``: escapes of the same width, written with ``stood``."""
    first, last = stood[0], stood[-1]
    whole = last.start + last.length - first.start
    if first is last or len(read) == 1:
        return [Stretch(read, first.start, whole, whole // len(read))]
    source = Cutter(stood)
    width = sum(len(stretch.text) for stretch in stood) // len(read)
    return [part for character in read for part in _escaped(character, source.take(width))]


class Readable:
    """View: escapes decoded up to ``LEVELS`` deep, then each character folded."""

    __slots__ = ("_came", "_levels", "pending")

    def __init__(self) -> None:
        self.pending = 0
        self._came = 0
        self._levels: Final = [_Unescaper(first=not level) for level in range(LEVELS)]

    def feed(self, text: str) -> Sequence[Stretch] | None:
        """Take the next piece; see ``View``."""
        start = self._came
        self._came += len(text)
        if self.pending == start and not _SUSPECT.search(text):
            self.pending = self._came
            return None if text.isascii() or not changes(text) else merged(folded(Stretch(text, start, len(text))))
        return self._read([Stretch(text, start, len(text))] if text else [], final=False)

    def finish(self) -> Sequence[Stretch] | None:
        """Return what is read of the rest; see ``View``."""
        return self._read([], final=True) if self.pending != self._came else None

    def _read(self, stretches: list[Stretch], *, final: bool) -> Sequence[Stretch] | None:
        for level in self._levels:
            stretches = level.feed(stretches, final=final)
        if stretches:
            self.pending = stretches[-1].start + stretches[-1].length
        stretches = merged(stretches)
        out = merged(part for stretch in stretches for part in folded(stretch))
        as_it_stands = len(out) == 1 and out == stretches and out[0].stood == 1
        return None if as_it_stands else out
