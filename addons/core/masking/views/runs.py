"""Finds runs of base64 or of hex digits in a text, and reads them as the text that they are of.

A run is decoded in blocks, so that it may be endless. A block that does not read as text where a group is expected to
start, but does a few characters later, is read from there: an attacker may put letters in front, and the parts of a
path are not parted. Every decision is made on one block, at a distance from the start of the run's line that does not
depend on how the text is cut.
"""

import re
from collections.abc import Sequence

from addons.core.masking.views.codings import IN, Coding
from addons.core.masking.views.octets import UNREADABLE, is_text, marks, shown, wide
from addons.core.masking.views.stretches import merged
from addons.core.masking.views.view import Stretch

BLOCK = 24
"""Characters of a run that are decoded together: a multiple of the groups of base64 and of UTF-16 in it."""

SLAB = 64 * BLOCK
"""Characters that are decoded at once: long enough to be quick, short enough to be done again from elsewhere."""

STREAK = 8
"""Bytes of text in a row from which another start is believed: random bytes have as many in 1 of 3,000 places."""

_RUN = re.compile(bytes((IN,)) + b"*")
_WORD = re.compile("(?:[A-Z]?[a-z]++|[A-Z]++|[0-9]++|//?+)?+")
_AFTER_WORDS = frozenset(" \t:,;.!?([{|*_-")
"""What follows a word of a text, or the slash of a comment.

After the last line of a run comes a quote, a line's end, ``=``, or nothing.
"""
_LINE_BREAK = re.compile(r"\r?\n|\r\Z")


class Runs:
    """View: runs in one coding decoded, also where they go on in the next line (RFC 2045, 6.8)."""

    __slots__ = ("_coding", "_held", "_inside", "_least", "_line", "pending")

    def __init__(self, coding: Coding) -> None:
        self.pending = 0
        self._coding = coding
        self._least = bytes((IN,)) * coding.minimum
        self._held = ""  # what is pending
        self._inside = False  # a run: what is held is more of it, or a line break that it may go on after
        self._line = 0  # characters of the run that were read in this line

    def feed(self, text: str) -> Sequence[Stretch] | None:
        """Take the next piece; see ``View``."""
        text = self._held + text
        if self._inside or (len(text) >= self._coding.minimum and self._least in self._coding.classified(text)):
            return self._read(text, final=False)
        read = len(text.rstrip(self._coding.alphabet))
        self.pending += read
        self._held = text[read:]
        return None

    def finish(self) -> Sequence[Stretch] | None:
        """Return what is read of the rest; see ``View``."""
        if self._inside:
            return self._read(self._held, final=True)
        self.pending += len(self._held)
        self._held = ""
        return None

    def _read(self, text: str, *, final: bool) -> Sequence[Stretch]:
        """Return what is read of ``text``, which stands at ``pending``."""
        classes = self._coding.classified(text)
        base, at = self.pending, 0
        out: list[Stretch] = []
        while True:
            # 1. Where does the next run start?
            if not self._inside:
                start = classes.find(self._least, at)
                if start < 0:
                    break
                out.append(Stretch(text[at:start], base + at, start - at))
                self._inside, self._line, at = True, 0, start
            # 2. Decode it as far as it is known.
            end = _end(classes, at)
            complete = final or end < len(text)
            parts, read = _decoded(self._coding, text[at:end], base + at, complete=complete)
            out += parts
            self._line += read
            at += read
            if not complete:
                break
            # 3. Does it go on in the next line?
            after = self._after_break(text, classes, end, final=final)
            if after is None:
                break
            if after > end:
                out.append(Stretch("", base + end, after - end))
            at = after
        rest = at if self._inside else len(text if final else text.rstrip(self._coding.alphabet))
        out.append(Stretch(text[at:rest], base + at, rest - at))
        self._held = text[rest:]
        self.pending = base + rest
        return merged(stretch for stretch in out if stretch.length)

    def _after_break(self, text: str, classes: bytes, end: int, *, final: bool) -> int | None:
        """Return where the run goes on after a line break at ``end``; ``end`` if it does not; None if unknown yet."""
        line_break = _LINE_BREAK.match(text, end)
        if line_break and self._line >= self._coding.minimum:
            after = line_break.end()
            if after == len(text) and not final:
                return None
            more = classes[after : after + 1] == bytes((IN,)) and self._is_more(text, classes, after, final=final)
            if more is None:
                return None
            if more:
                self._line = 0
                return after
        self._inside = False
        return end

    def _is_more(self, text: str, classes: bytes, after: int, *, final: bool) -> bool | None:
        """Say whether the line from ``after`` on is more of a run, and no sentence; ``None`` if unknown yet."""
        end = _WORD.match(text, after, after + self._coding.minimum).end()  # type: ignore[union-attr] # it may be empty
        if end == after + self._coding.minimum:
            return True
        if end == len(text):
            return True if final else None
        return classes[end] == IN or text[end] not in _AFTER_WORDS


