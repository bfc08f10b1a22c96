"""Masks the values that detectors find in text.

Each detector finds its own matches, so that none hides another's; validators filter; matches that overlap become one
mask, named after the first of their detectors in the order given. What cannot be judged in time or in full counts as
matched: it is replaced by ``[UNREADABLE]``.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from addons.core.detect.detector import Detector
from addons.core.masking.ruleset import TIMEOUT, UNREADABLE, Compiled, RuleSet, shared
from addons.core.masking.scanner import DatabaseCache
from addons.core.masking.spans import Cluster, clusters
from addons.core.masking.stream import StreamMasker
from addons.core.masking.styles import Replace, label
from addons.core.masking.views.catalogue import VIEWS
from addons.core.masking.views.view import Kind
from addons.core.masking.whole import find


@dataclass(frozen=True, slots=True)
class Hit:
    """A mask: the detector's name and where its value stands in the original text; never the value.

    The name is ``timeout`` or ``overflow`` where text was masked because it could not be judged.
    """

    detector: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its values replaced, and what was found in it, from left to right."""

    text: str
    hits: tuple[Hit, ...]


class Masker:
    """Detectors in order of priority, with what to put in a value's place. Immutable; one serves any number of calls.

    Raises ``PatternError`` where a pattern cannot be used on a stream.
    """

    __slots__ = ("_rules",)

    def __init__(
        self,
        detectors: Iterable[Detector],
        replace: Replace = label,
        *,
        views: tuple[Kind, ...] = VIEWS,
    ) -> None:
        self._rules = RuleSet.of(Compiled(detectors, views), replace)

    @classmethod
    def shared(cls, detectors: Iterable[Detector], replace: Replace = label) -> "Masker":
        """Return a masker whose detectors are compiled once for all calls. None of them may belong to a single call."""
        return cls._of(RuleSet.of(shared(tuple(detectors), VIEWS), replace))

    def preceded(self, detectors: Sequence[Detector], replace: Replace = label) -> "Masker":
        """Return the masker of a single call, which has ``detectors`` before these.

        Once a text has taken it too long, it judges none: all that it gets is unreadable.
        """
        return self._of(self._rules.preceded(detectors, replace))

    def without(self, detectors: AbstractSet[Detector]) -> "Masker":
        """Return a masker that does not look for what ``detectors`` find, which are some of its own."""
        return self._of(self._rules.without(detectors)) if detectors else self

    @classmethod
    def _of(cls, rules: RuleSet) -> "Masker":
        masker = cls.__new__(cls)
        masker._rules = rules  # noqa: SLF001 - its own
        return masker

    def prepare(self, cache: DatabaseCache | None = None) -> None:
        """Compile what makes it fast; it changes no result. That takes up to seconds: not for the event loop."""
        self._rules.compiled.prepare(cache)

    def mask(self, text: str) -> Masked:
        """Return ``text`` with each value replaced; the same object where there are none."""
        try:
            found = self._clusters(text)
        except TimeoutError:
            self._rules.be_late()
            return Masked(UNREADABLE, (Hit(TIMEOUT, 0, len(text)),))
        if not found:
            return Masked(text, ())
        pieces: list[str] = []
        hits: list[Hit] = []
        done = 0
        for cluster in found:
            mask, name = self._rules.mask(cluster, text[cluster.start : cluster.end])
            pieces += text[done : cluster.start], mask
            hits.append(Hit(name, cluster.start, min(cluster.end, len(text))))
            done = cluster.end
        return Masked("".join((*pieces, text[done:])), tuple(hits))

    def find(self, text: str) -> tuple[Hit, ...]:
        """Return what ``mask`` would replace, under the names that it has if no style gives a label instead."""
        try:
            return self._hits(self._clusters(text), text)
        except TimeoutError:
            self._rules.be_late()
            return (Hit(TIMEOUT, 0, len(text)),)

    def stream(self) -> StreamMasker:
        """Return a masker for one text that comes in pieces."""
        return StreamMasker(self._rules)

    def _clusters(self, text: str) -> tuple[Cluster, ...]:
        if self._rules.is_late and text:
            raise TimeoutError
        spans = list(find(self._rules, text))
        return tuple(clusters(spans)) if spans else ()

    def _hits(self, found: tuple[Cluster, ...], text: str) -> tuple[Hit, ...]:
        return tuple(Hit(self._rules.name(each), each.start, min(each.end, len(text))) for each in found)
