"""Every reason a call can be refused, or let through, for: one table.

The codes are a stable interface: they stand in the ledger's ``reason`` column, in refusals and in dashboards.
"""

from enum import StrEnum
from http import HTTPStatus


class Reason(StrEnum):
    """Why a call ended as it did."""

    ALLOWED = "allowed"
    APPROVED = "approved"

    TOKEN_MISSING = "token_missing"
    TOKEN_MALFORMED = "token_malformed"
    TOKEN_AMBIGUOUS = "token_ambiguous"
    TOKEN_TOO_LONG = "token_too_long"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_NOT_YET_VALID = "token_not_yet_valid"
    TOKEN_ISSUER_UNKNOWN = "token_issuer_unknown"
    TOKEN_AUDIENCE_WRONG = "token_audience_wrong"
    TOKEN_KEY_UNKNOWN = "token_key_unknown"
    TOKEN_ALGORITHM_REFUSED = "token_algorithm_refused"
    TOKEN_SIGNATURE_WRONG = "token_signature_wrong"
    TOKEN_CLAIMS_MISSING = "token_claims_missing"
    ISSUER_UNAVAILABLE = "issuer_unavailable"

    SERVICE_UNKNOWN = "service_unknown"
    HOST_MISMATCH = "host_mismatch"
    PLAINTEXT_REFUSED = "plaintext_refused"
    ADDRESS_REFUSED = "address_refused"
    PROTOCOL_REFUSED = "protocol_refused"

    BODY_MALFORMED = "body_malformed"
    BODY_DUPLICATE_KEYS = "body_duplicate_keys"
    BODY_TYPE_WRONG = "body_type_wrong"
    BODY_ENCODING_WRONG = "body_encoding_wrong"
    BODY_TOO_LARGE = "body_too_large"
    UNINSPECTED = "uninspected"

    NOT_GRANTED = "not_granted"
    GUARDRAIL = "guardrail"
    RISK = "risk"

    APPROVAL_DENIED = "approval_denied"
    APPROVAL_EXPIRED = "approval_expired"
    APPROVAL_KILLED = "approval_killed"
    APPROVAL_EDIT_REFUSED = "approval_edit_refused"
    APPROVALS_FULL = "approvals_full"
    CLIENT_GONE = "client_gone"

    ENTITIES_UNAVAILABLE = "entities_unavailable"
    CREDENTIAL_UNAVAILABLE = "credential_unavailable"
    LEDGER_UNAVAILABLE = "ledger_unavailable"
    NOT_CLEARED = "not_cleared"
    INTERNAL_FAULT = "internal_fault"

    UPSTREAM_UNREACHABLE = "upstream_unreachable"
    UPSTREAM_MALFORMED = "upstream_malformed"
    UPSTREAM_TOO_LARGE = "upstream_too_large"
    UPSTREAM_ENDED_EARLY = "upstream_ended_early"
    REQUEST_MALFORMED = "request_malformed"


_TOKEN_REASONS = frozenset(reason for reason in Reason if reason.value.startswith("token_"))

_STATUS = {
    Reason.SERVICE_UNKNOWN: HTTPStatus.FORBIDDEN,
    Reason.HOST_MISMATCH: HTTPStatus.MISDIRECTED_REQUEST,
    Reason.BODY_MALFORMED: HTTPStatus.BAD_REQUEST,
    Reason.BODY_DUPLICATE_KEYS: HTTPStatus.BAD_REQUEST,
    Reason.BODY_TYPE_WRONG: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Reason.BODY_ENCODING_WRONG: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Reason.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Reason.REQUEST_MALFORMED: HTTPStatus.BAD_REQUEST,
    Reason.APPROVALS_FULL: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.ISSUER_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.ENTITIES_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.CREDENTIAL_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.LEDGER_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.NOT_CLEARED: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.INTERNAL_FAULT: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.UPSTREAM_UNREACHABLE: HTTPStatus.BAD_GATEWAY,
    Reason.UPSTREAM_MALFORMED: HTTPStatus.BAD_GATEWAY,
    Reason.UPSTREAM_TOO_LARGE: HTTPStatus.BAD_GATEWAY,
    Reason.UPSTREAM_ENDED_EARLY: HTTPStatus.BAD_GATEWAY,
}


def http_status(reason: Reason) -> int:
    """Return the HTTP status that a refusal for ``reason`` is answered with (RFC 9110 section 15)."""
    if reason in _TOKEN_REASONS:
        return HTTPStatus.UNAUTHORIZED.value
    return _STATUS.get(reason, HTTPStatus.FORBIDDEN).value
