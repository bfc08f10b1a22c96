"""The ledger's records as canonical bytes: what was about to happen, what happened, who approved, what else.

Every record is one JSON object with ``v`` (this format's version), ``kind``, ``id``, ``at`` (microseconds since the
epoch, UTC) and ``gateway``. The sequence number stands beside a record, not in it: the journal gives it out when the
record is durable. Only what a redaction step has left in the exchange is recorded of a body; a query string never is.
"""

import hashlib
from collections.abc import Mapping

from addons.core.approval.approval import Approval, Decision
from addons.core.exchange import Exchange, Refusal
from addons.core.ledger import ending, sections
from addons.core.ledger.canonical import Value, encode
from addons.core.ledger.sections import PATH_CAP, TEXT_CAP, clip, names, optional

RECORD_VERSION = 1


def intent(exchange: Exchange, at: float, gateway: str, *, edited: bool = False) -> bytes:
    """Return the record of everything known about a call before it goes on.

    ``at`` is in seconds since the epoch. ``edited`` says that an operator changed the call while it was held: the
    newest intent of a call is what was forwarded.
    """
    return encode(
        _head("intent", exchange.id, at, gateway)
        | _call(exchange)
        | sections.conversation(exchange.request_content)
        | {
            "edited": edited,
            "request": sections.body(exchange.request_body),
            "inspected": ending.request_inspected(exchange).value,
        }
    )


def outcome(exchange: Exchange, at: float, gateway: str) -> bytes:
    """Return the record of how a call ended. It repeats who and what, so that it stands for itself.

    ``inspected`` is the weaker of both directions; ``at`` is in seconds since the epoch.
    """
    request, response = ending.request_inspected(exchange), ending.response_inspected(exchange)
    answer = exchange.answer or exchange.response_content
    return encode(
        _head("outcome", exchange.id, at, gateway)
        | _call(exchange)
        | sections.conversation(exchange.response_content)
        | {
            "status": exchange.status,
            "duration": max(0, _microseconds(at) - _microseconds(exchange.started_at)),
            "answer_decision": sections.decision(exchange.answer_decision),
            "response": sections.body(exchange.response_body),
            "response_bytes": exchange.response_bytes,
            "tokens_in": _tokens_in(exchange),
            "tokens_out": answer.tokens_out if answer else None,
            "inspected": ending.weaker(request, response).value,
            "request_inspected": request.value,
            "response_inspected": response.value,
            "error": optional(exchange.error, TEXT_CAP),
        }
    )


def approval(  # noqa: PLR0917  # ends like the other three; what it is about stands in front
    what: str, exchange: Exchange, asked: Approval, channel: str, at: float, gateway: str
) -> bytes:
    """Return the record of a step of an approval.

    ``what`` is ``requested``, ``approved``, ``denied``, ``expired``, ``killed``, ``client_gone``, ``consumed``,
    ``edited`` or another state of an approval; ``channel`` is where it came from: ``cli``, ``mitmweb``, ``gateway``.
    ``exchange`` is the call that waits now: a retry has its own.
    """
    last = asked.decisions[-1] if asked.decisions else None
    return encode(
        _head("approval", asked.id, at, gateway)
        | {
            "event": clip(what),
            "state": asked.state.value,
            "flow": exchange.id,
            "digest": asked.digest,
            "direction": asked.direction.value,
            "requester": clip(asked.requester),
            "issuer": clip(asked.requester_issuer),
            "service": clip(asked.service),
            "operation": clip(asked.operation),
            "rule": clip(asked.rule),
            "message": clip(asked.message, TEXT_CAP),
            "risk": asked.risk,
            "approvers_needed": asked.terms.count,
            "groups_needed": [names(groups) for groups in (asked.terms.groups, *asked.terms.also)][: sections.LIST_CAP],
            "expires_at": _microseconds(asked.expires_at),
            "channel": clip(channel),
            "approver": clip(last.approver) if last else None,
            "approver_issuer": clip(last.issuer) if last else None,
            "reason": optional(last.reason, TEXT_CAP) if last else None,
            "decisions": [_decision(decision) for decision in asked.decisions[: sections.LIST_CAP]],
        }
    )


