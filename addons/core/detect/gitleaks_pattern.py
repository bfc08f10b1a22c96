"""Makes a rule's regex into a detector's pattern: what surrounds the value is looked at only, and all has bounds.

What stands before the value becomes a look-behind, what follows it a look-ahead. A pattern whose words ignore case
gets some letters of them written out, so that a text without these letters need not be searched (``masking.hints``).
"""

from dataclasses import dataclass
from itertools import product, takewhile

from addons.core.detect.re2 import Way, source, ways
from addons.core.masking.live import shortest, width
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
    PatternError,
    Repeat,
    Sequence,
    render,
)

MORE = 256
"""Repetitions beyond the least that an unbounded quantifier gets: keys are shorter, and longer ones have a tail."""
MORE_AT_ONCE = 128
"""Repetitions in one step of a tail."""
SPELLED = 3
"""Letters of a word that are written out in both cases: eight spellings, each of them looked for in every text."""

_RARE = "zqjxkvbwpygfumcdhlosnirtae"
"""Letters of English by frequency, the rarest first."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A pattern, what it goes on with, and whether the value could not be told from what is around it."""

    pattern: str
    tail: str
    whole: bool


def translated(regex: str, group: int) -> Translated:
    """Return what masks the value of group number ``group``; for 0, of the first. Raises ``PatternError``."""
    found = ways(regex)
    places = [_place(way, group) for way in found]
    parts = [_around(way, place) for way, place in zip(found, places, strict=True)]
    tails = {tail for _, tail in parts}
    pattern = render(Branch(tuple(node for node, _ in parts)) if len(parts) > 1 else parts[0][0])
    wanted = any(place is not None for place in places) or group or "(" in regex.replace("(?", "").replace(r"\(", "")
    return Translated(pattern, tails.pop() if len(tails) == 1 else "", bool(wanted) and None in places)


def unbounded(regex: str) -> str:
    """Return ``regex`` for a search in a whole value. Raises ``PatternError``."""
    return render(parse("|".join(source(way) for way in ways(regex))))


def _place(way: Way, group: int) -> int | None:
    places = [at for at, piece in enumerate(way) if (piece.capture == group if group else piece.capture)]
    return places[0] if places else None


def _around(way: Way, place: int | None) -> tuple[Node, str]:
    """Return a way's pattern and its tail."""
    if place is None:
        return _spelled(_bounded(parse(source(way)))), ""
    value = parse(way[place].source)
    before, after = (_items(_bounded(parse(source(part)))) for part in (way[:place], way[place + 1 :]))
    edges = list(takewhile(_is_edge, reversed(before)))
    context = _behind(before[: len(before) - len(edges)])
    body = Sequence((_spelled(_bounded(value)), *_ahead(after)))
    longest = _longest(value)
    options = body if longest is None or not after else Branch((body, longest))
    return Sequence((*context, *reversed(edges), options)), _tail(value)


def _behind(items: list[Node]) -> list[Node]:
    while items and shortest(items[0]) == 0 and width(items[0]) != 0:
        items = items[1:]  # what may be missing at the start of what is looked at behind says nothing
    if not items:
        return []
    return [Look(_spelled(_known_behind(Sequence(tuple(items)))), ahead=False, negative=False)]


def _known_behind(node: Node) -> Node:
    r"""Replace each ``\b``: a look behind cannot ask what follows. Where no word begins, it counts as met."""
    match node:
        case Sequence(items):
            pairs = zip(items, (*items[1:], None), strict=True)
            return Sequence(
                tuple(_word_start(after) if _is_edge(item) else _known_behind(item) for item, after in pairs)
            )
        case Branch(options):
            return Branch(tuple(map(_known_behind, options)))
        case Repeat(body, low, high, mode):
            return Repeat(_known_behind(body), low, high, mode)
        case Group(body, flags):
            return Group(_known_behind(body), flags)
    return node


