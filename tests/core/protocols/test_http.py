import pytest

from addons.core.call import Call, Inspected, RequestHead, ResponseHead
from addons.core.errors import RefusedError
from addons.core.protocols.http import Http
from addons.core.protocols.protocol import AnswerStream
from addons.core.reasons import Reason
from tests.captures import NAMES, SECRETS, capture
from tests.core.protocols.cuts import assert_cuts_do_not_matter, run
from tests.core.protocols.masks import MASKER

HTTP = Http()
SAMPLES = ("unknown_shapes.sse", "json_as_events.sse", "chat_without_end.sse")


def _call(body: bytes = b"", content_type: str = "", method: str = "POST", query: str = "") -> Call:
    headers = (("content-type", content_type),) if content_type else ()
    return HTTP.parse_request("crm", RequestHead(method, "https", "crm", 443, "/x", query, headers), body)


def _stream(content_type: str = "text/event-stream") -> AnswerStream:
    return HTTP.answer_stream(_call(), ResponseHead(200, (("content-type", content_type),)), MASKER, lambda _: False)


@pytest.mark.parametrize(
    ("content_type", "body", "texts", "inspected"),
    [
        ("application/json", b'{"a": ["x", 123456789], "b": null}', ["a", "x", "123456789", "b"], Inspected.FULL),
        ("application/vnd.api+json", b'"x"', ["x"], Inspected.FULL),
        ("application/x-www-form-urlencoded", b"a=x%40y&b", ["a", "x@y", "b"], Inspected.FULL),
        ("text/plain; charset=utf-8", b"x", ["x"], Inspected.FULL),
        ("text/csv", b"\xff", ["\u00ff"], Inspected.PARTIAL),
        ("multipart/form-data; boundary=x", b"--x--", [], Inspected.FULL),
        ("application/pdf", b"%PDF\x00", [], Inspected.NONE),
        ("", b"", [], Inspected.FULL),
    ],
)
def test_requests(content_type: str, body: bytes, texts: list[str], inspected: Inspected) -> None:
    content = _call(body, content_type).content
    assert [text.text for text in content.texts] == texts
    assert content.inspected is inspected


@pytest.mark.parametrize(
    ("body", "refused"),
    [(b"{", Reason.BODY_MALFORMED), (b'{"a": 1, "a": 2}', Reason.BODY_DUPLICATE_KEYS)],
)
def test_json_that_is_none_or_reads_in_two_ways_must_be_refused(body: bytes, refused: Reason) -> None:
    with pytest.raises(RefusedError) as error:
        _call(body, "application/json")
    assert error.value.reason is refused


@pytest.mark.parametrize(("method", "operation"), [("GET", "get"), ("patch", "patch"), ("PROPFIND", "other")])
def test_the_operation_is_the_method(method: str, operation: str) -> None:
    assert _call(method=method).operation == operation
    assert operation in HTTP.operations


def test_the_query_is_read() -> None:
    assert [text.text for text in _call(query="q=a+b&r=%40").content.texts] == ["q", "a b", "r", "@"]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_cut_of_an_event_stream_delivers_the_same(name: str) -> None:
    assert_cuts_do_not_matter(_stream, capture(name))


@pytest.mark.parametrize("name", [name for name in NAMES if "logprobs" not in name])
def test_streams_of_any_shape_leak_nothing(name: str) -> None:
    stream = _stream()
    out = run(stream, [capture(name)])
    assert not [secret for secret in SECRETS if secret.encode() in out]
    assert stream.inspected is Inspected.PARTIAL
    assert not [secret for secret in SECRETS if secret in repr(stream.content)]


TEXT = b'{"a": "jane.doe\\u0040example.com", "n": 4111111111111111}\n' + "caf\u00e9".encode() + b"\xff end"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/octet-stream"])
def test_what_is_no_event_stream_is_one_text(content_type: str) -> None:
    assert_cuts_do_not_matter(lambda: _stream(content_type), TEXT)
    out = run(_stream(content_type), [TEXT])
    assert out == b'{"a": "[EMAIL]", "n": "[CARD]"}\n' + "caf\u00e9".encode() + b"\xff end"


@pytest.mark.parametrize(
    ("content_type", "data"), [("image/png", TEXT), ("application/json", b"da"), ("text/plain", b"")]
)
def test_streams_that_pass_unchanged(content_type: str, data: bytes) -> None:
    stream = _stream(content_type)
    assert run(stream, [data]) == data
    assert stream.inspected is not Inspected.FULL or not data
    assert not stream.hits
