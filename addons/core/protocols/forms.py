"""Form fields (application/x-www-form-urlencoded), masked decoded; what is not masked keeps its bytes.

A name or value is read as forms read it, where a plus sign is a space, and as it stands without that: people write
telephone numbers with a plus that they forget to encode.
"""

from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.protocol import Masker
from addons.core.protocols.query import pairs_of
from addons.core.protocols.wrapped_text import holds_unread_file

MAX_LEVELS = 3
"""Percent encodings on top of each other that are taken off: a URL in the query of a URL in a query."""

_ERRORS = "surrogateescape"


def mask_form(text: str, masker: Masker) -> tuple[str, Counter[str]]:
    """Return ``text`` with each name and value masked, and how often each detector found something."""
    hits: Counter[str] = Counter()

    def mask(part: str) -> str:
        masked, found = mask_leaf(masker, part)
        hits.update(found)
        return masked

    return "&".join(mask_pair(piece, mask) for piece in text.split("&")), hits


def mask_pair(piece: str, mask: Callable[[str], str]) -> str:
    """Return ``piece``, a ``name=value`` of a form or query, with both masked by ``mask``, which gets them decoded."""
    return "=".join(_masked_part(part, mask) for part in piece.split("=", 1))


def _masked_part(part: str, mask: Callable[[str], str]) -> str:
    if "+" in part:
        decoded = unquote_plus(part, errors=_ERRORS)
        masked = mask(decoded)
        if masked != decoded:
            return quote_plus(masked, errors=_ERRORS)
    return mask_quoted(part, mask)


def mask_quoted(part: str, mask: Callable[[str], str], levels: int = MAX_LEVELS) -> str:
    """Return ``part``, which may be percent-encoded, masked decoded; the same where nothing was masked."""
    text = unquote(part, errors=_ERRORS)
    if levels > 1 and text != part and "%" in text:
        inner = mask_quoted(text, mask, levels - 1)
        if inner != text:
            return quote(inner, safe="", errors=_ERRORS)
    masked = mask(text)
    return part if masked == text else quote(masked, safe="", errors=_ERRORS)


def mask_file_name(text: str, mask: Callable[[str], str]) -> str:
    """Return ``text`` masked; also what is a value only without the ending that files have."""
    masked = mask(text)
    stem, dot, ending = text.rpartition(".")
    return mask(stem) + dot + ending if masked == text and stem else masked


def holds_unread_field(text: str) -> bool:
    """Tell whether a value of a form is a file that is no text."""
    return any(holds_unread_file(part) for pair in pairs_of(text) for part in pair)
