"""Anthropic's own client and LangChain's, unmodified, through a gateway: HTTPS_PROXY, a CA file, a token as API key."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import anthropic
import pytest
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool

from tests.gateway import Gateway, Site, gateway
from tests.simulators.anthropic_api import messages
from tests.simulators.openai_api import Upstream, running

MODEL = "claude-sonnet-4-5"
HELD_KEY = "sk-ant-" + "held-credential-that-only-the-wire-sees"
POLICY = """\
version: 1
identity: {{issuers: [{{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}}]}}
services:
  anthropic:
    hosts: [api.anthropic.com]
    protocol: anthropic
    credential: {{source: "env:ANTHROPIC_KEY", header: x-api-key, template: "{{}}"}}
    upstream: 127.0.0.1:{port}
access: [{{groups: [data-science], services: {{anthropic: {{operations: [messages], models: ["claude-sonnet-*"]}}}}}}]
guardrails:
  - {{name: shell, when: {{tool: shell}}, then: block, message: No shells here.}}
redaction:
  requests: {{detect: [secrets, email], style: token}}
  responses: {{detect: [pii, secrets], style: label}}
"""
CUSTOMER = "Jane Roe, jane.roe@example.com, 4111 1111 1111 1111"
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the SDK leaves its connections to the garbage collector


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("anthropic"))


@pytest.fixture(scope="module")
def upstream(site: Site) -> Iterator[tuple[Upstream, int]]:
    with running(site.upstream_certificate) as (started, port):
        started.replies["/v1/messages"] = messages
        yield started, port


@pytest.fixture(scope="module")
def live(site: Site, upstream: tuple[Upstream, int]) -> Iterator[Gateway]:
    site.write_policy(POLICY.format(port=upstream[1]))
    with gateway(site, environment={"ANTHROPIC_KEY": HELD_KEY}) as started:
        yield started


@pytest.fixture(autouse=True)
def _environment(live: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set what a user sets, and nothing else."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{live.port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(live.site.ca))
    monkeypatch.setenv("ANTHROPIC_API_KEY", live.site.token("alice", "data-science"))
    yield
    gc.collect()


def ask(text: str) -> list[anthropic.types.MessageParam]:
    return [{"role": "user", "content": text}]


def test_a_whole_answer(upstream: tuple[Upstream, int]) -> None:
    answer = anthropic.Anthropic().messages.create(model=MODEL, max_tokens=99, messages=ask(f"repeat: {CUSTOMER}"))
    assert answer.content[0].type == "text"
    assert answer.content[0].text == "Jane Roe, jane.roe@example.com, [CARD]"  # its own address came back from a token
    received = upstream[0].received[-1]
    assert received.header("x-api-key") == HELD_KEY
    assert b"jane.roe" not in received.body
    assert b"[EMAIL_" in received.body


def test_a_streamed_answer() -> None:
    with anthropic.Anthropic().messages.stream(
        model=MODEL, max_tokens=99, messages=ask("think: card 4111 1111 1111 1111, you know")
    ) as stream:
        events = [event.type for event in stream]
        whole = stream.get_final_message()
    thought, said = whole.content
    assert thought.type == "thinking"
    assert thought.thinking == "card [CARD], you know"
    assert said.type == "text"
    assert whole.usage.output_tokens == 7
    assert events[-1] == "message_stop"


def test_a_tools_input_is_masked_in_a_stream_and_its_result_in_the_request(upstream: tuple[Upstream, int]) -> None:
    seen: list[str] = []

    @tool
    def notify(address: str, note: str) -> str:
        """Tell somebody something."""
        seen.append(f"{address} {note}")
        return f"sent to {address}"

    prompt = "call notify: " + json.dumps({"address": "jane.roe@example.com", "note": "from 10.1.2.3 \u2028 ok"})
    agent = create_agent(ChatAnthropic(model_name=MODEL, timeout=30, stop=None, streaming=True), [notify])
    result = agent.invoke({"messages": [HumanMessage(prompt)]})
    assert seen == ["jane.roe@example.com from [IP] \u2028 ok"]  # the address was this caller's: its token came back
    assert result["messages"][-1].text == "The tool said: sent to jane.roe@example.com"
    assert b"jane.roe" not in upstream[0].received[-1].body


@pytest.mark.parametrize("streaming", [False, True])
def test_a_refused_call_raises_the_usual_error(streaming: bool, upstream: tuple[Upstream, int]) -> None:
    upstream[0].received.clear()
    shell: list[anthropic.types.ToolParam] = [{"name": "search", "input_schema": {"type": "object"}}]
    history: list[anthropic.types.MessageParam] = [
        *ask("list the files"),
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "shell", "input": {"c": "ls"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a b"}]},
    ]
    with pytest.raises(anthropic.PermissionDeniedError, match="No shells here"):
        anthropic.Anthropic().messages.create(
            model=MODEL, max_tokens=9, messages=history, tools=shell, stream=streaming
        )
    assert upstream[0].received == []


def test_a_model_that_calls_a_guarded_tool_of_its_own_is_cut_off() -> None:
    with (
        pytest.raises(anthropic.APIError, match="The model called a tool that a rule watches"),
        anthropic.Anthropic().messages.stream(
            model=MODEL, max_tokens=9, messages=ask('call shell: {"c": "ls"}')
        ) as stream,
    ):
        stream.get_final_message()


def test_a_model_that_is_not_granted_is_refused() -> None:
    with pytest.raises(anthropic.PermissionDeniedError, match="Chainwarden record"):
        anthropic.Anthropic().messages.create(model="claude-opus-4", max_tokens=9, messages=ask("hi"))


def test_the_ledger_has_the_conversation_without_its_values(live: Gateway, site: Site) -> None:
    anthropic.Anthropic().messages.create(model=MODEL, max_tokens=9, messages=ask("repeat: ring 4111 1111 1111 1111"))
    flow, *_ = site.query("SELECT operation, model, inspected FROM flows ORDER BY started_at DESC LIMIT 1")
    assert flow == {"operation": "messages", "model": MODEL, "inspected": "full"}
    said = site.query(
        "SELECT content FROM messages WHERE direction = 'response' AND flow_id ="
        " (SELECT id FROM flows ORDER BY started_at DESC LIMIT 1)"
    )
    assert [each["content"] for each in said] == ["ring [CARD]"]
    everything = "".join(path.read_text("utf-8", "replace") for path in _files(site.ledger)) + live.log
    assert HELD_KEY not in everything
    assert "jane.roe" not in everything


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
