"""An upstream that fails, lies or echoes: the client gets no half answer as a whole one, and never the credential."""

import gzip
from collections.abc import Callable, Iterator

import httpx
import openai
import pytest

from addons.core.reasons import Reason, http_status
from tests.end_to_end.conftest import trust
from tests.end_to_end.faulty_upstreams import LIMIT_BYTES, Plant, plant_in
from tests.end_to_end.refusals import (
    PATH,
    URL,
    bearer,
    chat,
    flow,
    inside,
    last_flow,
    newest,
    post,
    read_answer,
    refused,
    request,
)
from tests.gateway import HELD_KEY
from tests.simulators.answers import SSE, bomb, chunked, completion, events, head, held, said, zipped
from tests.simulators.openai_api import GREETING, Received

PERSONAL = "jane.roe@example.com"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with plant_in(tmp_path_factory.mktemp("bad-upstream")) as plant:
        yield plant


@pytest.fixture
def plant(started: Plant) -> Iterator[Plant]:
    started.upstream.replies.clear()
    started.upstream.received.clear()
    yield started
    assert HELD_KEY not in started.gate.log
    assert started.gate.process.poll() is None


# Answers that must not reach the client, and why
REFUSED: dict[str, tuple[Callable[[Received], bytes], Reason]] = {
    "nothing": (lambda _: b"", Reason.UPSTREAM_UNREACHABLE),
    "garbage": (lambda got: f"\x16\x03\x01 {held(got)}\r\n\r\n".encode(), Reason.UPSTREAM_MALFORMED),
    "half a head": (lambda got: f"HTTP/1.1 200 OK\r\nX: {held(got)}".encode(), Reason.UPSTREAM_MALFORMED),
    "half a body": (lambda _: head(completion(PERSONAL))[:-9], Reason.UPSTREAM_ENDED_EARLY),
    "half a chunk": (lambda _: chunked(completion(PERSONAL), end=b"5\r\nab"), Reason.UPSTREAM_ENDED_EARLY),
    "broken chunks": (
        lambda got: chunked(completion("hi"), end=f"{held(got)}\r\n".encode()),
        Reason.UPSTREAM_MALFORMED,
    ),
    "two lengths": (lambda _: head(completion("hi"), "Content-Length: 5"), Reason.UPSTREAM_MALFORMED),
    "length and chunked": (lambda _: head(b"0\r\n\r\n", "Transfer-Encoding: chunked"), Reason.UPSTREAM_MALFORMED),
    "a bad header": (lambda got: head(b"{}", f"{held(got)} x: 1"), Reason.UPSTREAM_MALFORMED),
    "no number": (lambda got: f"HTTP/1.1 {held(got)} OK\r\n\r\n".encode(), Reason.UPSTREAM_MALFORMED),
    "over the limit": (lambda _: head(completion("hi " * LIMIT_BYTES)), Reason.UPSTREAM_TOO_LARGE),
    "over the limit, chunked": (lambda _: chunked(*[b" " * 65_536] * 6), Reason.UPSTREAM_TOO_LARGE),
    "a gzip bomb": (lambda _: head(bomb(), "Content-Encoding: gzip"), Reason.UPSTREAM_TOO_LARGE),
    "gzip that is none": (lambda _: head(completion("hi"), "Content-Encoding: gzip"), Reason.UPSTREAM_MALFORMED),
    "truncated gzip": (
        lambda _: head(gzip.compress(completion("hi"))[:-5], "Content-Encoding: gzip"),
        Reason.UPSTREAM_MALFORMED,
    ),
    "an unknown coding": (lambda _: head(completion("hi"), "Content-Encoding: snappy"), Reason.UPSTREAM_MALFORMED),
    "a key twice": (
        lambda _: head(completion("hi").replace(b'"role"', b'"content": "hello", "role"')),
        Reason.UPSTREAM_MALFORMED,
    ),
    "101 that nobody asked for": (
        lambda got: f"HTTP/1.1 101 Switching\r\nUpgrade: raw\r\nConnection: upgrade\r\n\r\n{held(got)}".encode(),
        Reason.UPSTREAM_MALFORMED,
    ),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_broken_answer_is_a_bad_gateway(plant: Plant, case: str, *, stream: bool) -> None:
    make, reason = REFUSED[case]
    plant.upstream.replies["answer"] = make
    answer = plant.post("answer", stream=stream)
    row = refused(plant.gate.site, answer, reason)
    assert answer.status_code == http_status(reason) == 502
    assert len(plant.upstream.received) == 1
    assert PERSONAL not in answer.text + str(row)
    assert HELD_KEY not in answer.text + str(row) + str(answer.headers)


@pytest.mark.parametrize("name", ["closed.wild.test", "misnamed.test", "a.wild.test", "b.wild.test:8443"])
def test_an_upstream_that_cannot_be_trusted_or_reached_gets_nothing(plant: Plant, name: str) -> None:
    for upstream in plant.impostors:
        upstream.received.clear()
    answer = post(plant.gate, plant.token, chat("hi"), url=f"https://{name}{PATH}")
    refused(plant.gate.site, answer, Reason.UPSTREAM_UNREACHABLE)
    assert answer.headers["x-should-retry"] == "true"
    assert all(upstream.received == [] for upstream in (plant.upstream, *plant.impostors))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_sdk_raises_its_server_error(plant: Plant) -> None:
    plant.upstream.replies["answer"] = REFUSED["garbage"][0]
    with (
        openai.OpenAI(api_key=plant.token, base_url=f"http://127.0.0.1:{plant.gate.reverse_port}/v1") as sdk,
        pytest.raises(openai.InternalServerError, match="not an HTTP response") as caught,
    ):
        sdk.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "answer"}])
    assert caught.value.code == Reason.UPSTREAM_MALFORMED
    assert len(plant.upstream.received) == 1, "asking again does not help"


