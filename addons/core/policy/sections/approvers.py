"""`approvers`: who lets a held call go on."""

from addons.core.exchange import ApprovalTerms
from addons.core.policy import durations
from addons.core.policy.values import Value, optional

MAX_APPROVERS = 20
"""People for one call: nobody waits for more."""

MIN_EXPIRES_S = 1
MAX_EXPIRES_S = 7 * 86_400
"""Below a second nobody could decide; a client that was held for a week has long gone."""


def read(value: Value) -> ApprovalTerms:
    """Read the terms."""
    members = value.mapping(optional=("groups", "count", "expires", "mitmweb"))
    terms = ApprovalTerms()
    groups: tuple[str, ...] = optional(members, "groups", Value.texts, ())
    return ApprovalTerms(
        groups=groups,
        count=optional(members, "count", _count, terms.count),
        expires=optional(members, "expires", _expires, terms.expires),
        mitmweb=optional(members, "mitmweb", _allowed, not groups),
    )


def _allowed(value: Value) -> bool:
    """Where groups are named it must be said: nobody can prove in mitmweb to be in one."""
    return value.choice(("allowed", "refused")) == "allowed"


def _count(value: Value) -> int:
    return value.integer(minimum=1, maximum=MAX_APPROVERS)


def _expires(value: Value) -> float:
    return float(durations.read(value, minimum=MIN_EXPIRES_S, maximum=MAX_EXPIRES_S))
