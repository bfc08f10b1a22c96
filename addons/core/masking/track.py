"""The rules' way through one reading of a stream: the text as it stands, or as a view reads it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from addons.core.masking.automaton import Scan
from addons.core.masking.cursor import Cursor
from addons.core.masking.ruleset import RuleSet
from addons.core.masking.spans import FOREVER, Span

PATIENCE = 48
"""Characters that may wait because the automaton is not sure; beyond that, the patterns themselves are asked."""
ASKED_AGAIN = 8
"""They are asked again when an eighth more is waiting: so the time for each character does not grow with their number,
however small the pieces are."""


class _Answer(NamedTuple):
    """What the patterns said when the reading went up to ``asked_at``: nothing before ``live_from`` can change."""

    asked_at: int = 0
    live_from: int = 0

    def is_to_be_asked(self, end: int, start: int) -> bool:
        """Say whether the patterns are to be asked again where a reading up to ``end`` waits from ``start`` on."""
        waiting = end - start
        return waiting > PATIENCE and (end - self.asked_at) * ASKED_AGAIN >= waiting


class Track:
    """Places are counted from the start of the reading; ``base`` is where the part of it that is still known begins."""

    __slots__ = (
        "_cursors",
        "_earlier",
        "_now",
        "_own",
        "_rules",
        "_scan",
        "_tails",
        "base",
        "decided",
        "reached",
        "text",
    )

    def __init__(self, rules: RuleSet, own: Sequence[int]) -> None:
        self._rules = rules
        self._own = own  # the ranks of the rules that only this call has
        self._scan = Scan(rules.compiled.automaton)
        self.reached = 0
        """How far was gone by a pattern whose matches were looked for."""
        self._tails: list[Cursor] = []  # whose match goes on beyond what is known
        self._cursors: dict[int, Cursor] = {}  # of the rules that were needed so far
        self._now = self._earlier = _Answer()  # of all that is known, and of what comes before a place in it
        self.text = ""
        self.base = 0
        self.decided = 0
        """All matches that start before it are known."""

    def branch(self, own: Sequence[int], end: int) -> "Track":
        """Return a track that has gone the same way, as far as it was decided, and knows the text up to ``end``."""
        other = Track(self._rules, own)
        other._cursors = {rank: cursor.copy() for rank, cursor in self._cursors.items()}
        other._tails = [cursor for cursor in other._cursors.values() if cursor.open is not None]
        other.text = self.text[: end - self.base]
        other.base, other.decided = self.base, self.decided
        other._scan = Scan(self._rules.compiled.automaton, self.base)
        other._scan.feed(other.text)  # from the start: what must stand before a match may have gone out already
        return other

    def matches(self, *, own: bool) -> dict[int, int]:
        """Return how many matches each rule has looked at, with those that only this call has or without them."""
        seen = {rank: cursor.matches for rank, cursor in self._cursors.items() if rank >= 0 or own}
        return {rank: count for rank, count in seen.items() if count}

    @property
    def end(self) -> int:
        """How far the reading goes."""
        return self.base + len(self.text)

    @property
    def open_spans(self) -> list[Span]:
        """Matches that may still grow."""
        return [cursor.open for cursor in self._tails if cursor.open is not None]

    def feed(self, text: str) -> None:
        """Take the next piece."""
        self.text += text
        self._scan.feed(text)

    def live_start(self) -> int:
        """Return the first start whose outcome more text could change; raises ``TimeoutError``."""
        start = max(self._scan.quiet_at, self._now.live_from)
        if self._now.is_to_be_asked(self.end, start):
            start = self._asked(self.text, start, self._scan.live)
            self._now = _Answer(self.end, start)
        return self._own_live_start(self._own, self.text, start)

    def live_start_before(self, end: int, own: Sequence[int]) -> int:
        """Return a place before which nothing could change if the text ended at ``end``; for these rules of a call.

        Raises ``TimeoutError``.
        """
        text = self.text[: end - self.base]
        start = max(self._scan.quiet_before(end), self._earlier.live_from if self._earlier.asked_at <= end else 0)
        if self._earlier.is_to_be_asked(end, start):
            scan = Scan(self._rules.compiled.automaton, self.base)
            scan.feed(text)
            start = self._asked(text, start, scan.live)
            self._earlier = _Answer(end, start)
        return self._own_live_start(own, text, start)

    def _asked(self, text: str, start: int, live: Iterable[int]) -> int:
        known = max(self.decided, start) - self.base
        matchers = (self._rules.rules[rank].matcher for rank in live)
        starts = (matcher.live_start(text, known, len(text)) for matcher in matchers)
        return self.base + min(starts, default=len(text))

    def _own_live_start(self, own: Sequence[int], text: str, start: int) -> int:
        for rank in own:
            matcher = self._rules.rules[rank].matcher
            start = min(start, self.base + matcher.live_start(text, self.decided - self.base, start - self.base))
        return max(start, self.decided)

    def collect(self, limit: int, *, final: bool, settled: int = FOREVER) -> list[Span]:
        """Return the matches that start before ``limit`` and were not returned; raises ``TimeoutError``.

        Tails are followed as far as the text is ``settled``: up to there it has been read by all views that may still
        branch off.
        """
        is_idle = not (self._scan.matched or self._own or self._tails)
        found = (
            []
            if is_idle or (limit <= self.decided and not self._tails)
            else self._found(limit, final=final, settled=settled)
        )
        if limit >= self._scan.quiet_at:
            self._scan.drop()
        self.decided = max(self.decided, limit)
        return found

    def _found(self, limit: int, *, final: bool, settled: int) -> list[Span]:
        new = self.text[self.decided - self.base :]
        ranks = sorted(
            (
                *(self._scan.matched - self._rules.idle),
                *(rank for rank in self._own if self._rules.rules[rank].may_match(new)),
            )
        )
        found: list[Span] = []
        for cursor in dict.fromkeys((*self._tails, *map(self._cursor, ranks))):
            found += cursor.advance(self.text, self.base, self.decided, limit, final=final, settled=settled)
            self.reached = max(self.reached, cursor.at)
        if found or self._tails:
            self._tails = [cursor for cursor in self._cursors.values() if cursor.open is not None]
        return found

    def _cursor(self, rank: int) -> Cursor:
        cursor = self._cursors.get(rank)
        if cursor is None:
            cursor = self._cursors[rank] = Cursor(self._rules.rules[rank])
        return cursor

    def forget(self, needed: int) -> None:
        """Forget what is before ``needed``, and before all that may still be looked at."""
        tails = (cursor.open_at for cursor in self._tails)
        needed = min(needed, self.decided, *(at for at in tails if at is not None))
        cut = needed - self._rules.lookback - self.base
        if cut > 0:
            self.text = self.text[cut:]
            self.base += cut
