"""Replaces strings in a JSON text and leaves every other byte of it as it is."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from addons.core.protocols.places import below

type Visit = Callable[[str, str], str]
"""Gets the place and the decoded value of a leaf or key, and returns the value that goes on."""

LONG_NUMBER_DIGITS = 9
"""Digits from which a number can be a phone, card or social security number."""

_MAX_NUMBER_CHARACTERS = 64
"""A literal longer than this is no identifier that anybody writes as a number."""

# A string with the colon that makes it a key; a bracket; a comma; a run of numbers that nobody visits (a vector has
# thousands); a number.
_TOKEN = re.compile(
    r"""
    "(?:[^"\\]++|\\.)*+"(?P<key>[ \t\r\n]*:)?
    | [\[\]{},]
    | (?P<run>(?:-?[0-9]{1,8}(?:\.[0-9]+)?(?:[eE]-[0-9]+)?[ \t\r\n]*,[ \t\r\n]*)++)
    | -?[0-9][0-9.eE+\-]*
    """,
    re.DOTALL | re.VERBOSE,
)
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,8}(?:\.[0-9]+)?(?:[eE]-[0-9]+)?")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]{1,3})?")

_VALUE = json.JSONDecoder()


@dataclass(slots=True)
class _Container:
    """An array or object that is being read: where its next value stands, and the keys that were written so far."""

    place: str
    is_array: bool
    index: int = 0
    key: str = ""
    keys: set[str] = field(default_factory=set)

    @property
    def next_place(self) -> str:
        return below(self.place, self.index if self.is_array else self.key)


def string_value(literal: str) -> str:
    """Return the value of a JSON string literal, with lone surrogates as they are."""
    if "\\" not in literal:
        return literal[1:-1]
    value: str = _VALUE.decode(literal)
    return value


def string_literal(value: str) -> str:
    """Return ``value`` as a JSON string literal that UTF-8 can carry: lone surrogates are escaped."""
    literal = json.dumps(value, ensure_ascii=False)
    try:
        literal.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return literal


def number_text(literal: str) -> str:
    """Return the digits of a number that is long enough to be an identifier, else an empty string.

    A fraction or exponent is written out, so that ``4.1e15`` reads like ``4100000000000000``.
    """
    if _SHORT_NUMBER.fullmatch(literal):
        return ""
    if len(literal) > _MAX_NUMBER_CHARACTERS or not _NUMBER.fullmatch(literal):
        return literal
    number = Decimal(literal)
    if not LONG_NUMBER_DIGITS <= number.adjusted() + 1 <= _MAX_NUMBER_CHARACTERS:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Rewriter:
    """Walks over the tokens of one JSON text."""

    def __init__(self, text: str, visit: Visit, blank: Callable[[str], bool]) -> None:
        self._text = text
        self._visit = visit
        self._blank = blank
        self._root = _Container("", is_array=False)
        self._open: list[_Container] = []
        self._out: list[str] = []
        self._copied = 0
        self._blanked_depth = 0

    def run(self) -> str:
        for token in _TOKEN.finditer(self._text):
            match token[0][0]:
                case "[" | "{":
                    self._enter(token)
                case "]" | "}":
                    self._leave(token)
                case _ if token["run"] or token[0] == ",":
                    if self._open[-1].is_array:
                        self._open[-1].index += token[0].count(",")
                case _ if not self._blanked_depth:
                    self._scalar(token)
        if not self._out:
            return self._text
        return "".join((*self._out, self._text[self._copied :]))

    @property
    def _place(self) -> str:
        return self._open[-1].next_place if self._open else ""

    def _replace(self, start: int, end: int, replacement: str) -> None:
        self._out.append(self._text[self._copied : start])
        self._out.append(replacement)
        self._copied = end

    def _enter(self, token: re.Match[str]) -> None:
        container = _Container(self._place, is_array=token[0] == "[")
        if self._blanked_depth:
            self._blanked_depth += 1
        elif container.is_array and self._blank(container.place):
            self._replace(token.start(), token.end(), "[")
            self._blanked_depth = 1
        self._open.append(container)

    def _leave(self, token: re.Match[str]) -> None:
        self._open.pop()
        if self._blanked_depth:
            self._blanked_depth -= 1
            if not self._blanked_depth:
                self._copied = token.start()

    def _scalar(self, token: re.Match[str]) -> None:
        if token[0][0] != '"':
            self._number(token)
            return
        end = token.start("key") if token["key"] else token.end()
        value = string_value(self._text[token.start() : end])
        changed = self._key(self._open[-1], value) if token["key"] else self._visit(self._place, value)
        if changed != value:
            self._replace(token.start(), end, string_literal(changed))

    def _key(self, container: _Container, key: str) -> str:
        """Return the key that goes on; two keys that are masked alike must not become one."""
        changed = self._visit(container.place, key)
        written = changed
        if changed != key:
            number = 2
            while written in container.keys:
                written = f"{changed} {number}"
                number += 1
        container.keys.add(written)
        container.key = written
        return written

    def _number(self, token: re.Match[str]) -> None:
        digits = number_text(token[0])
        if digits and (changed := self._visit(self._place, digits)) != digits:
            self._replace(token.start(), token.end(), string_literal(changed))


def _keep(_place: str) -> bool:
    return False


def rewrite(text: str, visit: Visit, *, blank: Callable[[str], bool] = _keep) -> str:
    """Return ``text``, a valid JSON text, with each string and key replaced by what ``visit`` returns for it.

    ``visit`` also gets numbers of at least ``LONG_NUMBER_DIGITS`` digits before the point, as text; one that changes
    becomes a string. A key is visited at the place of its object, because its own place would hold it. An array at a
    place for which ``blank`` is true is written empty. Where nothing changes the identical object is returned.
    """
    return _Rewriter(text, visit, blank).run()
