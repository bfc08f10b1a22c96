"""One detector's way through one text, be it whole or in pieces. Both are the same code, so both give the same."""

from copy import copy

from addons.core.detect.detector import Detector
from addons.core.masking.matcher import Matcher, RegexMatcher, matcher, regex_matcher
from addons.core.masking.spans import FOREVER, Span

MAX_MATCHES = 50_000
"""Matches of one detector that are looked at in one text, a few seconds of work. The rest of it counts as one."""


class Rule:
    """A detector, compiled. Raises ``PatternError`` where its pattern or its tail cannot be used."""

    __slots__ = ("detector", "matcher", "rank", "tail")

    def __init__(self, detector: Detector, rank: int) -> None:
        self.detector = detector
        self.rank = rank
        self.matcher: Matcher = matcher(detector.pattern, vetted=detector.vetted)
        self.tail: RegexMatcher | None = regex_matcher(detector.tail) if detector.tail else None

    def may_match(self, text: str) -> bool:
        """Say whether ``text`` has what every match has."""
        needs = self.matcher.needs
        return not needs or any(map(text.__contains__, needs))

    @property
    def judges(self) -> bool:
        """Whether matches are judged by code: the time that takes must not count as the engine's."""
        return self.detector.validate is not None or self.detector.measure is not None

    @property
    def lookback(self) -> int:
        """How many characters before what is being looked at must stay known."""
        return max(self.matcher.lookback, self.tail.lookback if self.tail else 1)


class Cursor:
    """Where a rule stands in a text. Positions are counted from the start of the text, also of one long gone."""

    __slots__ = ("_matches", "_open", "_pos", "_rule", "_settled")

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._pos = 0
        self._matches = 0
        self._open: Span | None = None
        self._settled = FOREVER

    @property
    def matches(self) -> int:
        """How many matches were looked at."""
        return self._matches

    @property
    def at(self) -> int:
        """Where the search goes on: behind the last match."""
        return self._pos

    @property
    def open(self) -> Span | None:
        """The match that has not been followed to its end."""
        return self._open

    def copy(self) -> "Cursor":
        """Return another one that stands at the same place."""
        other = Cursor(self._rule)
        other._pos = self._pos
        other._matches = self._matches
        other._open = copy(self._open)
        return other

    @property
    def open_at(self) -> int | None:
        """Where a match goes on that has not been followed to its end; ``None`` where there is none."""
        return self._pos if self._open is not None else None

    def advance(
        self, text: str, base: int, floor: int, limit: int, *, final: bool, settled: int = FOREVER
    ) -> list[Span]:
        """Return the matches that start before ``limit`` and were not returned before.

        ``text`` is what is known from position ``base`` on, ``floor`` where the search may start. ``final`` says
        that nothing comes after ``text``. A match whose tail may go on is returned open; later calls let it grow, as
        far as the text is ``settled``: a view may read what comes after that otherwise, and has to begin from there.
        """
        found: list[Span] = []
        self._settled = settled
        if self._open is None:
            self._pos = max(self._pos, floor)
        else:
            self._follow(self._open, text, base, final=final)
        while self._open is None and self._pos < limit and self._run(text, base, limit, found, final=final):
            pass
        return found

    def _run(self, text: str, base: int, limit: int, found: list[Span], *, final: bool) -> bool:
        """Add matches to ``found``; return whether the search has to be taken up again at a new position."""
        rule = self._rule
        for start, end in rule.matcher.spans(text, self._pos - base, limit - base):
            if start + base >= limit:
                return False
            self._matches += 1
            if self._matches > MAX_MATCHES:
                self._open = Span(start + base, FOREVER, rule.rank, rule.rank, open=True)
                found.append(self._open)
                return False
            length = rule.detector.length(text[start:end])
            if not length:
                self._pos = start + base + 1  # a true value may start inside what only looked like one
                return True
            span = Span(start + base, start + base + length, rule.rank, rule.rank)
            found.append(span)
            self._follow(span, text, base, final=final)
            if self._open is not None or span.end != end + base or rule.judges:
                return True
        return False

    def _follow(self, span: Span, text: str, base: int, *, final: bool) -> None:
        """Let ``span`` grow through its tail as far as that is decided."""
        if span.end < FOREVER:
            known = text if final or self._settled >= base + len(text) else text[: self._settled - base]
            end, span.open = self._tail_end(known, span.end - base, final=final)
            self._pos = span.end = end + base
        self._open = span if span.open else None

    def _tail_end(self, text: str, end: int, *, final: bool) -> tuple[int, bool]:
        """Return where the tail from ``end`` on ends as far as known, and whether more text could change that."""
        tail = self._rule.tail
        while tail is not None:
            if not final and tail.is_live(text, end):
                return end, True
            step = tail.match_end(text, end)
            if step is None:
                break
            end = step
        return end, False
