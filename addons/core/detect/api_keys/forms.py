"""What keys are made of, and how a table of forms becomes a pattern.

A form is what a key begins with, and the least that must follow to make it one. What follows of the same characters
goes with it, so a key that an issuer has made longer is still covered whole.
"""

import re
from collections.abc import Iterable

from addons.core.detect.edges import start

WORD = "[A-Za-z0-9]"
URL = "[A-Za-z0-9_-]"
HEX = "[0-9a-f]"
BASE64 = "[A-Za-z0-9+/=_-]"
UUID = f"{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}"
MIXED = f"(?={URL}{{0,40}}[0-9])(?={URL}{{0,40}}[A-Z])(?={URL}{{0,40}}[a-z])"
"""A digit and letters of both cases: for short prefixes, after which words stand as well."""
END = "(?![A-Za-z0-9])"
TAIL = f"{URL}{{1,128}}"
"""The rest of a key."""

_MADE_UP = "(?![xX]{8}|0{8}|your)"
"""Manuals write ``ghp_xxxxxxxxxxxx``."""

type Form = tuple[str, str]
"""A prefix that is not a common part of words, without the separator, and a regex for the least that follows it."""


def separated(separator: str, forms: Iterable[Form]) -> str:
    """Return a pattern for the least of each of ``forms``.

    The separator stands by itself and the prefixes are many, so it is the one string that a text must hold for the
    pattern to be run at all (see ``masking.hints``): prose has few of them. Which prefix it was is looked at again
    before a body, so that no match has to be judged: each judged one would begin the search anew.
    """
    bodies: dict[str, list[str]] = {}
    for prefix, body in forms:
        bodies.setdefault(body, []).append(re.escape(prefix))
    prefixes = "|".join(dict.fromkeys(prefix for those in bodies.values() for prefix in those))
    after = "|".join(f"(?<=(?:{'|'.join(those)}){re.escape(separator)})(?:{body})" for body, those in bodies.items())
    return f"{start()}(?:{prefixes}){re.escape(separator)}{_MADE_UP}(?:{after})"
