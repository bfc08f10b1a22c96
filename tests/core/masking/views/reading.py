"""Feeds a view as a stream does, and checks at each step what every view promises."""

from collections.abc import Callable, Iterable, Sequence

from addons.core.masking.views.view import Stretch, View

type Character = tuple[str, int, int]
"""What is read, and from where to where it stood."""


def stretches(view: View, pieces: Iterable[str]) -> list[Stretch]:
    """Return all that ``view`` reads; what it reads as it stands is spelled out."""
    known = ""
    out: list[Stretch] = []
    for piece in pieces:
        before, known = view.pending, known + piece
        out += _checked(view.feed(piece), known, before, view.pending)
    before = view.pending
    out += _checked(view.finish(), known, before, view.pending)
    assert view.pending == len(known)
    return out


def _checked(read: Sequence[Stretch] | None, known: str, before: int, after: int) -> Sequence[Stretch]:
    assert before <= after <= len(known)
    if read is None:
        return [Stretch(known[before:after], before, after - before)]
    at = before
    for stretch in read:
        assert stretch.start == at
        assert stretch.length > 0
        at += stretch.length
    assert at == after
    return read


def characters(view: View, pieces: Iterable[str]) -> list[Character]:
    """Return each character that ``view`` reads."""
    return [
        (character, *stretch.origin(at, at))
        for stretch in stretches(view, pieces)
        for at, character in enumerate(stretch.text)
    ]


def read(view: View, text: str) -> str:
    """Return what ``view`` reads ``text`` as."""
    return "".join(stretch.text for stretch in stretches(view, [text]))


def source(view: View, text: str, value: str) -> str:
    """Return the part of ``text`` from which ``view`` reads ``value``."""
    seen = characters(view, [text])
    first = "".join(character for character, _, _ in seen).index(value)
    return text[seen[first][1] : seen[first + len(value) - 1][2]]


def most_pending(view: View, pieces: Iterable[str]) -> int:
    """Return the most characters that were pending after a piece."""
    came = most = 0
    for piece in pieces:
        view.feed(piece)
        came += len(piece)
        most = max(most, came - view.pending)
    return most


def in_pieces(text: str, size: int) -> Iterable[str]:
    """Yield ``text`` in pieces of ``size``."""
    return (text[at : at + size] for at in range(0, len(text), size))


type MakeView = Callable[[], View]
