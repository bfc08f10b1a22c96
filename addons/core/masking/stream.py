"""Masks a text that comes in pieces: however it is cut, the result is that of masking it whole.

What a start can become is decided as soon as no pattern is live there (see ``live``). Text before the leftmost live
start goes on, the rest is held: at most one match and one value, so about 50,000 characters, typically a word.
A value too long to be held is masked when that is known; what follows of it is swallowed.

Positions are counted from the start of the stream; ``_base`` is where the part of it that is still known begins.
"""

from collections import Counter

from addons.core.masking.cursor import Cursor
from addons.core.masking.ruleset import TIMEOUT, UNREADABLE, RuleSet
from addons.core.masking.spans import FOREVER, Cluster, Span, clusters


class StreamMasker:
    """One text on its way. Not to be shared. After an exception it gives out nothing more."""

    __slots__ = (
        "_base",
        "_cursors",
        "_decided",
        "_done",
        "_masked",
        "_over",
        "_pending",
        "_rules",
        "_tails",
        "_text",
        "hits",
    )

    def __init__(self, rules: RuleSet) -> None:
        self.hits: Counter[str] = Counter()
        self._rules = rules
        self._cursors = [Cursor(rule) for rule in rules.rules]
        self._tails: list[Cursor] = []  # whose match goes on beyond what is known
        self._text = ""
        self._base = 0
        self._done = 0  # all before it was given out or swallowed
        self._decided = 0  # all matches that start before it are known
        self._pending: list[Span] = []  # matches that are known and not yet given out as masks
        self._masked = -1  # where a value starts whose mask was given out before its end was known
        self._over = False

    @property
    def held(self) -> int:
        """Characters that came in and were not yet given out, replaced or swallowed."""
        return self._base + len(self._text) - self._done

    def feed(self, text: str) -> str:
        """Take the next piece; return what is decided. Always ``""`` after an exception, a timeout or ``finish``."""
        if self._over or not text:
            return ""
        self._over = True  # an exception leaves it so
        self._text += text
        out, self._over = self._step(final=False)
        return out

    def finish(self) -> str:
        """Return what was held: the text has ended."""
        if self._over:
            return ""
        self._over = True
        return self._step(final=True)[0]

    def _step(self, *, final: bool) -> tuple[str, bool]:
        """Return what can be given out, and whether nothing may follow it."""
        try:
            # 1. What can no longer change?
            limit = self._base + self._live_start(final=final)
            # 2. Which matches are in it?
            self._collect(limit, final=final)
        except TimeoutError:
            self.hits[TIMEOUT] += 1
            self._drop()
            return UNREADABLE, True
        # 3. Give it out, with a mask in the place of each value that is known to its end.
        out = self._give_out(limit)
        # 4. Forget what nothing will look at again.
        endless = bool(self._pending) and self._pending[0].end >= FOREVER
        if endless:
            self._drop()
        else:
            self._forget()
        return out, endless

    def _live_start(self, *, final: bool) -> int:
        return len(self._text) if final else self._rules.live_start(self._text, self._decided - self._base)

    def _collect(self, limit: int, *, final: bool) -> None:
        """Find the matches that start before ``limit``."""
        if limit <= self._decided and not self._tails:
            return
        able = [self._cursors[rank] for rank in self._rules.able(self._text, self._decided - self._base)]
        for cursor in dict.fromkeys((*self._tails, *able)):
            self._pending += cursor.advance(self._text, self._base, self._decided, limit, final=final)
        self._tails = [cursor for cursor in self._cursors if cursor.open_at is not None]
        self._decided = limit

    def _give_out(self, limit: int) -> str:
        """Return the text before ``limit``, as far as no match reaches beyond what is known."""
        out: list[str] = []
        waiting: list[Span] = []
        for cluster in clusters(self._pending) if self._pending else ():
            complete = cluster.end <= limit and not cluster.open
            if waiting or not (complete or cluster.too_long):
                waiting += cluster.spans
                continue
            out.append(self._up_to(cluster.start))
            out.append(self._mask(cluster))
            self._done = min(cluster.end, self._base + len(self._text))
            if not complete:
                self._masked = cluster.start
                waiting = cluster.condensed()
        self._pending = waiting
        out.append(self._up_to(waiting[0].start if waiting else limit))
        return "".join(out)

    def _up_to(self, end: int) -> str:
        piece = self._text[self._done - self._base : max(end - self._base, 0)]
        self._done = max(self._done, end)
        return piece

    def _mask(self, cluster: Cluster) -> str:
        if cluster.start == self._masked:
            return ""
        self.hits[self._rules.name(cluster)] += 1
        return self._rules.mask(cluster, self._text[cluster.start - self._base : cluster.end - self._base])

    def _forget(self) -> None:
        tails = (cursor.open_at for cursor in self._tails)
        needed = min(self._done, self._decided, *(at for at in tails if at is not None))
        cut = needed - self._rules.lookback - self._base
        if cut > 0:
            self._text = self._text[cut:]
            self._base += cut

    def _drop(self) -> None:
        self._text, self._pending, self._tails = "", [], []
        self._base = self._done
