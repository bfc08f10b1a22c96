"""A stream as a view reads it. Until the view differs from the text as it stands, there is nothing to do."""

from collections.abc import Sequence

from addons.core.masking.origins import Origins
from addons.core.masking.ruleset import RuleSet
from addons.core.masking.spans import Span
from addons.core.masking.track import Track
from addons.core.masking.views.view import Stretch, View


class Viewed:
    """One view of one stream, beside the track of the text as it stands.

    As long as both read the same they find the same. So this track branches off that one where the view first differs,
    and ends where both have read the same for longer than any pattern looks back, unless it has found more by then.
    """

    __slots__ = ("_links", "_origins", "_own", "_plain", "_rules", "_same_from", "_track", "_view")

    def __init__(self, rules: RuleSet, plain: Track, view: View) -> None:
        self._rules = rules
        self._own = rules.apart_in_views
        self._plain = plain
        self._view = view
        self._track: Track | None = None
        self._origins = Origins()
        self._links: list[tuple[Span, Span]] = []  # matches that may still grow: in the reading, and in the text
        self._same_from = 0  # the place in the reading from which on it is the text as it stands

    @property
    def pending(self) -> int:
        """Up to where the text is read."""
        return self._view.pending

    @property
    def has_branched(self) -> bool:
        """Whether it goes its own way."""
        return self._track is not None

    def feed(self, text: str) -> list[Span]:
        """Take the next piece, which the plain track has taken before; return matches that may still grow."""
        before = self._view.pending
        return self._take(before, self._view.feed(text))

    def finish(self) -> list[Span]:
        """Take the end of the text; return matches that may still grow."""
        before = self._view.pending
        return self._take(before, self._view.finish())

    def live_start(self, settled: int) -> int:
        """Return the first start whose outcome more text could change; raises ``TimeoutError``.

        Up to where the text is ``settled``, all views have read it that may still branch off.
        """
        if self._track is None:
            known = self._plain.end
            return known if self.pending >= known else self._plain.live_start_before(settled, self._own)
        start = self._track.live_start()
        return self.pending if start >= self._track.end else min(self.pending, self._origins.start_of(start))

    def collect(self, limit: int, *, final: bool) -> list[Span]:
        """Return the matches that start before ``limit`` and were not returned; raises ``TimeoutError``."""
        track = self._track
        if track is None:
            return []
        found = track.collect(self._origins.before(limit), final=final)
        for inner, outer in self._links:
            outer.end, outer.open = self._origins.end_of(inner.end), inner.open
        spans = [self._origins.span(span) for span in found]
        self._links = [link for link in (*self._links, *zip(found, spans, strict=True)) if link[0].open]
        self._leave(track)
        return spans

    def forget(self) -> None:
        """Forget what nothing will look at again."""
        if self._track is not None:
            self._track.forget(self._track.decided)
            self._origins.forget(self._track.base)

    def _take(self, before: int, stretches: Sequence[Stretch] | None) -> list[Span]:
        if stretches is None and self._track is None:
            return []
        entered = self._enter(before) if self._track is None else []
        for stretch in stretches or (self._as_it_stands(before),):
            self._add(stretch)
        return entered

    def _as_it_stands(self, before: int) -> Stretch:
        text = self._plain.text[before - self._plain.base : self.pending - self._plain.base]
        return Stretch(text, before, len(text))

    def _add(self, stretch: Stretch) -> None:
        if self._track is None:
            return
        start = stretch.start - self._plain.base
        if stretch.text != self._plain.text[start : start + stretch.length]:
            self._same_from = self._track.end + len(stretch.text)
        self._origins.add(stretch, len(stretch.text))
        self._track.feed(stretch.text)

    def _enter(self, end: int) -> list[Span]:
        """Begin a track; what it read up to ``end`` is the text as it stands."""
        self._track = self._plain.branch(self._own, end)
        self._origins = Origins(self._track.base)
        known = end - self._track.base
        self._origins.add(Stretch("", self._track.base, known), known)
        self._same_from = self._track.base
        inner = self._track.open_spans
        outer = [self._origins.span(span) for span in inner]
        self._links = list(zip(inner, outer, strict=True))
        return outer

    def _leave(self, track: Track) -> None:
        """End the track where it has become the same as the plain one."""
        is_same = track.end - self._same_from >= self._rules.lookback
        is_over = track.decided >= track.end and not self._links and not self._plain.open_spans
        is_behind = self._plain.reached > self.pending  # what was found there, it has still to judge by itself
        if is_same and is_over and not is_behind:
            is_even = track.matches(own=bool(self._own)) == self._plain.matches(own=bool(self._own))
            if is_even:  # else more have been found here, and too many count as one
                self._track = None
