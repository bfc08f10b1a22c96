"""How bytes are written as text: what a run of such text looks like, and how it is decoded."""

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from string import ascii_letters, digits, hexdigits

IN = ord("a")


@dataclass(frozen=True, slots=True)
class Coding:
    """``read`` bytes are written as ``stood`` characters of ``alphabet``.

    A run is what has at least ``minimum`` of them. ``decode`` takes any number of them, and leaves out an incomplete
    byte at the end.
    """

    alphabet: str
    minimum: int
    stood: int
    read: int
    decode: Callable[[str], bytes]
    classes: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table = bytes(IN if chr(code) in self.alphabet else 0 for code in range(256))
        object.__setattr__(self, "classes", table)

    @property
    def gate(self) -> str:
        """A pattern that is found in each text with a run."""
        return f"[{re.escape(self.alphabet)}]{{{self.minimum}}}"

    def classified(self, text: str) -> bytes:
        """Return ``IN`` for each character of ``text`` that is one of the alphabet, and NUL for each other."""
        return text.encode("ascii", "replace").translate(self.classes)

    def size(self, characters: int) -> int:
        """Return how many bytes so many characters are."""
        return characters * self.read // self.stood


def _base64(run: str) -> bytes:
    spare = len(run) % 4
    if spare:
        run = run[:-1] if spare == 1 else run + "=="  # one more than needed does no harm
    return binascii.a2b_base64(run)


def _base64_url(run: str) -> bytes:
    return _base64(run.replace("-", "+").replace("_", "/") if "-" in run or "_" in run else run)


def _hex(run: str) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2])


BASE64_MINIMUM = 20
"""Characters: 15 bytes. A card number without separators has 16 bytes, and hardly a word has 20 letters."""

HEX_MINIMUM = 16
"""Digits: 8 bytes. Below that are dates, colours and short ids, and no value that is worth to be found."""

BASE64 = Coding(ascii_letters + digits + "+/", BASE64_MINIMUM, 4, 3, _base64)
"""RFC 4648, 4."""

BASE64_URL = Coding(ascii_letters + digits + "-_", BASE64_MINIMUM, 4, 3, _base64_url)
"""RFC 4648, 5. Here ``/`` and ``+`` separate, as ``-`` and ``_`` do in the other: each finds what starts after them."""

HEX = Coding(hexdigits, HEX_MINIMUM, 2, 1, _hex)
"""RFC 4648, 8."""
