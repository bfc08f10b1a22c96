"""Reads what is hidden in characters that nobody sees, but models do: tags, and variation selectors as bytes."""

import re
from collections.abc import Sequence

from addons.core.masking.views.octets import UNREADABLE
from addons.core.masking.views.view import Stretch

_TAGS = 0xE0000
"""Tag characters are ASCII from here on (Unicode 23.9)."""

_SELECTORS = 0xE0100 - 0x10
"""Variation selectors 17 to 256 are in use as the bytes 16 to 255, counted from here."""

_ASCII = range(0x20, 0x7F)
_HIDDEN = {first + code: code for first in (_TAGS, _SELECTORS) for code in _ASCII}
_RUN = re.compile(
    "".join(f"{chr(first + _ASCII[0])}-{chr(first + _ASCII[-1])}" for first in (_TAGS, _SELECTORS)).join(("[", "]+"))
)


class Smuggled:
    """View: hidden characters as the ASCII characters that they carry. What is seen is read as it stands."""

    __slots__ = ("_hidden", "pending")

    def __init__(self) -> None:
        self.pending = 0
        self._hidden = False  # so was the last character

    def feed(self, text: str) -> Sequence[Stretch] | None:
        """Take the next piece; see ``View``."""
        start = self.pending
        self.pending += len(text)
        if not self._hidden and (text.isascii() or not _RUN.search(text)):
            return None
        out: list[Stretch] = []
        at = 0
        for run in _RUN.finditer(text):
            out += self._part(text[at : run.start()], start + at, hidden=False)
            out += self._part(run[0].translate(_HIDDEN), start + run.start(), hidden=True)
            at = run.end()
        return [*out, *self._part(text[at:], start + at, hidden=False)]

    def finish(self) -> Sequence[Stretch] | None:
        """Return what is read of the rest, of which there is none."""
        return None

    def _part(self, text: str, start: int, *, hidden: bool) -> list[Stretch]:
        """Return what is read as ``text``. Where the hidden starts or ends, it is parted from its neighbour."""
        if not text:
            return []
        parted = hidden != self._hidden
        self._hidden = hidden
        if not parted:
            return [Stretch(text, start, len(text))]
        rest = [Stretch(text[1:], start + 1, len(text) - 1)] if len(text) > 1 else []
        return [Stretch(UNREADABLE + text[0], start, 1, 1, 2), *rest]
