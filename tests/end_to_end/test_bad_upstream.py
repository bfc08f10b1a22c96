"""An upstream that fails, lies or echoes: the client gets no half answer as a whole one, and never the credential."""

import base64
import gzip
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest

from addons.core.reasons import Reason, http_status
from tests.authority import make_authority
from tests.end_to_end.refusals import (
    HOST,
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
    read_to_end,
    refused,
    request,
)
from tests.end_to_end.conftest import trust
from tests.gateway import HELD_KEY, Gateway, Site, free_port, gateway
from tests.simulators.openai_api import GREETING, Received, Upstream, running

LIMIT_BYTES = 300_000
PERSONAL = "jane.roe@example.com"
POLICY = """\
version: 1
identity:
  issuers: [{{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}}]
services:
  openai: {{hosts: [api.openai.com], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{upstream}}}
  closed: {{hosts: [closed.wild.test], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{closed}}}
  misnamed: {{hosts: [misnamed.test], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{upstream}}}
  strange: {{hosts: [a.wild.test], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{strange}}}
  plain: {{hosts: ["b.wild.test:8443"], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{plain}}}
access:
  - groups: [data-science]
    services: {{openai: {{}}, closed: {{}}, misnamed: {{}}, strange: {{}}, plain: {{}}}}
redaction:
  responses: {{detect: [pii, secrets], style: label}}
"""


@dataclass
class Plant:
    """A gateway and the upstreams behind its services."""

    gate: Gateway
    upstream: Upstream
    impostors: tuple[Upstream, ...]
    token: str

    def post(self, text: str, **fields: object) -> httpx.Response:
        return post(self.gate, self.token, chat(text, **fields))

    def raw(self, text: str, **fields: object) -> bytes:
        """Return all that the client gets for one call, to the end of its connection."""
        with inside(self.gate, bearer(self.token)) as opened:
            opened.sendall(request(chat(text, **fields), "Connection: close"))
            return read_to_end(opened)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    site = Site(tmp_path_factory.mktemp("bad-upstream"))
    _, strange_certificate = make_authority(tmp_path_factory.mktemp("strange"))
    with (
        running(site.upstream_certificate) as (upstream, port),
        running(strange_certificate) as (strange, strange_port),
        running(None) as (plain, plain_port),
    ):
        site.write_policy(POLICY.format(upstream=port, closed=free_port(), strange=strange_port, plain=plain_port))
        with gateway(site, "--set", f"body_size_limit={LIMIT_BYTES}", reverse="https://api.openai.com") as gate:
            yield Plant(gate, upstream, (strange, plain), site.token())


@pytest.fixture
def plant(started: Plant) -> Iterator[Plant]:
    started.upstream.replies.clear()
    started.upstream.received.clear()
    yield started
    assert HELD_KEY not in started.gate.log
    assert started.gate.process.poll() is None


