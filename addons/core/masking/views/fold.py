"""Reads each character as the ASCII character that it stands for, where there is one; drops what nobody sees.

One character at a time, without a look at its neighbours, so that it does not matter where a text is cut.
"""

import unicodedata
from itertools import groupby

from addons.core.masking.views.lookalikes import LOOKALIKES
from addons.core.masking.views.view import Stretch

CACHE_MAX = 20_000
"""Characters whose folded form is remembered: all that a text uses, but not all of Unicode (some 150,000)."""

FEW = 16
"""Characters that are replaced one after the other, 3 µs for each in 8 KB: a language has fewer marked letters."""

_SYMBOLS = {
    "-": "⁃˗−➖Ⲻーⲻ",
    ".": "。·‧∙⋅۔ꓸ꘎܁܂",
    "/": "⁄∕⟋⧸╱",
    "_": "ˍ",
    "'": "‘’‚‛′ʹʼʻˈ",
    '"': "“”„‟″ʺ",
    ":": "∶꞉ːˑ։",
    "+": "➕᛭",
    "\n": "\x85\u2028\u2029",
    " ": "\u2800",
}
"""For each punctuation character those that look like it, and are not decomposed into it by Unicode."""


_IGNORABLE = frozenset("\u115f\u1160\u2065\u3164\uffa0") | {chr(code) for code in range(0xFFF0, 0xFFF9)}
"""Hangul fillers, which are letters that nobody sees, and what is set aside for such (UAX 44)."""

_TAGS = range(0xE0000, 0xE1000)
"""Tags, variation selectors, and what is set aside for such."""

_HANGUL = range(0xAC00, 0xD7A4)
"""Syllables, which NFKD would take apart."""

_BADGES = {
    **{chr(0x249C + letter): chr(0x61 + letter) for letter in range(26)},  # parenthesised small letters
    **{
        chr(first + letter): chr(0x41 + letter)
        for first in (0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6)  # parenthesised, squared, negative, of flags
        for letter in range(26)
    },
}

_SPECIAL = {
    **{like: plain for table in (LOOKALIKES, _SYMBOLS) for plain, likes in table.items() for like in likes},
    **_BADGES,
    **{kept: kept for kept in "\t\n\r"},
}

_CATEGORIES = {"Cc": "", "Cf": "", "Mn": "", "Me": "", "Zs": " ", "Pd": "-"}
"""What all characters of a general category are read as (Unicode 4.5)."""


def _folded(character: str) -> str:
    """Return what ``character`` is read as: nothing, itself, or what it stands for (UAX 15, UTS 39)."""
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _IGNORABLE or ord(character) in _TAGS:
        return ""
    category = unicodedata.category(character)
    if category in _CATEGORIES:
        return _CATEGORIES[category]
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    parts = character if ord(character) in _HANGUL else unicodedata.normalize("NFKD", character)
    return character if parts == character else "".join(map(_folded, parts))


class _Folds(dict[str, str]):
    """What each character is read as, found out when it is first met."""

    def __missing__(self, character: str) -> str:
        read = _folded(character)
        if len(self) < CACHE_MAX:
            self[character] = read
        return read


_FOLDS = _Folds({chr(code): _folded(chr(code)) for code in range(0x180)})


def changes(text: str) -> bool:
    """Say whether ``text`` is not read as it stands."""
    return any(_FOLDS[character] != character for character in set(text))


def folded(stretch: Stretch) -> list[Stretch]:
    """Return ``stretch``, which reads one character at a time, folded."""
    changed = {character: _FOLDS[character] for character in set(stretch.text) if _FOLDS[character] != character}
    if not changed:
        return [stretch]
    if len(changed) <= FEW and all(len(read) == 1 and read not in changed for read in changed.values()):
        text = stretch.text
        for character, like in changed.items():
            text = text.replace(character, like)
        return [Stretch(text, stretch.start, stretch.length, stretch.stood)]
    parts = list(map(_FOLDS.__getitem__, stretch.text))
    if all(map(len, parts)) and sum(map(len, parts)) == len(parts):
        return [Stretch("".join(parts), stretch.start, stretch.length, stretch.stood)]
    at = stretch.start
    out = []
    for read, group in groupby(parts, len):
        taken = list(group)
        length = len(taken) * stretch.stood
        out.append(Stretch("".join(taken), at, length, stretch.stood, read) if read else Stretch("", at, length))
        at += length
    return out
