"""The engine for the regular expressions of rules: typed, and with a limit on time."""

from typing import Protocol, cast

import regex  # type: ignore[import-untyped] # it ships no types; `Pattern` types the part in use

MATCH_TIMEOUT_S = 0.1
"""Seconds for one pattern on one text: 10,000 times what a sound pattern needs on 8 KB, and still no outage."""


class RegexError(ValueError):
    """A regular expression that does not compile; the message says why and where."""


class Pattern(Protocol):
    """A compiled regular expression. ``search`` raises ``TimeoutError`` after ``timeout`` seconds."""

    def search(self, text: str, *, timeout: float) -> object | None:
        """Return the leftmost match."""


def compiled(source: str) -> Pattern:
    """Compile ``source``, in the syntax of the `regex` module; raises ``RegexError``."""
    try:
        return cast("Pattern", regex.compile(source, regex.V0))
    except (regex.error, RecursionError, OverflowError) as error:
        raise RegexError(str(error)) from error


def search(pattern: Pattern, text: str) -> bool | None:
    """Search ``text``: true or false as found, ``None`` where the time was not enough."""
    try:
        return pattern.search(text, timeout=MATCH_TIMEOUT_S) is not None
    except TimeoutError:
        return None
