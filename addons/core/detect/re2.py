r"""Reads a regex in the syntax of Go (RE2) into ways to match it, each a row of pieces in the syntax of ``parser``.

Go's syntax differs where it is read: ``(?i)`` may stand in the middle and then counts to the end of its group; ``$`` is
the end of the text; ``\d``, ``\w`` and ``\s`` are ASCII; ``{,5}`` is plain text; there are POSIX classes. A group that
holds a capture is written out, with what surrounds it, once for each of its alternatives: so each capture stands in a
row by itself, unless it repeats.

https://github.com/google/re2/wiki/Syntax
"""

import re
from dataclasses import dataclass
from itertools import product

from addons.core.masking.syntax import PatternError

MAX_WAYS = 64
"""Ways to match that are written out. Rules with captures in alternatives have up to ten."""
MAX_DEPTH = 20
"""Groups inside groups, as in ``parser``."""

_POSIX = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-\/:-@\[-`{-~",
    "space": r"\t\n\x0b\f\r ",
    "upper": "A-Z",
    "word": "A-Za-z0-9_",
    "xdigit": "0-9A-Fa-f",
}
_EDGES = frozenset({r"\b", r"\B", r"\A", r"\Z"})
_SHORT = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\t\n\f\r "}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_FLAGS = re.compile(r"\?([ims]*)(?:-([ims]+))?([:)])")
_NAMED = re.compile(r"\?P?<\w+>")
_CODE = re.compile(r"x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern. ``capture`` is the number of the group that it is, 0 where it is none."""

    source: str
    capture: int = 0


type Way = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """A group as it was read: the ways to match it, and the captures in them."""

    ways: tuple[Way, ...]
    captures: bool


def ways(pattern: str) -> tuple[Way, ...]:
    """Return the ways to match ``pattern``, first choice first. Raises ``PatternError``."""
    reader = _Reader(pattern)
    found = reader.alternatives(frozenset(), 0)
    if reader.rest():
        raise PatternError("a closing parenthesis has no opening one")
    return found.ways


def source(way: Way) -> str:
    """Return a row of pieces as one regex."""
    return "".join(piece.source for piece in way)


def joined(found: tuple[Way, ...]) -> str:
    """Return all ways as one regex."""
    return source(found[0]) if len(found) == 1 else f"(?:{'|'.join(map(source, found))})"


class _Reader:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._captures = 0

    def rest(self) -> bool:
        return self._at < len(self._text)

    def alternatives(self, flags: frozenset[str], depth: int) -> _Group:
        """Read up to the end of a group. Flags that are set in the middle count to there."""
        if depth > MAX_DEPTH:
            raise PatternError(f"its groups are nested more than {MAX_DEPTH} deep")
        first = self._captures
        found: list[Way] = []
        row: list[tuple[Way, ...]] = []
        now = flags
        while self.rest() and self._text[self._at] != ")":
            if self._skip("|"):
                found += _rows(row)
                row = []
            elif (changed := self._flags_here(now)) is not None:
                now = changed
            else:
                row.append(self._repeated(now, depth))
        found += _rows(row)
        return _Group(tuple(found), self._captures > first)

    def _flags_here(self, flags: frozenset[str]) -> frozenset[str] | None:
        match = _FLAGS.match(self._text, self._at + 1) if self._text.startswith("(?", self._at) else None
        if match is None or match[3] == ":":
            return None
        self._at = match.end()
        return (flags | set(match[1])) - set(match[2] or "")

    def _repeated(self, flags: frozenset[str], depth: int) -> tuple[Way, ...]:
        group = self._group(flags, depth) if self._skip("(") else None
        atom = joined(group.ways) if group else _flagged(self._atom(flags), flags)
        quantifier = _QUANTIFIER.match(self._text, self._at)
        if quantifier:
            self._at = quantifier.end()
            return ((Piece(f"(?:{atom}){quantifier[0]}"),),)
        if group and (group.captures or len(group.ways) == 1):
            return group.ways
        return ((Piece(atom),),)

    def _group(self, flags: frozenset[str], depth: int) -> _Group:
        scoped, named = _FLAGS.match(self._text, self._at), _NAMED.match(self._text, self._at)
        number = 0
        if scoped:
            self._at = scoped.end()
            flags = (flags | set(scoped[1])) - set(scoped[2] or "")
        elif self._text.startswith("?", self._at) and not named:
            raise PatternError("a group of this kind is not supported")
        else:
            self._at = named.end() if named else self._at
            self._captures += 1
            number = self._captures
        inner = self.alternatives(flags, depth + 1)
        if not self._skip(")"):
            raise PatternError("a parenthesis is not closed")
        return _Group(((Piece(joined(inner.ways), number),),), captures=True) if number else inner

    def _atom(self, flags: frozenset[str]) -> str:
        char = self._next()
        match char:
            case "\\":
                return self._escape()
            case "[":
                return self._class()
            case "^":
                return "^" if "m" in flags else r"\A"
            case "$":
                return "$" if "m" in flags else r"\Z"
            case "*" | "+" | "?":
                raise PatternError("there is nothing to repeat")
        return char if char == "." else re.escape(char)

    def _escape(self) -> str:
        code = self._code()
        if code:
            return code
        char = self._next()
        if char.lower() in _SHORT:
            return f"[{'^' if char.isupper() else ''}{_SHORT[char.lower()]}]"
        if char == "Q":
            end = self._text.find(r"\E", self._at)
            quoted = self._text[self._at :] if end < 0 else self._text[self._at : end]
            self._at += len(quoted) + (2 if end >= 0 else 0)
            return f"(?:{re.escape(quoted)})"
        return r"\Z" if char == "z" else "\\" + char

    def _code(self) -> str:
        match = _CODE.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return f"\\U{int(match[1] or match[2], 16):08x}"

    def _class(self) -> str:
        out = "[^" if self._skip("^") else "["
        empty = True
        while empty or not self._text.startswith("]", self._at):
            out += self._class_item()
            empty = False
        self._at += 1
        return out + "]"

    def _class_item(self) -> str:
        for name, members in _POSIX.items():
            if self._skip(f"[:{name}:]"):
                return members
        char = self._next()
        if char == "\\":
            code = self._code()
            if code:
                return code
            char = self._next()
            return _SHORT.get(char, "\\" + char)
        return "\\" + char if char in "[]^" else char

    def _next(self) -> str:
        if not self.rest():
            raise PatternError("it ends in the middle of an escape or a class")
        self._at += 1
        return self._text[self._at - 1]

    def _skip(self, token: str) -> bool:
        found = self._text.startswith(token, self._at)
        self._at += len(token) if found else 0
        return found


def _rows(row: list[tuple[Way, ...]]) -> list[Way]:
    """Return the ways through a row of parts, each of which has ways of its own."""
    total = 1
    for part in row:
        total *= len(part)
    if total > MAX_WAYS:
        raise PatternError(f"its captures can be met in more than {MAX_WAYS} ways")
    return [tuple(piece for way in choice for piece in way) for choice in product(*row)]


def _flagged(atom: str, flags: frozenset[str]) -> str:
    """Return ``atom`` under ``i``, ``s`` and ``m``, where they make a difference to it."""
    used = "" if atom in _EDGES else "".join(sorted(flags))
    return f"(?{used}:{atom})" if used else atom
