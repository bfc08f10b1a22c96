r"""Masking of a text that may be JSON, in pieces: a tool call's arguments, a structured answer, a body.

A text that begins like JSON is read twice. First its string literals are decoded, so that ``\u0040`` hides nothing,
and masked on their own; each may be JSON text again. Then the text as it stands is masked, which also covers what is
between the literals, and texts that only began like JSON. What is not masked keeps its spelling, and what was masked is
not read again: a mask may be a token's original, which is meant to stay.

A whole text, and each whole string inside it, may also be a file in base64: see ``wrapped_text``. One that comes in
pieces is held where it begins like one: see ``held_file``.
"""

import re
from collections import Counter
from collections.abc import Iterable

from addons.core.protocols.held_file import HeldFile
from addons.core.protocols.json_rewrite import number_text, string_literal
from addons.core.protocols.protocol import Masker, TextStream
from addons.core.protocols.spelling import SpelledStream, has_surrogates
from addons.core.protocols.wrapped_text import Wrapped, unwrapped

MAX_LEVELS = 4
"""JSON texts inside strings of JSON texts that are decoded: a tool call that carries a tool call needs two."""

_STARTS = frozenset('{["')
_BEFORE_VALUE = frozenset("{[:,")
_AFTER_VALUE = frozenset(" \t\r\n,]}")
_OUTSIDE = re.compile(r'[^"0-9\-]+')
_NUMBER = re.compile(r"[0-9\-][0-9.eE+\-]{0,399}")  # a double has at most 309 digits before its point
_INSIDE = re.compile(
    r"""
    (?P<plain>[^"\\]+)
    | (?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
    | \\u(?P<unit>[0-9a-fA-F]{4})
    | \\(?P<short>["\\/bfnrt])
    | (?P<stray>\\)
    """,
    re.VERBOSE,
)
_UNFINISHED_ESCAPE = re.compile(
    r"""
    \\(?:u[0-9a-fA-F]{0,3})?\Z
    | \\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?\Z
    """,
    re.VERBOSE,
)
_SHORT_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _begins_like_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in _STARTS


def _escaped(text: str) -> str:
    return string_literal(text)[1:-1]


def _decoded(piece: re.Match[str]) -> str:
    match piece.lastgroup:
        case "short":
            return _SHORT_ESCAPES.get(piece["short"], piece["short"])
        case "unit":
            return chr(int(piece["unit"], base=16))
        case "pair":
            high, low = int(piece[0][2:6], base=16), int(piece[0][8:], base=16)
            return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
        case _:
            return piece[0]


type Segment = tuple[str, str]
"""A text that is as it came, and one behind it that was masked."""


class _Literals:
    """Finds the string literals and numbers of a JSON text and masks each on its own."""

    def __init__(self, masker: Masker, level: int, *, whole: bool) -> None:
        self._masker = masker
        self._level = level
        self._new = _WholeLeaf if whole else LeafStream
        self._rest = ""
        self._before = "{"
        self._literal: SpelledStream | None = None
        self._closed_hits: Counter[str] = Counter()

    @property
    def hits(self) -> Counter[str]:
        return self._closed_hits + self._literal.hits if self._literal else self._closed_hits

    def feed(self, text: str) -> list[Segment]:
        return self._run(self._rest + text, final=False)

    def finish(self) -> list[Segment]:
        out = self._run(self._rest, final=True)
        return out + self._close() if self._literal else out

    def _run(self, text: str, *, final: bool) -> list[Segment]:
        out: list[Segment] = []
        at = 0
        while at < len(text):
            step = self._inside if self._literal else self._outside
            after = step(text, at, out, final=final)
            if after == at:
                break
            at = after
        self._rest = text[at:]
        return out

    def _outside(self, text: str, at: int, out: list[Segment], *, final: bool) -> int:
        """Copy what is between the literals; return the index that was reached."""
        if text[at] == '"':
            out.append(('"', ""))
            self._literal = SpelledStream(self._new(self._masker, self._level + 1), _escaped)
            return at + 1
        if number := _NUMBER.match(text, at):
            return self._number(number, out, final=final)
        run = _OUTSIDE.match(text, at)
        assert run is not None
        out.append((run[0], ""))
        self._before = run[0].rstrip(" \t\r\n")[-1:] or self._before
        return run.end()

    def _number(self, number: re.Match[str], out: list[Segment], *, final: bool) -> int:
        if number.end() == len(number.string) and not final:
            return number.start()
        after = number.string[number.end() : number.end() + 1]
        is_value = self._before in _BEFORE_VALUE and (not after or after in _AFTER_VALUE)
        out.append(self._masked_number(number[0]) if is_value else (number[0], ""))
        self._before = number[0][-1]
        return number.end()

    def _masked_number(self, literal: str) -> Segment:
        digits = number_text(literal)
        masked = self._masker.mask(digits) if digits else None
        if masked is None or masked.text == digits:
            return literal, ""
        self._closed_hits.update(hit.detector for hit in masked.hits)
        return "", string_literal(masked.text)

    def _inside(self, text: str, at: int, out: list[Segment], *, final: bool) -> int:
        """Decode and mask a literal up to its end or the end of ``text``; return the index that was reached."""
        assert self._literal is not None
        decoded: list[str] = []
        odd: list[tuple[int, str]] = []
        length = 0
        while at < len(text) and text[at] != '"':
            piece = _INSIDE.match(text, at)
            if piece is None or (not final and text[at] == "\\" and _UNFINISHED_ESCAPE.match(text, at)):
                break
            value = _decoded(piece)
            if value != piece[0]:
                odd.append((length, piece[0]))
            decoded.append(value)
            length += len(value)
            at = piece.end()
        out.append(self._literal.feed("".join(decoded), odd))
        if text[at : at + 1] == '"':
            out += [*self._close(), ('"', "")]
            self._before = '"'
            return at + 1
        return at

    def _close(self) -> list[Segment]:
        literal, self._literal = self._literal, None
        assert literal is not None
        out = literal.finish()
        self._closed_hits += literal.hits
        return [out]


