"""Refusals that look like Anthropic's own errors, so that SDKs raise their usual exceptions."""

from http import HTTPStatus

from addons.core.exchange import Refusal
from addons.core.protocols.json_text import dump
from addons.core.protocols.refusal_headers import refusal_headers
from addons.core.protocols.sse import encode_event
from addons.core.reasons import Reason

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.NOT_FOUND: "not_found_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


def _type(refusal: Refusal) -> str:
    if refusal.reason is Reason.APPROVALS_FULL:
        return "overloaded_error"
    is_ours = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _TYPES.get(HTTPStatus(refusal.status), "api_error" if is_ours else "invalid_request_error")


def _error(refusal: Refusal, record_id: str) -> str:
    """Return an error object; ``code`` is no member of Anthropic's, and says which of our reasons it is."""
    message = f"{refusal.message} (Chainwarden record {record_id})"
    error = {"type": _type(refusal), "message": message, "code": refusal.reason.value}
    return dump({"type": "error", "error": {**error}, "request_id": record_id})


def refusal_answer(refusal: Refusal, record_id: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Return status, headers and body."""
    headers = (*refusal_headers(refusal, record_id, "application/json"), ("request-id", record_id))
    return refusal.status, headers, _error(refusal, record_id).encode()


def refusal_event(refusal: Refusal, record_id: str) -> bytes:
    """Return the error event that makes SDKs raise in the middle of a stream."""
    return encode_event(_error(refusal, record_id), "error")
