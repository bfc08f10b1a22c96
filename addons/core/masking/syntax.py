"""The parse tree of a detector's pattern, and how a tree is written as a regex again.

Patterns are compiled from the rendered tree, never from their source: so the matcher and the hold-back regex of
``live`` agree on what a pattern means, whatever the engine would have read into the source.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from addons.core.errors import ChainwardenError


class PatternError(ChainwardenError):
    """A pattern cannot be used; the message is one line and says why. It never quotes the pattern."""


class Kind(StrEnum):
    """A zero-width assertion about a position, as it is written."""

    TEXT_START = r"\A"
    TEXT_END = r"\Z"
    LINE_START = "^"
    LINE_END = "$"
    BOUNDARY = r"\b"
    NO_BOUNDARY = r"\B"


@dataclass(frozen=True, slots=True)
class Literal:
    """One character that stands for itself (or for its other case, where case is ignored)."""

    char: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """One character of a class. ``source`` is the class as a regex, ``chars`` its members where they are few."""

    source: str
    chars: str | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items one after the other."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Branch:
    """The first of several options that leads to a match."""

    options: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """``low`` to ``high`` (``None``: any number of) times ``body``; ``mode`` is ``""``, ``"?"`` (lazy) or ``"+"``."""

    body: "Node"
    low: int
    high: int | None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """``body`` under flags: ``flags`` is ``i``, ``im-s`` and the like."""

    body: "Node"
    flags: str


@dataclass(frozen=True, slots=True)
class Atomic:
    """``body``, never entered again once it has matched."""

    body: "Node"


@dataclass(frozen=True, slots=True)
class Look:
    """What must, or must not, stand ahead of or behind a position."""

    body: "Node"
    ahead: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """A position in the text or in a word."""

    kind: Kind


type Node = Literal | OneOf | Sequence | Branch | Repeat | Group | Atomic | Look | Anchor


def quantifier(low: int, high: int | None) -> str:  # noqa: PLR0911 - one for each form
    """Return ``{low,high}`` in its shortest form."""
    match low, high:
        case 1, 1:
            return ""
        case 0, 1:
            return "?"
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case _, None:
            return f"{{{low},}}"
        case _ if low == high:
            return f"{{{low}}}"
    return f"{{{low},{high}}}"


def repeated(source: str, low: int, high: int | None, mode: str = "") -> str:
    """Return ``source`` repeated; it is grouped, so it may be any regex."""
    times = quantifier(low, high)
    return f"(?:{source}){times}{mode if times else ''}"


def render(node: Node) -> str:  # noqa: PLR0911 - one for each kind of node
    """Return ``node`` as a regex without captures, in the part of the syntax that every engine reads the same way."""
    match node:
        case Literal(char):
            return re.escape(char)
        case OneOf(source):
            return source
        case Sequence(items):
            return "".join(map(render, items))
        case Branch(options):
            return "(?:" + "|".join(map(render, options)) + ")"
        case Repeat(body, low, high, mode):
            return repeated(render(body), low, high, mode)
        case Group(body, flags):
            return f"(?{flags}:{render(body)})"
        case Atomic(body):
            return f"(?>{render(body)})"
        case Look(body, ahead, negative):
            return f"(?{'' if ahead else '<'}{'!' if negative else '='}{render(body)})"
        case Anchor(kind):
            return kind.value