def _end(classes: bytes, at: int) -> int:
    run = _RUN.match(classes, at)
    return run.end() if run else at


def _decoded(coding: Coding, run: str, start: int, *, complete: bool) -> tuple[list[Stretch], int]:
    """Return what is read of ``run``, which stands at ``start``, and of how many characters: whole blocks, or all."""
    out: list[Stretch] = []
    at = 0
    while len(run) - at >= (1 if complete else BLOCK):
        slab = run[at : at + SLAB]
        if len(slab) >= BLOCK:
            slab = slab[: len(slab) // BLOCK * BLOCK]
        data = coding.decode(slab)
        if is_text(data):
            out += _plain(coding, data, start + at, len(slab), wide(data))
            at += len(slab)
        else:
            at += _Slab(coding, slab, data, start + at, out).read()
    return out, at


def _plain(coding: Coding, data: bytes, start: int, length: int, utf16: str | None = None) -> list[Stretch]:
    """Return the stretches of ``data``, which is written with ``length`` characters, and reads as ``utf16`` if that."""
    spare = length % coding.stood == 1  # a single character of a group is no byte
    if utf16 is None:
        whole = Stretch(shown(data), start, length - spare, coding.stood, coding.read)
    else:
        whole = Stretch(utf16, start, length - spare, coding.stood * 2, coding.read)
    return [whole, Stretch(UNREADABLE, start + length - 1, 1)] if spare else [whole]


class _Slab:
    """Some blocks of a run, not all of them plain text."""

    __slots__ = ("_coding", "_data", "_marks", "_out", "_start", "_text")

    def __init__(self, coding: Coding, text: str, data: bytes, start: int, out: list[Stretch]) -> None:
        self._coding = coding
        self._text = text
        self._data = data
        self._start = start
        self._out = out
        shifts = range(coding.stood) if len(text) > coding.stood else range(1)
        self._marks = [marks(coding.decode(text[shift:])) for shift in shifts]

    def read(self) -> int:
        """Add what is read to ``out``; return of how many characters: all, or to where groups start elsewhere."""
        size = self._coding.size(BLOCK)
        done = 0
        for block in self._remarkable(size):
            at = block * BLOCK
            length = min(BLOCK, len(self._text) - at)
            data = self._data[block * size : (block + 1) * size]
            shift = 0 if is_text(data) else self._shift(at, length)
            utf16 = wide(data)
            if shift or utf16 is not None:
                self._add(done, at)
                done = at + length
            if shift:
                self._out.append(Stretch(UNREADABLE, self._start + at, shift, shift))
                return at + shift + self._shifted(at + shift, length - shift)
            if utf16 is not None:
                self._out += _plain(self._coding, data, self._start + at, length, utf16)
        self._add(done, len(self._text))
        return len(self._text)

    def _remarkable(self, size: int) -> list[int]:
        """Return the blocks, of ``size`` bytes each, that may be UTF-16, or may be read from elsewhere."""
        blocks = set()
        for seen, wanted in ((self._data, b"\0"), *((seen, b"g" * STREAK) for seen in self._marks[1:])):
            at = seen.find(wanted)
            while at >= 0:
                block = at // size
                blocks.add(block)
                at = seen.find(wanted, (block + 1) * size)
        return sorted(blocks)

    def _add(self, first: int, last: int) -> None:
        """Add what the blocks from character ``first`` to ``last`` are read as, byte by byte."""
        if first < last:
            data = self._data[self._coding.size(first) : self._coding.size(last)]
            self._out += _plain(self._coding, data, self._start + first, last - first)

    def _shifted(self, at: int, length: int) -> int:
        """Read the rest of a block from ``at`` on: the whole groups; all of what ends a run, which is no block."""
        if (at + length) % BLOCK == 0:
            length -= length % self._coding.stood
        data = self._coding.decode(self._text[at : at + length])
        self._out += _plain(self._coding, data, self._start + at, length, wide(data))
        return length

    def _shift(self, at: int, length: int) -> int:
        """Return how many characters after ``at`` the block reads best."""
        first = self._coding.size(at)
        best, most = 0, -1
        for shift, seen in enumerate(self._marks):
            end = first + self._coding.size(length - shift)
            good = seen.count(b"g", first, end)
            if good > most and (not shift or seen.find(b"g" * STREAK, first, end) >= 0):
                best, most = shift, good
        return best
