"""Unmodified clients, through HTTPS_PROXY and with the gateway as base URL."""

import asyncio
import gc
import ssl
from collections.abc import Callable, Iterator

import httpx
import httpx2
import openai
import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from tests.end_to_end.conftest import trust
from tests.gateway import HELD_KEY, Gateway, run
from tests.simulators.openai_api import GREETING, Upstream

MODEL = "gpt-4o-mini"
PERSONAL = "Jane Roe, jane.roe@example.com, 4111 1111 1111 1111"
MASKED = "Jane Roe, [EMAIL], [CARD]"
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the SDKs leave their connections to the garbage collector

URL = "https://api.openai.com/v1/chat/completions"


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what an SDK left open before another test, which does not expect it."""
    yield
    gc.collect()


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@pytest.fixture(params=["proxy", "base-url"])
def settings(request: pytest.FixtureRequest, live: Gateway, alice: str) -> dict[str, object]:
    """Keyword arguments for an OpenAI client: only address, CA and token."""
    if request.param == "base-url":
        return {"api_key": alice, "base_url": f"http://127.0.0.1:{live.reverse_port}/v1"}
    context: ssl.SSLContext = trust(live.site)
    return {
        "api_key": "unused",
        "http_client": httpx2.Client(proxy=live.proxy(alice), verify=context),
        "http_async_client": httpx2.AsyncClient(proxy=live.proxy(alice), verify=context),
    }


@pytest.fixture
def sdk(settings: dict[str, object]) -> openai.OpenAI:
    chosen = {name: value for name, value in settings.items() if name != "http_async_client"}
    return openai.OpenAI(**chosen)  # type: ignore[arg-type]  # the keywords differ by parameter


@pytest.fixture
def chat(settings: dict[str, object]) -> ChatOpenAI:
    return ChatOpenAI(model=MODEL, **settings)  # type: ignore[arg-type]  # the keywords differ by parameter


def test_the_openai_sdk_gets_a_masked_answer(sdk: openai.OpenAI, upstream: Upstream) -> None:
    answer = sdk.chat.completions.create(model=MODEL, messages=said(f"repeat: {PERSONAL}"))  # type: ignore[arg-type]
    # what the request masked as a token comes back as it was; it was this caller's own data
    assert answer.choices[0].message.content == "Jane Roe, jane.roe@example.com, 4111 1111 1111 1111"
    assert upstream.received[-1].header("authorization") == f"Bearer {HELD_KEY}"
    assert b"jane.roe" not in upstream.received[-1].body


def test_langchain_invoke_stream_and_astream(chat: ChatOpenAI, upstream: Upstream) -> None:
    upstream.story["customer record"] = f"repeat: {PERSONAL}"
    prompt = "Show the customer record."

    async def astream() -> str:
        return "".join([str(chunk.text) async for chunk in chat.astream(prompt)])

    assert chat.invoke(prompt).text == MASKED
    assert "".join(str(chunk.text) for chunk in chat.stream(prompt)) == MASKED
    assert asyncio.run(astream()) == MASKED


def test_a_langgraph_agent_calls_its_tool(chat: ChatOpenAI, upstream: Upstream) -> None:
    @tool
    def lookup(name: str) -> str:
        """Look somebody up."""
        return f"{name} is known"

    upstream.story["look up"] = 'call lookup: {"name": "Ada"}'
    result = create_agent(chat, [lookup]).invoke({"messages": [HumanMessage("Please look up Ada.")]})
    assert result["messages"][-1].text == "The tool said: Ada is known"


def test_httpx_without_a_special_setting(client: Callable[[str | None], httpx.Client], alice: str) -> None:
    answer = client(alice).post(URL, json={"model": MODEL, "messages": said("hi")})
    assert answer.json()["choices"][0]["message"]["content"] == GREETING


def test_curl_streams(live: Gateway, alice: str) -> None:
    body = f'{{"model":"{MODEL}","stream":true,"messages":[{{"role":"user","content":"hi"}}]}}'
    arguments = ["-sS", "-N", "--cacert", str(live.site.ca), "-H", "content-type: application/json", "-d", body, URL]
    done = run("/usr/bin/curl", *arguments, env={"HTTPS_PROXY": live.proxy(alice)})
    assert done.stdout.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("token", [None, "garbage"])
def test_no_good_token_is_an_authentication_error(live: Gateway, upstream: Upstream, token: str | None) -> None:
    http = httpx2.Client(proxy=live.proxy(token), verify=trust(live.site))
    sdk = openai.OpenAI(api_key="sk-dummy", http_client=http)
    with pytest.raises(openai.AuthenticationError, match="Chainwarden record"):
        sdk.chat.completions.create(model=MODEL, messages=said("hi"))  # type: ignore[arg-type]
    assert upstream.received == []


def test_a_blocked_text_is_a_permission_error_with_the_rules_message(sdk: openai.OpenAI, upstream: Upstream) -> None:
    with pytest.raises(openai.PermissionDeniedError, match="We do not talk about pirates"):
        sdk.chat.completions.create(model=MODEL, messages=said("Where is the pirate treasure?"))  # type: ignore[arg-type]
    assert upstream.received == []
