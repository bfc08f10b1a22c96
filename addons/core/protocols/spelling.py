"""Masking of decoded text in such a way that what is not masked keeps the spelling it came in."""

import re
from collections import Counter, deque
from collections.abc import Callable, Sequence

from addons.core.protocols.protocol import TextStream

_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def has_surrogates(text: str) -> bool:
    """Tell whether ``text`` holds a lone surrogate, which no text encoding can carry."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _common_length(one: str, other: str) -> int:
    if other.startswith(one):
        return len(one)
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


class SpelledStream:
    """Feeds decoded text to a masker and spells out again what comes back.

    Until something is masked, what comes back is the beginning of what went in, and goes on as it was spelled. From the
    first masked span on, ``escape`` spells everything: where a mask ends in the original is not known. Maskers see
    U+FFFD for a lone surrogate, which no text encoding can carry.
    """

    def __init__(self, inner: TextStream, escape: Callable[[str], str] = str) -> None:
        self._inner = inner
        self._escape = escape
        self._waiting = ""
        self._odd: deque[tuple[int, str]] = deque()
        self._given = 0
        self._taken = 0
        self._touched = False

    @property
    def hits(self) -> Counter[str]:
        """How often each detector has found something so far."""
        return self._inner.hits

    def feed(self, text: str, odd: Sequence[tuple[int, str]] = ()) -> tuple[str, str]:
        """Take decoded ``text``; ``odd`` are indexes of characters that were spelled otherwise, and how, in order.

        What comes back is split where the first masked span begins.
        """
        if has_surrogates(text):
            spelled = dict(odd)
            odd = [
                (at, spelled.get(at, character))
                for at, character in enumerate(text)
                if at in spelled or _SURROGATE.match(character)
            ]
            text = _SURROGATE.sub(_REPLACEMENT, text)
        if not self._touched:
            self._waiting += text
            self._odd.extend((self._taken + at, spelling) for at, spelling in odd)
            self._taken += len(text)
        return self._spelled(self._inner.feed(text))

    def finish(self) -> tuple[str, str]:
        """Return what was held back, split like ``feed``'s."""
        return self._spelled(self._inner.finish())

    def _spelled(self, text: str) -> tuple[str, str]:
        if self._touched:
            return "", self._escape(text)
        same = _common_length(text, self._waiting)
        out = self._as_it_came(same)
        if same == len(text):
            return out, ""
        self._touched = True
        self._waiting = ""
        self._odd.clear()
        return out, self._escape(text[same:])

    def _as_it_came(self, length: int) -> str:
        text, self._waiting = self._waiting[:length], self._waiting[length:]
        start, self._given = self._given, self._given + length
        if not self._odd or self._odd[0][0] >= self._given:
            return text
        pieces, copied = [], 0
        while self._odd and self._odd[0][0] < self._given:
            at, spelling = self._odd.popleft()
            pieces += [text[copied : at - start], spelling]
            copied = at - start + 1
        return "".join((*pieces, text[copied:]))
