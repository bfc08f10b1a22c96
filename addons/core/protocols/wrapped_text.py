"""Whole texts that hold another one: base64 (RFC 4648), data URLs (RFC 2397), gzip within them.

A file in a JSON field, ``data:text/plain;base64,…`` or the bare letters, is read and masked as the text that it holds,
and written again in the same alphabet. Texts with something else beside the base64 are not this module's.
"""

import binascii
import gzip
import re
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from addons.core.errors import RefusedError
from addons.core.protocols.charsets import read_text
from addons.core.protocols.content_coding import decode
from addons.core.protocols.headers import MediaType, media_type

MIN_CHARACTERS = 24
"""Base64 letters from which a text may be a file: 18 bytes, below which ids and words decode to text by chance."""

MIN_OPAQUE_CHARACTERS = 256
"""Base64 letters from which something that is no text counts as a file that nobody read: ids are shorter."""

MAX_CHARACTERS = 32 * 1024 * 1024
"""Base64 letters that are decoded: two files of 10 MB. More is not read."""

MAX_UNZIPPED_BYTES = 8 * 1024 * 1024
"""What a gzip file inside base64 may grow to."""

_SCHEME_WITHIN = 16
"""Characters within which ``data:`` must stand, after spaces."""

_GZIP = b"\x1f\x8b\x08"
_BREAKS = b"\r\n\t"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_START = re.compile(r"\s*+[A-Za-z0-9+/_\-\r\n\t]{24}")
_DATA = re.compile(
    r"""\s{0,11}data:(?:[\w.+\-]{1,60}/[\w.+\-]{1,60})?(?:;[\w.+\-]{1,60}(?:=[^;,\s]{0,200})?){0,8}?(?P<coding>;base64)?,""",
    re.IGNORECASE | re.VERBOSE,
)
_SPACE = re.compile(r"\s")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A text that was inside another; ``head`` is what stands before it: the start of a data URL."""

    head: str
    text: str
    encoding: str
    is_base64: bool = True
    is_urlsafe: bool = False
    is_padded: bool = True
    is_zipped: bool = False

    def around(self, text: str) -> str:
        """Return what holds ``text`` in the same way, without the head."""
        data = text.encode(self.encoding, "replace")
        if not self.is_base64:
            return quote(data, safe="")
        if self.is_zipped:
            data = gzip.compress(data, mtime=0)
        letters = (urlsafe_b64encode if self.is_urlsafe else b64encode)(data).decode()
        return letters if self.is_padded else letters.rstrip("=")


def unwrapped(text: str) -> Wrapped | None:
    """Return the text that ``text``, as a whole, holds; ``None`` where it holds none."""
    if not _may_hold(text):
        return None
    data_url = _data_url(text)
    if data_url is not None:
        head, is_base64, rest = data_url
        if not is_base64:
            read = _as_text(unquote_to_bytes(rest), head)
            return Wrapped(head, *read, is_base64=False) if read else None
    else:
        head, rest = "", text
    data = _bytes_of(rest)
    if data is None:
        return None
    is_zipped = data.startswith(_GZIP)
    read = _as_text(_unzipped(data) if is_zipped else data, head)
    if read is None:
        return None
    letters = rest.rstrip()
    return Wrapped(
        head,
        *read,
        is_urlsafe="-" in letters or "_" in letters,
        is_padded=_is_padded(letters),
        is_zipped=is_zipped,
    )


def _may_hold(text: str) -> bool:
    """Tell fast of most texts that they hold no other one."""
    return ":" in text[:_SCHEME_WITHIN] or (len(text) >= MIN_CHARACTERS and _START.match(text) is not None)


def holds_unread_file(text: str) -> bool:
    """Tell whether ``text`` is, as a whole, a file that is no text, or that is too large to be read."""
    if not _may_hold(text):
        return False
    is_data_url = _data_url(text) is not None
    if not is_data_url and (len(text) < MIN_OPAQUE_CHARACTERS or not _plain(text)):
        return False
    return unwrapped(text) is None


def _is_padded(letters: str) -> bool:
    return letters.endswith("=") or len(_plain(letters)) % 4 == 0


def _data_url(text: str) -> tuple[str, bool, str] | None:
    """Return the start of a data URL, whether base64 follows it, and what follows."""
    if ":" not in text[:_SCHEME_WITHIN] or (found := _DATA.match(text)) is None:
        return None
    rest = text[found.end() :]
    if found["coding"]:
        return found[0], True, unquote_to_bytes(rest).decode("latin-1") if "%" in rest else rest
    return None if _SPACE.search(rest) else (found[0], False, rest)


def _plain(text: str) -> bytes:
    """Return the letters of ``text`` in the standard alphabet, without breaks and padding; nothing if it is no base64.

    A file may have millions of letters, so that a pattern would take seconds.
    """
    if not _START.match(text) or not text.isascii():
        return b""
    letters = text.strip().encode()
    if (b"-" in letters or b"_" in letters) and (b"+" in letters or b"/" in letters):
        return b""
    plain = letters.translate(_TO_STANDARD, _BREAKS).rstrip(b"=")
    return b"" if plain.translate(None, _ALPHABET) else plain


def _bytes_of(letters: str) -> bytes | None:
    if not MIN_CHARACTERS <= len(letters) <= MAX_CHARACTERS or not (plain := _plain(letters)):
        return None
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))
    except binascii.Error:
        return None


def _unzipped(data: bytes) -> bytes:
    try:
        return decode(data, "gzip", MAX_UNZIPPED_BYTES)
    except RefusedError:
        return data


def _as_text(data: bytes, head: str) -> tuple[str, str] | None:
    label = media_type(head.strip()[len("data:") : -1])
    read = read_text(data, MediaType() if label.is_media else label)  # what it is counts, not what it says it is
    if read is None or not read.text or _CONTROLS.search(read.text):
        return None
    return read.text, read.encoding
