"""Takes stretches apart and puts them together again."""

from collections.abc import Iterable, Sequence

from addons.core.masking.views.view import Stretch


class Cutter:
    """Gives out the characters of ``stretches`` from the first to the last. Each reads one character at a time."""

    __slots__ = ("_left", "_of", "_rest")

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._rest = iter(stretches)
        self._of = Stretch("", 0, 0)
        self._left = 0

    def take(self, count: int) -> list[Stretch]:
        """Return the next ``count`` characters; there must be as many."""
        taken = []
        while count:
            if not self._left:
                self._of = next(self._rest)
                self._left = len(self._of.text)
            part = min(count, self._left)
            taken.append(self._part(part))
            self._left -= part
            count -= part
        return taken

    def _part(self, count: int) -> Stretch:
        whole = self._of
        if count == len(whole.text):
            return whole
        first = len(whole.text) - self._left
        text = whole.text[first : first + count]
        return Stretch(text, whole.start + first * whole.stood, count * whole.stood, whole.stood)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return ``stretches`` with neighbours as one where they read the same number of characters from as many."""
    out: list[Stretch] = []
    group: list[Stretch] = []
    for stretch in stretches:
        if group and not _alike(group[-1], stretch):
            out.append(_joined(group))
            group = []
        group.append(stretch)
    if group:
        out.append(_joined(group))
    return out


def _alike(left: Stretch, right: Stretch) -> bool:
    """Say whether ``right`` goes on with the groups of ``left``, of which the last must be complete."""
    if not left.text or not right.text:
        return left.text == right.text
    same = left.stood == right.stood and left.read == right.read
    return same and left.length * left.read == len(left.text) * left.stood and len(left.text) % left.read == 0


def _joined(group: list[Stretch]) -> Stretch:
    first, last = group[0], group[-1]
    if first is last:
        return first
    text = "".join(stretch.text for stretch in group)
    return Stretch(text, first.start, last.start + last.length - first.start, first.stood, first.read)
