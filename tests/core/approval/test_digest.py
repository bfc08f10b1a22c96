from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.approval.digest import MAX_DEPTH, VOLATILE_HEADERS, call_digest
from addons.core.call import Direction
from addons.core.exchange import Principal

ALICE = Principal("alice", "https://login.example.com", ("dev",), "s1", 2e9)


def digest(  # every field can be varied alone
    principal: Principal = ALICE,
    *,
    service: str = "crm",
    method: str = "POST",
    host: str = "crm.example.com",
    path: str = "/v1/items",
    query: str = "a=1&b=2",
    operation: str = "post",
    direction: Direction = Direction.REQUEST,
    body: bytes = b'{"a": 1, "b": [true, null]}',
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),),
) -> str:
    return call_digest(
        principal,
        service=service,
        method=method,
        host=host,
        path=path,
        query=query,
        operation=operation,
        direction=direction,
        body=body,
        headers=headers,
    )


ALTERED = {
    "issuer": digest(replace(ALICE, issuer="https://evil.example.com")),
    "subject": digest(replace(ALICE, subject="bob")),
    "service": digest(service="crm2"),
    "method": digest(method="PUT"),
    "host": digest(host="crm.example.org"),
    "path": digest(path="/v1/items/"),
    "query": digest(query="b=2&a=1"),
    "operation": digest(operation="put"),
    "direction": digest(direction=Direction.RESPONSE),
    "path-into-query": digest(path="/v1/itemsa", query="=1&b=2"),
    "body": digest(body=b'{"a": 2, "b": [true, null]}'),
    "no-body": digest(body=b""),
    "method-override": digest(headers=(("content-type", "application/json"), ("x-http-method-override", "DELETE"))),
    "content-type": digest(headers=(("content-type", "text/plain"),)),
    "header-cut-elsewhere": digest(headers=(("content-typ", "eapplication/json"),)),
    "repeated-header-order": digest(headers=(("x-a", "1"), ("x-a", "2"))),
    "repeated-header-order-2": digest(headers=(("x-a", "2"), ("x-a", "1"))),
}

SAME_BODIES = [
    (b'{"a":1,"b":2}', b'{"b":2,"a":1}'),
    (b'{"a":1}', b' \r\n{ "a"\t:\n1 } '),
    (b'{"a":{"x":1,"y":[{"p":1,"q":2}]}}', b'{"a":{"y":[{"q":2,"p":1}],"x":1}}'),
    (b'{"a":"\\u00e9\\/"}', '{"a":"é/"}'.encode()),
    (b"[]", b"[ ]"),
]

OTHER_BODIES = [
    (b'{"a":[1,2]}', b'{"a":[2,1]}'),
    (b'{"a":1}', b'{"a":"1"}'),
    (b'{"a":1}', b'{"a":1.0}'),
    (b'{"a":1}', b'{"a":true}'),
    (b'{"a":0}', b'{"a":false}'),
    (b'{"a":null}', b"{}"),
    (b'{"a":0.1}', b'{"a":0.1000000000000000055511151231257827}'),
    (b'{"a":1e400}', b'{"a":1e401}'),
    (b'{"a":9007199254740993}', b'{"a":9007199254740992}'),
    (b'{"a":1,"a":2}', b'{"a":2}'),
    (b'{"a":1,"a":2}', b'{"a":2,"a":1}'),
    (b'{"a":1,"a":2}', b'{"a":1, "a":2}'),
    (b'{"a":NaN}', b'{"a": NaN}'),
    (b'{"a":1}x', b'{"a": 1}x'),
    (b'\xef\xbb\xbf{"a":1}', b'{"a":1}'),
    (b'{"a":"\xff"}', b'{"a": "\xff"}'),
    (b'{"a":"\\ud800"}', b'{"a":"\\ud801"}'),
    ('{"a":"é"}'.encode(), '{"a":"e\u0301"}'.encode()),
    (b'{"a":"b","c":"d"}', b'{"a":"c","b":"d"}'),
    (b'[["a"],"b"]', b'["a",["b"]]'),
    (b"[[],[]]", b"[[[]]]"),
    (b'["ab"]', b'["a","b"]'),
    (b'{"a":1}', b'["a",1]'),
    (b"1", b"1 "),
    (b'"a"', b' "a"'),
    (b"a=1&b=2", b"b=2&a=1"),
]


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_call_has_another_digest(name: str) -> None:
    others = [value for other, value in ALTERED.items() if other != name]
    assert ALTERED[name] not in {digest(), *others}


def test_the_digest_is_a_stable_interface() -> None:
    """Approvals survive an upgrade only while this encoding stays; change ``DOMAIN`` with it."""
    assert digest() == "5f079e2e80899e17da2a630f96b640d2cac45230c4a9188179c2ace74251d6bc"


def test_a_renewed_token_or_another_session_is_the_same_requester() -> None:
    assert digest(Principal("alice", ALICE.issuer, ("other",), "s2", 3e9)) == digest()


@pytest.mark.parametrize("name", [*sorted(VOLATILE_HEADERS), "x-stainless-retry-count"])
def test_what_a_retry_changes_does_not_count(name: str) -> None:
    kept = ("content-type", "application/json")
    assert digest(headers=((name, "1"), kept)) == digest(headers=(kept, (name, "2"))) == digest()


def test_the_order_of_different_headers_does_not_count() -> None:
    assert digest(headers=(("x-a", "1"), ("x-b", "2"))) == digest(headers=(("x-b", "2"), ("x-a", "1")))


@pytest.mark.parametrize(("one", "other"), SAME_BODIES)
def test_a_body_serialised_anew_has_the_same_digest(one: bytes, other: bytes) -> None:
    assert digest(body=one) == digest(body=other)


@pytest.mark.parametrize(("one", "other"), OTHER_BODIES)
def test_a_body_that_anybody_could_read_differently_has_another_digest(one: bytes, other: bytes) -> None:
    assert digest(body=one) != digest(body=other)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 5, 100_000])
def test_a_deep_body_counts_byte_by_byte(depth: int) -> None:
    body = b"[" * depth + b"]" * depth
    assert digest(body=body) == digest(body=body)
    assert digest(body=body) != digest(body=body + b" ")


@settings(deadline=None)
@given(
    left=st.lists(st.text(max_size=3), min_size=4, max_size=4),
    right=st.lists(st.text(max_size=3), min_size=4, max_size=4),
)
def test_no_two_ways_to_cut_the_fields_agree(left: list[str], right: list[str]) -> None:
    one, other = (digest(service=a, method=b, host=c, path=d) for a, b, c, d in (left, right))
    assert (one == other) == (left == right)
