"""What a detector's pattern is compiled to: something that finds matches, and says what may still become one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from addons.core.masking.engine import TIMEOUT_S, Pattern, compiled
from addons.core.masking.live import live_tree, lookback, reach, shortest, width
from addons.core.masking.needs import needs, prefixes
from addons.core.masking.parser import parse
from addons.core.masking.syntax import Branch, Literal, Node, PatternError, Sequence, render

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
    def reach(self) -> int:
        """How far from its start a match looks at most."""
        ...

    def spans(self, text: str, pos: int) -> Iterator[tuple[int, int]]:
        """Yield the non-overlapping matches that start at ``pos`` or later, leftmost first."""
        ...

    def live_start(self, text: str, pos: int) -> int:
        """Return the leftmost start, ``pos`` or later, whose outcome more text could change; else the text's end."""
        ...


@dataclass(frozen=True, slots=True)
class RegexMatcher:
    """A pattern that the engine runs. ``full`` and ``live`` are its sources."""

    full: str
    live: str
    needs: frozenset[str]
    reach: int
    lookback: int
    full_pattern: Pattern
    live_pattern: Pattern

    def spans(self, text: str, pos: int) -> Iterator[tuple[int, int]]:
        """Yield the matches; at once none where ``text`` has nothing of what each match must have."""
        if self.needs and not any(needed in text for needed in self.needs):
            return
        for match in self.full_pattern.finditer(text, pos, timeout=TIMEOUT_S):
            yield match.start(), match.end()

    def live_start(self, text: str, pos: int) -> int:
        """Search the last ``reach`` characters only: what starts before them is decided."""
        match = self.live_pattern.search(text, max(pos, len(text) - self.reach), timeout=TIMEOUT_S)
        return len(text) if match is None else match.start()

    def match_end(self, text: str, pos: int) -> int | None:
        """Return where the match that starts at ``pos`` ends."""
        match = self.full_pattern.match(text, pos, timeout=TIMEOUT_S)
        return None if match is None else match.end()

    def is_live(self, text: str, pos: int) -> bool:
        """Say whether more text could change what matches at ``pos``."""
        left = len(text) - pos
        return left == 0 or (left <= self.reach and self.live_pattern.match(text, pos, timeout=TIMEOUT_S) is not None)


@dataclass(frozen=True, slots=True)
class PrefixMatcher(RegexMatcher):
    """A vetted pattern all of whose matches begin with one of a few strings: it is tried only where one stands."""

    prefixes: tuple[str, ...] = ()

    def spans(self, text: str, pos: int) -> Iterator[tuple[int, int]]:
        """Yield the matches, trying each place where a prefix stands."""
        for start in self._places(text, pos):
            end = self.match_end(text, start) if start >= pos else None
            if end is not None:
                yield start, end
                pos = end

    def _places(self, text: str, pos: int) -> list[int]:
        places: set[int] = set()
        for prefix in self.prefixes:
            at = text.find(prefix, pos)
            while at >= 0:
                places.add(at)
                at = text.find(prefix, at + 1)
        return sorted(places)


@dataclass(frozen=True, slots=True)
class LiteralMatcher:
    """An alternation of plain strings, without an engine: a held credential may be long, and takes no time to compile."""

    values: tuple[str, ...]
    lookback: int = 1

    @property
    def reach(self) -> int:
        """The longest value's length."""
        return max(map(len, self.values))

    def spans(self, text: str, pos: int) -> Iterator[tuple[int, int]]:
        """Yield the leftmost of all values; of those that start together, the first in the pattern."""
        while True:
            found = [(at, len(value)) for value in self.values if (at := text.find(value, pos)) >= 0]
            if not found:
                return
            start, length = min(found, key=lambda hit: hit[0])
            pos = start + length
            yield start, pos

    def live_start(self, text: str, pos: int) -> int:
        """Return the leftmost start from which the rest of the text is a proper prefix of a value."""
        return min(_prefix_start(value, text, pos) for value in self.values)


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
    values = _plain_strings(parse(pattern))
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
    full, hold = render(node), live_tree(node)
    parts = (full, hold, needs(node), furthest, behind, compiled(full), compiled(hold))
    beginnings = _without_longer(prefixes(node)) if vetted else ()
    return PrefixMatcher(*parts, beginnings) if beginnings else RegexMatcher(*parts)


def _without_longer(strings: frozenset[str]) -> tuple[str, ...]:
    """Leave out what begins with another of ``strings``: where it stands, that stands as well."""
    return tuple(sorted(each for each in strings if not any(each != other and each.startswith(other) for other in strings)))


def _plain_strings(node: Node) -> tuple[str, ...]:
    """Return the strings that ``node`` is an alternation of; none where it is anything else, or too wide."""
    options = node.options if isinstance(node, Branch) else (node,)
    values = tuple(map(_plain, options))
    return values if all(values) and max(map(len, values)) <= MAX_WIDTH else ()


def _plain(node: Node) -> str:
    items = node.items if isinstance(node, Sequence) else (node,)
    chars = [item.char for item in items if isinstance(item, Literal)]
    return "".join(chars) if len(chars) == len(items) else ""


@dataclass(frozen=True, slots=True)
class Union:
    """All regex matchers of a masker as one: a quick no for the short pieces of a stream."""

    any_full: Pattern
    any_live: Pattern

    def starts_before(self, text: str, pos: int, limit: int) -> bool:
        """Say whether any of the patterns matches from ``pos`` or later, and before ``limit``."""
        match = self.any_full.search(text, pos, timeout=TIMEOUT_S)
        return match is not None and match.start() < limit

    def live_start(self, text: str, pos: int) -> int:
        """Return the leftmost live start of all the patterns, at ``pos`` or later."""
        match = self.any_live.search(text, pos, timeout=TIMEOUT_S)
        return len(text) if match is None else match.start()


@lru_cache(maxsize=CACHE_SIZE // 8)
def union(patterns: tuple[str, ...]) -> Union | None:
    """Return the regexes among ``patterns`` as one; ``None`` where there are none. Raises ``PatternError``."""
    matchers = [each for each in map(matcher, patterns) if isinstance(each, RegexMatcher)]
    if not matchers:
        return None
    return Union(
        compiled("|".join(f"(?:{each.full})" for each in matchers)),
        compiled("|".join(f"(?:{each.live})" for each in matchers)),
    )
