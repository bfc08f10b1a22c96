"""The Responses API through a real gateway, with unmodified clients."""

import gc
import json
import operator
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

import httpx2
import openai
import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from tests.end_to_end.calls import MODEL, WAIT_SECONDS, decide, post
from tests.end_to_end.conftest import trust
from tests.gateway import HELD_KEY, POLICY, Gateway, Site, gateway
from tests.simulators.openai_api import GREETING, Upstream, running

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::UserWarning"
)  # the SDKs leave their connections to the garbage collector, and LangChain's models warn about each other

URL = "https://api.openai.com/v1/responses"
GRANTED = POLICY.replace("operations: [chat,", 'operations: ["responses*", chat,')
PERSONAL = "Jane Roe, jane.roe@example.com, 4111 1111 1111 1111"
MASKED = "Jane Roe, [EMAIL], [CARD]"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Upstream, Gateway]]:
    """An upstream, and a gateway whose policy grants the Responses API."""
    site = Site(tmp_path_factory.mktemp("responses"))
    with running(site.upstream_certificate) as (upstream, port):
        upstream.story["customer record"] = f"repeat: {PERSONAL}"
        upstream.story["tell me why"] = f"think: I know {PERSONAL} => It is {PERSONAL}"
        upstream.story["write to her"] = 'call send_mail: {"to": "jane.roe@example.com", "cc": ["a"]}'
        upstream.story["look up"] = 'call lookup: {"name": "Ada"}'
        upstream.story["clean up"] = "run: rm -rf ./build"
        site.write_policy(GRANTED.format(upstream=port))
        with gateway(site) as live:
            yield upstream, live


@pytest.fixture
def peer(upstream: tuple[Upstream, Gateway]) -> Iterator[Upstream]:
    """The upstream with nothing received yet; what an SDK left open is collected afterwards."""
    upstream[0].received.clear()
    yield upstream[0]
    gc.collect()


@pytest.fixture(scope="module")
def gate(upstream: tuple[Upstream, Gateway]) -> Gateway:
    return upstream[1]


@pytest.fixture(scope="module")
def alice(gate: Gateway) -> str:
    return gate.site.token("alice", "data-science")


