r"""The escapes that stand for a character: what they look like, and what they are read as.

``%40`` and UTF-8 in it (RFC 3986, 2.1), ``%u0040``; ``&#64;``, ``&#x40;``, ``&commat;`` (HTML 13.5); ``\u0040``,
``\u{40}``, ``\U00000040``, ``\x40``, ``\100``, also with doubled backslashes; ``=40`` and ``=`` at the end of a line
(RFC 2045, 6.7).
"""

import re
import sys
from collections.abc import Callable
from html.entities import html5

BACKSLASHES_MAX = 4
"""Backslashes in front of one escape: a string in JSON in a string in JSON has four."""

ZEROS_MAX = 8
"""Zeros in front of the digits of a character reference. HTML knows no limit; a stream needs one."""

TAIL_MAX = 24
"""Characters that an escape which has begun may hold: more than the longest, ``&#x``, zeros, digits and ``;``."""

DROPPED = "\x01"
"""Read where an escape stands for nothing: an invisible character, so that each escape reads as something."""

_NAMES = (
    "amp|lt|gt|quot|apos|nbsp|shy|ensp|emsp|thinsp|hairsp|zwj|zwnj|lrm|rlm|ZeroWidthSpace|NoBreak|NonBreakingSpace"
    "|ThinSpace|Tab|NewLine|commat|period|middot|centerdot|comma|semi|colon|sol|bsol|lowbar|UnderBar|plus|minus"
    "|hyphen|dash|ndash|mdash|num|equals|percnt|dollar|lpar|rpar|lsqb|lbrack|rsqb|rbrack|lcub|rcub|ast|excl|quest"
    "|vert|verbar|Hat|grave|lsquo|rsquo|ldquo|rdquo"
)
"""Named references that can stand inside a value. Each is one character."""

_OLD_NAMES = "amp|lt|gt|quot|nbsp|shy"
"""Those that browsers also read without a semicolon."""

_HEX = "[0-9A-Fa-f]"
_HIGH = f"[dD][89ABab]{_HEX}{{2}}"
_LOW = f"[dD][C-Fc-f]{_HEX}{{2}}"
_UNIT = rf"u(?![dD][89A-Fa-f]){_HEX}{{4}}"
_MORE = rf"\\{{0,{BACKSLASHES_MAX - 1}}}"
_LEAD = rf"(?:%|\\{{1,{BACKSLASHES_MAX}}})"

_ESCAPES = {
    "%": (
        rf"(?P<percents>[0-7]{_HEX}(?:%[0-7]{_HEX})*)",
        (
            rf"(?P<utf8>(?:[Cc][2-9A-Fa-f]|[Dd]{_HEX}|[Ee]{_HEX}%[89ABab]{_HEX}|[Ff][0-4](?:%[89ABab]{_HEX}){{2}})"
            rf"%[89ABab]{_HEX})"
        ),
        rf"(?P<pair_u>u{_HIGH}{_LEAD}u{_LOW})",
        rf"(?P<code_u>u{_HEX}{{4}})",
    ),
    r"\\": (
        rf"(?P<units>{_UNIT}(?:\\{_UNIT})*)",
        rf"(?P<bytes>x{_HEX}{{2}}(?:\\x{_HEX}{{2}})*)",
        rf"(?P<pair>{_MORE}u{_HIGH}{_LEAD}u{_LOW})",
        rf"(?P<code>{_MORE}(?:u{_HEX}{{4}}|u\{{{_HEX}{{1,8}}\}}|U{_HEX}{{8}}|x{_HEX}{{2}}))",
        rf"(?P<octal>{_MORE}[0-3][0-7]{{2}})",
    ),
    "&": (
        rf"(?P<decimal>#0{{0,{ZEROS_MAX}}}[0-9]{{1,7}}(?![0-9]);?)",
        rf"(?P<hexadecimal>#[xX]0{{0,{ZEROS_MAX}}}{_HEX}{{1,6}}(?!{_HEX});?)",
        f"(?P<name>(?:{_NAMES});|(?:{_OLD_NAMES}))",
    ),
    "=": (r"(?P<quoted>[2-7][0-9A-F]|\r?\n)",),
}
"""What follows on the first character of an escape: one group for each kind, several of the same width in a row."""

