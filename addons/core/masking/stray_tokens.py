"""Finds what looks like a token and is none of the call's: a garbled one, one of another session, one made up.

They stay as they are. To restore them would be to guess, and a value put in the wrong place is worse than none; but
somebody should see that a model garbles tokens, or that someone sends made up ones.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.tokens import DIGEST_CHARS, SHAPE, TOKEN_CHARS, restorer

GARBLED = "token_garbled"
"""A token of the call that was changed: other case, brackets lost or escaped, spaces in it, a few characters wrong."""
UNKNOWN = "token_unknown"
"""A token as it should look that the call has not given."""

MAX_WRONG = 2
"""Characters of a digest that may be wrong, missing or too many. With three, one in a million words would do."""
MIN_DIGEST = 8
"""Characters of a digest from which two wrong ones leave enough of it."""
MAX_COMPARED = 500
"""Tokens of a call that are found again with wrong characters; further ones only where all of them are right. At ten
thousand nearly every word would have to be compared with some of them."""
MAX_GAP = 3
"""White space, dashes, underscores and backslashes in a row that are looked past."""

_GAP = rf"[\s\\_-]{{0,{MAX_GAP}}}"
_CLOSING = re.compile(r"\s{0,2}\\{0,2}\]")
_EXACT = re.compile(SHAPE)


class StrayTokens:
    """What is looked for beside one call's tokens. ``originals`` are these, ``labels`` those that tokens may have."""

    __slots__ = ("_masker", "_own")

    def __init__(self, originals: Mapping[str, str], labels: Iterable[str]) -> None:
        self._own, _ = restorer(originals)
        self._masker = Masker((_garbled(originals), _unknown(originals, labels))).preceded((self._own,))

    def find(self, text: str) -> list[str]:
        """Return ``GARBLED`` or ``UNKNOWN`` for each stray in ``text``, or ``timeout`` if that takes too long."""
        return [hit.detector for hit in self._masker.find(text) if hit.detector != self._own.name]


def _unknown(originals: Mapping[str, str], labels: Iterable[str]) -> Detector:
    known = frozenset(labels)

    def validate(token: str) -> bool:
        return token[1:].rpartition("_")[0] in known and token not in originals

    return Detector(UNKNOWN, "TOKEN", SHAPE, validate=validate)


def _garbled(originals: Mapping[str, str]) -> Detector:
    digests = _Digests(token[1:-1].rpartition("_") for token in originals)

    def measure(match: str) -> int:
        exact = _EXACT.search(match)
        if exact and exact[0] in originals:
            return 0 if exact.start() else exact.end()
        end = digests.end_of_one_in(match)
        closing = _CLOSING.match(match, end) if end else None
        return closing.end() if closing else end

    return Detector(GARBLED, "TOKEN", digests.pattern, measure=measure)


class _Digests:
    """Digests of tokens, found again although a few of their characters are wrong.

    Of a digest cut in three, one part is still whole when two characters are wrong. So only digests with which a text
    shares such a part are compared with it.
    """

    def __init__(self, tokens: Iterable[tuple[str, str, str]]) -> None:
        self._by_part: defaultdict[str, set[str]] = defaultdict(set)
        labels: set[str] = set()
        longest = TOKEN_CHARS
        for number, (label, _, digest) in enumerate(tokens):
            if len(digest) >= MIN_DIGEST:
                labels.add(label)
                longest = max(longest, len(digest))
                for part in _thirds(digest) if number < MAX_COMPARED else (digest,):
                    self._by_part[part].add(digest)
        self._sizes = {len(part) for part in self._by_part}
        self.pattern = _pattern(labels, longest)

    def end_of_one_in(self, text: str) -> int:
        """Return where in ``text`` the digest ends that is most like one of these; 0 where there is none."""
        places = [place for place, char in enumerate(text) if char.isalnum()]
        plain = "".join(text[place] for place in places).upper()
        near = {
            digest
            for size in self._sizes
            for start in range(len(plain) - size + 1)
            for digest in self._by_part.get(plain[start : start + size], ())
        }
        wrong, end = min((_best_end(digest, plain) for digest in near), default=(MAX_WRONG + 1, 0))
        return places[end - 1] + 1 if wrong <= MAX_WRONG else 0


def _pattern(labels: Iterable[str], longest: int) -> str:
    """Return a pattern of what may be a token: something in brackets, or a label and what comes after it."""
    named = "|".join(_GAP.join(map(re.escape, label.split("_"))) for label in sorted(labels)) or "(?!)"
    least, most = TOKEN_CHARS - MAX_WRONG, longest + MAX_WRONG
    return (
        rf"\\{{0,2}}\[[A-Za-z0-9\s\\_-]{{{least},{3 * DIGEST_CHARS}}}\]"
        rf"|(?:\\{{0,2}}\[\s{{0,2}})?(?i:{named})(?:{_GAP}[A-Za-z0-9]){{{least},{most}}}(?:\s{{0,2}}\\{{0,2}}\])?"
    )


def _thirds(digest: str) -> tuple[str, str, str]:
    third = len(digest) // 3
    return digest[:third], digest[third : 2 * third], digest[2 * third :]


def _best_end(digest: str, text: str) -> tuple[int, int]:
    """Return by how many edits the likest piece of ``text`` differs from ``digest``, and where that piece ends.

    By P. Sellers, The theory and computation of evolutionary distances (1980).
    """
    best = (len(digest), 0)
    column = list(range(len(digest) + 1))
    for end, char in enumerate(text, start=1):
        above_left = column[0]
        for row, wanted in enumerate(digest, start=1):
            here = min(above_left + (wanted != char), column[row] + 1, column[row - 1] + 1)
            above_left, column[row] = column[row], here
        best = min(best, (column[-1], end))
    return best
