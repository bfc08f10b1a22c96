"""Refusals that look like Google's own errors, so that SDKs raise their usual exceptions."""

from http import HTTPStatus

from addons.core.exchange import Refusal
from addons.core.protocols.json_text import dump
from addons.core.protocols.refusal_headers import refusal_headers
from addons.core.protocols.sse import encode_event

_STATUSES = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.TOO_MANY_REQUESTS: "RESOURCE_EXHAUSTED",
    HTTPStatus.BAD_GATEWAY: "UNAVAILABLE",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
    HTTPStatus.GATEWAY_TIMEOUT: "DEADLINE_EXCEEDED",
}
"""Statuses of gRPC by those of HTTP (google/rpc/code.proto)."""

_DETAIL = "type.googleapis.com/google.rpc.ErrorInfo"


def _status(refusal: Refusal) -> str:
    is_ours = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _STATUSES.get(HTTPStatus(refusal.status), "INTERNAL" if is_ours else "INVALID_ARGUMENT")


def _error(refusal: Refusal, record_id: str) -> str:
    """Return an error (google/rpc/status.proto). ``error`` comes first: Google's SDK looks for it at the start."""
    return dump(
        {
            "error": {
                "code": refusal.status,
                "message": f"{refusal.message} (Chainwarden record {record_id})",
                "status": _status(refusal),
                "details": [
                    {
                        "@type": _DETAIL,
                        "reason": refusal.reason.value,
                        "domain": "chainwarden",
                        "metadata": {"record": record_id},
                    }
                ],
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
