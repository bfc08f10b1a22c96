"""Google's own client and LangChain's, unmodified, through a gateway: HTTPS_PROXY, a CA file, a token as API key."""

import asyncio
import gc
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings
from langchain_google_genai.chat_models import ChatGoogleGenerativeAIError

from tests.end_to_end.conftest import trust
from tests.gateway import Gateway, Site, gateway
from tests.simulators.gemini_api import generate
from tests.simulators.openai_api import Received, Upstream, running

MODEL = "gemini-3-pro"
HOST = "https://generativelanguage.googleapis.com"
HELD_KEY = "AQ.held-credential-that-only-the-wire-sees"
POLICY = """\
version: 1
identity: {{issuers: [{{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}}]}}
services:
  gemini:
    hosts: [generativelanguage.googleapis.com]
    protocol: gemini
    credential: {{source: "env:GEMINI_KEY", header: x-goog-api-key, template: "{{}}"}}
    upstream: 127.0.0.1:{port}
access:
  - groups: [data-science]
    services:
      gemini:
        operations: [generateContent, streamGenerateContent, batchEmbedContents, countTokens, models.list]
        models: ["gemini-3-*"]
guardrails:
  - {{name: shell, when: {{tool: shell}}, then: block, message: No shells here.}}
redaction:
  requests: {{detect: [secrets, email], style: token}}
  responses: {{detect: [pii, secrets], style: label}}
"""
CUT_OFF = re.compile("No shells here|a rule watches")
CUSTOMER = "Jane Roe, jane.roe@example.com, 4111 1111 1111 1111"
RESTORED = "Jane Roe, jane.roe@example.com, [CARD]"
"""Its own address came back to the caller from a token."""
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the SDK leaves its connections to the garbage collector


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("gemini"))


@pytest.fixture(scope="module")
def _upstream(site: Site) -> Iterator[tuple[Upstream, int]]:
    with running(site.upstream_certificate) as (started, port):
        started.replies["/v1beta/"] = generate
        yield started, port


@pytest.fixture(scope="module")
def live(site: Site, _upstream: tuple[Upstream, int]) -> Iterator[Gateway]:
    site.write_policy(POLICY.format(port=_upstream[1]))
    with gateway(site, environment={"GEMINI_KEY": HELD_KEY}) as started:
        yield started


@pytest.fixture(scope="module")
def token(site: Site, live: Gateway) -> str:
    """A token of somebody who may chat; ``live`` has made the keys."""
    del live
    return site.token("alice", "data-science")


@pytest.fixture
def received(_upstream: tuple[Upstream, int]) -> list[Received]:
    """What reaches the upstream."""
    _upstream[0].received.clear()
    return _upstream[0].received


