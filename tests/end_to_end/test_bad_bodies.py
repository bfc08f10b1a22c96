"""A body that cannot be read in exactly one way, is too large, or says what is not granted, goes nowhere."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator

import openai
import pytest

from addons.core.reasons import Reason
from tests.end_to_end.refusals import (
    PATH,
    bearer,
    chat,
    inside,
    last_flow,
    newest,
    post,
    raw,
    read_answer,
    read_head,
    read_to_end,
    refused,
    request,
)
from tests.gateway import POLICY, Gateway, Site, gateway, records
from tests.simulators.openai_api import GREETING, Upstream, running

SECRET = "jane.roe@example.com"
GOOD = json.dumps(chat(f"hi {SECRET}")).encode()
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
LIMIT_BYTES = 20_000


def chunks(data: bytes, size: int = 7, trailers: str = "") -> bytes:
    """Return ``data`` in the chunked coding."""
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + f"0\r\n{trailers}\r\n".encode()


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()


def coded(body: bytes, coding: str) -> bytes:
    return request(body, f"Content-Encoding: {coding}")


def with_key(key: str) -> bytes:
    return GOOD.replace(b'"model"', b'"%s": "gpt-4o-mini", "model"' % key.encode(), 1)


REFUSED: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "no JSON": (lambda: request(f"hello {SECRET}"), Reason.BODY_MALFORMED),
    "half a JSON text": (lambda: request(GOOD[:-2]), Reason.BODY_MALFORMED),
    "JSON and more": (lambda: request(GOOD + b"{}"), Reason.BODY_MALFORMED),
    "a JSON list": (lambda: request(b"[" + GOOD + b"]"), Reason.BODY_MALFORMED),
    "nothing": (lambda: request(b""), Reason.BODY_MALFORMED),
    "not UTF-8": (lambda: request(GOOD.replace(b"hi", b"\xff")), Reason.BODY_MALFORMED),
    "UTF-16": (lambda: request(GOOD.decode().encode("utf-16")), Reason.BODY_MALFORMED),
    "the model twice": (lambda: request(with_key("model")), Reason.BODY_DUPLICATE_KEYS),
    "the model twice, escaped": (lambda: request(with_key("mod\\u0065l")), Reason.BODY_DUPLICATE_KEYS),
    "a key twice inside": (
        lambda: request(GOOD.replace(b'{"role"', b'{"role": "system", "role"')),
        Reason.BODY_DUPLICATE_KEYS,
    ),
    "text by its label": (lambda: request(GOOD, "Content-Type: text/plain"), Reason.BODY_TYPE_WRONG),
    "form by its label": (
        lambda: request(GOOD, "Content-Type: application/x-www-form-urlencoded"),
        Reason.BODY_TYPE_WRONG,
    ),
    "two labels": (lambda: request(GOOD, JSON, "Content-Type: text/plain"), Reason.BODY_TYPE_WRONG),
    "gzip that is none": (lambda: coded(GOOD, "gzip"), Reason.BODY_ENCODING_WRONG),
    "truncated gzip": (lambda: coded(gzip.compress(GOOD)[:-4], "gzip"), Reason.BODY_ENCODING_WRONG),
    "gzip and more": (lambda: coded(gzip.compress(GOOD) + b"more", "gzip"), Reason.BODY_ENCODING_WRONG),
    "gzip labelled deflate": (lambda: coded(gzip.compress(GOOD), "deflate"), Reason.BODY_ENCODING_WRONG),
    "gzip without a label": (lambda: request(gzip.compress(GOOD)), Reason.BODY_MALFORMED),
    "an unknown coding": (lambda: coded(GOOD, "snappy"), Reason.BODY_ENCODING_WRONG),
    "four codings": (lambda: coded(GOOD, "gzip, gzip, gzip, gzip"), Reason.BODY_ENCODING_WRONG),
    "a gzip bomb": (lambda: coded(bomb(), "gzip"), Reason.BODY_TOO_LARGE),
    "a model that is not granted": (lambda: request(chat(SECRET) | {"model": "o3"}), Reason.NOT_GRANTED),
    "an operation that is not granted": (
        lambda: request({"model": "gpt-4o-mini", "prompt": SECRET}, path="/v1/completions"),
        Reason.NOT_GRANTED,
    ),
    "an unknown operation": (lambda: request({"input": SECRET}, path="/v1/newest/thing"), Reason.NOT_GRANTED),
    "a path that is read in two ways": (
        lambda: request(GOOD, path="/v1/chat/../chat/completions"),
        Reason.NOT_GRANTED,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_body_is_refused(live: Gateway, upstream: Upstream, alice: str, case: str) -> None:
    make, reason = REFUSED[case]
    row = refused(live.site, raw(live, alice, make()), reason)
    assert (row["subject"], row["verdict"]) == ("alice", "block")
    assert SECRET not in str(row)
    assert upstream.received == []


GOOD_ONES: dict[str, Callable[[], bytes]] = {
    "plain": lambda: request(GOOD),
    "gzip": lambda: coded(gzip.compress(GOOD), "gzip"),
    "gzip in gzip": lambda: coded(gzip.compress(gzip.compress(GOOD)), "gzip, gzip"),
    "deflate": lambda: coded(zlib.compress(GOOD), "deflate"),
    "chunked": lambda: request(b"", CHUNKED) + chunks(GOOD),
    "chunked gzip": lambda: request(b"", CHUNKED, "Content-Encoding: gzip") + chunks(gzip.compress(GOOD)),
    "trailers": lambda: request(b"", CHUNKED) + chunks(GOOD, trailers=f"X-Contact: {SECRET}\r\n"),
}


@pytest.mark.parametrize("case", GOOD_ONES)
def test_a_good_body_arrives_masked_and_in_clear_coding(
    live: Gateway, upstream: Upstream, alice: str, case: str
) -> None:
    with inside(live, bearer(alice)) as opened:
        for _ in range(2):  # twice: what follows a body must be found
            opened.sendall(GOOD_ONES[case]())
            answer = read_answer(opened)
            assert answer.json()["choices"][0]["message"]["content"] == GREETING
    received = upstream.received[-1]
    assert received.json()["messages"][0]["content"].startswith("hi [EMAIL")
    assert received.header("content-encoding") is None
    assert SECRET not in received.as_json()


def test_the_client_may_wait_for_100_continue(live: Gateway, upstream: Upstream, alice: str) -> None:
    head, _, body = request(GOOD, "Expect: 100-continue").partition(b"\r\n\r\n")
    with inside(live, bearer(alice)) as opened:
        opened.sendall(head + b"\r\n\r\n")
        assert read_head(opened).startswith(b"HTTP/1.1 100 ")
        assert upstream.received == []
        opened.sendall(body)
        assert read_answer(opened).status_code == 200
    assert upstream.received[-1].header("expect") is None


def test_a_refused_call_that_waits_for_100_continue_ends(live: Gateway, upstream: Upstream) -> None:
    head, _, body = request(GOOD, "Expect: 100-continue").partition(b"\r\n\r\n")
    with inside(live, None) as opened:
        opened.sendall(head + b"\r\n\r\n")
        assert read_head(opened).startswith(b"HTTP/1.1 100 ")
        opened.sendall(body)
        refused(live.site, read_answer(opened), Reason.TOKEN_MISSING)
    assert upstream.received == []


def test_a_refused_head_has_no_body_that_the_next_answer_could_be_read_from(
    live: Gateway, upstream: Upstream, alice: str
) -> None:
    with inside(live, bearer(alice)) as opened:
        opened.sendall(request(b"", method="HEAD"))
        answer = read_answer(opened, "HEAD")
        assert (answer.status_code, answer.headers["x-should-retry"]) == (403, "false")
        assert upstream.received == []
        opened.sendall(request(GOOD))
        assert read_answer(opened).json()["choices"]


TWO_LENGTHS: dict[str, tuple[str, ...]] = {
    "length and chunked": ("Content-Length: 5", CHUNKED),
    "chunked and length": (CHUNKED, "Content-Length: 5"),
    "two lengths": ("Content-Length: 5", f"Content-Length: {len(GOOD)}"),
    "two lengths in one": (f"Content-Length: 5, {len(GOOD)}",),
    "a signed length": (f"Content-Length: +{len(GOOD)}",),
    "a negative length": ("Content-Length: -1",),
    "chunked twice": (CHUNKED, CHUNKED),
    "chunked and something": ("Transfer-Encoding: chunked, identity",),
    "nearly chunked": ("Transfer-Encoding: xchunked",),
    "a space before the colon": ("Content-Length : 5", CHUNKED),
}


@pytest.mark.parametrize("case", TWO_LENGTHS)
def test_a_body_whose_end_is_in_doubt_is_refused(live: Gateway, upstream: Upstream, alice: str, case: str) -> None:
    since = newest(live.site)
    head = request(b"", *TWO_LENGTHS[case])
    with inside(live, bearer(alice)) as opened:
        opened.sendall(head + chunks(GOOD) + request(GOOD))
        answer = read_to_end(opened)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1
    last_flow(live.site, Reason.REQUEST_MALFORMED, since)
    assert upstream.received == []


BROKEN_CHUNKS: dict[str, bytes] = {
    "no number": b"zz\r\nhello\r\n0\r\n\r\n",
    "too long": b"3\r\nhello\r\n0\r\n\r\n",
    "a bare line feed": b"5\nhello\n0\n\n",
    "a trailer without a colon": b"5\r\nhello\r\n0\r\nnonsense\r\n\r\n",
}


@pytest.mark.parametrize("case", BROKEN_CHUNKS)
def test_broken_chunks_are_refused(live: Gateway, upstream: Upstream, alice: str, case: str) -> None:
    since = newest(live.site)
    with inside(live, bearer(alice)) as opened:
        opened.sendall(request(b"", CHUNKED) + BROKEN_CHUNKS[case] + request(GOOD))
        assert b"HTTP/1.1 2" not in read_to_end(opened)
    last_flow(live.site, Reason.REQUEST_MALFORMED, since)
    assert upstream.received == []


def test_a_client_that_leaves_in_the_middle_of_its_body_is_on_record(
    live: Gateway, upstream: Upstream, alice: str
) -> None:
    since = newest(live.site)
    with inside(live, bearer(alice)) as opened:
        opened.sendall(request(GOOD)[:-5])
    last_flow(live.site, Reason.CLIENT_GONE, since)
    assert upstream.received == []


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Upstream, str]]:
    """A gateway that takes small bodies, and grants what it cannot read."""
    site = Site(tmp_path_factory.mktemp("small"))
    with running(site.upstream_certificate) as (upstream, port):
        policy = POLICY.format(upstream=port).replace("[chat, embeddings,", '[chat, "files.*", "audio.*", embeddings,')
        policy = policy.replace('        models: ["gpt-*", "text-embedding-*"]\n', "      web: {}\n")
        web = f"  web: {{hosts: [www.wild.test], protocol: http, upstream: 127.0.0.1:{port}}}\n"
        site.write_policy(policy.replace("access:\n", f"{web}access:\n"))
        with gateway(site, "--set", f"body_size_limit={LIMIT_BYTES}", reverse="https://api.openai.com") as gate:
            yield gate, upstream, site.token()


def large() -> bytes:
    return json.dumps(chat("hi " * LIMIT_BYTES)).encode()


@pytest.mark.parametrize("case", ["length", "length announced only", "chunked"])
def test_a_body_over_the_limit_is_refused(small: tuple[Gateway, Upstream, str], case: str) -> None:
    gate, upstream, token = small
    sent = {
        "length": request(large()),
        "length announced only": request(b"", "Content-Length: 1000000000"),
        "chunked": request(b"", CHUNKED) + chunks(large()[:-1], LIMIT_BYTES // 3),
    }
    row = refused(gate.site, raw(gate, token, sent[case]), Reason.BODY_TOO_LARGE)
    assert row["subject"] == "alice"
    assert upstream.received == []


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_sdk_raises_on_a_body_over_the_limit(small: tuple[Gateway, Upstream, str]) -> None:
    gate, upstream, token = small
    with (
        openai.OpenAI(api_key=token, base_url=f"http://127.0.0.1:{gate.reverse_port}/v1", max_retries=0) as sdk,
        pytest.raises(openai.APIStatusError, match="larger than this gateway accepts") as caught,
    ):
        sdk.post(PATH.removeprefix("/v1"), body=json.loads(large()), cast_to=object)
    assert caught.value.status_code == 413
    assert upstream.received == []


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_of_text_passes_masked(small: tuple[Gateway, Upstream, str]) -> None:
    gate, upstream, token = small
    with openai.OpenAI(api_key=token, base_url=f"http://127.0.0.1:{gate.reverse_port}/v1") as sdk:
        sdk.files.create(file=("customers.csv", f"name,mail\nJane,{SECRET}\n".encode()), purpose="assistants")
    outcome = records(gate.site)[-1]
    assert (outcome["operation"], outcome["request_inspected"]) == ("files.create", "full")
    body = upstream.received.pop().body
    assert SECRET.encode() not in body
    assert b"Jane,[EMAIL" in body


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_sound_passes_byte_for_byte_and_is_inspected_in_part(small: tuple[Gateway, Upstream, str]) -> None:
    gate, upstream, token = small
    sound = b"RIFF\x24\0\0\0WAVEfmt " + bytes(range(256)) * 8
    with openai.OpenAI(api_key=token, base_url=f"http://127.0.0.1:{gate.reverse_port}/v1") as sdk:
        prompt = f"Names: {SECRET}"
        sdk.audio.transcriptions.create(file=("speech.wav", sound, "audio/wav"), model="whisper-1", prompt=prompt)
    outcome = records(gate.site)[-1]
    assert (outcome["operation"], outcome["model"]) == ("audio.transcription", "whisper-1")
    assert outcome["request_inspected"] == "partial"
    body = upstream.received.pop().body
    assert sound in body
    assert SECRET.encode() not in body
    assert b"Names: [EMAIL" in body


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_can_be_read_in_two_ways_is_refused(small: tuple[Gateway, Upstream, str]) -> None:
    gate, upstream, token = small
    twice = 'Content-Disposition: form-data; name="model"\r\n\r\na\r\n--b\r\n'
    body = f"--b\r\n{twice}{twice[:-2]}--\r\n".encode()
    head = "Content-Type: multipart/form-data; boundary=b"
    refused(gate.site, raw(gate, token, request(body, head, path="/v1/files")), Reason.BODY_MALFORMED)
    assert upstream.received == []


def test_a_call_within_the_limit_passes(small: tuple[Gateway, Upstream, str]) -> None:
    gate, upstream, token = small
    assert post(gate, token, chat("hi")).status_code == 200
    assert len(upstream.received) == 1


def test_head_of_what_is_granted_ends_without_a_body(small: tuple[Gateway, Upstream, str]) -> None:
    gate, upstream, token = small
    upstream.replies["HEAD"] = lambda _: b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 500\r\n\r\n"
    with inside(gate, bearer(token), host="www.wild.test") as opened:
        opened.sendall(request(b"", "Host: www.wild.test", method="HEAD", path="/HEAD"))
        answer = read_answer(opened, "HEAD")
        assert (answer.status_code, answer.headers["content-length"]) == (200, "500")
        opened.sendall(request(b"{}", "Host: www.wild.test", path="/other"))
        assert read_answer(opened).json()["target"] == "/other"
