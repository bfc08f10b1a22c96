"""Refusals that look like the OpenAI API's own errors, so that SDKs raise their usual exceptions."""

from http import HTTPStatus

from addons.core.call import Json
from addons.core.exchange import Refusal
from addons.core.protocols.json_text import dump
from addons.core.protocols.refusal_headers import refusal_headers
from addons.core.protocols.sse import encode_event

_TYPES = {HTTPStatus.UNAUTHORIZED: "authentication_error", HTTPStatus.FORBIDDEN: "permission_error"}


def _error(refusal: Refusal, record_id: str) -> dict[str, Json]:
    kind = "server_error" if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return {
        "message": f"{refusal.message} (Chainwarden record {record_id})",
        "type": _TYPES.get(HTTPStatus(refusal.status), kind),
        "param": None,
        "code": refusal.reason.value,
    }


def refusal_answer(refusal: Refusal, record_id: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Return status, headers and body."""
    headers = refusal_headers(refusal, record_id, "application/json")
    return refusal.status, headers, dump({"error": _error(refusal, record_id)}).encode()


def refusal_event(refusal: Refusal, record_id: str) -> bytes:
    """Return the error event that makes clients raise in the middle of a stream.

    SDKs raise for the member ``error``, in streams of every operation. Whoever reads the events of a response by their
    types finds what its own ``error`` event has beside it.
    """
    error = _error(refusal, record_id)
    own: dict[str, Json] = {"type": "error", **{key: error[key] for key in ("code", "message", "param")}}
    return encode_event(dump({**own, "error": error}), "error")