@pytest.fixture
def http(gate: Gateway, alice: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(proxy=gate.proxy(alice), verify=trust(gate.site)) as client:
        yield client


@pytest.fixture
def sdk(http: httpx2.Client) -> openai.OpenAI:
    return openai.OpenAI(api_key="unused", http_client=http, max_retries=0)


@pytest.fixture
def chat(http: httpx2.Client) -> ChatOpenAI:
    return ChatOpenAI(model=MODEL, api_key="unused", http_client=http, use_responses_api=True)  # type: ignore[arg-type]  # a secret is given as text


def _flow(gate: Gateway, sql: str) -> list[dict[str, Any]]:
    """Return the rows of ``sql`` about the latest call, as soon as its outcome is on record."""
    deadline = time.monotonic() + WAIT_SECONDS
    latest = "SELECT id, ended_at FROM flows ORDER BY started_at DESC LIMIT 1"
    while gate.site.query(latest)[0]["ended_at"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return gate.site.query(sql.format(flow=gate.site.query(latest)[0]["id"]))


def test_a_whole_answer_is_masked_and_what_was_the_callers_own_comes_back(sdk: openai.OpenAI, peer: Upstream) -> None:
    assert sdk.responses.create(model=MODEL, input="Show the customer record.").output_text == MASKED
    assert sdk.responses.create(model=MODEL, input=f"repeat: {PERSONAL}").output_text == PERSONAL
    assert b"jane.roe" not in peer.received[-1].body
    assert peer.received[-1].header("authorization") == f"Bearer {HELD_KEY}"


@pytest.mark.parametrize(
    ("prompt", "said"), [("Show the customer record.", MASKED), (f"repeat: {PERSONAL}", PERSONAL), ("hi", GREETING)]
)
def test_a_stream_says_the_same_in_its_deltas_and_in_its_end(
    sdk: openai.OpenAI, peer: Upstream, prompt: str, said: str
) -> None:
    with sdk.responses.stream(model=MODEL, input=prompt) as events:
        seen = list(events)
        final = events.get_final_response()
    assert "".join(event.delta for event in seen if event.type == "response.output_text.delta") == said
    assert [event.text for event in seen if event.type == "response.output_text.done"] == [said]
    assert final.output_text == said
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    assert b"jane.roe" not in peer.received[-1].body


def _joined(chunks: Iterable[Any]) -> Any:
    return reduce(operator.add, chunks)


def test_langchain_streams_summaries_and_text(chat: ChatOpenAI, peer: Upstream) -> None:
    whole = _joined(chat.stream("Please tell me why."))
    assert whole.text == f"It is {MASKED}"
    assert f"I know {MASKED}" in json.dumps(whole.content)
    assert "jane.roe" not in json.dumps(whole.content)
    assert len(peer.received) == 1


def test_arguments_of_a_tool_that_comes_in_pieces_are_masked(chat: ChatOpenAI, peer: Upstream) -> None:
    @tool
    def send_mail(to: str, cc: list[str]) -> str:
        """Send a mail."""
        return f"{to} {cc}"

    whole = _joined(chat.bind_tools([send_mail]).stream("Please write to her."))
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        ("send_mail", {"to": "[EMAIL]", "cc": ["a"]})
    ]
    assert len(peer.received) == 1


def test_a_langgraph_agent_calls_its_tool(chat: ChatOpenAI, peer: Upstream) -> None:
    @tool
    def lookup(name: str) -> str:
        """Look somebody up."""
        return f"{name} is known"

    result = create_agent(chat, [lookup]).invoke({"messages": [HumanMessage("Please look up Ada.")]})
    assert result["messages"][-1].text == "The tool said: Ada is known"
    assert len(peer.received) == 2


def test_a_blocked_text_is_a_permission_error(sdk: openai.OpenAI, chat: ChatOpenAI, peer: Upstream) -> None:
    for stream in (False, True):
        with pytest.raises(openai.PermissionDeniedError, match="We do not talk about pirates"):
            sdk.responses.create(model=MODEL, input="Where is the pirate treasure?", stream=stream)
    with pytest.raises(openai.PermissionDeniedError, match="We do not talk about pirates"):
        list(chat.stream("Where is the pirate treasure?"))
    assert peer.received == []


def test_a_wrong_shape_is_a_bad_request(sdk: openai.OpenAI, peer: Upstream) -> None:
    with pytest.raises(openai.BadRequestError, match="each item must have a type"):
        sdk.responses.create(model=MODEL, input=[{"content": "x"}])  # type: ignore[list-item]  # the shape is wrong
    assert peer.received == []


def test_a_tool_that_nobody_offered_cuts_the_stream_with_an_exception(sdk: openai.OpenAI, peer: Upstream) -> None:
    with pytest.raises(openai.APIError, match="a tool that a rule watches"):
        list(sdk.responses.create(model=MODEL, input="Please clean up.", stream=True))
    assert len(peer.received) == 1


@pytest.mark.parametrize(
    ("body", "reaches"),
    [
        pytest.param(
            {
                "input": [
                    {"role": "user", "content": "go on"},
                    {
                        "type": "function_call",
                        "call_id": "c",
                        "name": "shell",
                        "arguments": '{"command": "rm -rf ./x"}',
                    },
                    {"type": "function_call_output", "call_id": "c", "output": "done"},
                ]
            },
            0,
            id="history",
        ),
        pytest.param({"input": "Please clean up.", "tools": [{"type": "shell"}]}, 1, id="answer"),
    ],
)
def test_a_dangerous_command_waits_for_a_person(
    gate: Gateway, alice: str, peer: Upstream, body: dict[str, Any], reaches: int
) -> None:
    bob = gate.site.token("bob", "security")
    for decision, status in (("approve", 200), ("deny", 403)):
        peer.received.clear()
        with ThreadPoolExecutor(1) as callers:
            waiting = callers.submit(post, gate, alice, {"model": MODEL, "stream": True, **body}, URL)
            held = _pending(gate)
            assert len(peer.received) == reaches
            decide(gate, decision, held, bob)
            answer = waiting.result(WAIT_SECONDS)
        assert answer.status_code == status
        assert ("response.completed" in answer.text) == (decision == "approve")


def _pending(gate: Gateway) -> str:
    """Wait until a call waits for a decision; return the approval's id."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (rows := gate.site.query("SELECT id FROM approvals WHERE state = 'pending'")):
        assert time.monotonic() < deadline, gate.log[-2000:]
        time.sleep(0.1)
    return str(rows[0]["id"])


def test_the_record_has_the_conversation_as_it_was_delivered(sdk: openai.OpenAI, gate: Gateway, peer: Upstream) -> None:
    list(sdk.responses.create(model=MODEL, input="Please tell me why.", instructions="Be kind", stream=True))
    rows = _flow(gate, "SELECT direction, role, content FROM messages WHERE flow_id = '{flow}' ORDER BY ALL")
    assert [(row["direction"], row["role"], row["content"]) for row in rows] == [
        ("request", "system", "Be kind"),
        ("request", "user", "Please tell me why."),
        ("response", "assistant", f"It is {MASKED}"),
    ]
    flow = _flow(gate, "SELECT * FROM flows WHERE id = '{flow}'")[0]
    assert (flow["operation"], flow["model"]) == ("responses", MODEL)
    assert len(peer.received) == 1
