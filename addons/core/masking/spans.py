"""Where matches are, and how overlapping ones become one mask."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_SPAN = 32_768
"""Characters of one value that are handed on to be replaced. Longer ones (no key, no token is) only get a label."""
FOREVER = 1 << 62
"""The end of a span that takes in everything to come."""


@dataclass(slots=True)
class Span:
    """A match from ``start`` to ``end``. ``rank`` is its detector's place in the order of priority.

    ``open`` says that it may still grow. ``first`` is the rank that a long cluster is named after.
    """

    start: int
    end: int
    rank: int
    first: int
    open: bool = False


@dataclass(slots=True)
class Cluster:
    """Spans that overlap: one mask. ``rank`` is the best of theirs, ``first`` that of the one that starts first."""

    start: int
    end: int
    rank: int
    first: int
    spans: list[Span]

    @property
    def open(self) -> bool:
        """Whether one of the spans may still grow."""
        return any(span.open for span in self.spans)

    @property
    def too_long(self) -> bool:
        """Whether the value is too long to be handed on."""
        return self.end - self.start > MAX_SPAN

    @property
    def endless(self) -> bool:
        """Whether everything to come belongs to it."""
        return self.end >= FOREVER

    @property
    def naming_rank(self) -> int:
        """The rank of the detector that the mask is named after.

        A stream masks a long value before it has seen its end: only what is known at its start may give the name.
        """
        return self.first if self.too_long else self.rank

    def condensed(self) -> list[Span]:
        """Return as few spans as will do in place of ``spans``: one for all, and those that may still grow."""
        whole = Span(self.start, self.end, self.rank, self.first)
        return [whole, *(span for span in self.spans if span.open)]


def clusters(spans: Iterable[Span]) -> Iterator[Cluster]:
    """Yield ``spans`` merged where they overlap, from left to right. Spans that only touch stay apart."""
    current: Cluster | None = None
    for span in sorted(spans, key=lambda span: (span.start, span.rank)):
        if current is None or span.start >= current.end:
            if current is not None:
                yield current
            current = Cluster(span.start, span.end, span.rank, span.first, [span])
        else:
            current.end = max(current.end, span.end)
            current.rank = min(current.rank, span.rank)
            current.spans.append(span)
    if current is not None:
        yield current
