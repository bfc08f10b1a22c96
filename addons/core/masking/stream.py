"""Masks a text that comes in pieces: however it is cut, the result is that of masking it whole.

What a start can become is decided as soon as no pattern is live there (see ``live``), neither in the text as it stands
nor in a view of it. Text before the leftmost live start goes on, the rest is held: at most one match and one value, so
about 50,000 characters, typically a word. A value too long to be held is masked when that is known; what follows of it
is swallowed.

Positions are counted from the start of the stream.
"""

from collections import Counter

from addons.core.masking.ruleset import TIMEOUT, UNREADABLE, RuleSet
from addons.core.masking.spans import FOREVER, Cluster, Span, clusters
from addons.core.masking.track import Track
from addons.core.masking.viewed import Viewed


class StreamMasker:
    """One text on its way. Not to be shared. After an exception it gives out nothing more."""

    __slots__ = ("_done", "_gone", "_masked", "_over", "_pending", "_plain", "_rules", "_views", "hits")

    def __init__(self, rules: RuleSet) -> None:
        self.hits: Counter[str] = Counter()
        self._rules = rules
        self._plain = Track(rules, rules.apart)
        self._views = [Viewed(rules, self._plain, kind.begin()) for kind in rules.compiled.views if rules.rules]
        self._done = 0  # all before it was given out or swallowed
        self._pending: list[Span] = []  # matches that are known and not yet given out as masks
        self._masked = -1  # where a value starts whose mask was given out before its end was known
        self._over = False
        self._gone = False  # nothing is known of the text any more, and nothing may follow

    @property
    def held(self) -> int:
        """Characters that came in and were not yet given out, replaced or swallowed."""
        return 0 if self._gone else self._plain.end - self._done

    @property
    def remembered(self) -> int:
        """Characters of the text that are still known."""
        return len(self._plain.text)

    def feed(self, text: str) -> str:
        """Take the next piece; return what is decided. Always ``""`` after an exception, a timeout or ``finish``."""
        if self._over or not text:
            return ""
        self._over = True  # an exception leaves it so
        self._plain.feed(text)
        for view in self._views:
            self._pending += view.feed(text)
        out, self._over = self._step(final=False)
        return out

    def finish(self) -> str:
        """Return what was held: the text has ended."""
        if self._over:
            return ""
        self._over = True
        for view in self._views:
            self._pending += view.finish()
        return self._step(final=True)[0]

    def _step(self, *, final: bool) -> tuple[str, bool]:
        """Return what can be given out, and whether nothing may follow it."""
        try:
            if self._rules.is_late:
                raise TimeoutError  # noqa: TRY301 - the call's time was up before
            # 1. What can no longer change?
            pending = (view.pending for view in self._views if not view.has_branched)
            settled = min(pending, default=self._plain.end)
            limit = self._plain.end if final else self._live_start(settled)
            # 2. Which matches are in it?
            self._pending += self._plain.collect(limit, final=final, settled=settled)
            for view in self._views:
                self._pending += view.collect(limit, final=final)
        except TimeoutError:
            self._rules.be_late()
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

    def _live_start(self, settled: int) -> int:
        start = self._plain.live_start()
        for view in self._views:
            start = min(start, view.live_start(settled))
        return max(start, self._plain.decided)

    def _give_out(self, limit: int) -> str:
        """Return the text before ``limit``, as far as no match reaches beyond what is known."""
        if not self._pending:
            return self._up_to(limit)
        out: list[str] = []
        waiting: list[Span] = []
        for cluster in clusters(self._pending):
            complete = cluster.end <= limit and not cluster.open
            if waiting or not (complete or cluster.too_long):
                waiting += cluster.spans
                continue
            out.append(self._up_to(cluster.start))
            out.append(self._mask(cluster))
            self._done = min(cluster.end, self._plain.end)
            if not complete:
                self._masked = cluster.start
                waiting = cluster.condensed()
        self._pending = waiting
        out.append(self._up_to(waiting[0].start if waiting else limit))
        return "".join(out)

    def _up_to(self, end: int) -> str:
        base = self._plain.base
        piece = self._plain.text[self._done - base : max(end - base, 0)]
        self._done = max(self._done, end)
        return piece

    def _mask(self, cluster: Cluster) -> str:
        if cluster.start == self._masked:
            return ""
        base = self._plain.base
        mask, name = self._rules.mask(cluster, self._plain.text[cluster.start - base : cluster.end - base])
        self.hits[name] += 1
        return mask

    def _forget(self) -> None:
        needed = self._done
        for view in self._views:
            view.forget()
            needed = min(needed, view.pending)
        self._plain.forget(needed)

    def _drop(self) -> None:
        self._pending = []
        self._gone = True
        self._plain = Track(self._rules, self._rules.apart)
        self._views = []
