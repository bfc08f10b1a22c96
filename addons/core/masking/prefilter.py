"""Tells which of many patterns may match in a text, in far less time than running them takes.

A pattern that is not named does not match; one that is named may. Whatever goes wrong names more patterns, never
fewer. Hyperscan looks for all of them in one pass; where it has no wheel, and for patterns that it cannot be given,
strings are looked for that every match holds. The results of masking are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Protocol

from addons.core.masking.hints import around, needs
from addons.core.masking.parser import parse
from addons.core.masking.relaxed import Expression, relaxed
from addons.core.masking.scanner import AVAILABLE, DatabaseCache, Scanner, ScannerError, scanner_for
from addons.core.masking.syntax import Node

MAX_EXPRESSIONS = 5_000
"""Expressions of one database. The patterns of the rest are told by strings."""
MAX_POSITIONS = 400_000
"""States of all of them together: twice what 1,000 patterns of keys have, and some ten seconds to compile."""


class Prefilter(Protocol):
    """Patterns, each known by its rank: its place in the order given. Any number of threads may use it."""

    def able(self, text: str, start: int = 0) -> list[int]:
        """Return the ranks of the patterns that may match from ``start`` on, ascending. What is before is known."""
        ...


class PlainPrefilter:
    """Looks for strings that every match holds, by ``hints``."""

    __slots__ = ("_by_need",)

    def __init__(self, patterns: Iterable[tuple[int, Node]]) -> None:
        """Take patterns with their ranks."""
        by_need: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
        for rank, node in patterns:
            by_need.setdefault((needs(node), around(node)), []).append(rank)
        self._by_need = tuple((need, tuple(ranks)) for need, ranks in by_need.items())

    def able(self, text: str, start: int = 0) -> list[int]:
        """Return the ranks of the patterns one of whose strings is in ``text``."""
        new = text[start:] if start else text
        return sorted(
            rank
            for (needed, behind), ranks in self._by_need
            if _has_any(new, needed) and _has_any(text, behind)
            for rank in ranks
        )


class ScanningPrefilter:
    """Looks for all patterns in one pass."""

    __slots__ = ("_all", "_by_expression", "_rest", "_scanner")

    def __init__(
        self,
        patterns: Iterable[tuple[int, Node]],
        expressions: Mapping[int, frozenset[int]],
        scanner: Scanner,
    ) -> None:
        """Take patterns with their ranks, and which expressions of ``scanner`` each rank has.

        A pattern without any is looked for plainly.
        """
        ranked = dict(patterns)
        by_expression: dict[int, list[tuple[frozenset[int], int]]] = {}
        for rank, needed in expressions.items():
            if needed:
                by_expression.setdefault(min(needed), []).append((needed, rank))
        self._scanner = scanner
        self._by_expression = {index: tuple(patterns) for index, patterns in by_expression.items()}
        self._rest = PlainPrefilter((rank, node) for rank, node in ranked.items() if not expressions.get(rank))
        self._all = sorted(ranked)

    def able(self, text: str, start: int = 0) -> list[int]:
        """Return the ranks of the patterns all of whose expressions are found in ``text``; all where that fails."""
        try:
            found = self._scanner.scan(text.encode("utf-8", "surrogatepass"))
        except ScannerError:
            return list(self._all)
        ranks = self._rest.able(text, start)
        if found:
            seen = frozenset(found)
            for index in seen & self._by_expression.keys():
                ranks += (rank for needed, rank in self._by_expression[index] if needed <= seen)
            ranks.sort()
        return ranks


def prefilter(patterns: Sequence[Node | str], cache: DatabaseCache | None = None) -> Prefilter:
    """Return the prefilter of ``patterns``; raises ``PatternError`` where one cannot be read.

    That takes milliseconds for each pattern, so it is not for the event loop, nor for patterns of a single call. A held
    credential must not be among them: ``cache`` may write them to disk. Use ``plain`` for both.
    """
    ranked = _ranked(patterns)
    return (_scanning(ranked, cache) if AVAILABLE else None) or PlainPrefilter(ranked)


def plain(patterns: Sequence[Node | str]) -> PlainPrefilter:
    """Return the prefilter of ``patterns`` that needs no compiling; raises ``PatternError`` as ``prefilter`` does."""
    return PlainPrefilter(_ranked(patterns))


def _ranked(patterns: Sequence[Node | str]) -> list[tuple[int, Node]]:
    return [(rank, parse(each) if isinstance(each, str) else each) for rank, each in enumerate(patterns)]


def _scanning(ranked: list[tuple[int, Node]], cache: DatabaseCache | None) -> ScanningPrefilter | None:
    wanted = {rank: relaxed(node) for rank, node in ranked}
    # 1. Each expression once, however many patterns have it
    every = {each.source: each for those in wanted.values() for each in those}
    # 2. A scanner for as many as it can be given
    made = scanner_for(_affordable(every.values()), cache)
    if made is None:
        return None
    scan, expressions = made
    # 3. Nothing rests on an expression that is not found even where it must be
    try:
        blind = scan.unanswered(expressions)
    except ScannerError:
        return None
    index = {each.source: at for at, each in enumerate(expressions) if at not in blind}
    has = {rank: [index[each.source] for each in those if each.source in index] for rank, those in wanted.items()}
    return ScanningPrefilter(ranked, {rank: frozenset(those) for rank, those in has.items()}, scan)


def _affordable(expressions: Iterable[Expression]) -> list[Expression]:
    taken: list[Expression] = []
    positions = 0
    for each in islice(expressions, MAX_EXPRESSIONS):
        positions += each.positions
        if positions > MAX_POSITIONS:
            break
        taken.append(each)
    return taken


def _has_any(text: str, strings: frozenset[str]) -> bool:
    return not strings or any(map(text.__contains__, strings))
