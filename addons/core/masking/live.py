r"""The hold-back regex of a pattern: what text at the end of a stream may still become a match.

``live(R)`` is derived from the parse tree of R. It matches every non-empty prefix of what R can match, and of what R
looks at ahead, where that prefix is the end of the text. So a start that is not live is decided: what R does there
cannot change, whatever comes next. It may match more than that (it then holds text longer), never less:

- looking ahead is left out, and what it looks at counts as an end of its own, as long as it is undecided;
- possessive and atomic parts may be entered again, lazy ones are as good as greedy ones;
- looking behind and word boundaries stay: all that they look at is known, because a character always follows.
"""

from addons.core.masking.parser import parse
from addons.core.masking.syntax import (
    Anchor,
    Atomic,
    Branch,
    Group,
    Kind,
    Literal,
    Look,
    Node,
    OneOf,
    Repeat,
    Sequence,
    render,
    repeated,
)

NEVER = "(?!)"
MAX_CHAIN = 12
"""Items in a row that are nested one inside the other; longer rows are halved, so that the depth grows by logarithm."""


def live(pattern: str) -> str:
    """Return the hold-back regex of ``pattern``, to be searched for. Raises ``PatternError``."""
    return live_tree(parse(pattern))


def live_tree(node: Node) -> str:
    """Return the hold-back regex of a tree."""
    prefixes = _prefixes(node)
    return rf"(?:{prefixes})\Z" if prefixes else NEVER


def finite_width(pattern: str) -> int | None:
    """Return how many characters a match of ``pattern`` has at most, ``None`` where there is no limit.

    There is none either where the pattern looks ahead or behind without one. Raises ``PatternError``.
    """
    node = parse(pattern)
    return None if reach(node) is None or lookback(node) is None else width(node)


def width(node: Node) -> int | None:
    """Return the largest number of characters that ``node`` matches."""
    return _extent(node, ahead=False)


def reach(node: Node) -> int | None:
    """Return how far from its start ``node`` looks at most, at what it matches and at what is ahead of that."""
    return _extent(node, ahead=True)


def _extent(node: Node, *, ahead: bool) -> int | None:  # noqa: PLR0911 - one for each kind of node
    match node:
        case Literal() | OneOf():
            return 1
        case Sequence(items):
            return _total([_extent(item, ahead=ahead) for item in items])
        case Branch(options):
            return _largest([_extent(option, ahead=ahead) for option in options])
        case Repeat(body, _, high):
            once = _extent(body, ahead=ahead)
            if once == 0 or high == 0:
                return 0
            return None if once is None or high is None else once * high
        case Group(body) | Atomic(body):
            return _extent(body, ahead=ahead)
        case Look(body, True):
            return _extent(body, ahead=True) if ahead else 0
        case Anchor(Kind.LINE_END):
            return 1 if ahead else 0
    return 0


def shortest(node: Node) -> int:
    """Return the smallest number of characters that ``node`` matches."""
    match node:
        case Literal() | OneOf():
            return 1
        case Sequence(items):
            return sum(map(shortest, items))
        case Branch(options):
            return min(map(shortest, options))
        case Repeat(body, low):
            return low * shortest(body)
        case Group(body) | Atomic(body):
            return shortest(body)
    return 0


def lookback(node: Node) -> int | None:
    """Return how many characters before a match its outcome can depend on; at least one, for "is there any"."""
    match node:
        case Sequence(items) | Branch(items):
            return _largest([lookback(item) for item in items])
        case Repeat(body) | Group(body) | Atomic(body) | Look(body, True):
            return lookback(body)
        case Look(body, False):
            return _total([width(body), lookback(body)])
    return 1


def _total(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _largest(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return max(known, default=1) if len(known) == len(sizes) else None


def undecided(node: Node) -> Node:
    """Return what leaves it open whether ``node`` stands ahead: all of it but the last character, where that is plain.

    As soon as one way to match it is complete, it is decided that it stands there.
    """
    match node:
        case Literal() | OneOf():
            return Sequence(())
        case Branch(options):
            return Branch(tuple(map(undecided, options)))
        case Sequence((*before, Literal() | OneOf())):
            return Sequence(tuple(before))
    return node


def _prefixes(node: Node) -> str:  # noqa: PLR0911 - one for each kind of node
    """Return a regex for the non-empty prefixes of ``node``, the whole included; ``""`` where there are none."""
    match node:
        case Literal() | OneOf():
            return render(node)
        case Sequence(items):
            return _row_prefixes(items)
        case Branch(options):
            return _either(*map(_prefixes, options))
        case Repeat(body, _, high):
            return _repeat_prefixes(body, high)
        case Group(body, flags):
            inner = _prefixes(body)
            return f"(?{flags}:{inner})" if inner else ""
        case Atomic(body):
            return _prefixes(body)
        case Look(body, True):
            return _prefixes(undecided(body))
        case Anchor(Kind.LINE_END):
            return r"\n"  # "$" also stands before a newline that ends the text: whether it does is not known yet
    return ""


def _row_prefixes(items: tuple[Node, ...]) -> str:
    if len(items) < 2:  # noqa: PLR2004 - a row of one is that one
        return _prefixes(items[0]) if items else ""
    cut = 1 if len(items) <= MAX_CHAIN else len(items) // 2
    head, tail = items[:cut], items[cut:]
    rest = _row_prefixes(tail)
    if cut == 1 and isinstance(head[0], Literal | OneOf):
        return f"{_whole(head[0])}(?:{rest})?" if rest else _whole(head[0])
    through = "".join(map(_whole, head)) + f"(?:{rest})" if rest else ""
    return _either(through, _row_prefixes(head))


def _repeat_prefixes(body: Node, high: int | None) -> str:
    inner = _prefixes(body)
    if high == 0 or not inner:
        return ""
    if isinstance(body, Literal | OneOf):
        return repeated(inner, 1, high)
    return repeated(_whole(body), 0, None if high is None else high - 1) + f"(?:{inner})"


def _either(*options: str) -> str:
    return "|".join(dict.fromkeys(f"(?:{option})" for option in options if option))


def _whole(node: Node) -> str:  # noqa: PLR0911 - one for each kind of node
    """Return a regex for all that ``node`` can match where at least one more character follows."""
    match node:
        case Sequence(items):
            return "".join(map(_whole, items))
        case Branch(options):
            return "(?:" + "|".join(map(_whole, options)) + ")"
        case Repeat(body, low, high):
            return repeated(_whole(body), low, high)
        case Group(body, flags):
            return f"(?{flags}:{_whole(body)})"
        case Atomic(body):
            return f"(?:{_whole(body)})"
        case Look(_, True):
            return ""
        case Anchor(Kind.LINE_END):
            return r"(?=\n)"
    return render(node)
