"""What a detector's pattern is compiled to: something that finds matches, and says what may still become one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from addons.core.masking.engine import Pattern, lazily_compiled, time_limit
from addons.core.masking.hints import alphabet, around, needs, prefixes
from addons.core.masking.live import live_tree, lookback, reach, shortest, width
from addons.core.masking.parser import parse
from addons.core.masking.spans import FOREVER
from addons.core.masking.syntax import Branch, Literal, Node, PatternError, Sequence, render
from addons.core.masking.whole_word import whole_word

MAX_WIDTH = 16_384
"""The widest match, in characters: this much text may have to be held. A bearer token of the longest header fits."""
CACHE_SIZE = 512
"""Compiled patterns kept: a policy's own and those of the policy it replaced; about 20 KB each."""


class Matcher(Protocol):
    """One pattern at work. Positions are indices in ``text``; methods raise ``TimeoutError``."""

    @property
    def lookback(self) -> int:
        """How many characters before a match must stay known."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """Strings of which a text with a match holds one; an empty set where none are known."""
        ...

    @property
    def around(self) -> frozenset[str]:
        """Strings one of which stands behind a match; an empty set where none are known."""
        ...

    @property
    def alphabet(self) -> str | None:
        """The characters that matches are made of, ``None`` where they are too many."""
        ...

    @property
    def reach(self) -> int:
        """How far from its start a match looks at most."""
        ...

    def spans(self, text: str, pos: int, before: int = FOREVER) -> Iterator[tuple[int, int]]:
        """Yield the non-overlapping matches that start at ``pos`` or later, leftmost first.

        Those that start at ``before`` or later need not be among them.
        """
        ...

    def live_start(self, text: str, pos: int, limit: int) -> int:
        """Return the first start from ``pos`` on whose outcome more text could change; ``limit`` if none is before."""
        ...


@dataclass(frozen=True, slots=True)
class RegexMatcher:
    """A pattern that the engine runs: in full, and as what may still become a match. For the rest see ``hints``."""

    full: Pattern
    live: Pattern
    reach: int
    lookback: int
    needs: frozenset[str]
    around: frozenset[str]
    alphabet: str | None
    prefixes: tuple[str, ...] = ()

    def warm(self) -> None:
        """Compile what else would be compiled when it is first used. Raises ``PatternError``."""
        _ = self.full.search, self.live.search

    def spans(self, text: str, pos: int, before: int = FOREVER) -> Iterator[tuple[int, int]]:
        """Yield the matches, all within one limit on time.

        A match looks no further than ``reach``, so the engine need not see more of the text than that.
        """
        end = min(len(text), before + self.reach + 1)
        for match in self.full.finditer(text, pos, end, timeout=time_limit(text)):
            yield match.start(), match.end()

    def live_start(self, text: str, pos: int, limit: int) -> int:
        """Search the end of the text only, as far as the pattern reaches, and as its characters go."""
        low = max(pos, len(text) - self.reach)
        if self.alphabet is not None:
            low += len(text[low:].rstrip(self.alphabet))
        if low >= limit:
            return limit
        match = self.live.search(text, low, timeout=time_limit(text))
        return limit if match is None else min(limit, match.start())

    def match_end(self, text: str, pos: int) -> int | None:
        """Return where the match that starts at ``pos`` ends."""
        match = self.full.match(text, pos, timeout=time_limit(text))
        return None if match is None else match.end()

    def is_live(self, text: str, pos: int) -> bool:
        """Say whether more text could change what matches at ``pos``."""
        left = len(text) - pos
        return left == 0 or (left <= self.reach and self.live.match(text, pos, timeout=time_limit(text)) is not None)


@dataclass(frozen=True, slots=True)
class PrefixMatcher(RegexMatcher):
    """A vetted pattern all of whose matches begin with one of a few strings: it is tried only where one stands."""

    def spans(self, text: str, pos: int, before: int = FOREVER) -> Iterator[tuple[int, int]]:
        """Yield the matches, trying each place where a prefix stands."""
        for start in self._places(text, pos, before):
            end = self.match_end(text, start) if start >= pos else None
            if end is not None:
                yield start, end
                pos = end

    def _places(self, text: str, pos: int, before: int) -> list[int]:
        places: set[int] = set()
        for prefix in self.prefixes:
            end = before + len(prefix)
            at = text.find(prefix, pos, end)
            while at >= 0:
                places.add(at)
                at = text.find(prefix, at + 1, end)
        return sorted(places)


@dataclass(frozen=True, slots=True)
class LiteralMatcher:
    """An alternation of plain strings, without an engine: a held credential may be long, and needs no compiling."""

    values: tuple[str, ...]
    lookback: int = 1

    @property
    def reach(self) -> int:
        """The longest value's length."""
        return max(map(len, self.values))

    @property
    def needs(self) -> frozenset[str]:
        """The values."""
        return frozenset(self.values)

    @property
    def around(self) -> frozenset[str]:
        """Nothing."""
        return frozenset()

    @property
    def alphabet(self) -> str | None:
        """Not worth the while."""
        return None

    def spans(self, text: str, pos: int, before: int = FOREVER) -> Iterator[tuple[int, int]]:
        """Yield the leftmost of all values; of those that start together, the first in the pattern."""
        while True:
            found = [
                (at, len(value)) for value in self.values if (at := text.find(value, pos, before + len(value))) >= 0
            ]
            if not found:
                return
            start, length = min(found, key=lambda hit: hit[0])
            pos = start + length
            yield start, pos

    def live_start(self, text: str, pos: int, limit: int) -> int:
        """Return the leftmost start from which the rest of the text is a proper prefix of a value."""
        return min(limit, *(_prefix_start(value, text, pos) for value in self.values))


