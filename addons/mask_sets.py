"""All that a policy may look for, compiled: once for each policy, before calls are judged by it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import lru_cache

from addons.core.call import Direction
from addons.core.detect.catalogue import custom
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.scanner import DatabaseCache
from addons.core.masking.styles import STYLED, Style
from addons.core.policy.evaluate import Redactor, detecting, every_redactor
from addons.core.policy.model import Policy, RedactionRule

RULE = "rule"
"""What a finding is called whose rule looks for words or a regular expression."""
RULED = "rule/"
"""Begins names of detectors in a masker, as ``STYLED`` does. They say what is done with what they find:
``style/hash/email``, ``rule/no-projects/email``, and plain ``email`` where it becomes a label. So a hit says all that a
finding needs."""

NAMED = 4096
"""Detectors under other names that are kept: those of some policies, a few hundred each."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What may be looked for in one direction. ``of_rules`` are the detectors of rules, which not every call has."""

    masker: Masker
    of_rules: frozenset[Detector]

    @classmethod
    def of(cls, policy: Policy, direction: Direction) -> "Sought":
        """Compile it. What a rule looks for becomes a label, whatever the style is: so rules go first."""
        rules = [detector for rule in every_redactor(policy, direction) for detector in detectors_of(rule)]
        section = policy.redaction.of(direction)
        return cls(Masker((*rules, *(styled(section, one) for one in section.detectors))), frozenset(rules))

    def masker_for(self, redactors: Collection[Redactor]) -> Masker:
        """Return the masker of a call to which only these redacting rules apply."""
        if not self.of_rules:
            return self.masker
        applied = {detector for rule in redactors for detector in detectors_of(rule)}
        return self.masker.without(self.of_rules - applied)


@dataclass(frozen=True, slots=True)
class MaskSets:
    """What is looked for in either direction, and by the conditions of rules."""

    requests: Sought
    responses: Sought
    of_conditions: tuple[Masker, ...]

    @classmethod
    def of(cls, policy: Policy) -> "MaskSets":
        """Compile what ``policy`` looks for. That takes about a second: not for the event loop."""
        return cls(
            Sought.of(policy, Direction.REQUEST), Sought.of(policy, Direction.RESPONSE), tuple(detecting(policy))
        )

    def towards(self, direction: Direction) -> Sought:
        """Return what is looked for in ``direction``."""
        return self.requests if direction is Direction.REQUEST else self.responses

    def prepare(self, cache: DatabaseCache | None) -> None:
        """Make it fast; no result changes. That takes seconds where ``cache`` has nothing: not for the event loop."""
        for masker in (self.requests.masker, self.responses.masker, *self.of_conditions):
            masker.prepare(cache)


def detectors_of(rule: Redactor) -> Iterator[Detector]:
    """Yield what a redacting rule looks for, under names that say so; each is the same object each time."""
    prefix = f"{RULED}{rule.rule}"
    for pattern in rule.patterns:
        yield _worded(prefix, pattern)
    for detector in rule.detectors:
        yield _named(prefix, detector)


@lru_cache(maxsize=NAMED)
def _worded(prefix: str, pattern: str) -> Detector:
    return custom(f"{prefix}/{RULE}", "REDACTED", pattern)


@lru_cache(maxsize=NAMED)
def _named(prefix: str, detector: Detector) -> Detector:
    return changed(detector, name=f"{prefix}/{detector.name}")


def styled(section: RedactionRule, detector: Detector) -> Detector:
    """Return ``detector`` under a name that says its style."""
    style = section.style_of(detector.name)
    return detector if style is Style.LABEL else _named(f"{STYLED}{style}", detector)
