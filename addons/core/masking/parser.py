r"""Reads a regex into the tree of ``syntax``: the part of Python's syntax that a stream can be masked with.

Not read, and refused with the reason: back references, conditions, ``\p{}`` and other escapes that engines read
differently, POSIX classes, flags other than ``i``, ``m`` and ``s``, and a look behind that needs to know what follows.
"""

import re
import string
import sys

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
)

MAX_DEPTH = 20
"""Groups inside groups. People write up to 5; the bound keeps the recursion here and in ``live`` far from its limit."""
MAX_REPEAT = 65_536
"""The largest count in a quantifier: more than any usable pattern is wide."""

MAX_MEMBERS = 1024
"""Members of a range in a class that are written out, to tell by them where a pattern need not be run."""

_CLASSES = "dDwWsS"
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_ANCHORS = {"A": Kind.TEXT_START, "Z": Kind.TEXT_END, "b": Kind.BOUNDARY, "B": Kind.NO_BOUNDARY}
_LOOKS = {"?=": (True, False), "?!": (True, True), "?<=": (False, False), "?<!": (False, True)}


def parse(pattern: str) -> Node:
    """Return the tree of ``pattern``. Raises ``PatternError``."""
    parser = _Parser(pattern)
    flags = parser.global_flags()
    node = parser.branch(0)
    if parser.rest():
        raise PatternError("a closing parenthesis has no opening one")
    return Group(node, flags) if flags else node