def _prefix_start(value: str, text: str, pos: int) -> int:
    at = text.find(value[0], max(pos, len(text) - len(value) + 1))
    while at >= 0:
        if value.startswith(text[at:]):
            return at
        at = text.find(value[0], at + 1)
    return len(text)


@lru_cache(maxsize=CACHE_SIZE)
def matcher(pattern: str, *, vetted: bool = False) -> Matcher:
    """Return the compiled ``pattern``. Raises ``PatternError`` where it cannot be used on a stream."""
    node = parse(pattern)
    values, word = _plain_strings(node), whole_word(node)
    if word is not None:
        return word
    return LiteralMatcher(values) if values else regex_matcher(pattern, vetted=vetted)


@lru_cache(maxsize=CACHE_SIZE)
def regex_matcher(pattern: str, *, vetted: bool = False) -> RegexMatcher:
    """Return ``pattern``, compiled for the engine. Raises ``PatternError`` as ``matcher`` does."""
    node = parse(pattern)
    widest, furthest, behind = width(node), reach(node), lookback(node)
    if shortest(node) == 0:
        raise PatternError("it can match nothing at all")
    if widest is None or furthest is None or behind is None:
        raise PatternError('it has no finite width: use bounds, such as "{1,64}", for each "*", "+" and "{n,}"')
    if max(widest, furthest, behind) > MAX_WIDTH:
        raise PatternError(f"it can be wider than {MAX_WIDTH} characters")
    letters = alphabet(node)
    make = PrefixMatcher if vetted and prefixes(node) else RegexMatcher
    return make(
        full=lazily_compiled(render(node)),
        live=lazily_compiled(live_tree(node)),
        reach=furthest,
        lookback=behind,
        needs=needs(node),
        around=around(node),
        alphabet=None if letters is None else "".join(sorted(letters)),
        prefixes=_without_longer(prefixes(node)),
    )


def _without_longer(strings: frozenset[str]) -> tuple[str, ...]:
    """Leave out what begins with another of ``strings``: where it stands, that stands as well."""
    return tuple(
        sorted(each for each in strings if not any(each != other and each.startswith(other) for other in strings))
    )


def _plain_strings(node: Node) -> tuple[str, ...]:
    """Return the strings that ``node`` is an alternation of; none where it is anything else, or too wide."""
    options = node.options if isinstance(node, Branch) else (node,)
    values = tuple(map(_plain, options))
    return values if all(values) and max(map(len, values)) <= MAX_WIDTH else ()


def _plain(node: Node) -> str:
    items = node.items if isinstance(node, Sequence) else (node,)
    chars = [item.char for item in items if isinstance(item, Literal)]
    return "".join(chars) if len(chars) == len(items) else ""