class LeafStream:
    """Masks one string leaf in pieces, decoded and as it stands. What it gives back does not depend on the pieces.

    With ``whole`` the text is known to come in one piece, and so do the strings inside it.
    """

    def __init__(self, masker: Masker, level: int = 0, *, whole: bool = False) -> None:
        self._masker = masker
        self._surface = SpelledStream(masker.stream())
        self._literals = _Literals(masker, level, whole=whole) if level < MAX_LEVELS else None
        self._level = level
        self._file = HeldFile() if level < MAX_LEVELS and not whole else None
        self._begun = False
        self._surface_hits: Counter[str] = Counter()

    @property
    def hits(self) -> Counter[str]:
        """How often each detector has found something so far."""
        hits = self._surface_hits + self._surface.hits
        return hits + self._literals.hits if self._literals else hits

    def feed(self, text: str) -> str:
        """Take the next piece and return what is final.

        Raises:
            RefusedError: ``BODY_TOO_LARGE``: it is a file that is longer than what is held of one.
        """
        if self._file is None:
            return self._fed(text)
        start = "" if self._file.text else text[: len(text) - len(text.lstrip())]
        out = self._fed(start) if start else ""
        text = text[len(start) :]
        if not text or self._file.takes(text):
            return out
        text, self._file = self._file.text, None
        return out + self._fed(text)

    def _fed(self, text: str) -> str:
        if not self._begun and text.strip("\ufeff \t\r\n"):
            self._begun = True
            if not _begins_like_json(text):
                self._literals = None
        if self._literals and self._begun:
            return self._masked(self._literals.feed(text))
        return "".join(self._surface.feed(text))

    def finish(self) -> str:
        """Return what was held back."""
        held = self._file.text if self._file else ""
        if held:
            masked, hits = mask_leaf(self._masker, held, self._level)
            self._surface_hits += hits
            return "".join(self._surface.finish()) + masked
        rest = self._masked(self._literals.finish()) if self._literals else ""
        return rest + "".join(self._surface.finish())

    def _masked(self, segments: Iterable[Segment]) -> str:
        out: list[str] = []
        for same, masked in segments:
            out += self._surface.feed(same)
            if masked:
                out += self._surface.finish()
                out.append(masked)
                self._surface_hits += self._surface.hits
                self._surface = SpelledStream(self._masker.stream())
        return "".join(out)


class _WholeLeaf:
    """Collects one string leaf and masks it at its end. See ``TextStream``."""

    def __init__(self, masker: Masker, level: int) -> None:
        self._masker = masker
        self._level = level
        self._pieces: list[str] = []
        self.hits: Counter[str] = Counter()

    def feed(self, text: str) -> str:
        self._pieces.append(text)
        return ""

    def finish(self) -> str:
        masked, self.hits = mask_leaf(self._masker, "".join(self._pieces), self._level)
        return masked


def mask_leaf(masker: Masker, text: str, level: int = 0) -> tuple[str, Counter[str]]:
    """Return ``text``, which is whole, after masking, and how often each detector found something."""
    if level < MAX_LEVELS and (wrapped := unwrapped(text)) is not None:
        masked = _masked_inside(masker, text, wrapped, level)
        if masked is not None:
            return masked
    if not _begins_like_json(text) and not has_surrogates(text):
        whole = masker.mask(text)
        return whole.text, Counter(hit.detector for hit in whole.hits)
    stream: TextStream = LeafStream(masker, level, whole=True)
    return stream.feed(text) + stream.finish(), stream.hits


def _masked_inside(masker: Masker, text: str, wrapped: Wrapped, level: int) -> tuple[str, Counter[str]] | None:
    """Return ``text`` with what it holds masked; ``None`` where nothing in there was."""
    inner, hits = mask_leaf(masker, wrapped.text, level + 1)
    head = masker.mask(wrapped.head)
    hits.update(hit.detector for hit in head.hits)
    if inner == wrapped.text:
        return (head.text + text[len(wrapped.head) :], hits) if head.hits else None
    return head.text + wrapped.around(inner), hits
