"""The state machine of an approval: one table, and pure functions that move along it.

Rules, in the order in which ``decide`` applies them:

1. Only a pending approval is decided, and only before ``expires_at`` and while a client may still come for it.
2. The requester never decides about their own call; a person is (issuer, subject).
3. A person decides once, whatever groups they are in: people are counted, not groups.
4. An approver is in one of the terms' groups; without groups anybody with a valid token may. Where several rules hold
   the call, each set of groups needs its own count (``core.policy.terms``), and a person counts for all sets that they
   are in; an approval from sets that have enough already adds nothing and is refused.
5. The operator of mitmweb is anonymous, so they can only say yes where the policy lets them (``terms.mitmweb``: where a
   rule names groups, it must say so) and one decision suffices. They then stand for every set of groups; they cannot
   be one of several people. They can always say no: killing a call needs no trust.
6. One denial ends it; the approval after which nothing is missing approves it.
"""

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType

from addons.core.approval.approval import MITMWEB_OPERATOR, Approval, ApprovalAsk, Decision, State
from addons.core.errors import ChainwardenError
from addons.core.exchange import ApprovalTerms, Principal
from addons.core.policy.terms import are_met, group_sets

TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.PENDING: frozenset(
            {State.APPROVED, State.DENIED, State.EXPIRED, State.WITHDRAWN, State.SUPERSEDED},
        ),
        State.APPROVED: frozenset({State.CONSUMED, State.EXPIRED}),
        State.CONSUMED: frozenset(),
        State.DENIED: frozenset(),
        State.EXPIRED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.SUPERSEDED: frozenset(),
    }
)
"""From each state, the states that can follow."""

LIVE = frozenset(state for state, following in TRANSITIONS.items() if following)
"""The states that something can still follow."""

RETRY_GRACE_S = 120.0
"""How long an approval waits for its client to come back. SDKs retry within a minute; a person who restarts an
application needs a little more. After that nobody should be asked to decide about a call that nobody makes."""

MAX_PREVIEW_CHARS = 16_384
"""A few screens: what a person reads before a decision. Bounds the state file, too."""

MAX_FIELD_CHARS = 2_048
"""For each name, path and message: the longest URL that people paste. The digest covers the whole."""

_BOUNDED_FIELDS = ("exchange_id", "service", "operation", "method", "host", "path", "model", "rule", "message")

MAX_REASON_CHARS = 500
"""A decision's reason: it is shown to the client in the refusal."""


class ApprovalError(ChainwardenError):
    """The approval cannot do that. The message says why, to the person who asked."""


def opened(ask: ApprovalAsk, approval_id: str, now: float) -> Approval:
    """Return a new pending approval for ``ask``; long texts are cut, visibly."""
    terms = ask.terms
    if terms.count < 1 or not (math.isfinite(terms.expires) and terms.expires > 0):
        raise ApprovalError(
            f"rule {ask.rule!r} asks for {terms.count} approvers within {terms.expires} s: no such thing"
        )
    asked = {part.name: getattr(ask, part.name) for part in fields(ApprovalAsk)}
    for name in _BOUNDED_FIELDS:
        asked[name] = _bounded(asked[name], MAX_FIELD_CHARS)
    asked["preview"] = _bounded(ask.preview, MAX_PREVIEW_CHARS)
    asked["requester_issuer"], asked["requester"] = _person(ask.requester_issuer, ask.requester)
    return Approval(
        **asked,
        id=approval_id,
        state=State.PENDING,
        requested_at=now,
        expires_at=now + terms.expires,
        left_at=now,
    )


def joined(approval: Approval) -> Approval:
    """Return ``approval`` with one more client waiting. An ended one can be joined: the client then sees its end."""
    return replace(approval, waiting=approval.waiting + 1)


def left(approval: Approval, now: float) -> Approval:
    """Return ``approval`` with one client less."""
    return replace(approval, waiting=max(0, approval.waiting - 1), left_at=now)


def settled(approval: Approval, now: float) -> Approval:
    """Return ``approval`` as time alone has left it: expired, withdrawn, or unchanged."""
    if approval.state in LIVE and now >= approval.expires_at:
        return _moved(approval, State.EXPIRED, now)
    if approval.state is State.PENDING and approval.waiting == 0 and now >= approval.left_at + RETRY_GRACE_S:
        return _moved(approval, State.WITHDRAWN, now)
    return approval


def decide(
    approval: Approval, approver: Principal, *, approve: bool, reason: str, channel: str, now: float
) -> Approval:
    """Return ``approval`` with one more decision; raises ``ApprovalError`` where this approver may not give it."""
    # 1. Still open
    approval = settled(approval, now)
    if approval.state is not State.PENDING:
        raise ApprovalError(f"{ended_because(approval)}: nothing is left to decide")
    # 2.-5. Somebody who may decide
    person = _person(approver.issuer, approver.subject)
    _check_approver(approval, approver, person, approve=approve)
    if len(reason) > MAX_REASON_CHARS:
        raise ApprovalError(f"the reason has {len(reason)} characters: say it in {MAX_REASON_CHARS}")
    # 6. Counted
    issuer, subject = person
    groups = tuple(group for group in approver.groups if group in _named_groups(approval))
    decision = Decision(subject, issuer, groups, approve, _storable(reason), channel, now)
    decided = replace(approval, decisions=(*approval.decisions, decision))
    if not approve:
        return _moved(decided, State.DENIED, now)
    return _moved(decided, State.APPROVED, now) if _suffices(decided) else decided


