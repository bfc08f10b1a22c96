import pytest
from google import genai
from google.genai import errors

from addons.core.exchange import Refusal
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_text import parse, parse_text
from addons.core.protocols.sse import SseParser
from addons.core.reasons import Reason
from tests.core.protocols.gemini.calls import GEMINI, text
from tests.core.protocols.peer import Peer, serving

RECORD = "0190-record"


@pytest.mark.parametrize(
    ("reason", "code", "status"),
    [
        (Reason.TOKEN_EXPIRED, 401, "UNAUTHENTICATED"),
        (Reason.NOT_GRANTED, 403, "PERMISSION_DENIED"),
        (Reason.GUARDRAIL, 403, "PERMISSION_DENIED"),
        (Reason.APPROVAL_DENIED, 403, "PERMISSION_DENIED"),
        (Reason.BODY_MALFORMED, 400, "INVALID_ARGUMENT"),
        (Reason.BODY_TOO_LARGE, 413, "INVALID_ARGUMENT"),
        (Reason.APPROVALS_FULL, 503, "UNAVAILABLE"),
        (Reason.INTERNAL_FAULT, 503, "UNAVAILABLE"),
        (Reason.UPSTREAM_MALFORMED, 502, "UNAVAILABLE"),
    ],
)
def test_a_refusal_is_an_error_of_the_api(reason: Reason, code: int, status: str) -> None:
    got, headers, body = GEMINI.refusal(Refusal(reason, "Ask platform."), RECORD, streams=False)
    assert got == code
    assert parse(body) == {
        "error": {
            "code": code,
            "message": f"Ask platform. (Chainwarden record {RECORD})",
            "status": status,
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": reason.value,
                    "domain": "chainwarden",
                    "metadata": {"record": RECORD},
                }
            ],
        }
    }
    assert ("x-chainwarden-record", RECORD) in headers


def test_a_stream_that_had_begun_ends_with_an_error_event() -> None:
    (event,) = SseParser().feed(GEMINI.refusal_event(Refusal(Reason.GUARDRAIL, "Ask platform."), RECORD))
    error = as_object(as_object(parse_text(event.data or ""))["error"])
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")


def _client(peer: Peer) -> genai.Client:
    return genai.Client(api_key="x", http_options={"base_url": peer.url.removesuffix("/v1")})


def _ask(client: genai.Client, *, streams: bool) -> None:
    if streams:
        list(client.models.generate_content_stream(model="m", contents="x"))
    else:
        client.models.generate_content(model="m", contents="x")


@pytest.mark.parametrize(
    ("reason", "exception"),
    [
        (Reason.NOT_GRANTED, errors.ClientError),
        (Reason.TOKEN_EXPIRED, errors.ClientError),
        (Reason.INTERNAL_FAULT, errors.ServerError),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_the_sdk_raises_its_usual_exception_at_the_first_try(
    reason: Reason, exception: type[errors.APIError], streams: bool
) -> None:
    refusal = Refusal(reason, "Ask platform.")
    with serving(GEMINI.refusal(refusal, RECORD, streams)) as peer, _client(peer) as client:
        with pytest.raises(exception) as error:
            _ask(client, streams=streams)
        assert peer.requests == 1
    assert error.value.code == refusal.status
    assert error.value.message == f"Ask platform. (Chainwarden record {RECORD})"


def test_the_sdk_raises_in_the_middle_of_a_stream() -> None:
    body = text("Hello. ") + GEMINI.refusal_event(Refusal(Reason.GUARDRAIL, "Ask platform."), RECORD)
    answer = (200, (("content-type", "text/event-stream"),), body)
    with serving(answer) as peer, _client(peer) as client:
        seen: list[str | None] = []
        with pytest.raises(errors.ClientError, match="Ask platform"):
            seen.extend(part.text for part in client.models.generate_content_stream(model="m", contents="x"))
    assert seen == ["Hello. "]