def _word_start(after: Node | None) -> Node:
    literal = after.body if isinstance(after, Group) else after
    if isinstance(literal, Literal) and literal.char.isalnum():
        return Look(OneOf("[A-Za-z0-9_]"), ahead=False, negative=True)
    return Sequence(())


def _ahead(items: list[Node]) -> list[Node]:
    return [Look(Sequence(tuple(items)), ahead=True, negative=False)] if items else []


def _is_edge(node: Node) -> bool:
    return isinstance(node, Anchor) and node.kind in {Kind.BOUNDARY, Kind.NO_BOUNDARY}


def _items(node: Node) -> list[Node]:
    """Return the parts of a row, brackets that only group taken away."""
    if isinstance(node, Sequence):
        return [part for item in node.items for part in _items(item)]
    return [node]


def _longest(value: Node) -> Node | None:
    """Return ``value`` at the bound of an unbounded end: what follows the whole of it is not seen from there."""
    *before, last = _items(value)
    if not isinstance(last, Repeat) or last.high is not None or shortest(last.body) == 0:
        return None
    return _spelled(_bounded(Sequence((*before, Repeat(last.body, last.low + MORE, last.low + MORE)))))


def _tail(value: Node) -> str:
    last = _items(value)[-1]
    if isinstance(last, Repeat) and last.high is None and shortest(last.body) > 0:
        return render(_bounded(Repeat(last.body, 1, MORE_AT_ONCE)))
    return ""


def _bounded(node: Node) -> Node:
    match node:
        case Repeat(body, low, high, mode):
            return Repeat(_bounded(body), low, low + MORE if high is None else high, mode)
        case Sequence(items):
            return Sequence(tuple(map(_bounded, items)))
        case Branch(options):
            return Branch(tuple(map(_bounded, options)))
        case Group(body, flags):
            return Group(_bounded(body), flags)
        case Atomic(body):
            return Atomic(_bounded(body))
        case Look():
            raise PatternError("it looks ahead or behind, which Go's syntax does not know")
    return node


def _spelled(node: Node) -> Node:
    """Write out some letters of each word that ignores case."""
    match node:
        case Sequence():
            return Sequence(tuple(_merged(_spelled_row([_spelled(item) for item in _items(node)]))))
        case Branch(options):
            return Branch(tuple(map(_spelled, options)))
        case Repeat(body, low, high, mode) if low > 0:
            return Repeat(_spelled(body), low, high, mode)
        case Look(body, ahead, negative):
            return Look(_spelled(body), ahead, negative)
    return node


def _spelled_row(items: list[Node]) -> list[Node]:
    places = [at for at in range(len(items) - SPELLED + 1) if all(map(_letter, items[at : at + SPELLED]))]
    if not places:
        return items
    best = min(places, key=lambda at: sum(_RARE.index(_letter(one)) for one in items[at : at + SPELLED]))
    letters = [_letter(one) for one in items[best : best + SPELLED]]
    spellings = product(*((letter, letter.upper()) for letter in letters))
    spelt = Branch(tuple(Sequence(tuple(map(Literal, spelling))) for spelling in spellings))
    return [*items[:best], spelt, *items[best + SPELLED :]]


def _merged(items: list[Node]) -> list[Node]:
    """Put neighbours that ignore case under one flag: engines take long to read many."""
    out: list[Node] = []
    for item in items:
        last = out[-1] if out else None
        if isinstance(item, Group) and isinstance(last, Group) and item.flags == last.flags:
            out[-1] = Group(Sequence((*_items(last.body), *_items(item.body))), item.flags)
        else:
            out.append(item)
    return out


def _letter(node: Node) -> str:
    """Return the letter that ``node`` is in either case; ``""`` where it is anything else."""
    if isinstance(node, Group) and node.flags == "i" and isinstance(node.body, Literal):
        char = node.body.char.lower()
        return char if char in _RARE else ""
    return ""
