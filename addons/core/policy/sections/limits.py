"""`risk` and `ledger`: from which points on a call is held or blocked, and how long records are kept."""

from addons.core.exchange import ApprovalTerms
from addons.core.policy import durations
from addons.core.policy.model import RiskThresholds
from addons.core.policy.sections.approvers import read as read_approvers
from addons.core.policy.values import Value, optional

MAX_POINTS = 1_000_000
"""Risk points of one rule or threshold: any number would do, this one shows typing mistakes."""

_DAY_S = 86_400
_MAX_RETENTION_S = 36_500 * _DAY_S


def read_risk(value: Value) -> RiskThresholds:
    """Read `risk`."""
    members = value.mapping(optional=("hold", "block", "approvers"))
    limits = {name: points(members[name], minimum=1) for name in ("hold", "block") if name in members}
    if limits.get("hold", 0) > limits.get("block", MAX_POINTS):
        message = f"hold ({limits['hold']}) is above block ({limits['block']})"
        members["hold"].fail(message, "It could never be reached.")
    if "approvers" in members and "hold" not in members:
        members["approvers"].fail("nothing is held without 'hold'")
    approval = optional(members, "approvers", read_approvers, ApprovalTerms())
    return RiskThresholds(limits.get("hold"), limits.get("block"), approval)


def points(value: Value, *, minimum: int = 0) -> int:
    """Read risk points."""
    return value.integer(minimum=minimum, maximum=MAX_POINTS)


def read_retention_days(value: Value) -> int | None:
    """Read `ledger`."""
    members = value.mapping(optional=("retention", "originals"))
    if "originals" in members:
        members["originals"].fail("not available yet", "Remove it: originals of masked values are not kept.")
    if "retention" not in members:
        return None
    seconds = durations.read(members["retention"], minimum=_DAY_S, maximum=_MAX_RETENTION_S)
    if seconds % _DAY_S:
        members["retention"].fail("retention is counted in whole days")
    return seconds // _DAY_S
