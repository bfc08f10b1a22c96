"""The one door to the ``regex`` engine: typed, with a limit on time, and without its own cache of patterns."""

from collections.abc import Iterator
from typing import Protocol, cast

import regex  # type: ignore[import-untyped] # it ships no types; this module gives the part in use its types

from addons.core.masking.syntax import PatternError

TIMEOUT_S = 0.3
"""CPU seconds for the search of one pattern in one text: 8 KB take a shipped one a thousandth, a runaway never ends."""
TIMEOUT_S_PER_CHARACTER = 1e-6
"""CPU seconds on top of that for each character: ten times what a shipped pattern takes on a large body."""


class Match(Protocol):
    """A match of a pattern."""

    def start(self) -> int:
        """Return where the match starts."""
        ...

    def end(self) -> int:
        """Return where the match ends, exclusive."""
        ...

    def groups(self) -> tuple[str | None, ...]:
        """Return what each group has captured."""
        ...


class Pattern(Protocol):
    """A compiled pattern. Each method raises ``TimeoutError`` after ``timeout`` seconds."""

    def search(self, text: str, pos: int, *, timeout: float) -> Match | None:
        """Return the leftmost match that starts at ``pos`` or later."""
        ...

    def match(self, text: str, pos: int, *, timeout: float) -> Match | None:
        """Return the match that starts at ``pos``."""
        ...

    def finditer(self, text: str, pos: int, end: int = ..., *, timeout: float) -> Iterator[Match]:
        """Return the matches from ``pos`` on, as if the text ended at ``end``; ``timeout`` is for all of them."""
        ...


class _Lazy:
    """A pattern that is compiled when it is first used, in about 10 ms: of many patterns few are ever used."""

    def __init__(self, source: str) -> None:
        self._source = source

    def __getattr__(self, name: str) -> object:
        """Compile; from then on the methods are there, so that this is not called again."""
        if name not in {"search", "match", "finditer"}:
            raise AttributeError(name)
        pattern = compiled(self._source)
        self.search, self.match, self.finditer = pattern.search, pattern.match, pattern.finditer
        return getattr(self, name)


def compiled(source: str) -> Pattern:
    """Compile ``source``. Raises ``PatternError``."""
    try:
        return cast("Pattern", regex.compile(source, regex.V0, cache_pattern=False))
    except (regex.error, RecursionError) as error:
        raise PatternError("the matching engine cannot compile it") from error


def lazily_compiled(source: str) -> Pattern:
    """Return ``source`` as a pattern; what would raise ``PatternError`` does so when it is first used."""
    return cast("Pattern", _Lazy(source))


def time_limit(text: str) -> float:
    """Return the CPU seconds that a search of ``text`` may take."""
    return TIMEOUT_S + len(text) * TIMEOUT_S_PER_CHARACTER
