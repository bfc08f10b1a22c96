import pytest

from addons.core.call import Inspected
from addons.core.protocols.registry import PROTOCOLS, by_name
from tests.core.protocols.masks import MASKER

FULL, PARTIAL, NONE = Inspected.FULL, Inspected.PARTIAL, Inspected.NONE
FORM = "application/x-www-form-urlencoded"

# content type, body, what goes on, inspected
CASES: list[tuple[str, bytes, bytes, Inspected]] = [
    ("application/json", b'{"a": "jane.doe@example.com"}', b'{"a": "[EMAIL]"}', FULL),
    ("text/plain", b'{"a": "jane.doe\\u0040example.com"}', b'{"a": "[EMAIL]"}', FULL),
    ("", b'\xef\xbb\xbf["jane.doe@example.com"]', b'\xef\xbb\xbf["[EMAIL]"]', FULL),
    ("application/json", b'{"n": 4111111111111111, "n": "\\ud800"}', b'{"n": "[CARD]", "n": "\\ud800"}', FULL),
    ("application/json", b"4111111111111111", b'"[CARD]"', FULL),
    ("application/json", b'{"broken": "jane.doe\\u0040example.com"', b'{"broken": "[EMAIL]"', PARTIAL),
    (
        "application/x-ndjson",
        b'{"a": "jane.doe\\u0040example.com"}\n\n[4111111111111111]\n',
        b'{"a": "[EMAIL]"}\n\n["[CARD]"]\n',
        FULL,
    ),
    ("text/html", b"<p>jane.doe@example.com</p>", b"<p>[EMAIL]</p>", FULL),
    ("", b"jane.doe@example.com", b"[EMAIL]", PARTIAL),
    ("application/octet-stream", b"jane.doe@example.com", b"[EMAIL]", PARTIAL),
    ("application/octet-stream", b"\x00jane.doe@example.com", b"\x00jane.doe@example.com", NONE),
    ("image/png", b"jane.doe@example.com", b"jane.doe@example.com", NONE),
    ("text/plain", b"caf\xe9 jane.doe@example.com", b"caf\xe9 [EMAIL]", PARTIAL),
    ("text/plain; charset=utf-16", "to jane.doe@example.com".encode("utf-16"), "to [EMAIL]".encode("utf-16"), FULL),
    ("text/plain", "to jane.doe@example.com".encode("utf-16"), "to [EMAIL]".encode("utf-16"), FULL),
    (FORM, b"to=jane.doe%40example.com&x=1+%2f", b"to=%5BEMAIL%5D&x=1+%2f", FULL),
    (FORM, b"jane.doe%40example.com=1&&x", b"%5BEMAIL%5D=1&&x", FULL),
    (FORM, b"json=%7B%22a%22%3A%22jane.doe%5Cu0040example.com%22%7D", b"json=%7B%22a%22%3A%22%5BEMAIL%5D%22%7D", FULL),
    (
        "text/event-stream",
        b"data: jane.doe@\n\ndata: example.com\n\n",
        b"data: \n\ndata: \n\ndata: [EMAIL]\n\n",
        PARTIAL,
    ),
    ("text/plain", b"data: jane.doe@\n\ndata: example.com\n\n", b"data: \n\ndata: \n\ndata: [EMAIL]\n\n", PARTIAL),
    ("application/json", b"", b"", FULL),
]


@pytest.mark.parametrize("protocol", [protocol.name for protocol in PROTOCOLS])
@pytest.mark.parametrize(("content_type", "body", "masked", "inspected"), CASES, ids=range(len(CASES)))
def test_bodies_are_masked_by_what_they_are(
    protocol: str, content_type: str, body: bytes, masked: bytes, inspected: Inspected
) -> None:
    result = by_name(protocol).mask_body(content_type, body, MASKER)
    assert (result.body, result.inspected) == (masked, inspected)
    assert bool(result.hits) == (masked != body)
    assert "jane" not in repr(result.hits)


@pytest.mark.parametrize("protocol", [protocol.name for protocol in PROTOCOLS])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{ "a" : [1.0, "\\u00e9\\/"] }\n'),
        ("text/html", b"<p>caf\xc3\xa9</p>\r\n"),
        ("text/html", b"<p>caf\xe9</p>"),
        (FORM, b"a=%20+b&&c"),
        ("text/event-stream", b": c\r\rdata:{}\r\r"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\xff\r\n--x--"),
        ("text/plain", "\ufeffx".encode("utf-16-le")),
        ("", b""),
    ],
)
def test_a_body_in_which_nothing_is_found_is_the_same_object(protocol: str, content_type: str, body: bytes) -> None:
    assert by_name(protocol).mask_body(content_type, body, MASKER).body is body


def test_masked_keys_stay_apart_so_that_the_body_still_parses() -> None:
    body = b'{"jane.doe@example.com": 1, "john.doe@example.com": 2}'
    assert by_name("http").mask_body("application/json", body, MASKER).body == b'{"[EMAIL]": 1, "[EMAIL] 2": 2}'
