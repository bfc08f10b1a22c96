"""Streams cut in every way: however the bytes come, the same bytes must go on."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Protocol


class Feeds(Protocol):
    """Whatever takes bytes and gives bytes."""

    def feed(self, data: bytes) -> bytes: ...

    def finish(self) -> bytes: ...


def run(stream: Feeds, pieces: Sequence[bytes]) -> bytes:
    """Return what ``stream`` gives for ``pieces``."""
    return b"".join([*(stream.feed(piece) for piece in pieces), stream.finish()])


def pieces_of(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Return ``data`` cut at ``cuts``, in any order."""
    return [data[start:end] for start, end in pairwise([0, *sorted(cuts), len(data)])]


def every_cut(data: bytes) -> Iterator[list[bytes]]:
    """Yield ``data`` cut in two at every byte, in three at a sample of places, and into single bytes."""
    yield from (pieces_of(data, [at]) for at in range(len(data)))
    sample = range(1, len(data), max(1, len(data) // 12))
    yield from (pieces_of(data, cuts) for cuts in combinations(sample, 2))
    yield [data[at : at + 1] for at in range(len(data))]


def assert_cuts_do_not_matter(new: Callable[[], Feeds], data: bytes) -> None:
    """Check that ``data`` gives the same in one piece and however it is cut."""
    whole = run(new(), [data])
    for pieces in every_cut(data):
        assert run(new(), pieces) == whole, [len(piece) for piece in pieces][:3]
