"""Form fields (application/x-www-form-urlencoded), masked decoded; what is not masked keeps its bytes."""

from collections import Counter
from urllib.parse import quote_plus, unquote_plus

from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.protocol import Masker


def mask_form(text: str, masker: Masker) -> tuple[str, Counter[str]]:
    """Return ``text`` with each name and value masked, and how often each detector found something."""
    hits: Counter[str] = Counter()
    pieces = [_masked_pair(piece, masker, hits) for piece in text.split("&")]
    return "&".join(pieces), hits


def _masked_pair(piece: str, masker: Masker, hits: Counter[str]) -> str:
    return "=".join(_masked_part(part, masker, hits) for part in piece.split("=", 1))


def _masked_part(part: str, masker: Masker, hits: Counter[str]) -> str:
    decoded = unquote_plus(part)
    masked, found = mask_leaf(masker, decoded)
    hits += found
    return part if masked == decoded else quote_plus(masked)
