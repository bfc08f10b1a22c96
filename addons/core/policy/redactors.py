"""What `then: redact` rules take out of a call."""

from dataclasses import dataclass

from addons.core.call import Call, Content, Direction
from addons.core.detect.detector import Detector
from addons.core.exchange import Principal, Verdict
from addons.core.policy.conditions import Clause, Condition
from addons.core.policy.matchers.detect import DetectTest, meant_in
from addons.core.policy.matchers.text import WordingTest
from addons.core.policy.model import Policy
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
    outlook = Outlook(Scene(principal, call, Content(), direction))
    rules = [rule for rule in policy.guardrails if rule.enforced and rule.then is Verdict.REDACT]
    return tuple(
        Redactor(rule.name, *_masked(clauses, direction))
        for rule in rules
        if (clauses := [one for one in rule.condition.clauses if possible(Condition((one,)), outlook)])
    )


def _masked(clauses: list[Clause], direction: Direction) -> tuple[tuple[str, ...], tuple[Detector, ...]]:
    tests = [test for clause in clauses for test in clause.text_tests]
    wordings = [one for test in tests if isinstance(test, WordingTest) for one in test.wordings]
    found = [detector for test in tests if isinstance(test, DetectTest) for detector in test.detectors]
    patterns = [pattern for wording in wordings for pattern in wording.masking]
    return tuple(dict.fromkeys(patterns)), meant_in(direction, tuple(dict.fromkeys(found)))
