"""The views of a text in which rules are matched: what a reader sees, not how it was encoded."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Default_Ignorable_Code_Point (UAX 44, 5.7: zero-width characters, bidi controls, variation selectors, tags), and the
marks of interlinear annotation."""


def plain(text: str) -> str:
    """Return ``text`` in NFKC (UAX 15) without characters that nobody sees."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def folded(text: str) -> str:
    """Return ``plain(text)`` in folded case, each run of white space as one space, none at the ends."""
    return " ".join(folded_name(text).split())


def folded_name(name: str) -> str:
    """Return ``plain(name)`` in folded case, so that a second time changes nothing (Unicode 3.13, D145 and D146)."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFKC", plain(name).casefold())
