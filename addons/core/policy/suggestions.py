"""Ways out of a typing mistake."""

import difflib
from collections.abc import Iterable

CLOSE_ENOUGH = 0.6
"""Similarity (0 to 1, `difflib`) from which a name is offered: lower values offer unrelated words."""

MAX_LISTED = 24
"""Names listed where none is close: more than fits on a few lines helps nobody."""


def closest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the known word nearest to ``word``, or all of them, or nothing."""
    names = sorted(known)
    lowered = {name.lower(): name for name in reversed(names)}
    near = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=CLOSE_ENOUGH)
    if near:
        return f"Did you mean '{lowered[near[0]]}'?"
    return f"Known: {', '.join(names)}." if 0 < len(names) <= MAX_LISTED else ""