def head(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def completion(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def events(text: str, size: int = 3) -> bytes:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    chunks = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    return b"".join(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"


def said(body: str) -> str:
    """Return the text that the deltas of an event stream make."""
    data = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for item in data for choice in json.loads(item)["choices"])


def zipped(body: bytes) -> bytes:
    return head(gzip.compress(body), "Content-Encoding: gzip")


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()


def held(received: Received) -> str:
    """Return the credential as the upstream got it."""
    return str(received.header("authorization")).removeprefix("Bearer ")


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", kind: str = "application/json") -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", "Transfer-Encoding: chunked", "", ""]
    return "\r\n".join(lines).encode() + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


SSE = "text/event-stream"

# Answers that must not reach the client, and why
REFUSED: dict[str, tuple[Callable[[Received], bytes], Reason]] = {
    "nothing": (lambda _: b"", Reason.UPSTREAM_UNREACHABLE),
    "garbage": (lambda got: f"\x16\x03\x01 {held(got)}\r\n\r\n".encode(), Reason.UPSTREAM_MALFORMED),
    "half a head": (lambda got: f"HTTP/1.1 200 OK\r\nX: {held(got)}".encode(), Reason.UPSTREAM_MALFORMED),
    "half a body": (lambda _: head(completion(PERSONAL))[:-9], Reason.UPSTREAM_ENDED_EARLY),
    "half a chunk": (lambda _: chunked(completion(PERSONAL), end=b"5\r\nab"), Reason.UPSTREAM_ENDED_EARLY),
    "broken chunks": (lambda got: chunked(completion("hi"), end=f"{held(got)}\r\n".encode()), Reason.UPSTREAM_MALFORMED),
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
    with pytest.raises(httpx.ReadTimeout), httpx.Client(
        proxy=plant.gate.proxy(plant.token), verify=trust(plant.gate.site), timeout=1
    ) as client:
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
    got = ""
    with openai.OpenAI(api_key=plant.token, base_url=f"http://127.0.0.1:{plant.gate.reverse_port}/v1") as sdk:
        stream = sdk.chat.completions.create(
            model="gpt-4o-mini", stream=True, messages=[{"role": "user", "content": "answer"}]
        )
        with pytest.raises(openai.APIConnectionError):
            for chunk in stream:
                got += chunk.choices[0].delta.content or ""
    assert got.startswith("Write to [EMAIL]. ")


# Answers that echo the held credential. The credential is never delivered, however it is written.
ECHOES: dict[str, Callable[[str], bytes]] = {
    "JSON": lambda key: head(completion(f"Your key is {key}.")),
    "an error": lambda key: head(
        json.dumps({"error": {"message": f"Bad key: {key}", "type": "x"}}).encode(), status="401 Unauthorized"
    ),
    "a key of JSON": lambda key: head(json.dumps({key: 1}).encode()),
    "escaped JSON": lambda key: head(completion("KEY").replace(b"KEY", "".join(f"\\u{ord(c):04x}" for c in key).encode())),
    "invalid JSON": lambda key: head(f'{{"error": "{key}'.encode()),
    "HTML": lambda key: head(f"<p>{key}</p>".encode(), kind="text/html", status="500 Oh"),
    "no label": lambda key: head(key.encode(), kind=""),
    "binary by its label": lambda key: head(b"\0\1" + key.encode(), kind="application/octet-stream"),
    "an image by its label": lambda key: head(b"\x89PNG" + key.encode(), kind="image/png"),
    "UTF-16": lambda key: head(completion(key).decode().encode("utf-16"), kind="application/json; charset=utf-16"),
    "gzip": lambda key: zipped(completion(key)),
    "a header": lambda key: head(completion("hi"), f"X-Key: {key}", f"X-Key: again {key}"),
    "the name of a header": lambda key: head(completion("hi"), f"{key}: 1"),
    "an interim answer": lambda key: f"HTTP/1.1 103 {key}\r\nX-Key: {key}\r\n\r\n".encode() + head(completion("hi")),
    "the reason phrase": lambda key: head(completion("hi"), status=f"200 {key}"),
    "the content type": lambda key: head(completion("hi"), kind=f"application/json; key={key}"),
    "a cookie": lambda key: head(completion("hi"), f"Set-Cookie: k={key}; Path=/"),
    "a redirect": lambda key: head(b"", f"Location: https://evil.test/?k={key}", status="302 Found"),
    "a trailer": lambda key: chunked(completion("hi"), end=f"0\r\nX-Key: {key}\r\n\r\n".encode()),
    "a chunk extension": lambda key: chunked(completion("hi"), end=f"0;key={key}\r\n\r\n".encode()),
    "a stream": lambda key: chunked(events(f"Your key is {key}."), kind=SSE),
    "a stream, cut small": lambda key: chunked(
        *(bytes([byte]) for byte in events(f"Your key is {key}.", 1)), kind=SSE
    ),
    "a comment of a stream": lambda key: head(f": {key}\n\n".encode() + events("hi"), kind=SSE),
    "the name of an event": lambda key: head(f"event: {key}\nid: {key}\n".encode() + events("hi"), kind=SSE),
    "a stream in gzip": lambda key: head(gzip.compress(events(key)), "Content-Encoding: gzip", kind=SSE),
    "a stream labelled JSON": lambda key: head(events(key)),
    "JSON labelled a stream": lambda key: head(completion(key), kind=SSE),
    "text labelled a stream": lambda key: head(key.encode(), kind=SSE),
    "a stream's trailer": lambda key: chunked(events("hi"), end=f"0\r\nX-Key: {key}\r\n\r\n".encode(), kind=SSE),
    "a length that lies": lambda key: head(completion("hi")) + key.encode(),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", ECHOES)
def test_the_held_credential_is_not_delivered(plant: Plant, case: str, *, stream: bool) -> None:
    plant.upstream.replies["answer"] = lambda received: ECHOES[case](held(received))
    with inside(plant.gate, bearer(plant.token)) as opened:
        opened.sendall(request(chat("answer", stream=stream), "Connection: close"))
        got = read_to_end(opened)
    assert got.startswith(b"HTTP/1.1 ")
    assert held(plant.upstream.received[-1]) == HELD_KEY, "the upstream needs the credential"
    _, _, body = got.partition(b"\r\n\r\n")
    views = [got, body.replace(b"\0", b""), *(unescaped(view) for view in (body, body.decode("latin-1").encode()))]
    text = said_in(body)
    assert all(HELD_KEY.encode() not in view for view in views)
    assert HELD_KEY not in text


def unescaped(body: bytes) -> bytes:
    return body.decode("latin-1").encode("ascii", "ignore").decode("unicode_escape", "ignore").encode()


def said_in(body: bytes) -> str:
    """Return what the deltas in ``body`` say, be it chunked or not."""
    text = body.decode("latin-1")
    lines = [line for line in text.splitlines() if line.startswith("data: {") and line.endswith("}")]
    return said("\n".join(lines))


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


def test_the_credential_is_nowhere_in_the_ledger(plant: Plant) -> None:
    for case in ECHOES.values():
        plant.upstream.replies["answer"] = lambda received, case=case: case(held(received))  # type: ignore[misc]
        plant.raw("answer")
    files = [path.read_bytes() for path in plant.gate.site.ledger.rglob("*") if path.is_file()]
    forms = (HELD_KEY.encode(), base64.b64encode(HELD_KEY.encode())[:-4])
    assert not any(form in file for form in forms for file in files)
