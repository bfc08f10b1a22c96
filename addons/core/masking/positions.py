r"""The positions of a pattern (Glushkov 1961): the characters that it can take, and which can follow which.

They say a little too much, never too little, so that what they rule out cannot match and cannot become a match:

- what must stand before the match comes before it, where the pattern says so; it is silent: it may be there for ever,
  and begins no match. Else what stands behind counts as met, and so does a position in a word or a line;
- what is looked at ahead is a way of its own, beside the match: as long as it is under way, the outcome is open;
- a part that repeats often may do so without end, and atomic and lazy parts are like any other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from addons.core.masking.live import shortest, width
from addons.core.masking.syntax import Anchor, Atomic, Branch, Group, Kind, Literal, Look, Node, OneOf, Repeat, Sequence

MAX_COPIES = 8
"""Repetitions that are told apart: enough for groups of digits. More of them make many states and rule out little."""
MAX_POSITIONS = 4096
"""Positions of one pattern, from which on repetitions are no longer told apart."""


@dataclass(frozen=True, slots=True)
class CharacterClass:
    """Characters that a position takes: as a regex under ``flags``; ``members`` where they are few and case counts."""

    source: str
    flags: str
    members: str | None


_ANY = CharacterClass("(?s:.)", "", None)
_LINE_END = CharacterClass(r"\n", "", "\n")


@dataclass(frozen=True, slots=True)
class _Part:
    """What begins a part of a pattern, what ends it, and whether it may be left out.

    ``ahead`` begins what is looked at from where the part ends, if that is where it began.
    """

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    optional: bool = True
    ahead: tuple[int, ...] = ()


@dataclass(slots=True)
class Positions:
    """The positions of any number of patterns."""

    rules: list[int] = field(default_factory=list)
    """The pattern of each position."""
    classes: list[int] = field(default_factory=list)
    """The class of each position, as an index of ``kinds``."""
    kinds: dict[CharacterClass, int] = field(default_factory=dict)
    follow: list[set[int]] = field(default_factory=list)
    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)
    """Positions with which a match may be complete."""
    silent: set[int] = field(default_factory=set)
    """Positions of what must stand before a match."""

    def add(self, rule: int, node: Node) -> None:
        """Add the pattern ``node`` under the number ``rule``."""
        whole = _Builder(self, rule).part(node, "", begins=True)
        self.first.update(whole.first, whole.ahead)
        self.last.update(whole.last)


class _Builder:
    """Adds the positions of one pattern."""

    def __init__(self, into: Positions, rule: int) -> None:
        self._into = into
        self._rule = rule
        self._start = len(into.rules)

    def part(self, node: Node, flags: str, *, begins: bool = False) -> _Part:  # noqa: PLR0911 - one for each kind
        """Add ``node``; ``begins`` says that nothing of the pattern stands before it."""
        match node:
            case Literal() | OneOf():
                return self._new(_class_of(node, flags))
            case Sequence(items):
                return self._behind(items, flags) if begins else self._row(self.part(item, flags) for item in items)
            case Branch(options):
                return _either([self.part(option, flags, begins=begins) for option in options])
            case Repeat():
                return self._repeat(node, flags)
            case Group(body, more):
                return self.part(body, _combined(flags, more), begins=begins)
            case Atomic(body):
                return self.part(body, flags, begins=begins)
            case Look(body, True):
                looked = self.part(body, flags)
                return _Part(ahead=(*looked.first, *looked.ahead))
            case Anchor(kind):
                return self._anchor(kind)
        return _Part()

    def _behind(self, items: tuple[Node, ...], flags: str) -> _Part:
        """Add a row with which a pattern begins, behind what must stand before it."""
        before = max(_contexts(items), key=_says, default=Sequence(()))
        begins = not _says(before)
        row: list[_Part] = []
        for item in items:
            row.append(self.part(item, flags, begins=begins))
            begins = begins and width(item) == 0
        part = self._row(row)
        if not _says(before):
            return part
        first = len(self._into.rules)
        context = self.part(before, flags, begins=True)
        self._into.silent.update(range(first, len(self._into.rules)))
        self._join(context.last, part)
        last = (*context.last, *part.last) if part.optional else part.last
        return _Part(context.first, last, optional=False, ahead=context.ahead)

    def _anchor(self, kind: Kind) -> _Part:
        match kind:
            case Kind.BOUNDARY | Kind.NO_BOUNDARY | Kind.TEXT_END:
                return _Part(ahead=self._new(_ANY).first)
            case Kind.LINE_END:  # also stands before a line end that ends the text
                end = self._row([self._new(_LINE_END), self._new(_ANY)])
                return _Part(ahead=(*end.first, *self._new(_ANY).first))
        return _Part()

    def _new(self, kind: CharacterClass) -> _Part:
        number = len(self._into.rules)
        self._into.rules.append(self._rule)
        self._into.classes.append(self._into.kinds.setdefault(kind, len(self._into.kinds)))
        self._into.follow.append(set())
        return _Part((number,), (number,), optional=False)

    def _row(self, parts: Iterable[_Part]) -> _Part:
        whole = _Part()
        for part in parts:
            self._join(whole.last, part)
            whole = _Part(
                first=(*whole.first, *part.first) if whole.optional else whole.first,
                last=(*whole.last, *part.last) if part.optional else part.last,
                optional=whole.optional and part.optional,
                ahead=(*whole.ahead, *part.ahead) if whole.optional else whole.ahead,
            )
        return whole

    def _join(self, before: tuple[int, ...], part: _Part) -> None:
        for number in before:
            self._into.follow[number].update(part.first, part.ahead)

    def _repeat(self, node: Repeat, flags: str) -> _Part:
        if node.high == 0:
            return _Part()
        crowded = len(self._into.rules) - self._start > MAX_POSITIONS
        is_exact = node.high is not None and node.high <= MAX_COPIES and not crowded
        copies = node.high if is_exact and node.high else 1 if crowded else min(node.low or 1, MAX_COPIES)
        parts = [self.part(node.body, flags) for _ in range(copies)]
        if not is_exact:
            self._join(parts[-1].last, parts[-1])
        return self._row(replace(part, optional=part.optional or at >= node.low) for at, part in enumerate(parts))


def _contexts(items: tuple[Node, ...]) -> Iterator[Node]:
    """Yield what must stand before a row: what it looks at behind, without what the row has taken by then."""
    taken: int | None = 0
    for item in items:
        match item:
            case Look(body, False, False) if taken is not None:
                before = _without_end(body, taken)
                if before is not None:
                    yield before
        fixed = width(item) if width(item) == shortest(item) else None
        taken = None if taken is None or fixed is None else taken + fixed


def _says(node: Node) -> int:
    """Return how many characters must stand there, what is looked at behind included."""
    match node:
        case Look(body, False, False):
            return _says(body)
        case Sequence(items):
            return sum(map(_says, items))
        case Branch(options):
            return min(map(_says, options))
        case Group(body) | Atomic(body):
            return _says(body)
    return shortest(node)


def _without_end(node: Node, length: int) -> Node | None:
    """Return ``node`` without the parts at its end that take ``length`` characters; ``None`` where they may differ."""
    if length == 0:
        return node
    if not isinstance(node, Sequence):
        return None
    *before, last = node.items
    fixed = width(last) if width(last) == shortest(last) else None
    if fixed is None or fixed > length or not before:
        return None
    return _without_end(Sequence(tuple(before)), length - fixed)


def _class_of(node: Literal | OneOf, flags: str) -> CharacterClass:
    source, members = (re.escape(node.char), node.char) if isinstance(node, Literal) else (node.source, node.chars)
    return CharacterClass(source, flags, None if "i" in flags else members)


def _either(options: list[_Part]) -> _Part:
    return _Part(
        first=tuple(number for option in options for number in option.first),
        last=tuple(number for option in options for number in option.last),
        optional=any(option.optional for option in options),
        ahead=tuple(number for option in options for number in option.ahead),
    )


def _combined(flags: str, more: str) -> str:
    on, _, off = more.partition("-")
    return "".join(sorted((set(flags) | set(on)) - set(off)))
