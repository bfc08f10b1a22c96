"""The verdict on one direction of a call."""

from collections.abc import Sequence

from addons.core.call import Call, Content, Direction
from addons.core.exchange import ApprovalTerms, Decision, Principal, RuleMatch, Verdict
from addons.core.policy.conditions import place_of
from addons.core.policy.model import Guardrail, Policy
from addons.core.policy.scene import Scene, Trial
from addons.core.policy.terms import strictest
from addons.core.reasons import Reason

_DEFAULT_MESSAGES = {
    Verdict.HOLD: "The guardrail '{}' holds this call until it is approved.",
    Verdict.BLOCK: "The guardrail '{}' blocks this call.",
}


def judge(
    policy: Policy, principal: Principal, call: Call, content: Content, direction: Direction, *, carried_risk: int = 0
) -> Decision:
    """Return the verdict on ``content``, which is the request's or the answer's.

    ``carried_risk`` are the points that the request got, when its answer is judged.

    1. Every rule is evaluated; one that fails or times out counts as a match.
    2. The strictest verdict of all enforced matches wins. Rules in observe mode are only listed.
    3. The risk of all enforced matches adds up, and thresholds turn it into hold or block. An answer that adds nothing
       is not held for the request's points: those were judged, and perhaps approved, before.
    4. Whoever approves a held call satisfies the terms of every rule that holds it.
    """
    # 1. All rules
    scene = Scene(principal, call, content, direction)
    matches = tuple(match for rule in policy.guardrails if (match := match_of(rule, scene)))
    # 2. The strictest
    enforced = [match for match in matches if match.enforced]
    by_rule = max((match.verdict for match in enforced), default=Verdict.ALLOW)
    # 3. Risk
    added = sum(match.risk for match in enforced)
    risk = carried_risk + added
    by_risk = _by_risk(policy, risk) if added or direction is Direction.REQUEST else Verdict.ALLOW
    # 4. Terms
    verdict = max(by_rule, by_risk)
    approval = _approval(policy, enforced, by_risk) if verdict is Verdict.HOLD else None
    if by_risk > by_rule:
        rule, message = _by_points(enforced, risk, verdict)
        return Decision(verdict, Reason.RISK, message, rule, matches, risk, approval)
    first = next((match for match in enforced if match.verdict is verdict), None)
    reason = Reason.GUARDRAIL if verdict >= Verdict.HOLD else Reason.ALLOWED
    message, rule = (first.message, first.rule) if first else ("", "")
    return Decision(verdict, reason, message, rule, matches, risk, approval)


def match_of(rule: Guardrail, scene: Scene) -> RuleMatch | None:
    """Return the match of one rule, or ``None``."""
    trial = Trial()
    place = place_of(rule.condition, scene, trial)
    if place is None:
        return None
    return RuleMatch(
        rule=rule.name,
        verdict=rule.then,
        risk=rule.risk,
        message=rule.message or _DEFAULT_MESSAGES.get(rule.then, "").format(rule.name),
        place=place,
        enforced=rule.enforced,
        fault=trial.faulted,
        controls=rule.controls,
        approvers=rule.approval,
    )


def _by_risk(policy: Policy, risk: int) -> Verdict:
    thresholds = policy.risk
    if thresholds.block is not None and risk >= thresholds.block:
        return Verdict.BLOCK
    return Verdict.HOLD if thresholds.hold is not None and risk >= thresholds.hold else Verdict.ALLOW


def _approval(policy: Policy, enforced: Sequence[RuleMatch], by_risk: Verdict) -> ApprovalTerms:
    holding = [match.approvers or ApprovalTerms() for match in enforced if match.verdict is Verdict.HOLD]
    return strictest([*holding, policy.risk.approval] if by_risk is Verdict.HOLD else holding)


def _by_points(enforced: Sequence[RuleMatch], risk: int, verdict: Verdict) -> tuple[str, str]:
    risky = [match for match in enforced if match.risk]
    rule = max(risky, key=lambda match: match.risk).rule if risky else ""
    names = ", ".join(f"'{match.rule}'" for match in risky)
    because = f" Rules that added points: {names}." if names else ""
    what = "is blocked" if verdict is Verdict.BLOCK else "waits for approval"
    return rule, f"This call {what}: it has {risk} risk points.{because}"
