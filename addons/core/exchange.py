"""One call's way through the gateway. Each step writes its own fields of an ``Exchange`` and no others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from addons.core.call import Call, Content, Direction, Inspected
from addons.core.reasons import Reason, http_status


class Verdict(IntEnum):
    """What happens to a call. The order is the strictness: the verdict on a call is the maximum of all."""

    ALLOW = 0
    OBSERVE = 1
    REDACT = 2
    HOLD = 3
    BLOCK = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified identity. ``expires_at`` is seconds since the epoch; ``session`` is the token's sid, jti or digest."""

    subject: str
    issuer: str
    groups: tuple[str, ...]
    session: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class ApprovalTerms:
    """Who must approve a held call: ``count`` distinct people of ``groups``, within ``expires`` seconds.

    No groups means: anybody with a valid token, but the requester. ``mitmweb`` says whether a resume in mitmweb counts,
    which it never does as one of several.
    ``also`` are further sets of groups, from other rules that hold the same call: each of them needs ``count`` distinct
    people too, and one person may count for several sets.
    """

    groups: tuple[str, ...] = ()
    count: int = 1
    expires: float = 900.0
    mitmweb: bool = True
    also: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A guardrail that matched. ``place`` says where; it never holds what was matched.

    ``enforced`` is false for a rule in observe mode; ``fault`` is true where the rule failed or timed out, which
    counts as a match.
    """

    rule: str
    verdict: Verdict
    risk: int = 0
    message: str = ""
    place: str = ""
    enforced: bool = True
    fault: bool = False
    controls: tuple[str, ...] = ()
    approvers: ApprovalTerms | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The strictest of all matches, with every reason that led to it."""

    verdict: Verdict
    reason: Reason
    message: str = ""
    rule: str = ""
    matches: tuple[RuleMatch, ...] = ()
    risk: int = 0
    approval: ApprovalTerms | None = None


class Action(StrEnum):
    """What was done about a finding."""

    MASKED = "masked"
    """A label, or all but the last four characters hidden."""
    HASHED = "hashed"
    TOKENISED = "tokenised"
    RESTORED = "restored"
    """A token of the call's own, turned back into its value for the client."""
    KEPT = "kept"
    """It went on as it was: a token where none is restored, or one that is not the call's."""


REMOVED = frozenset({Action.MASKED, Action.HASHED, Action.TOKENISED})
"""Actions after which a value was gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a detector or a redacting rule found; never the value."""

    direction: Direction
    type: str
    place: str
    rule: str
    action: Action
    count: int = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refused client is told."""

    reason: Reason
    message: str
    rule: str = ""

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return http_status(self.reason)


@dataclass(slots=True)
class Exchange:
    """A call from its first byte to its last record. Times are seconds since the epoch, UTC."""

    id: str
    started_at: float
    client: str = ""

    # 1. Identity
    principal: Principal | None = None

    # 2.-4. Guardrails
    service: str = ""
    protocol: str = "http"
    method: str = ""
    host: str = ""
    path: str = ""
    call: Call | None = None
    decision: Decision | None = None
    policy_digest: str = ""
    answer: Content | None = None
    answer_decision: Decision | None = None

    # 5. and 9. Redaction: bodies as they went on, findings in both directions
    findings: list[Finding] = field(default_factory=list)
    request_body: bytes = field(default=b"", repr=False)
    request_bytes: int = 0
    request_content: Content | None = field(default=None, repr=False)
    response_body: bytes = field(default=b"", repr=False)
    response_bytes: int = 0
    response_content: Content | None = field(default=None, repr=False)
    response_inspected: Inspected = Inspected.FULL
    tokens: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    # 6. and 10. Audit
    intent_recorded: bool = False
    outcome_recorded: bool = False

    # 7. Approval
    approval_id: str = ""
    approved_by: tuple[str, ...] = ()

    # The end of the call, set by whichever step ended it
    refusal: Refusal | None = None
    status: int | None = None
    error: str = ""

    def refuse(self, reason: Reason, message: str, rule: str = "") -> Refusal:
        """Refuse the call; the first refusal stands."""
        if self.refusal is None:
            self.refusal = Refusal(reason, message, rule)
        return self.refusal
