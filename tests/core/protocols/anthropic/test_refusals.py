import pytest

from addons.core.exchange import Refusal
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_text import parse, parse_text
from addons.core.protocols.sse import SseParser
from addons.core.reasons import Reason
from tests.core.protocols.anthropic.calls import ANTHROPIC

RECORD = "0190-record"


@pytest.mark.parametrize(
    ("reason", "status", "kind"),
    [
        (Reason.TOKEN_EXPIRED, 401, "authentication_error"),
        (Reason.NOT_GRANTED, 403, "permission_error"),
        (Reason.GUARDRAIL, 403, "permission_error"),
        (Reason.APPROVAL_DENIED, 403, "permission_error"),
        (Reason.BODY_MALFORMED, 400, "invalid_request_error"),
        (Reason.BODY_TOO_LARGE, 413, "invalid_request_error"),
        (Reason.APPROVALS_FULL, 503, "overloaded_error"),
        (Reason.INTERNAL_FAULT, 503, "api_error"),
        (Reason.UPSTREAM_MALFORMED, 502, "api_error"),
    ],
)
def test_a_refusal_is_an_error_of_the_api(reason: Reason, status: int, kind: str) -> None:
    got, headers, body = ANTHROPIC.refusal(Refusal(reason, "Ask platform."), RECORD, streams=False)
    assert got == status
    assert parse(body) == {
        "type": "error",
        "error": {"type": kind, "message": f"Ask platform. (Chainwarden record {RECORD})", "code": reason.value},
        "request_id": RECORD,
    }
    assert ("request-id", RECORD) in headers
    assert ("x-chainwarden-record", RECORD) in headers
    assert ("x-should-retry", "true" if reason is Reason.APPROVALS_FULL else "false") in headers


def test_a_stream_that_had_begun_ends_with_an_error_event() -> None:
    out = ANTHROPIC.refusal_event(Refusal(Reason.GUARDRAIL, "Ask platform."), RECORD)
    (event,) = SseParser().feed(out)
    assert out.startswith(b"event: error\ndata: {")
    assert event.name == "error"
    value = as_object(parse_text(event.data or ""))
    assert (value["type"], as_object(value["error"])["type"]) == ("error", "permission_error")