class _Parser:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def rest(self) -> bool:
        return self._at < len(self._text)

    def global_flags(self) -> str:
        """Read ``(?i)`` and the like, which Python allows at the very start only."""
        start = self._at
        if self._skip("(?"):
            flags = self._while("ims")
            if flags and self._skip(")"):
                return "".join(dict.fromkeys(flags))
        self._at = start
        return ""

    def branch(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise PatternError(f"its groups are nested more than {MAX_DEPTH} deep")
        options = [self._sequence(depth)]
        while self._skip("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Branch(tuple(options))

    def _sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while self.rest() and self._text[self._at] not in "|)":
            items.append(self._repeat(self._atom(depth)))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _repeat(self, body: Node) -> Node:
        bounds = self._quantifier()
        if bounds is None:
            return body
        if isinstance(body, Anchor | Look):
            raise PatternError("an assertion is repeated")
        mode = "?" if self._skip("?") else "+" if self._skip("+") else ""
        if self._quantifier() is not None:
            raise PatternError("a quantifier is repeated")
        low, high = bounds
        if high is not None and high < low:
            raise PatternError("a quantifier's minimum is larger than its maximum")
        if max(low, high or 0) > MAX_REPEAT:
            raise PatternError(f"a quantifier is larger than {MAX_REPEAT}")
        return Repeat(body, low, high, mode)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._skip(sign):
                return bounds
        start = self._at
        if self._skip("{"):
            low = self._while(string.digits)
            if self._skip(","):
                high = self._while(string.digits)
                if self._skip("}") and (low or high):
                    return _count(low), _count(high) if high else None
            elif low and self._skip("}"):
                return _count(low), _count(low)
        self._at = start
        return None

    def _atom(self, depth: int) -> Node:  # noqa: PLR0911 - one for each kind of atom
        char = self._next()
        match char:
            case "\\":
                return self._escape()
            case "[":
                return self._class()
            case "(":
                return self._group(depth + 1)
            case ".":
                return OneOf(".")
            case "^":
                return Anchor(Kind.LINE_START)
            case "$":
                return Anchor(Kind.LINE_END)
            case "*" | "+" | "?":
                raise PatternError("there is nothing to repeat")
        return Literal(char)

    def _escape(self) -> Node:
        char = self._next()
        if char in _CLASSES:
            return OneOf("\\" + char)
        if char in _ANCHORS:
            return Anchor(_ANCHORS[char])
        return Literal(self._escaped_char(char))

    def _escaped_char(self, char: str) -> str:
        if char in _HEX_DIGITS:
            return self._hex(_HEX_DIGITS[char])
        if char in _CONTROLS and not (char == "0" and self._while(string.digits)):
            return _CONTROLS[char]
        if char in string.digits:
            raise PatternError("back references and octal escapes are not supported")
        if char in string.ascii_letters:
            raise PatternError(f"the escape \\{char} is not supported")
        return char

    def _hex(self, count: int) -> str:
        digits = self._text[self._at : self._at + count]
        self._at += count
        if len(digits) != count or not set(digits) <= set(string.hexdigits) or int(digits, 16) > sys.maxunicode:
            raise PatternError("a hexadecimal escape is not complete")
        return chr(int(digits, 16))

    def _class(self) -> Node:
        negative = self._skip("^")
        sources: list[str] = []
        members: list[str | None] = []
        while not (sources and self._skip("]")):  # a bracket that comes first stands for itself
            if self._text.startswith(("[:", "[.", "[="), self._at):
                raise PatternError("POSIX classes are not supported")
            source, chars = self._class_item()
            sources.append(source)
            members.append(chars)
        known = [chars for chars in members if chars is not None]
        few = not negative and len(known) == len(members)
        return OneOf("[" + ("^" if negative else "") + "".join(sources) + "]", "".join(known) if few else None)

    def _class_item(self) -> tuple[str, str | None]:
        """Return a class's next item as a regex, and its members where they are few."""
        low = self._class_char()
        if len(low) > 1 or not self._text.startswith("-", self._at) or self._text.startswith("-]", self._at):
            return (low, None) if len(low) > 1 else (re.escape(low), low)
        self._at += 1
        high = self._class_char()
        if len(high) > 1 or low > high:
            raise PatternError("a range in a class is the wrong way round or not between characters")
        codes = range(ord(low), ord(high) + 1)
        return f"{re.escape(low)}-{re.escape(high)}", "".join(map(chr, codes)) if len(codes) <= MAX_MEMBERS else None

    def _class_char(self) -> str:
        r"""Return a class's next character; ``\d`` and the like as they are written."""
        char = self._next()
        if char != "\\":
            return char
        char = self._next()
        if char in _CLASSES:
            return "\\" + char
        return "\b" if char == "b" else self._escaped_char(char)

    def _group(self, depth: int) -> Node:
        for opening, (ahead, negative) in _LOOKS.items():
            if self._skip(opening):
                body = self._closed(depth)
                if not ahead and _needs_what_follows(body):
                    raise PatternError("a look behind needs to know what follows it")
                return Look(body, ahead, negative)
        if self._skip("?>"):
            return Atomic(self._closed(depth))
        if self._skip("?P<") or self._skip("?<"):
            self._while(string.ascii_letters + string.digits + "_")
            if not self._skip(">"):
                raise PatternError("a group's name is not plain")
        elif self._skip("?"):
            flags = self._flags()
            if flags:
                return Group(self._closed(depth), flags)
        return Sequence((self._closed(depth),))  # also an assertion may be repeated, once it is in brackets

    def _flags(self) -> str:
        on = self._while("ims")
        off = self._while("ims") if self._skip("-") else ""
        if not self._skip(":"):
            raise PatternError("a group of this kind is not supported, or flags stand in the middle")
        if set(on) & set(off):
            raise PatternError("a flag is turned on and off at once")
        return "".join(dict.fromkeys(on)) + ("-" + "".join(dict.fromkeys(off)) if off else "")

    def _closed(self, depth: int) -> Node:
        node = self.branch(depth)
        if not self._skip(")"):
            raise PatternError("a parenthesis is not closed")
        return node

    def _next(self) -> str:
        if not self.rest():
            raise PatternError("it ends in the middle of an escape or a class")
        self._at += 1
        return self._text[self._at - 1]

    def _skip(self, token: str) -> bool:
        found = self._text.startswith(token, self._at)
        self._at += len(token) if found else 0
        return found

    def _while(self, chars: str) -> str:
        start = self._at
        while self.rest() and self._text[self._at] in chars:
            self._at += 1
        return self._text[start : self._at]


def _count(digits: str) -> int:
    # Python refuses to read numbers of thousands of digits; one more than the limit says enough.
    return int(digits or "0") if len(digits) <= len(str(MAX_REPEAT)) else MAX_REPEAT + 1


def _needs_what_follows(node: Node) -> bool:
    match node:
        case Look(_, True):
            return True
        case Anchor(kind):
            return kind not in {Kind.TEXT_START, Kind.LINE_START}
        case Sequence(parts) | Branch(parts):
            return any(map(_needs_what_follows, parts))
        case Repeat(body) | Group(body) | Atomic(body) | Look(body, False):
            return _needs_what_follows(body)
    return False
