"""Strings of which every match of a pattern, or what stands around it, holds one: where a text has none of them, the pattern need not run."""

from itertools import dropwhile, groupby, takewhile

from addons.core.masking.live import width
from addons.core.masking.syntax import Atomic, Branch, Group, Literal, Look, Node, Repeat, Sequence

MAX_NEEDS = 128
"""Strings to look for, at about 2 µs for each in 8 KB: beyond that, running the pattern is cheaper."""


def needs(node: Node) -> frozenset[str]:  # noqa: PLR0911 - one for each kind of node
    """Return strings of which every match of ``node`` holds one; an empty set where none are known."""
    match node:
        case Literal(char):
            return frozenset({char})
        case Sequence(items):
            return _best(_in_row(items))
        case Branch(options):
            found = [needs(option) for option in options]
            every = frozenset().union(*found)
            return every if all(found) and len(every) <= MAX_NEEDS else frozenset()
        case Repeat(body, low) if low > 0:
            return needs(body)
        case Atomic(body) | Look(body, _, False):
            return needs(body)
        case Group(body, flags) if "i" not in flags.partition("-")[0]:
            return needs(body)
    return frozenset()


def _in_row(items: tuple[Node, ...]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for is_literal, row in groupby(items, _is_literal):
        if is_literal:
            found.append(frozenset({"".join(item.char for item in row if isinstance(item, Literal))}))
        else:
            found.extend(needs(item) for item in row)
    return found


def _best(choices: list[frozenset[str]]) -> frozenset[str]:
    """Return the choice with the longest strings, of those the one with the fewest."""
    known = [choice for choice in choices if choice]
    return max(known, key=lambda choice: (min(map(len, choice)), -len(choice)), default=frozenset())


def prefixes(node: Node) -> frozenset[str]:
    """Return strings with one of which every match of ``node`` begins; an empty set where none are known."""
    match node:
        case Literal(char):
            return frozenset({char})
        case Sequence(items):
            return _row_prefixes(items)
        case Branch(options):
            found = [prefixes(option) for option in options]
            every = frozenset().union(*found)
            return every if all(found) and len(every) <= MAX_NEEDS else frozenset()
        case Atomic(body):
            return prefixes(body)
    return frozenset()


def _row_prefixes(items: tuple[Node, ...]) -> frozenset[str]:
    consuming = list(dropwhile(lambda item: width(item) == 0, items))
    literal = "".join(item.char for item in takewhile(_is_literal, consuming) if isinstance(item, Literal))
    if literal:
        return frozenset({literal})
    return prefixes(consuming[0]) if consuming else frozenset()


def _is_literal(node: Node) -> bool:
    return isinstance(node, Literal)
