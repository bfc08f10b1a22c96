"""`guardrails`: the rules."""

import re
from collections.abc import Iterator, Mapping

from addons.core.detect.catalogue import Catalogue, custom
from addons.core.exchange import ApprovalTerms, Verdict
from addons.core.masking.syntax import PatternError
from addons.core.policy import dead_rules, when
from addons.core.policy.conditions import Condition
from addons.core.policy.model import Guardrail
from addons.core.policy.sections.approvers import read as read_approvers
from addons.core.policy.sections.examples import read as read_tests
from addons.core.policy.sections.limits import points
from addons.core.policy.values import Value, optional

VERDICTS = tuple(str(verdict) for verdict in Verdict if verdict is not Verdict.ALLOW)

_NAME = re.compile(r"[\w.-]{1,80}")
_CONTROL = re.compile(r"[\w.-]+:\S+")
_OPTIONAL = ("message", "controls", "approvers", "risk", "mode", "tests")


def read(value: Value, protocols: Mapping[str, str], catalogue: Catalogue) -> tuple[Guardrail, ...]:
    """Read the section. ``protocols`` holds the protocol of each service by the service's name.

    ``catalogue`` holds the detectors that rules can name.
    """
    lines: dict[str, int] = {}
    rules = []
    for item in value.items():
        rule = _rule(item, protocols, catalogue)
        if rule.name and rule.name in lines:
            item.fail(f"a second rule '{rule.name}', the first is on line {lines[rule.name]}", "Rename one of them.")
        lines.setdefault(rule.name, rule.line)
        rules.append(rule)
    return tuple(rules)


def _rule(value: Value, protocols: Mapping[str, str], catalogue: Catalogue) -> Guardrail:
    members = value.mapping(required=("name", "when", "then"), optional=_OPTIONAL)
    then = _verdict(members)
    return Guardrail(
        name=optional(members, "name", _name, ""),
        condition=optional(members, "when", lambda one: _condition(one, then, protocols, catalogue), Condition(())),
        then=then,
        message=optional(members, "message", Value.text, ""),
        risk=optional(members, "risk", points, 0),
        controls=optional(members, "controls", _controls, ()),
        approval=_approval(members, then),
        enforced=optional(members, "mode", lambda one: one.choice(("enforce", "observe")), "enforce") == "enforce",
        tests=optional(members, "tests", lambda one: tuple(read_tests(one, protocols)), ()),
        line=value.node.line,
    )


def _name(value: Value) -> str:
    name = value.text()
    if name and not _NAME.fullmatch(name):
        value.fail(f"'{name}' is not a name for a rule", "Use up to 80 letters, digits, '-', '_' and '.'.")
    return name


def _verdict(members: Mapping[str, Value]) -> Verdict:
    name = members["then"].choice(VERDICTS) if "then" in members else ""
    return Verdict[name.upper()] if name else Verdict.BLOCK


def _condition(value: Value, then: Verdict, protocols: Mapping[str, str], catalogue: Catalogue) -> Condition:
    problems = len(value.report.problems)
    condition = when.read(value, catalogue)
    dead_rules.check_names(value, protocols)
    if then is Verdict.REDACT:
        _check_redacting(value)
    if len(value.report.problems) == problems:
        dead_rules.check(value, condition, protocols)
    return condition


def _approval(members: Mapping[str, Value], then: Verdict) -> ApprovalTerms | None:
    if "approvers" not in members:
        return ApprovalTerms() if then is Verdict.HOLD else None
    if then is not Verdict.HOLD:
        members["approvers"].fail(f"a rule that says 'then: {then}' asks nobody", "Write `then: hold`, or remove it.")
    return read_approvers(members["approvers"])


def _controls(value: Value) -> tuple[str, ...]:
    controls = value.texts()
    for control in controls:
        if control and not _CONTROL.fullmatch(control):
            value.fail(f"'{control}' is not a control", "Write it as FRAMEWORK:CONTROL, as in NIST:AC-3.")
    return controls


def _check_redacting(value: Value) -> None:
    """Report what cannot be masked in a stream, and a rule that does not say what to mask."""
    for clause in value.alternatives():
        members = {name: member for name, _, member in clause.members()}
        if not members.keys() & {"text", "detect"}:
            clause.fail("a rule that says 'then: redact' needs 'text' or 'detect'", "They say what is masked.")
        for pattern in _patterns(members.get("text")):
            try:
                custom("rule", "rule", pattern.text())
            except PatternError as error:
                pattern.fail(f"the regular expression cannot mask a stream: {error}")


def _patterns(text: Value | None) -> Iterator[Value]:
    for item in text.alternatives() if text else ():
        for name, _, member in item.members() if item.is_mapping else ():
            if name == "regex":
                yield from member.alternatives()
