"""What keys are made of, and how a table of forms becomes a pattern.

A form is what a key begins with, and the least that must follow to make it one. What follows of the same characters
goes with it, so a key that an issuer has made longer is still covered whole.
"""

import re
from collections.abc import Callable, Iterable

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

LEAST, MOST = 10, 320
"""Characters after the prefix that are looked at: the shortest body, and GitLab's longest."""

type Form = tuple[str, str]
"""A prefix that is not a common part of words, without the separator, and a regex for the least that follows it."""


def separated(separator: str, forms: Iterable[Form]) -> str:
    """Return a pattern for all that looks like one of ``forms``.

    The separator stands by itself and the prefixes are many, so it is the one string that a text must hold for the
    pattern to be run at all (see ``masking.hints``): prose has few of them. Which form it is says ``form_length``.
    """
    prefixes = "|".join(re.escape(prefix) for prefix in dict.fromkeys(prefix for prefix, _ in forms))
    return f"{start()}(?:{prefixes}){re.escape(separator)}[A-Za-z0-9_.-]{{{LEAST},{MOST}}}"


def form_length(separator: str, forms: Iterable[Form]) -> Callable[[str], int]:
    """Return a function that says how many characters at the start of a match are the least of one of ``forms``."""
    known = re.compile("|".join(f"{re.escape(prefix + separator)}(?:{body})" for prefix, body in forms))

    def measure(match: str) -> int:
        found = known.match(match)
        return found.end() if found else 0

    return measure
