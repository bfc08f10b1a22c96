"""What `then: redact` rules take out of a call."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from addons.core.call import Call, Content, Direction
from addons.core.detect.detector import Detector
from addons.core.exchange import Principal, Verdict
from addons.core.masking.masker import Masker
from addons.core.policy.conditions import Clause, Condition
from addons.core.policy.matchers.detect import DetectTest, meant_in
from addons.core.policy.matchers.text import WordingTest
from addons.core.policy.model import Guardrail, Policy
from addons.core.policy.reach import Outlook, possible
from addons.core.policy.scene import Scene


@dataclass(frozen=True, slots=True)
class Redactor:
    """What one rule masks: regular expressions of finite width, and what detectors find."""

    rule: str
    patterns: tuple[str, ...] = ()
    detectors: tuple[Detector, ...] = ()


def redactors(policy: Policy, principal: Principal, call: Call, direction: Direction) -> tuple[Redactor, ...]:
    """Return what enforced `then: redact` rules mask in one direction of ``call``.

    A rule masks wherever its conditions may hold: roles, tools and what stands under `not:` are known only with the
    content, and a stream is masked before that is.
    """
    rules = _redacting(policy)
    outlook = Outlook(Scene(principal, call, Content(), direction)) if rules else None
    return tuple(
        Redactor(rule.name, *_masked(clauses, direction))
        for rule in rules
        if outlook and (clauses := [one for one in rule.condition.clauses if possible(Condition((one,)), outlook)])
    )


def every_redactor(policy: Policy, direction: Direction) -> tuple[Redactor, ...]:
    """Return what enforced `then: redact` rules mask in one direction of any call."""
    return tuple(Redactor(rule.name, *_masked(rule.condition.clauses, direction)) for rule in _redacting(policy))


def detecting(policy: Policy) -> Iterator[Masker]:
    """Yield the maskers with which conditions of rules look for what detectors find."""
    for rule in policy.guardrails:
        for clause in rule.condition.clauses:
            for test in clause.text_tests:
                if isinstance(test, DetectTest):
                    yield from test.maskers


def _redacting(policy: Policy) -> list[Guardrail]:
    return [rule for rule in policy.guardrails if rule.enforced and rule.then is Verdict.REDACT]


def _masked(clauses: Iterable[Clause], direction: Direction) -> tuple[tuple[str, ...], tuple[Detector, ...]]:
    tests = [test for clause in clauses for test in clause.text_tests]
    wordings = [one for test in tests if isinstance(test, WordingTest) for one in test.wordings]
    found = [detector for test in tests if isinstance(test, DetectTest) for detector in test.detectors]
    patterns = [pattern for wording in wordings for pattern in wording.masking]
    return tuple(dict.fromkeys(patterns)), meant_in(direction, tuple(dict.fromkeys(found)))
