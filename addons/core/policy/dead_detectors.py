"""Detectors that nothing uses: they look like guards and guard nothing, so they are problems."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from addons.core.detect.detector import Detector
from addons.core.policy.conditions import Condition
from addons.core.policy.matchers.detect import DetectTest
from addons.core.policy.model import Policy
from addons.core.policy.problems import Problem
from addons.core.policy.values import Value

_WAY_OUT = "Name it, or a group that it is in, under `redaction` or in a rule's `detect`."


def check(members: Mapping[str, Value], own: Iterable[Detector], imported: Iterable[Detector], policy: Policy) -> None:
    """Report detectors of the policy's own, and an import, that neither a rule nor `redaction` uses."""
    directions = (policy.redaction.requests, policy.redaction.responses)
    used = {detector for one in directions for detector in (*one.detectors, *one.entities)}
    for rule in policy.guardrails:
        used |= set(_named(rule.condition))
    unused = {detector.name for detector in own} - {detector.name for detector in used}
    for name, key, _ in members["detectors"].members() if unused else ():
        if name in unused and not any(_is_at(one, key.key) for one in key.report.problems):
            key.fail("nothing uses this detector", _WAY_OUT)
    if policy.entities is not None:
        _check_types(members["entities"], {detector.entity for detector in used})
    brought = set(imported)
    if brought and not brought & used:
        members["import"].fail("nothing uses these detectors", _WAY_OUT)


def _check_types(value: Value, used: Collection[str]) -> None:
    for item in (item for name, _, types in value.members() if name == "types" for item in types.alternatives()):
        if not any(problem.key == item.key for problem in item.report.problems) and item.text() not in used:
            item.fail("nothing uses this type", "Name it, or the group `entities`, under `redaction`.")


def _is_at(problem: Problem, key: str) -> bool:
    return problem.key == key or problem.key.startswith(f"{key}.")


def _named(condition: Condition) -> Iterator[Detector]:
    for clause in condition.clauses:
        for test in clause.text_tests:
            yield from test.detectors if isinstance(test, DetectTest) else ()
        for exclusion in clause.exclusions:
            yield from _named(exclusion)
