"""What rules may do to an answer that has not come: whether it must be seen whole before it is delivered."""

from collections.abc import Callable
from dataclasses import replace

from addons.core.call import Call, Content, Direction
from addons.core.exchange import Principal, Verdict
from addons.core.policy.model import Guardrail, Policy
from addons.core.policy.reach import Outlook, possible
from addons.core.policy.scene import Scene


def may_stop_answer(policy: Policy, principal: Principal, call: Call, *, carried_risk: int | None = None) -> bool:
    """Tell whether an enforced rule, or risk, may hold or block the answer of ``call``.

    Rules on tools count where they speak of a tool that the request offers; see ``watched_tools`` for the others.
    ``carried_risk`` are the request's points; where they are not given, all that it could have got.
    """
    scene = Scene(principal, call, Content(), Direction.RESPONSE)
    rules = _possible(policy, Outlook(scene, tools=call.tools))
    carried = _most_carried(policy, principal, call) if carried_risk is None else carried_risk
    return any(rule.then >= Verdict.HOLD for rule in rules) or _risk_may_stop(policy, rules, carried)


def watched_tools(
    policy: Policy, principal: Principal, call: Call, *, carried_risk: int | None = None
) -> Callable[[str], bool]:
    """Return a predicate: may a rule hold or block an answer for a call of the tool with this name?

    A stream in which the model calls a watched tool that the request did not offer must be cut.
    """
    known: dict[str, bool] = {}

    def watched(name: str) -> bool:
        if name not in known:
            offered = replace(call, tools=(name,))
            known[name] = may_stop_answer(policy, principal, offered, carried_risk=carried_risk)
        return known[name]

    return watched


def _possible(policy: Policy, outlook: Outlook) -> list[Guardrail]:
    return [rule for rule in policy.guardrails if rule.enforced and possible(rule.condition, outlook)]


def _risk_may_stop(policy: Policy, rules: list[Guardrail], carried: int) -> bool:
    thresholds = [limit for limit in (policy.risk.hold, policy.risk.block) if limit is not None]
    added = sum(rule.risk for rule in rules)
    return bool(thresholds) and added > 0 and carried + added >= min(thresholds)


def _most_carried(policy: Policy, principal: Principal, call: Call) -> int:
    request = Outlook(Scene(principal, call, Content(), Direction.REQUEST))
    return sum(rule.risk for rule in _possible(policy, request))