_TAILS = {
    "%": (
        rf"{_HEX}?",
        rf"[C-Fc-f]{_HEX}[%0-9A-Fa-f]{{0,8}}",
        rf"u(?:{_HEX}{{0,3}}|{_HIGH}(?:{_LEAD}(?:u{_HEX}{{0,3}})?)?)",
    ),
    r"\\": (
        rf"{_MORE}(?:u(?:{_HEX}{{0,3}}|\{{{_HEX}{{0,8}}|{_HIGH}(?:{_LEAD}(?:u{_HEX}{{0,3}})?)?))?",
        rf"{_MORE}(?:U{_HEX}{{0,7}}|x{_HEX}?|[0-3][0-7]?)",
    ),
    "&": (f"#[0-9]{{0,{ZEROS_MAX + 7}}}", f"#[xX]{_HEX}{{0,{ZEROS_MAX + 6}}}", "[A-Za-z]{0,16}"),
    "=": (r"(?:[2-7]|\r)?",),
}
"""As ``_ESCAPES``: what can still become one, at the end of what is known; also what only looks like it. No groups."""


def _compiled(kinds: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    """Compile so that each branch begins with a literal: the engine then skips what is none of them."""
    return re.compile("|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in kinds.items()))


ESCAPE = _compiled(_ESCAPES)
"""An escape, or several of the same kind and width in a row: the group says which kind."""

ESCAPE_OR_TAIL = _compiled({first: (rf"(?:{'|'.join(_TAILS[first])})\Z", *rest) for first, rest in _ESCAPES.items()})
"""As ``ESCAPE``; or, without a group, the end of a text that goes on, where an escape may have begun."""


def decoded(match: re.Match[str]) -> str | None:
    """Return what the match of ``ESCAPE`` reads as: at least one character; None if it reads as it stands."""
    return _DECODERS[match.lastgroup or ""](match[0])


def _utf8(text: str) -> str | None:
    try:
        return bytes.fromhex(text.replace("%", "")).decode()
    except UnicodeDecodeError:
        return None


def _utf16(text: str) -> str:
    digits = text.replace("\\", "").replace("%", "").replace("u", "")
    return bytes.fromhex(digits).decode("utf-16-be")


def _latin1(text: str) -> str:
    return bytes.fromhex(text.replace("\\x", "")).decode("latin-1")


def _code(text: str) -> str | None:
    code = int(text.lstrip("%\\uUx{").rstrip("}"), 16)
    return None if code > sys.maxunicode or code in _SURROGATES else chr(code)


def _octal(text: str) -> str:
    return chr(int(text.lstrip("\\"), 8))


def _decimal(text: str) -> str:
    return _reference(int(text[2:].rstrip(";")))


def _hexadecimal(text: str) -> str:
    return _reference(int(text[3:].rstrip(";"), 16))


def _reference(code: int) -> str:
    """Return the character of a numeric reference (HTML 13.2.5.80)."""
    if code in _WINDOWS:
        return bytes((code,)).decode("cp1252", "replace")
    return "\ufffd" if not code or code > sys.maxunicode or code in _SURROGATES else chr(code)


def _name(text: str) -> str:
    return html5[text[1:].rstrip(";") + ";"]


def _quoted(text: str) -> str:
    return DROPPED if text[1] in "\r\n" else chr(int(text[1:], 16))


_SURROGATES = range(0xD800, 0xE000)
_WINDOWS = range(0x80, 0xA0)

_DECODERS: dict[str, Callable[[str], str | None]] = {
    "percents": _utf8,
    "utf8": _utf8,
    "pair_u": _utf16,
    "code_u": _code,
    "units": _utf16,
    "bytes": _latin1,
    "pair": _utf16,
    "code": _code,
    "octal": _octal,
    "decimal": _decimal,
    "hexadecimal": _hexadecimal,
    "name": _name,
    "quoted": _quoted,
}
