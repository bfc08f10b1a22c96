"""Refusals that look like the OpenAI API's own errors, so that SDKs raise their usual exceptions."""

from http import HTTPStatus

from addons.core.exchange import Refusal
from addons.core.protocols.json_text import dump
from addons.core.protocols.refusal_headers import refusal_headers
from addons.core.protocols.sse import encode_event

_TYPES = {HTTPStatus.UNAUTHORIZED: "authentication_error", HTTPStatus.FORBIDDEN: "permission_error"}


def _error(refusal: Refusal, record_id: str) -> str:
    kind = "server_error" if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return dump(
        {
            "error": {
                "message": f"{refusal.message} (Chainwarden record {record_id})",
                "type": _TYPES.get(HTTPStatus(refusal.status), kind),
                "param": None,
                "code": refusal.reason.value,
            }
        }
    )


def refusal_answer(refusal: Refusal, record_id: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Return status, headers and body."""
    headers = refusal_headers(refusal, record_id, "application/json")
    return refusal.status, headers, _error(refusal, record_id).encode()


def refusal_event(refusal: Refusal, record_id: str) -> bytes:
    """Return the error event that makes SDKs raise in the middle of a stream."""
    return encode_event(_error(refusal, record_id))
