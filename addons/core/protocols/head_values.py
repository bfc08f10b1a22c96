"""Values in a message's head, read as those read them who get them: URLs, cookies, encoded words, Basic credentials.

Each function gets ``mask``, which takes a decoded text and returns it as it goes on, and gives back what it was given
where nothing was masked.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Callable

from addons.core.protocols.charsets import codec_of
from addons.core.protocols.forms import mask_file_name, mask_pair, mask_quoted

type Mask = Callable[[str], str]

_ERRORS = "surrogateescape"
_FIXED_ATTRIBUTES = frozenset({"expires", "max-age", "secure", "httponly", "samesite", "partitioned", "priority"})
"""Attributes of a cookie that only dates, numbers and words stand in (RFC 6265 section 4.1.1)."""

_WORD = r"=\?([A-Za-z0-9_\-]{1,40})(?:\*[A-Za-z\-]{1,20})?\?([BbQq])\?([^?\s]{0,400})\?="
_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_ONE_WORD = re.compile(_WORD)
_BASIC = re.compile(r"(\s*basic\s+)([A-Za-z0-9+/_\-]+={0,2})\s*", re.IGNORECASE)
_EXTENDED = re.compile(r"(?<==)([A-Za-z0-9\-]{1,40})'([A-Za-z\-]{0,20})'([^\s;,\"]+)")
_RUN = re.compile(r"""[^\s"<>,;&=?#/']++""")
"""What stands between the delimiters of URLs and parameters."""


def mask_target(target: str, mask_path: Mask, mask_query: Mask) -> str:
    """Return a request's target with each segment of its path, and each name and value of its query, masked."""
    path, question, query = target.partition("?")

    def mask_segment(text: str) -> str:
        return mask_file_name(text, mask_path)

    path = "/".join(mask_quoted(part, mask_segment) for part in path.split("/"))
    return path + question + "&".join(mask_pair(item, mask_query) for item in query.split("&"))


def mask_cookies(value: str, mask: Mask) -> str:
    """Return a Cookie header with each name and value masked on its own."""
    return ";".join(_masked_cookie(pair, mask) for pair in value.split(";"))


def mask_set_cookie(value: str, mask: Mask) -> str:
    """Return a Set-Cookie header with name, value, path and domain masked; its other attributes stay."""
    pair, *attributes = value.split(";")
    masked = [
        attribute
        if attribute.partition("=")[0].strip().lower() in _FIXED_ATTRIBUTES
        else _masked_cookie(attribute, mask)
        for attribute in attributes
    ]
    return ";".join((_masked_cookie(pair, mask), *masked))


def mask_value(value: str, mask: Mask) -> str:
    """Return a header's value with everything masked that it says in one of the spellings of headers."""
    for spelling in (_basic, _encoded_words, _extended, _percent):
        value = spelling(value, mask)
    return mask(value)


def _masked_cookie(pair: str, mask: Mask) -> str:
    name, equals, value = pair.partition("=")
    return equals.join(_masked_cookie_part(part, mask) for part in ((name, value) if equals else (name,)))


def _masked_cookie_part(part: str, mask: Mask) -> str:
    inner = part.strip()
    quote_mark = '"' if len(inner) > 1 and inner[0] == inner[-1] == '"' else ""
    text = inner.removeprefix(quote_mark).removesuffix(quote_mark) if quote_mark else inner
    masked = mask_quoted(text, mask)
    if masked == text:
        return part
    start = part[: len(part) - len(part.lstrip())]
    return f"{start}{quote_mark}{masked}{quote_mark}"


def _basic(value: str, mask: Mask) -> str:
    found = _BASIC.fullmatch(value)
    if found is None:
        return value
    try:
        letters = found[2].translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
        text = b64decode(letters + "=" * (-len(letters) % 4)).decode(errors=_ERRORS)
    except binascii.Error:
        return value
    masked = mask(text)
    return value if masked == text else found[1] + b64encode(masked.encode(errors=_ERRORS)).decode()


def _encoded_words(value: str, mask: Mask) -> str:
    """Words that follow each other are one text (RFC 2047 section 6.2)."""

    def masked(found: re.Match[str]) -> str:
        words = [_word(*parts) for parts in _ONE_WORD.findall(found[0])]
        if None in words:
            return found[0]
        text = "".join(filter(None, words))
        changed = mask(text)
        return found[0] if changed == text else f"=?utf-8?B?{b64encode(changed.encode(errors='replace')).decode()}?="

    return _WORDS.sub(masked, value) if "=?" in value else value


def _word(charset: str, coding: str, text: str) -> str | None:
    codec = codec_of(charset.lower())
    try:
        if coding in "bB":
            data = b64decode(text + "=" * (-len(text) % 4))
        else:
            data = binascii.a2b_qp(text.encode("ascii", "replace"), header=True)
    except binascii.Error:
        return None
    return data.decode(codec, "replace") if codec else None


def _extended(value: str, mask: Mask) -> str:
    """Parameters with a charset (RFC 8187)."""

    def masked(found: re.Match[str]) -> str:
        changed = mask_quoted(found[3], mask)
        return found[0] if changed == found[3] else f"{found[1]}'{found[2]}'{changed}"

    return _EXTENDED.sub(masked, value) if "'" in value else value


def _percent(value: str, mask: Mask) -> str:
    if "%" not in value:
        return value
    return _RUN.sub(lambda run: mask_quoted(run[0], mask) if "%" in run[0] else run[0], value)
