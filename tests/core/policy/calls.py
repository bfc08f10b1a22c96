"""Calls of the tests, described as in a rule's `tests`."""

from addons.core.call import Call, Content, Direction
from addons.core.exchange import Decision, Principal
from addons.core.policy.evaluate import judge
from addons.core.policy.examples import example_of
from addons.core.policy.model import Policy


def call_of(policy: Policy, **fields: object) -> tuple[Principal, Call]:
    """Return who calls, and the call; on the service `openai` where none is named."""
    example = example_of(policy, {"service": "openai", "operation": "chat", **fields})
    return example.principal, example.call


def judged(policy: Policy, *, carried_risk: int = 0, **fields: object) -> Decision:
    """Return the verdict in the direction that ``fields`` name, by default on the request."""
    principal, call = call_of(policy, **fields)
    direction = Direction(str(fields.get("direction", Direction.REQUEST)))
    return judge(policy, principal, call, call.content, direction, carried_risk=carried_risk)


def judged_content(policy: Policy, content: Content, direction: Direction = Direction.REQUEST) -> Decision:
    """Return the verdict on ``content`` in a chat."""
    principal, call = call_of(policy)
    return judge(policy, principal, call, content, direction)
