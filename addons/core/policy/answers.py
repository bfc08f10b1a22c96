"""What rules may do to an answer that has not come: whether it must be seen whole before it is delivered."""

from collections.abc import Callable
from dataclasses import replace

from addons.core.call import Call, Content, Direction
from addons.core.exchange import Principal, Verdict
from addons.core.policy.model import Guardrail, Policy
from addons.core.policy.reach import Outlook, possible
from addons.core.policy.scene import Scene


def may_stop_answer(policy: Policy, principal: Principal, call: Call) -> bool:
    """Tell whether an enforced rule, or risk, may hold or block the answer of ``call``.

    Rules on tools count where they speak of a tool that the request offers; see ``watched_tools`` for the others.
    """
    scene = Scene(principal, call, Content(), Direction.RESPONSE)
    rules = _possible(policy, Outlook(scene, tools=call.tools))
    return any(rule.then >= Verdict.HOLD for rule in rules) or _risk_may_stop(policy, principal, call, rules)


def watched_tools(policy: Policy, principal: Principal, call: Call) -> Callable[[str], bool]:
    """Return a predicate: may a rule hold or block an answer for a call of the tool with this name?

    A stream in which the model calls a watched tool that the request did not offer must be cut.
    """
    known: dict[str, bool] = {}

    def watched(name: str) -> bool:
        if name not in known:
            known[name] = may_stop_answer(policy, principal, replace(call, tools=(name,)))
        return known[name]

    return watched


def _possible(policy: Policy, outlook: Outlook) -> list[Guardrail]:
    return [rule for rule in policy.guardrails if rule.enforced and possible(rule.condition, outlook)]


def _risk_may_stop(policy: Policy, principal: Principal, call: Call, rules: list[Guardrail]) -> bool:
    """Tell whether the points of ``rules`` may reach a threshold, with all that the request may have got before."""
    thresholds = [limit for limit in (policy.risk.hold, policy.risk.block) if limit is not None]
    added = sum(rule.risk for rule in rules)
    if not thresholds or not added:
        return False
    request = Outlook(Scene(principal, call, Content(), Direction.REQUEST))
    carried = sum(rule.risk for rule in _possible(policy, request))
    return carried + added >= min(thresholds)
