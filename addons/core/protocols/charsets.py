"""Bytes as text, in the one encoding in which both sides read them.

The encodings that are read are those of the WHATWG Encoding Standard, in which ASCII is spelled as ever, and UTF-16 and
UTF-32. Others hide what ASCII says (UTF-7, EBCDIC), or change it midway (ISO 2022), or are known to nobody: a body with
such a label is refused. Where label, mark and content disagree, the text is read, but is not sure.
"""

import codecs
import re
from dataclasses import dataclass, field

from addons.core.errors import RefusedError
from addons.core.protocols.headers import MediaType
from addons.core.reasons import Reason

_ASCII_INSIDE = frozenset(
    {
        *("ascii", "utf-8", "utf-8-sig", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874", "tis-620"),
        *("gb2312", "gbk", "gb18030", "big5", "big5hkscs", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"),
        *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
        *(f"cp{page}" for page in range(1250, 1259)),
    }
)
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EBCDIC_XML = b"\x4c\x6f\xa7\x94"
"""``<?xm`` in EBCDIC, by which XML parsers tell it (XML 1.0 appendix F)."""

_LABEL = re.compile(r"[a-z0-9_.:\-]{1,40}")
_DECLARED = re.compile(
    rb"""<\?xml [^>]{0,200}? encoding \s* = \s* ["']([^"'>]{0,40})
    | <meta [^>]{0,400}? charset \s* = \s* ["']? \s* ([^\s"'/>;]{0,40})""",
    re.IGNORECASE | re.VERBOSE,
)
_DECLARED_WITHIN = 1024
"""Bytes in which a document may declare its encoding (HTML standard, section 4.2.5.4)."""

_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_COMPRESSED = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", *_ZLIB, b"BZh91A", b"PK\x03\x04")
"""How gzip, Zstandard, zlib, bzip2 and ZIP begin."""

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SHIFTS = re.compile(rb"\x1b[$(]|\x0e")
"""How ISO 2022 changes to another character set."""

_MIN_GUESSED_BYTES = 4
"""Bytes from which zeros tell the encoding of what is not labelled as text: two, one of them zero, may be anything."""

_MIN_ZEROS = 0.3
"""Share of zero bytes in one half of the positions that tells UTF-16: half-Latin text has more, stray zeros fewer."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """A body as text. ``is_sure`` is false where a receiver may have read it otherwise."""

    text: str = field(repr=False)
    encoding: str
    is_sure: bool = True

    @property
    def is_garbled(self) -> bool:
        """Whether an encoding that somebody had to guess gives characters that no text has."""
        return not self.is_sure and _CONTROLS.search(self.text) is not None

    def encoded(self, text: str) -> bytes:
        """Return ``text`` in the encoding of this one; what it cannot spell becomes a question mark."""
        try:
            return text.encode(self.encoding, "surrogatepass" if self.encoding in _WIDE else "strict")
        except UnicodeEncodeError:
            return text.encode(self.encoding, "replace")


def codec_of(label: str) -> str:
    """Return Python's codec for a charset's ``label``; empty where it is none that everybody reads alike."""
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    return name if name in _ASCII_INSIDE or name in _WIDE else ""


def require_charset(kind: MediaType, body: bytes, reason: Reason) -> None:
    """Check that ``body`` has no label or declaration of an encoding that hides what ASCII says.

    Raises:
        RefusedError: for ``reason``.
    """
    if kind.is_media:
        return
    labels = [kind.charset, _declared(kind, body)]
    if _is_ebcdic(kind, body) or any(label and not codec_of(label) for label in labels):
        raise RefusedError(
            reason, "The body's charset is one that not everybody reads, or reads alike. Use UTF-8 and say so."
        )


def require_ascii(kind: MediaType) -> None:
    """Check that a body of JSON or of form fields is labelled as nothing in which ASCII is spelled otherwise.

    Raises:
        RefusedError: ``BODY_TYPE_WRONG``.
    """
    if kind.charset and codec_of(kind.charset) not in _ASCII_INSIDE:
        raise RefusedError(
            Reason.BODY_TYPE_WRONG, "The content-type header names another charset than UTF-8 for a body that has none."
        )


def is_compressed(body: bytes) -> bool:
    """Tell whether ``body`` begins like gzip, Zstandard, zlib, bzip2 or ZIP, and is no text."""
    return body.startswith(_COMPRESSED) and not _is_utf8(body)


def label_to_believe(kind: MediaType, body: bytes) -> MediaType:
    """Return ``kind``, or none at all where it labels as a picture what is text."""
    is_text = kind.is_media and _is_utf8(body) and not _CONTROLS.search(body.decode())
    return MediaType() if is_text else kind


def wide_encoding(start: bytes) -> str:
    """Return which UTF-16 or UTF-32 a text that begins with ``start`` is in by its mark or its zeros, if any."""
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    if marked:
        return marked if marked in _WIDE else ""
    half = len(start) // 2
    odd, even = start[1::2].count(0), start[::2].count(0)
    if half and max(odd, even) >= half * _MIN_ZEROS and len(start) % 2 == 0:
        if min(odd, even) >= half * _MIN_ZEROS and len(start) % 4 == 0:
            return "utf-32-be" if start[0] == 0 else "utf-32-le"
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def read_text(body: bytes, kind: MediaType) -> ReadText | None:
    """Return ``body`` as text, or ``None`` where it is none or has a label that nobody reads."""
    declared = _declared(kind, body)
    label = kind.charset or declared
    codec = codec_of(label)
    if (label and not codec) or kind.is_media or _is_ebcdic(kind, body):
        return None
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), "")
    may_guess = b"\0" in body and (kind.is_text or len(body) >= _MIN_GUESSED_BYTES)
    wide = wide_encoding(body) if marked or may_guess else ""
    encoding = wide or marked or ("" if codec in _WIDE else codec) or "utf-8"
    is_sure = _agree(codec, encoding, marked=marked) and not declared and not _SHIFTS.search(body)
    if (text := _decoded(body, encoding)) is not None:
        is_sure = is_sure and "\0" not in text
        return ReadText(text, encoding, is_sure) if kind.is_text or "\0" not in text else None
    text = _decoded(body, "latin-1") if kind.is_text and not is_compressed(body) else None
    # Bytes that are not what they should be: ASCII in between is found all the same, where it is text at all.
    return ReadText(text, "latin-1", is_sure=False) if text and not _CONTROLS.search(text) else None


def _agree(codec: str, encoding: str, *, marked: str) -> bool:
    """Tell whether the label's ``codec`` and the ``encoding`` that was found are one, and nobody had to guess."""
    if not codec:
        return encoding == "utf-8" or bool(marked)
    return codec == encoding or (codec in {"utf-16", "utf-32"} and bool(marked) and encoding.startswith(codec))


def _is_marked_up(kind: MediaType) -> bool:
    return kind.name in {"", "text/html"} or kind.name.endswith(("+xml", "/xml"))


def _is_ebcdic(kind: MediaType, body: bytes) -> bool:
    return _is_marked_up(kind) and body.startswith(_EBCDIC_XML)


def _declared(kind: MediaType, body: bytes) -> str:
    if not _is_marked_up(kind):
        return ""
    found = _DECLARED.search(body[:_DECLARED_WITHIN])
    return (found[1] or found[2] or b"").decode("ascii", "replace").strip().lower() if found else ""


def _decoded(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding, "surrogatepass" if encoding in _WIDE else "strict")
    except UnicodeDecodeError:
        return None


def _is_utf8(body: bytes) -> bool:
    return _decoded(body, "utf-8") is not None
