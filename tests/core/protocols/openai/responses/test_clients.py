"""Masked streams through real clients: each puts together what the upstream has meant, with masks in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from addons.core.exchange import Refusal
from addons.core.reasons import Reason
from tests.captures import capture
from tests.core.protocols.cuts import run
from tests.core.protocols.openai.responses.calls import OPENAI, events_in, stream
from tests.core.protocols.peer import serving

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::UserWarning"
)  # the SDKs leave their connections to the garbage collector, and LangChain's models warn about each other

SSE = (("content-type", "text/event-stream"),)
SAID = {
    "responses_text.sse": "Write to [EMAIL] or: \U0001f600 ok, key [KEY]",
    "responses_logprobs.sse": "Hi [EMAIL] bye. ",
    "responses_built_in.sse": "See [EMAIL]",
    "responses_interleaved.sse": "a [EMAIL]b [CARD]",
    "responses_without_names.sse": "a [EMAIL]",
}


@contextmanager
def _serving(body: bytes) -> Iterator[str]:
    with serving((200, SSE, body)) as peer:
        yield peer.url


def _chat(url: str) -> ChatOpenAI:
    return ChatOpenAI(model="m", api_key=SecretStr("x"), base_url=url, use_responses_api=True)


@pytest.mark.parametrize("name", SAID)
def test_the_sdk_puts_the_deltas_together(name: str) -> None:
    with _serving(run(stream(), [capture(name)])) as url, openai.OpenAI(base_url=url, api_key="x") as client:
        pieces: dict[int, str] = {}
        with client.responses.stream(model="m", input="x") as events:
            for event in events:
                if event.type == "response.output_text.delta":
                    pieces[event.output_index] = event.snapshot
            final = events.get_final_response()
    assert final.output_text == SAID[name]
    assert "".join(pieces[index] for index in sorted(pieces)) == SAID[name]


def test_the_sdk_iterates_over_raw_events() -> None:
    with (
        _serving(run(stream(), [capture("responses_text.sse")])) as url,
        openai.OpenAI(base_url=url, api_key="x") as sdk,
    ):
        events = list(sdk.responses.create(model="m", input="x", stream=True))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == SAID["responses_text.sse"]
    assert [event.sequence_number for event in events] == list(range(len(events)))


@pytest.mark.parametrize("name", ["responses_text.sse", "responses_logprobs.sse", "responses_built_in.sse"])
def test_langchain_puts_the_deltas_together(name: str) -> None:
    with _serving(run(stream(), [capture(name)])) as url:
        assert "".join(str(chunk.text) for chunk in _chat(url).stream("x")) == SAID[name]


def test_langchain_puts_tool_calls_and_summaries_together() -> None:
    with _serving(run(stream(), [capture("responses_tools.sse")])) as url:
        chunks = list(_chat(url).stream("x"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    calls = {call["name"]: call["args"] for call in whole.tool_calls}
    assert calls["send_mail"] == {"to": "[EMAIL]", "cc": ["a/b"], "body": '{"from":"[EMAIL]"}'}
    assert "**Finding** [EMAIL] now" in str(whole.content)
    assert "then [CARD]" in str(whole.content)


def _by_events(url: str) -> None:
    with openai.OpenAI(base_url=url, api_key="x") as sdk, sdk.responses.stream(model="m", input="x") as events:
        events.until_done()


def _by_iteration(url: str) -> None:
    with openai.OpenAI(base_url=url, api_key="x") as sdk:
        list(sdk.responses.create(model="m", input="x", stream=True))


def _by_langchain(url: str) -> None:
    list(_chat(url).stream("x"))


@pytest.mark.parametrize("ask", [_by_events, _by_iteration, _by_langchain])
def test_a_refusal_in_the_middle_of_a_stream_raises(ask: Callable[[str], None]) -> None:
    words = OPENAI.refusal_event(Refusal(Reason.GUARDRAIL, "Ask platform@acme for access."), "0190-record")
    begun = b"\n\n".join(capture("responses_text.sse").split(b"\n\n")[:5])
    with (
        _serving(begun + b"\n\n" + words) as url,
        pytest.raises(openai.APIError, match=r"Ask platform@acme.*0190-record") as error,
    ):
        ask(url)
    assert error.value.code == "guardrail"


def test_a_client_that_reads_events_by_their_types_finds_an_error_event() -> None:
    [value] = events_in(OPENAI.refusal_event(Refusal(Reason.GUARDRAIL, "No."), "0190-record"))
    assert (value["type"], value["code"], value["message"]) == (
        "error",
        "guardrail",
        "No. (Chainwarden record 0190-record)",
    )
