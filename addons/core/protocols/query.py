"""The query of a request's target as texts."""

from urllib.parse import unquote_plus

from addons.core.call import Text


def pairs_of(encoded: str) -> list[tuple[str, str]]:
    """Return decoded names and values of ``name=value&…``; only ``&`` separates, as the WHATWG URL standard says."""
    pairs = (piece.partition("=") for piece in encoded.split("&") if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def texts_of_pairs(encoded: str, place: str) -> tuple[Text, ...]:
    """Return all names and values of ``encoded`` as texts that stand at ``place``."""
    return tuple(Text("", text, place) for pair in pairs_of(encoded) for text in pair if text)


def query_texts(query: str) -> tuple[Text, ...]:
    """Return what a query says."""
    return texts_of_pairs(query, "query")