@pytest.fixture(autouse=True)
def _environment(live: Gateway, token: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set what a user sets, and nothing else."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{live.port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(live.site.ca))
    monkeypatch.setenv("GEMINI_API_KEY", token)
    yield
    gc.collect()


@pytest.fixture
def sdk() -> genai.Client:
    return genai.Client()


def test_a_whole_answer(sdk: genai.Client, received: list[Received]) -> None:
    answer = sdk.models.generate_content(model=MODEL, contents=f"repeat: {CUSTOMER}")
    assert answer.text == RESTORED
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.total_token_count == 18
    assert [value for name, value in received[-1].headers if name == "x-goog-api-key"] == [HELD_KEY]
    assert b"jane.roe" not in received[-1].body
    assert b"[EMAIL_" in received[-1].body


def test_a_streamed_answer_and_an_async_one(sdk: genai.Client) -> None:
    prompt = "think: card 4111 1111 1111 1111, you know"

    async def again() -> str:
        chunks = await sdk.aio.models.generate_content_stream(model=MODEL, contents=f"repeat: {CUSTOMER}")
        return "".join([chunk.text or "" async for chunk in chunks])

    parts: list[types.Part] = []
    for chunk in sdk.models.generate_content_stream(model=MODEL, contents=prompt):
        assert chunk.candidates is not None
        parts += (chunk.candidates[0].content or types.Content()).parts or []
    assert "".join(part.text or "" for part in parts if part.thought) == "card [CARD], you know"
    assert "".join(part.text or "" for part in parts if not part.thought) == "Hello from the upstream."
    assert parts[-1].thought_signature == b"signed"
    assert asyncio.run(again()) == RESTORED


def test_several_candidates_are_masked_each(sdk: genai.Client) -> None:
    config = types.GenerateContentConfig(candidate_count=2)
    stream = sdk.models.generate_content_stream(model=MODEL, contents="repeat: ring 4111 1111 1111 1111", config=config)
    said = {0: "", 1: ""}
    for chunk in stream:
        for candidate in chunk.candidates or []:
            parts = (candidate.content or types.Content()).parts or []
            said[candidate.index or 0] += "".join(part.text or "" for part in parts)
    assert said == {0: "ring [CARD]", 1: "ring [CARD]"}


def test_a_chat_keeps_a_history_that_goes_on(sdk: genai.Client) -> None:
    chat = sdk.chats.create(model=MODEL)
    first = "".join(chunk.text or "" for chunk in chat.send_message_stream("repeat: ring 4111 1111 1111 1111"))
    assert first == "ring [CARD]"
    assert [content.role for content in chat.get_history(curated=True)][:2] == ["user", "model"]
    assert chat.send_message("hi").text == "Hello from the upstream."


def test_a_function_is_called_by_the_sdk_and_its_result_is_masked(sdk: genai.Client, received: list[Received]) -> None:
    seen: list[str] = []

    def notify(address: str) -> str:
        """Tell somebody something."""
        seen.append(address)
        return f"sent to {address}"

    config = types.GenerateContentConfig(tools=[notify])
    prompt = 'call notify: {"address": "jane.roe@example.com"}'
    answer = sdk.models.generate_content(model=MODEL, contents=prompt, config=config)
    assert seen == ["jane.roe@example.com"]
    assert answer.text == "The tool said: sent to jane.roe@example.com"
    assert b"jane.roe" not in received[-1].body


def test_langchain_streams_and_its_agent_calls_a_tool(received: list[Received]) -> None:
    seen: list[str] = []

    @tool
    def notify(address: str, note: str) -> str:
        """Tell somebody something."""
        seen.append(f"{address} {note}")
        return f"sent to {address}"

    async def astream() -> str:
        return "".join([str(chunk.text) async for chunk in model.astream(f"repeat: {CUSTOMER}")])

    model = ChatGoogleGenerativeAI(model=MODEL, max_retries=1)
    assert model.invoke(f"repeat: {CUSTOMER}").text == RESTORED
    assert "".join(str(chunk.text) for chunk in model.stream(f"repeat: {CUSTOMER}")) == RESTORED
    assert asyncio.run(astream()) == RESTORED
    prompt = "call notify: " + json.dumps({"address": "jane.roe@example.com", "note": "from 10.1.2.3 ok"})
    agent = create_agent(ChatGoogleGenerativeAI(model=MODEL, streaming=True, max_retries=1), [notify])
    result = agent.invoke({"messages": [HumanMessage(prompt)]})
    assert seen == ["jane.roe@example.com from [IP] ok"]
    assert result["messages"][-1].text == "The tool said: sent to jane.roe@example.com"
    assert b"jane.roe" not in received[-1].body


def test_embeddings_counts_and_models(sdk: genai.Client) -> None:
    assert sdk.models.count_tokens(model=MODEL, contents="x").total_tokens == 3
    assert [model.name for model in sdk.models.list()] == ["models/gemini-3-pro"]
    embedded = GoogleGenerativeAIEmbeddings(model="gemini-3-embedding").embed_query("x")
    assert embedded == [0.25, -0.5]


_HISTORY = [
    types.UserContent("list the files"),
    types.ModelContent([types.Part.from_function_call(name="shell", args={"c": "ls"})]),
    types.UserContent([types.Part.from_function_response(name="shell", response={"output": "a b"})]),
]


def test_a_guarded_tool_in_the_history_is_refused(sdk: genai.Client, received: list[Received]) -> None:
    contents: list[Any] = list(_HISTORY)
    with pytest.raises(errors.ClientError, match="No shells here") as whole:
        sdk.models.generate_content(model=MODEL, contents=contents)
    with pytest.raises(errors.ClientError, match="No shells here"):
        list(sdk.models.generate_content_stream(model=MODEL, contents=contents))
    assert (whole.value.code, whole.value.status) == (403, "PERMISSION_DENIED")
    assert received == []


def test_a_model_that_calls_a_guarded_tool_of_its_own_is_cut_off(sdk: genai.Client) -> None:
    prompt = 'call shell: {"c": "ls"}'
    with pytest.raises(errors.ClientError, match="No shells here"):
        sdk.models.generate_content(model=MODEL, contents=prompt)
    with pytest.raises(errors.ClientError, match=CUT_OFF):
        list(sdk.models.generate_content_stream(model=MODEL, contents=prompt))
    with pytest.raises(ChatGoogleGenerativeAIError, match=CUT_OFF):
        list(ChatGoogleGenerativeAI(model=MODEL, max_retries=1).stream(prompt))


def test_a_model_that_is_not_granted_is_refused(sdk: genai.Client, received: list[Received]) -> None:
    with pytest.raises(errors.ClientError, match=r"gemini-2\.5-flash.*Chainwarden record"):
        sdk.models.generate_content(model="gemini-2.5-flash", contents="hi")
    with pytest.raises(ChatGoogleGenerativeAIError, match="not granted"):
        ChatGoogleGenerativeAI(model="gemini-2.5-flash", max_retries=1).invoke("hi")
    with pytest.raises(errors.ClientError, match="tunedModels/gemini-3-pro"):
        sdk.models.generate_content(model="tunedModels/gemini-3-pro", contents="hi")
    assert received == []


@pytest.mark.parametrize("key", ["garbage", "AIza-dummy"])
def test_no_good_token_is_an_authentication_error(received: list[Received], key: str) -> None:
    stranger = genai.Client(api_key=key)
    with pytest.raises(errors.ClientError, match="Chainwarden record") as error:
        stranger.models.generate_content(model=MODEL, contents="hi")
    assert (error.value.code, error.value.status) == (401, "UNAUTHENTICATED")
    assert received == []


@pytest.mark.parametrize("identified", [False, True])
def test_a_token_in_the_url_never_goes_on(
    live: Gateway, token: str, received: list[Received], identified: bool
) -> None:
    with httpx.Client(proxy=live.proxy(token if identified else None), verify=trust(live.site), timeout=60) as client:
        answer = client.post(
            f"{HOST}/v1beta/models/{MODEL}:generateContent",
            params={"key": token},
            json={"contents": {"parts": {"text": "hi"}}},
        )
    assert answer.status_code == (400 if identified else 401)
    assert received == []
    assert token not in answer.text


def test_a_stream_that_was_not_asked_for_as_events_is_masked_as_a_whole(live: Gateway, token: str) -> None:
    headers = {"x-goog-api-key": token}
    with httpx.Client(proxy=live.proxy(None), verify=trust(live.site), headers=headers, timeout=60) as client:
        body = {"contents": [{"parts": [{"text": f"repeat: {CUSTOMER}"}]}]}
        answer = client.post(f"{HOST}/v1beta/models/{MODEL}:streamGenerateContent", json=body)
    chunks = answer.json()
    said = "".join(part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"])
    assert said == RESTORED
    assert len(chunks) > 10


def test_the_ledger_has_the_conversation_without_its_values(
    sdk: genai.Client, live: Gateway, site: Site, token: str
) -> None:
    prompt = "repeat: ring 4111 1111 1111 1111"
    assert list(sdk.models.generate_content_stream(model=MODEL, contents=prompt))
    row = site.query("SELECT id, operation, model, inspected FROM flows ORDER BY started_at DESC LIMIT 1")[0]
    assert (row["operation"], row["model"]) == ("streamGenerateContent", MODEL)
    said = site.query("SELECT flow_id, role, content FROM messages WHERE direction = 'response'")
    answered = [(each["role"], each["content"]) for each in said if each["flow_id"] == row["id"]]
    assert answered == [("assistant", "ring [CARD]")]
    found = site.query("SELECT flow_id, direction, type FROM findings")
    assert {each["direction"] for each in found if each["flow_id"] == row["id"]} == {"response"}
    everything = "".join(path.read_text("utf-8", "replace") for path in _files(site.ledger)) + live.log
    assert HELD_KEY not in everything
    assert "jane.roe" not in everything
    assert token not in everything


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
