"""What waits for a decision, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from addons.core.call import Direction
from addons.core.exchange import ApprovalTerms, Principal
from addons.core.policy.terms import group_sets

MITMWEB_OPERATOR = Principal(
    subject="operator", issuer="mitmweb", groups=(), session="mitmweb", expires_at=float("inf")
)
"""Whoever knows mitmweb's password: nobody in particular."""


class State(StrEnum):
    """Where an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    CONSUMED = "consumed"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word. ``channel`` is where it was given (``cli``, ``mitmweb``), ``at`` when, since the epoch.

    ``groups`` are those of the person's groups, at that time, that the terms name.
    """

    approver: str
    issuer: str
    groups: tuple[str, ...]
    approve: bool
    reason: str
    channel: str
    at: float


@dataclass(frozen=True, slots=True)
class Need:
    """Approvals given and needed from people of ``groups``; no groups: from anybody."""

    groups: tuple[str, ...]
    given: int
    needed: int

    @property
    def met(self) -> bool:
        """Whether enough were given."""
        return self.given >= self.needed

    def __str__(self) -> str:
        return f"{self.given} of {self.needed} approvals from {', '.join(self.groups) or 'anybody'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsk:
    """A call that needs approval. ``preview`` is the masked call as text for the approver: never a secret.

    ``digest`` is from ``call_digest``. ``path`` has no query. ``rule`` and ``message`` are those of the guardrail
    that holds the call, ``risk`` the sum of all points.
    """

    digest: str
    exchange_id: str
    requester: str
    requester_issuer: str
    service: str
    operation: str
    method: str
    host: str
    path: str
    model: str
    direction: Direction
    rule: str
    message: str
    risk: int
    terms: ApprovalTerms
    preview: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(ApprovalAsk):
    """An approval at one moment. Times are seconds since the epoch, UTC.

    ``waiting`` counts the clients that are connected and held for it; ``left_at`` is when the last one went (or when
    it was requested), ``ended_at`` when it reached a state that nothing leaves.
    """

    id: str
    state: State
    requested_at: float
    expires_at: float
    waiting: int = 0
    left_at: float
    ended_at: float | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def approvers(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The people who approved, each once by (issuer, subject) and never the requester, with their groups."""
        people = {(one.issuer, one.approver): one.groups for one in self.decisions if one.approve}
        people.pop((self.requester_issuer, self.requester), None)
        return people

    @property
    def needs(self) -> tuple[Need, ...]:
        """What was given of what is needed, for each set of groups that the terms name.

        The operator of mitmweb counts for all of them: where they may approve, they do so alone.
        """
        people = self.approvers
        operator = (MITMWEB_OPERATOR.issuer, MITMWEB_OPERATOR.subject) in people
        sets = group_sets(self.terms)
        counted = (sum(operator or not set(groups).isdisjoint(held) for held in people.values()) for groups in sets)
        needs = tuple(Need(groups, given, self.terms.count) for groups, given in zip(sets, counted, strict=True))
        return needs or (Need((), len(people), self.terms.count),)
