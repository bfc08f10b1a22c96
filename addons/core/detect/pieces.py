"""Long texts in pieces that a language model can take: what it needs grows with them."""

from collections.abc import Iterator

MAX_PIECE = 10_000
"""Characters of one piece: spaCy takes up to 100 MB for it."""
OVERLAP = 200
"""Characters that two pieces share, so that a name at the end of one is whole in the other."""
_MAX_WORD = 100


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each piece begins, and the piece. They end where words do, if there are any."""
    start = 0
    while len(text) - start > MAX_PIECE:
        end = _word_end(text, start + MAX_PIECE)
        yield start, text[start:end]
        start = _word_end(text, end - OVERLAP)
    yield start, text[start:]


def _word_end(text: str, near: int) -> int:
    """Return the last place before ``near`` at which a space stands, ``near`` where there is none close by."""
    places = (at for at in range(near - 1, near - _MAX_WORD, -1) if text[at].isspace())
    return next(places, near)
