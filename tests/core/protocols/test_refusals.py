import openai
import pytest

from addons.core.exchange import Refusal
from addons.core.protocols.json_text import parse
from addons.core.protocols.registry import by_name
from addons.core.reasons import Reason
from tests.core.protocols.peer import serving

MESSAGE = "Ask platform@acme for access."
RECORD = "0190-record"

EXCEPTIONS: list[tuple[Reason, type[openai.APIStatusError], str]] = [
    (Reason.TOKEN_EXPIRED, openai.AuthenticationError, "authentication_error"),
    (Reason.NOT_GRANTED, openai.PermissionDeniedError, "permission_error"),
    (Reason.GUARDRAIL, openai.PermissionDeniedError, "permission_error"),
    (Reason.BODY_MALFORMED, openai.BadRequestError, "invalid_request_error"),
    (Reason.BODY_TOO_LARGE, openai.APIStatusError, "invalid_request_error"),
    (Reason.APPROVAL_DENIED, openai.PermissionDeniedError, "permission_error"),
    (Reason.INTERNAL_FAULT, openai.InternalServerError, "server_error"),
    (Reason.UPSTREAM_MALFORMED, openai.InternalServerError, "server_error"),
]


@pytest.mark.parametrize(("reason", "exception", "kind"), EXCEPTIONS)
@pytest.mark.parametrize("streams", [False, True])
def test_the_sdk_raises_its_usual_exception_at_the_first_try(
    reason: Reason, exception: type[openai.APIStatusError], kind: str, streams: bool
) -> None:
    answer = by_name("openai").refusal(Refusal(reason, MESSAGE), RECORD, streams)
    with serving(answer) as peer, openai.OpenAI(base_url=peer.url, api_key="x") as client:
        with pytest.raises(exception) as error:
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=streams)
        assert peer.requests == 1
    assert MESSAGE in str(error.value)
    assert RECORD in str(error.value)
    assert (error.value.code, error.value.type) == (reason.value, kind)
    assert error.value.response.headers["x-chainwarden-record"] == RECORD


def test_the_sdk_raises_in_the_middle_of_a_stream() -> None:
    protocol = by_name("openai")
    chunk = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'
    body = chunk + protocol.refusal_event(Refusal(Reason.GUARDRAIL, MESSAGE), RECORD)
    with (
        serving((200, (("content-type", "text/event-stream"),), body)) as peer,
        openai.OpenAI(base_url=peer.url, api_key="x") as client,
    ):
        stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], stream=True)
        seen: list[object] = []
        with pytest.raises(openai.APIError, match="Ask platform"):
            seen.extend(stream)
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini", "http"])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_has_a_complete_head(name: str, reason: Reason) -> None:
    status, headers, body = by_name(name).refusal(Refusal(reason, MESSAGE), RECORD, streams=False)
    fields = dict(headers)
    assert fields["x-chainwarden-record"] == RECORD
    assert ("www-authenticate" in fields) == (status == 401)
    assert fields["x-should-retry"] == ("true" if "retry-after" in fields else "false")
    assert isinstance(parse(body), dict)


def test_only_what_may_pass_by_itself_is_worth_a_retry() -> None:
    worth = {
        reason
        for reason in Reason
        if dict(by_name("openai").refusal(Refusal(reason, ""), RECORD, streams=False)[1])["x-should-retry"] == "true"
    }
    assert Reason.APPROVALS_FULL in worth
    assert not worth & {Reason.GUARDRAIL, Reason.INTERNAL_FAULT, Reason.NOT_GRANTED, Reason.BODY_MALFORMED}


def test_plain_http_answers_with_problem_details() -> None:
    status, headers, body = by_name("http").refusal(Refusal(Reason.GUARDRAIL, MESSAGE), RECORD, streams=False)
    assert dict(headers)["content-type"] == "application/problem+json"
    assert parse(body) == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": status,
        "detail": MESSAGE,
        "reason": "guardrail",
        "record": RECORD,
    }


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini", "http"])
def test_a_refusal_cannot_break_out_of_its_event(name: str) -> None:
    event = by_name(name).refusal_event(Refusal(Reason.GUARDRAIL, "a\n\ndata: b\r\r"), RECORD)
    assert event.count(b"\n\n") == 1
    assert b"\r" not in event
