"""The head of one part of a multipart body (RFC 2046, RFC 7578), read strictly and masked in place.

A head that two parsers could read differently is refused: folded lines, a header or parameter twice, escaped quotes,
names in pieces (RFC 2231 continuations).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from addons.core.errors import RefusedError
from addons.core.protocols.charsets import codec_of
from addons.core.protocols.forms import mask_file_name
from addons.core.reasons import Reason

MAX_HEADERS = 16
"""Headers of one part: clients send two or three."""

MAX_HEAD_BYTES = 8192
"""Bytes of one part's head, as servers limit them."""

type Mask = Callable[[str, str], str]
"""Gets a place and a text and returns the text as it goes on."""

DISPOSITION, TYPE, ENCODING, LENGTH = (
    "content-disposition",
    "content-type",
    "content-transfer-encoding",
    "content-length",
)
_CODEC, _ERRORS = "utf-8", "surrogateescape"
_HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+:[ \t]*)([^\r\n\0]*)")
_PARAMETER = re.compile(r"""[ \t]*;[ \t]*([A-Za-z0-9_\-]+\*?)=("(?:[^"\\]|\\(?!["\\]))*"|[^\s";,]+)""")
_KIND = re.compile(r"[A-Za-z\-]+")


def malformed(what: str) -> RefusedError:
    """Return the refusal of a multipart body that could be read in two ways."""
    return RefusedError(Reason.BODY_MALFORMED, f"The multipart body cannot be read in exactly one way: {what}.")


@dataclass(frozen=True, slots=True)
class PartHead:
    """The headers of a part in their order, and what its disposition says, decoded.

    Each of ``lines`` is a name with its colon and what space follows, and a value.
    """

    lines: tuple[tuple[str, str], ...]
    name: str | None = None
    file_name: str | None = None

    def get(self, name: str) -> str:
        """Return the header ``name``, given in lower case, or an empty string."""
        return next((value.rstrip() for key, value in self.lines if _name(key) == name), "")

    def encoded(self) -> bytes:
        """Return the head as it stands before the empty line."""
        return "".join(f"{start}{value}\r\n" for start, value in self.lines).encode(_CODEC, _ERRORS)

    def masked(self, mask: Mask, place: str) -> "PartHead":
        """Return the head with names and values masked; the same object where nothing was."""
        lines = tuple((start, _masked_value(_name(start), value, mask, place)) for start, value in self.lines)
        return self if lines == self.lines else replace(self, lines=lines)

    def with_length(self, length: int) -> "PartHead":
        """Return the head with ``length`` where it gives one."""
        lines = ((start, str(length) if _name(start) == LENGTH else value) for start, value in self.lines)
        return replace(self, lines=tuple(lines))


def parse_head(head: bytes, *, is_form: bool) -> PartHead:
    """Parse a part's head.

    Raises:
        RefusedError: ``BODY_MALFORMED``.
    """
    if len(head) > MAX_HEAD_BYTES:
        raise malformed("a part's head is too long")
    lines: list[tuple[str, str]] = []
    for line in head.decode(_CODEC, _ERRORS).split("\r\n") if head else ():
        found = _HEADER.fullmatch(line)
        if found is None:
            raise malformed("a part has a header line that is none, or that is folded")
        lines.append((found[1], found[2]))
    names = [_name(start) for start, _ in lines]
    if len(names) > MAX_HEADERS or len(set(names)) != len(names):
        raise malformed("a part has a header twice, or too many")
    made = PartHead(tuple(lines))
    parameters = _parameters(made.get(DISPOSITION)) if DISPOSITION in names else {}
    if is_form and (not made.get(DISPOSITION).lower().startswith("form-data") or "name" not in parameters):
        raise malformed("a part has no name")
    return replace(made, name=parameters.get("name"), file_name=parameters.get("filename*", parameters.get("filename")))


def _name(start: str) -> str:
    return start.partition(":")[0].lower()


def _parameters(value: str) -> dict[str, str]:
    """Return the parameters of a disposition, decoded; names are in lower case."""
    kind = _KIND.match(value)
    if kind is None:
        raise malformed("a part's disposition has no type")
    value = value.rstrip()
    at = kind.end()
    found: dict[str, str] = {}
    while at < len(value):
        parameter = _PARAMETER.match(value, at)
        key = parameter[1].lower() if parameter else ""
        if parameter is None or key in found or key == "name*":
            raise malformed("a part's disposition has a parameter that is none, or twice")
        found[key] = _extended(parameter[2])[1] if key.endswith("*") else parameter[2].strip('"')
        at = parameter.end()
    return found


def _extended(value: str) -> tuple[str, str]:
    """Return charset and language as they stand, and the decoded text, of an RFC 8187 value."""
    charset, quote_mark, rest = value.strip('"').partition("'")
    language, second_mark, text = rest.partition("'")
    codec = codec_of(charset.lower())
    if not quote_mark or not second_mark or not codec:
        raise malformed("a file name has no charset that everybody reads")
    return f"{charset}'{language}'", unquote(text, codec)


def _masked_value(header: str, value: str, mask: Mask, place: str) -> str:
    if header != DISPOSITION:
        return mask(place, value)
    return _PARAMETER.sub(lambda found: _masked_parameter(found, mask, place), value)


def _masked_parameter(found: re.Match[str], mask: Mask, place: str) -> str:
    written = found[2]
    before = found[0][: -len(written)]
    if found[1].endswith("*"):
        head, text = _extended(written)
        changed = mask_file_name(text, lambda name: mask(place, name))
        return found[0] if changed == text else f"{before}UTF-8''{quote(changed, safe='')}" if head else found[0]
    text = written.strip('"')
    decoded = unquote(text, errors=_ERRORS)  # browsers write quotes and line ends as %22, %0D and %0A
    changed = mask_file_name(decoded, lambda name: mask(place, name))
    return found[0] if changed == decoded else f'{before}"{_quotable(changed)}"'


def _quotable(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").replace("\\", "%5C")