def event(name: str, details: Mapping[str, Value], at: float, gateway: str) -> bytes:
    """Return the record of something that is no call, such as ``gateway_started`` or ``policy_rejected``.

    Its id is made from what it says, so that the same event is the same bytes. Raises ``TypeError`` for a float.
    """
    said: dict[str, Value] = {"name": clip(name), "details": details}
    digest = hashlib.sha256(encode(_head("event", "", at, gateway) | said))
    return encode(_head("event", digest.hexdigest()[:32], at, gateway) | said)


def _head(kind: str, record_id: str, at: float, gateway: str) -> dict[str, Value]:
    return {
        "v": RECORD_VERSION,
        "kind": kind,
        "id": clip(record_id),
        "at": _microseconds(at),
        "gateway": clip(gateway),
    }


def _call(exchange: Exchange) -> dict[str, Value]:
    """Return who called what, what was decided and what was found: both records of a call have it."""
    return (
        _who(exchange) | _what(exchange) | _decided(exchange) | sections.findings(exchange.findings)
        | {"redactions": sections.redactions(exchange.findings)}
    )  # fmt: skip


def _who(exchange: Exchange) -> dict[str, Value]:
    principal = exchange.principal
    return {
        "client": optional(exchange.client),
        "subject": clip(principal.subject) if principal else None,
        "issuer": clip(principal.issuer) if principal else None,
        "groups": names(principal.groups) if principal else [],
        "session": clip(principal.session) if principal else None,
    }


def _what(exchange: Exchange) -> dict[str, Value]:
    call = exchange.call
    return {
        "started_at": _microseconds(exchange.started_at),
        "service": optional(exchange.service),
        "protocol": optional(exchange.protocol),
        "operation": optional(call.operation) if call else None,
        "model": optional(call.model) if call else None,
        "method": optional(exchange.method),
        "host": optional(exchange.host),
        # A query may hold a key.
        "path": optional(exchange.path.partition("?")[0], PATH_CAP),
        "request_bytes": exchange.request_bytes,
        "tokens_in": _tokens_in(exchange),
    }


def _decided(exchange: Exchange) -> dict[str, Value]:
    ended = ending.ending(exchange)
    return {
        "verdict": None if ended.verdict is None else str(ended.verdict),
        "reason": None if ended.reason is None else ended.reason.value,
        "rules": names(ending.rules(exchange), sections.MATCHES_CAP),
        "risk": ending.risk(exchange),
        "policy_digest": optional(exchange.policy_digest),
        "approval_id": optional(exchange.approval_id),
        "approved_by": names(exchange.approved_by),
        "decision": sections.decision(exchange.decision),
        "refusal": _refusal(exchange.refusal),
    }


def _refusal(refusal: Refusal | None) -> Value:
    if refusal is None:
        return None
    return {
        "reason": refusal.reason.value,
        "message": clip(refusal.message, TEXT_CAP),
        "rule": optional(refusal.rule),
        "status": refusal.status,
    }


def _decision(decision: Decision) -> Value:
    return {
        "approver": clip(decision.approver),
        "issuer": clip(decision.issuer),
        "groups": names(decision.groups),
        "approve": decision.approve,
        "reason": optional(decision.reason, TEXT_CAP),
        "channel": clip(decision.channel),
        "at": _microseconds(decision.at),
    }


def _tokens_in(exchange: Exchange) -> int | None:
    """Return what the answer counted, or else what the request says of itself."""
    answer = exchange.answer or exchange.response_content
    counted = answer.tokens_in if answer else None
    return counted if counted is not None or exchange.call is None else exchange.call.content.tokens_in


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