def test_an_upstream_that_hangs_leaves_a_record_when_the_client_gives_up(plant: Plant) -> None:
    since = newest(plant.gate.site)
    with (
        pytest.raises(httpx.ReadTimeout),
        httpx.Client(proxy=plant.gate.proxy(plant.token), verify=trust(plant.gate.site), timeout=1) as client,
    ):
        client.post(URL, json=chat("hang"))
    row = last_flow(plant.gate.site, Reason.CLIENT_GONE, since)
    assert (row["subject"], row["verdict"]) == ("alice", "allow")
    assert len(plant.upstream.received) == 1


def half_a_stream(_: Received) -> bytes:
    return chunked(events(f"Write to {PERSONAL}. " * 20)[:-200], end=b"", kind=SSE)


CUT: dict[str, tuple[Callable[[Received], bytes], Reason]] = {
    "no end": (half_a_stream, Reason.UPSTREAM_ENDED_EARLY),
    "half a chunk": (lambda _: chunked(events(PERSONAL), end=b"5\r\nda", kind=SSE), Reason.UPSTREAM_ENDED_EARLY),
    "short of its length": (lambda _: head(events(PERSONAL), kind=SSE)[:-20], Reason.UPSTREAM_ENDED_EARLY),
    "truncated gzip": (
        lambda _: head(gzip.compress(events(PERSONAL))[:-8], "Content-Encoding: gzip", kind=SSE),
        Reason.UPSTREAM_MALFORMED,
    ),
    "a gzip bomb": (lambda _: head(bomb(), "Content-Encoding: gzip", kind=SSE), Reason.UPSTREAM_TOO_LARGE),
    "broken chunks": (lambda _: chunked(events("hi"), end=b"zz\r\n", kind=SSE), Reason.UPSTREAM_MALFORMED),
}


@pytest.mark.parametrize("case", CUT)
def test_a_stream_that_breaks_looks_broken(plant: Plant, case: str) -> None:
    make, reason = CUT[case]
    plant.upstream.replies["answer"] = make
    since = newest(plant.gate.site)
    got = plant.raw("answer", stream=True)
    assert got.startswith(b"HTTP/1.1 200 ")
    assert not got.endswith(b"0\r\n\r\n"), "a cut answer must not look complete"
    assert PERSONAL.encode() not in got
    row = last_flow(plant.gate.site, reason, since)
    assert row["inspected"] != "full"


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_sdk_raises_in_a_stream_that_breaks(plant: Plant) -> None:
    plant.upstream.replies["answer"] = half_a_stream
    said_before: list[str] = []
    with openai.OpenAI(api_key=plant.token, base_url=f"http://127.0.0.1:{plant.gate.reverse_port}/v1") as sdk:
        stream = sdk.chat.completions.create(
            model="gpt-4o-mini", stream=True, messages=[{"role": "user", "content": "answer"}]
        )
        deltas = (chunk.choices[0].delta.content or "" for chunk in stream)
        with pytest.raises(openai.APIConnectionError):
            said_before.extend(deltas)
    assert "".join(said_before).startswith("Write to [EMAIL]. ")


INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
MASKED: dict[str, tuple[Callable[[Received], bytes], bool]] = {
    "gzip though asked for none": (lambda _: zipped(completion(PERSONAL)), False),
    "a stream in gzip": (lambda _: head(gzip.compress(events(PERSONAL)), "Content-Encoding: gzip", kind=SSE), True),
    "a stream labelled JSON": (lambda _: head(events(PERSONAL)), True),
    "JSON labelled a stream": (lambda _: head(completion(PERSONAL), kind=SSE), False),
    "an interim answer": (lambda _: INTERIM + head(completion(PERSONAL)), False),
    "interim answers before a stream": (lambda _: INTERIM * 3 + head(events(PERSONAL), kind=SSE), True),
    "trailers": (lambda _: chunked(completion(PERSONAL), end=b"0\r\nX-After: x\r\n\r\n"), False),
    "a stream with trailers": (lambda _: chunked(events(PERSONAL), end=b"0\r\nX-After: x\r\n\r\n", kind=SSE), True),
}


@pytest.mark.parametrize("asked", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", MASKED)
def test_an_unusual_answer_arrives_whole_and_masked(plant: Plant, case: str, *, asked: bool) -> None:
    make, streams = MASKED[case]
    plant.upstream.replies["answer"] = make
    answer = plant.post("answer", stream=asked)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    text = said(answer.text) if streams else answer.json()["choices"][0]["message"]["content"]
    assert text == "[EMAIL]"
    if streams:
        assert "[DONE]" in answer.text


def test_invalid_json_is_masked_as_text_and_not_called_inspected(plant: Plant) -> None:
    plant.upstream.replies["answer"] = lambda _: head(f'{{"choices": [{{"text": "{PERSONAL}"'.encode())
    since = newest(plant.gate.site)
    answer = plant.post("answer")
    assert (answer.status_code, answer.text) == (200, '{"choices": [{"text": "[EMAIL]"')
    assert last_flow(plant.gate.site, Reason.ALLOWED, since)["inspected"] == "partial"


def test_a_redirect_takes_no_credential_along(plant: Plant) -> None:
    plant.upstream.replies["answer"] = lambda _: head(b"", "Location: https://evil.test/v1", status="307 Temporary")
    proxy = plant.gate.proxy(plant.token)
    with httpx.Client(proxy=proxy, verify=trust(plant.gate.site), follow_redirects=True) as client:
        answer = client.post(URL, json=chat("answer"))
    assert (answer.status_code, answer.json()["reason"]) == (403, Reason.SERVICE_UNKNOWN)
    assert flow(plant.gate.site, answer.json()["record"])["reason"] == Reason.SERVICE_UNKNOWN
    assert len(plant.upstream.received) == 1


def test_bytes_after_an_answer_are_not_the_next_answer(plant: Plant) -> None:
    plant.upstream.replies["answer"] = lambda _: head(completion("first")) + head(completion(f"smuggled {PERSONAL}"))
    with inside(plant.gate, bearer(plant.token)) as opened:
        texts = []
        for text in ("answer", "hi"):
            opened.sendall(request(chat(text)))
            texts.append(read_answer(opened).json()["choices"][0]["message"]["content"])
    assert texts == ["first", GREETING]


def test_many_calls_on_one_connection_share_one_upstream_connection(plant: Plant) -> None:
    before = plant.gate.log.count("server connect ")
    with httpx.Client(proxy=plant.gate.proxy(plant.token), verify=trust(plant.gate.site), timeout=20) as client:
        for _ in range(12):
            assert client.post(URL, json=chat("hi")).status_code == 200
    assert plant.gate.log.count("server connect ") == before + 1
