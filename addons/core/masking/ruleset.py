"""Detectors made ready to run together, and what takes the place of what they find. Shared, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from addons.core.detect.detector import Detector
from addons.core.masking.cursor import Rule
from addons.core.masking.matcher import LiteralMatcher, Union, union
from addons.core.masking.spans import Cluster
from addons.core.masking.styles import Replace, label

UNREADABLE = "[UNREADABLE]"
"""What takes the place of text that could not be judged."""
TIMEOUT = "timeout"
"""The name under which text counts that took too long to judge."""
OVERFLOW = "overflow"
"""The name under which the rest of a text counts after too many matches."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in order of priority. ``union`` is all that the engine runs; ``plain`` are the rules that it does not."""

    rules: tuple[Rule, ...]
    plain: tuple[Rule, ...]
    union: Union | None
    lookback: int
    replace: Replace

    @classmethod
    def of(cls, detectors: Iterable[Detector], replace: Replace) -> "RuleSet":
        """Compile ``detectors``. Raises ``PatternError``."""
        rules = tuple(Rule(detector, rank) for rank, detector in enumerate(detectors))
        return cls(
            rules,
            tuple(rule for rule in rules if isinstance(rule.matcher, LiteralMatcher)),
            union(tuple(rule.detector.pattern for rule in rules)),
            max((rule.lookback for rule in rules), default=1),
            replace,
        )

    def name(self, cluster: Cluster) -> str:
        """Return the name that ``cluster`` counts under."""
        return OVERFLOW if cluster.endless else self.rules[cluster.naming_rank].detector.name

    def mask(self, cluster: Cluster, value: str) -> str:
        """Return what takes the place of ``cluster``; ``value`` need not be complete where that is too long."""
        if cluster.endless:
            return UNREADABLE
        detector = self.rules[cluster.naming_rank].detector
        return label(detector, "") if cluster.too_long else self.replace(detector, value)
