"""The query of a request's target as texts."""

from urllib.parse import unquote_plus

from addons.core.call import Text
from addons.core.protocols.json_leaves import with_decoded


def pairs_of(encoded: str) -> list[tuple[str, str]]:
    """Return decoded names and values of ``name=value&…``; only ``&`` separates, as the WHATWG URL standard says."""
    pairs = (piece.partition("=") for piece in encoded.split("&") if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def texts_of_pairs(encoded: str, place: str) -> tuple[Text, ...]:
    """Return all names and values of ``encoded``, and what is hidden in them, as texts that stand at ``place``."""
    parts = [part for pair in pairs_of(encoded) for part in pair if part]
    return tuple(Text("", text.text, place) for part in parts for text in with_decoded("", part, place))


def query_texts(query: str) -> tuple[Text, ...]:
    """Return what a query says."""
    return texts_of_pairs(query, "query")