def consumed(approval: Approval, digest: str, now: float) -> Approval:
    """Return ``approval`` as used by the call with ``digest``; raises ``ApprovalError`` unless it may pass now."""
    # 1. The same call
    if digest != approval.digest:
        raise ApprovalError(f"approval {approval.id} is for another call: this one was changed after it was approved")
    # 2. Approved, unused and in time
    approval = settled(approval, now)
    if approval.state is State.PENDING:
        raise ApprovalError(f"approval {approval.id} is pending: {_progress(approval)}")
    if approval.state is not State.APPROVED:
        raise ApprovalError(f"{ended_because(approval)}: ask again")
    # 3. By enough distinct people, counted once more: a row edited by hand is not enough
    if not _suffices(approval) or not all(decision.approve for decision in approval.decisions):
        raise ApprovalError(f"approval {approval.id} is marked approved without the decisions for it: ask again")
    return _moved(approval, State.CONSUMED, now)


def withdrawn(approval: Approval, now: float) -> Approval:
    """Return ``approval`` as given up by its requester's side (the session was ended)."""
    return _moved(settled(approval, now), State.WITHDRAWN, now)


def superseded(approval: Approval, now: float) -> Approval:
    """Return ``approval`` as replaced by another: the call was edited, or the policy now sets other terms."""
    return _moved(settled(approval, now), State.SUPERSEDED, now)


def outdated(approval: Approval, now: float) -> Approval:
    """Return a live ``approval`` whose terms the policy has changed as ended: superseded, or expired if approved."""
    return _moved(approval, State.SUPERSEDED if approval.state is State.PENDING else State.EXPIRED, now)


def ended_because(approval: Approval) -> str:
    """Say in one clause, on one line, where ``approval`` stands, and who denied it why."""
    denial = next((decision for decision in approval.decisions if not decision.approve), None)
    if denial is None:
        return f"approval {approval.id} is {approval.state}"
    reason = " ".join(denial.reason.split())
    return f"approval {approval.id} is denied by {denial.approver}" + (f": {reason}" if reason else "")


def _check_approver(approval: Approval, approver: Principal, person: tuple[str, str], *, approve: bool) -> None:
    terms = approval.terms
    if person == (approval.requester_issuer, approval.requester):
        raise ApprovalError(f"{approver.subject} asked for this call, so somebody else must decide about it")
    if any(person == (decision.issuer, decision.approver) for decision in approval.decisions):
        raise ApprovalError(f"{approver.subject} has decided about this call already: {_progress(approval)}")
    named = _named_groups(approval)
    if person == _OPERATOR:
        if approve and not _operator_suffices(terms):
            raise ApprovalError(f"a resume in mitmweb does not count here: {_progress(approval)}")
        return
    if named and named.isdisjoint(approver.groups):
        raise ApprovalError(f"{approver.subject} is in none of the groups {', '.join(sorted(named))}")
    open_needs = [need for need in approval.needs if not need.met]
    if approve and named and not any(set(need.groups) & set(approver.groups) for need in open_needs):
        raise ApprovalError(f"{approver.subject}'s groups have approved already: {_progress(approval)}")


def _named_groups(approval: Approval) -> frozenset[str]:
    return frozenset(group for groups in group_sets(approval.terms) for group in groups)


def _operator_suffices(terms: ApprovalTerms) -> bool:
    return terms.mitmweb and terms.count == 1


def _suffices(approval: Approval) -> bool:
    if _OPERATOR in approval.approvers:
        return _operator_suffices(approval.terms)
    return are_met(approval.terms, tuple(approval.approvers.values()))


def _progress(approval: Approval) -> str:
    return f"it has {' and '.join(str(need) for need in approval.needs)}"


def _moved(approval: Approval, state: State, now: float) -> Approval:
    if state not in TRANSITIONS[approval.state]:
        raise ApprovalError(f"{ended_because(approval)}: it cannot become {state}")
    return replace(approval, state=state, ended_at=None if state in LIVE else now)


def _person(issuer: str, subject: str) -> tuple[str, str]:
    return _storable(issuer), _storable(subject)


def _bounded(text: str, limit: int) -> str:
    kept = text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"
    return _storable(kept)


def _storable(text: str) -> str:
    """Return ``text`` with lone surrogates written out: they have no UTF-8 form, and no place in a database."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


_OPERATOR = _person(MITMWEB_OPERATOR.issuer, MITMWEB_OPERATOR.subject)
