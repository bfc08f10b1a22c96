"""Detectors made ready to run together, and what takes the place of what they find. Shared, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as changed
from functools import lru_cache

from addons.core.detect.detector import Detector
from addons.core.masking.cursor import Rule
from addons.core.masking.spans import Cluster
from addons.core.masking.styles import Replace, label

UNREADABLE = "[UNREADABLE]"
"""What takes the place of text that could not be judged."""
TIMEOUT = "timeout"
"""The name under which text counts that took too long to judge."""
OVERFLOW = "overflow"
"""The name under which the rest of a text counts after too many matches."""


SHARED_SETS = 64
"""Compiled sets of detectors that are kept: a few for each service and rule of a policy, and of the one before it."""
CLEAN_CHARS = 64
"""Longest text that is remembered as clean: names, roles, ids, header values come again with every call."""
CLEAN_TEXTS = 4096
"""Texts remembered as clean for each set of detectors: below 1 MB."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in order of priority.

    ``by_need`` are their ranks, by what a text must hold for them to find anything. ``by_letters`` are the rules, those
    that hold back only the current word first.
    """

    rules: tuple[Rule, ...]
    by_need: tuple[tuple[tuple[frozenset[str], frozenset[str]], tuple[int, ...]], ...]
    by_letters: tuple[Rule, ...]
    lookback: int
    replace: Replace
    clean: set[str] = field(default_factory=set, repr=False)
    """Short texts in which nothing was found lately. Those who share the compiled detectors share it."""

    @classmethod
    def shared(cls, detectors: tuple[Detector, ...], replace: Replace) -> "RuleSet":
        """Return the rules of ``detectors``, compiled at the first time only. They must not belong to a single call."""
        return changed(_compiled(detectors), replace=replace)

    def remember_clean(self, text: str) -> None:
        """Keep ``text`` as one in which nothing is to be found."""
        if len(text) <= CLEAN_CHARS:
            if len(self.clean) >= CLEAN_TEXTS:
                self.clean.clear()
            self.clean.add(text)

    @classmethod
    def of(cls, detectors: Iterable[Detector], replace: Replace) -> "RuleSet":
        """Compile ``detectors``. Raises ``PatternError``."""
        rules = tuple(Rule(detector, rank) for rank, detector in enumerate(detectors))
        by_need: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
        for rule in rules:
            by_need.setdefault((rule.matcher.needs, rule.matcher.around), []).append(rule.rank)
        return cls(
            rules,
            tuple((need, tuple(ranks)) for need, ranks in by_need.items()),
            tuple(sorted(rules, key=_goes_beyond_words)),
            max((rule.lookback for rule in rules), default=1),
            replace,
        )

    def able(self, text: str, start: int = 0) -> list[int]:
        """Return the ranks of the rules that may find something in ``text`` from ``start`` on."""
        new = text[start:] if start else text
        return [
            rank
            for (needed, behind), ranks in self.by_need
            if _has_any(new, needed) and _has_any(text, behind)
            for rank in ranks
        ]

    def live_start(self, text: str, pos: int) -> int:
        """Return the first start from ``pos`` on whose outcome more text could change; else the text's end."""
        start = len(text)
        for rule in self.by_letters:
            start = rule.matcher.live_start(text, pos, start)
        return start

    def name(self, cluster: Cluster) -> str:
        """Return the name that ``cluster`` counts under."""
        return OVERFLOW if cluster.endless else self.rules[cluster.naming_rank].detector.name

    def mask(self, cluster: Cluster, value: str) -> str:
        """Return what takes the place of ``cluster``; ``value`` need not be complete where that is too long."""
        if cluster.endless:
            return UNREADABLE
        detector = self.rules[cluster.naming_rank].detector
        return label(detector, "") if cluster.too_long else self.replace(detector, value)


@lru_cache(maxsize=SHARED_SETS)
def _compiled(detectors: tuple[Detector, ...]) -> RuleSet:
    return RuleSet.of(detectors, label)


def _goes_beyond_words(rule: Rule) -> bool:
    return rule.matcher.alphabet is None or " " in rule.matcher.alphabet


def _has_any(text: str, strings: frozenset[str]) -> bool:
    return not strings or any(map(text.__contains__, strings))
