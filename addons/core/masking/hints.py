"""What a pattern's tree tells about texts in which it need not be run."""

from collections.abc import Iterable
from itertools import dropwhile, groupby, takewhile

from addons.core.masking.live import undecided, width
from addons.core.masking.syntax import Anchor, Atomic, Branch, Group, Kind, Literal, Look, Node, OneOf, Repeat, Sequence

MAX_NEEDS = 128
"""Strings to look for, at about 2 µs for each in 8 KB: beyond that, running the pattern is cheaper."""
FEW = 48
"""Strings that may be looked for in each piece of a stream, at 40 ns each."""

_DIGITS = frozenset("0123456789")
_FOLDED = frozenset("\u0130\u0131\u017f\u212a")
"""Letters outside ASCII that equal one inside it where case is ignored: dotted and dotless i, long s, kelvin."""


def needs(node: Node) -> frozenset[str]:  # noqa: PLR0911 - one for each kind of node
    """Return strings one of which is in every match of ``node``; an empty set where none are known.

    Digits stand for each other, so that many patterns share one test.
    """
    match node:
        case Literal(char):
            return frozenset({char})
        case OneOf(chars=chars) if chars and frozenset(chars) <= _DIGITS:
            return _DIGITS
        case Sequence(items):
            return _best(_in_row(items))
        case Branch(options):
            return _of_any([needs(option) for option in options])
        case Repeat(body, low) if low > 0:
            return needs(body)
        case Group(body, flags) if not _ignores_case(flags):
            return needs(body)
        case Atomic(body):
            return needs(body)
    return frozenset()


def around(node: Node) -> frozenset[str]:
    """Return strings one of which stands behind every match of ``node``; an empty set where none are known."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return _best([needs(item.body) for item in items if isinstance(item, Look) and not (item.ahead or item.negative)])


def prefixes(node: Node) -> frozenset[str]:
    """Return strings with one of which every match of ``node`` begins; an empty set where none are known."""
    match node:
        case Literal(char):
            return frozenset({char})
        case Sequence(items):
            return _row_prefixes(items)
        case Branch(options):
            return _of_any([prefixes(option) for option in options])
        case Atomic(body):
            return prefixes(body)
    return frozenset()


def alphabet(node: Node, *, folded: bool = False) -> frozenset[str] | None:  # noqa: PLR0911 - one for each kind of node
    """Return the characters of all that may still become a match of ``node``; ``None`` where they are too many.

    ``folded`` says that case is ignored.
    """
    match node:
        case Literal(char):
            return _folded(char) if folded else frozenset({char})
        case OneOf(chars=chars):
            return None if chars is None else _folded(chars) if folded else frozenset(chars)
        case Sequence(parts) | Branch(parts):
            return _all_of([alphabet(part, folded=folded) for part in parts])
        case Repeat(body) | Atomic(body):
            return alphabet(body, folded=folded)
        case Look(body, True):
            return alphabet(undecided(body), folded=folded)
        case Group(body, flags):
            return alphabet(body, folded=folded or _ignores_case(flags))
        case Anchor(Kind.LINE_END):
            return frozenset({"\n"})
    return frozenset()


def _in_row(items: tuple[Node, ...]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for is_literal, row in groupby(items, _is_literal):
        if is_literal:
            found.append(frozenset({_text(row)}))
        else:
            found.extend(map(needs, row))
    return found


def _row_prefixes(items: tuple[Node, ...]) -> frozenset[str]:
    consuming = list(dropwhile(lambda item: width(item) == 0, items))
    literal = _text(takewhile(_is_literal, consuming))
    if literal:
        return frozenset({literal})
    return prefixes(consuming[0]) if consuming else frozenset()


def _best(choices: list[frozenset[str]]) -> frozenset[str]:
    """Return the choice with the longest strings, of those the one with the fewest; many strings are a last resort."""
    known = [choice for choice in choices if choice]
    return max(
        known,
        key=lambda each: (len(each) <= FEW, min(len(one.strip()) for one in each), -len(each)),
        default=frozenset(),
    )


def _of_any(options: list[frozenset[str]]) -> frozenset[str]:
    every: frozenset[str] = frozenset().union(*options)
    return every if all(options) and len(every) <= MAX_NEEDS else frozenset()


def _all_of(parts: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if len(known) == len(parts) else None


def _folded(chars: str) -> frozenset[str] | None:
    if not chars.isascii():
        return None
    return frozenset(chars.lower()) | frozenset(chars.upper()) | _FOLDED


def _ignores_case(flags: str) -> bool:
    return "i" in flags.partition("-")[0]


def _is_literal(node: Node) -> bool:
    return isinstance(node, Literal)


def _text(row: Iterable[Node]) -> str:
    return "".join(item.char for item in row if isinstance(item, Literal))
