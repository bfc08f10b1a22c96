"""Reads bytes that are written as pairs of hex digits with a separator between: ``41 42 43``, ``0x41, 0x42``."""

import re
from collections.abc import Sequence
from itertools import groupby
from string import hexdigits

from addons.core.masking.views.octets import UNREADABLE, shown
from addons.core.masking.views.stretches import merged
from addons.core.masking.views.view import Stretch

PAIRS_MIN = 8
"""Pairs in a run: as many bytes as in a run without separators."""

HELD_MAX = 6 * PAIRS_MIN
"""Characters of what may become a run: fewer than ``PAIRS_MIN`` pairs, with the longest separator, ``, 0x``."""

_LEAST = 3 * PAIRS_MIN - 1
_SEPARATORS = " ,;:.-"
_MEMBERS = hexdigits + "xX" + _SEPARATORS
_SEPARATOR = r"[ ,;:.\-] ?(?:0[xX])?"
_PAIR = "[0-9A-Fa-f]{2}"

GATE = rf"(?:{_PAIR}{_SEPARATOR}){{{PAIRS_MIN - 1}}}"
"""A pattern that is found in each text with a run."""

_RUN = re.compile(rf"(0[xX])?{_PAIR}(?=({_SEPARATOR}){_PAIR}(?:\2{_PAIR}){{{PAIRS_MIN - 2}}})")
"""The first pair of a run. The groups are what stands before it, and the separator."""

_TAIL = re.compile(
    rf"(?:0[xX])?(?:{_PAIR}{_SEPARATOR}){{0,{PAIRS_MIN - 1}}}"
    rf"(?:[0-9A-Fa-f]|0[xX]|{_PAIR}(?:[ ,;:.\-] ?(?:0[xX]?)?)?)?\Z"
)
"""What can still become a run, and a little more than that."""

_CLASSES = bytes(
    ord("h" if chr(code) in hexdigits else "s" if chr(code) in _SEPARATORS else "x" if chr(code) in "xX" else "-")
    for code in range(256)
)
_HINTS = (b"hhshhshh", b"hhsshhsshh", b"hhshxhhshxhh", b"hhsshxhhsshxhh")
"""One of these a run has, as classes of characters."""


class SpacedHex:
    """View: runs of separated pairs of hex digits decoded. The zeros of UTF-16 are dropped."""

    __slots__ = ("_held", "_separator", "_unit", "pending")

    def __init__(self) -> None:
        self.pending = 0
        self._held = ""  # what is pending
        self._separator = ""  # of the run that it goes on with
        self._unit = re.compile("")

    def feed(self, text: str) -> Sequence[Stretch] | None:
        """Take the next piece; see ``View``."""
        text = self._held + text
        if self._separator or (len(text) >= _LEAST and _may_hold_run(text)):
            return self._read(text, final=False)
        rest = _tail(text, 0)
        self.pending += rest
        self._held = text[rest:]
        return None

    def finish(self) -> Sequence[Stretch] | None:
        """Return what is read of the rest; see ``View``."""
        return self._read(self._held, final=True) if self._held else None

    def _read(self, text: str, *, final: bool) -> Sequence[Stretch]:
        """Return what is read of ``text``, which stands at ``pending``."""
        base, at = self.pending, 0
        out: list[Stretch] = []
        while True:
            # 1. Where does the next run start?
            if not self._separator:
                first = _RUN.search(text, at)
                if first is None:
                    break
                out += _first(text, base, at, first)
                at = first.end()
                self._separator = first[2]
                self._unit = re.compile(rf"(?:{re.escape(first[2])}{_PAIR})*")
            # 2. Decode the pairs that are known.
            more = self._unit.match(text, at)
            end = more.end() if more else at
            out += _pairs(text[at:end], base + at, len(self._separator) + 2)
            at = end
            # 3. Can there be more of them?
            if not final and self._goes_on(text[at : at + len(self._separator) + 2]):
                break
            self._separator = ""
        rest = at if self._separator else len(text) if final else _tail(text, at)
        out.append(Stretch(text[at:rest], base + at, rest - at))
        self._held = text[rest:]
        self.pending = base + rest
        return merged(stretch for stretch in out if stretch.length)

    def _goes_on(self, text: str) -> bool:
        """Say whether ``text``, all that follows or as much as a separator and a pair, is the start of such."""
        size = len(self._separator)
        return text[:size] == self._separator[: len(text)] and (
            len(text) <= size or (len(text) == size + 1 and text[-1] in hexdigits)
        )


def _may_hold_run(text: str) -> bool:
    classes = text.encode("ascii", "replace").translate(_CLASSES)
    return any(hint in classes for hint in _HINTS)


def _tail(text: str, at: int) -> int:
    """Return where a run may have begun at the end of ``text``, not before ``at``."""
    if text[-1:] not in _MEMBERS:
        return len(text)
    first = max(len(text.rstrip(_MEMBERS)), len(text) - HELD_MAX, at)
    tail = _TAIL.search(text, first)
    return tail.start() if tail else len(text)


def _first(text: str, base: int, at: int, first: re.Match[str]) -> list[Stretch]:
    """Return what is read before a run, and of its first pair."""
    out = [Stretch(text[at : first.start()], base + first.start() - (first.start() - at), first.start() - at)]
    if first[1]:
        out.append(Stretch(UNREADABLE, base + first.start(), len(first[1]), len(first[1])))
    return [*out, *_pairs(text[first.end() - 2 : first.end()], base + first.end() - 2, 2)]


def _pairs(text: str, start: int, width: int) -> list[Stretch]:
    """Return what is read of the pairs of digits at the end of each ``width`` characters."""
    digits = "".join(high + low for high, low in zip(text[width - 2 :: width], text[width - 1 :: width], strict=True))
    out = []
    for some, group in groupby(bytes.fromhex(digits), bool):
        data = bytes(group)
        length = len(data) * width
        out.append(Stretch(shown(data), start, length, width) if some else Stretch("", start, length))
        start += length
    return out
