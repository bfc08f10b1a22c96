import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Content, Json, Message
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump, parse
from addons.core.protocols.recorded import (
    SECRET,
    hidden,
    in_one_order,
    put_back,
    recorded,
    recorded_content,
    recorded_query,
)
from addons.core.protocols.tools import tool_call
from addons.core.reasons import Reason

JSON, FORM, EVENTS = "application/json", "application/x-www-form-urlencoded", "text/event-stream"
PARTS = "multipart/form-data; boundary=b"
VALUE = "lilac-4471"
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--b--\r\n'

HIDDEN: dict[str, tuple[str, bytes]] = {
    "a member": (JSON, b'{"api_key": "lilac-4471"}'),
    "an escaped name": (JSON, rb'{"\u0061pi_key": "lilac-4471"}'),
    "a name that ends in a digit": (JSON, b'{"password2" : "lilac-4471"}'),
    "all below": (JSON, b'{"credentials": {"user": ["lilac-4471"]}}'),
    "in a list": (JSON, b'[{"x": [{"authorization": "lilac-4471"}]}]'),
    "JSON in JSON": (JSON, dump({"arguments": dump({"token_secret": VALUE})}).encode()),
    "JSON in JSON in JSON": (JSON, dump({"a": dump({"b": dump({"clientSecret": VALUE})})}).encode()),
    "half of JSON in JSON": (JSON, dump({"a": '{"password": "lilac-4471", "b'}).encode()),
    "a tool server's headers": (JSON, b'{"tools": [{"server_url": "u", "headers": {"X-Any": "lilac-4471"}}]}'),
    "headers": (JSON, b'{"headers": {"X-Api-Key": "lilac-4471"}}'),
    "name and value": (JSON, b'{"headers": [{"name": "Cookie", "value": "lilac-4471"}]}'),
    "the same key twice": (JSON, b'{"password": "lilac-4471", "password": ""}'),
    "labelled as something else": ("text/plain", b'{"password": "lilac-4471"}'),
    "half of JSON": (JSON, b'{"a": 1, "password": "lilac-4471"'),
    "an endless string": (JSON, b'{"password": "lilac-4471'),
    "an event": (EVENTS, b'event: x\r\ndata: {"access_token": "lilac-4471"}\r\n\r\n'),
    "an event without a space": (EVENTS, b'data:{"access_token": "lilac-4471"}\n\n'),
    "an event in lines that end otherwise": (EVENTS, b'data: {}\rdata: {"access_token": "lilac-4471"}\r\r'),
    "JSON lines": ("application/jsonl", b'{"a": 1}\n{"secret": "lilac-4471"}\n'),
    "JSON lines without a label": (JSON, b'{"a": 1}\n{"secret": "lilac-4471"}\n'),
    "a field": (FORM, b"a=b&client_secret=lilac-4471"),
    "a field with a spelled name": (FORM, b"client%5Fsecret=lilac-4471&a=b"),
    "JSON in a field": (FORM, b"a=%7B%22password%22%3A%22lilac-4471%22%7D"),
    "a part": (PARTS, PART % (b"password", b"lilac-4471")),
    "JSON in a part": (PARTS, PART % (b"x", b'{"password": "lilac-4471"}')),
}

SHOWN: dict[str, tuple[str, bytes]] = {
    "other names": (JSON, b'{"max_tokens": 7, "key": "lilac-4471", "token": "lilac-4471", "total_tokens": 1.0e0}'),
    "a schema": (JSON, b'{"parameters": {"properties": {"password": {"type": "string"}}, "required": ["password"]}}'),
    "nothing to hide": (JSON, b'{"password": "", "secret": null, "cookie": true}'),
    "headers of nothing": (JSON, b'{"headers": {"X-Any": "lilac-4471"}}'),
    "text": ("text/plain", b"password lilac-4471"),
    "an event": (EVENTS, b'data: {"token": "lilac-4471"}\n\n'),
    "a field": (FORM, b"a=%2D+b&keyword=lilac-4471"),
    "a part": (PARTS, PART % (b"x", b"lilac-4471")),
    "bytes": ("image/png", b'\x89PNG\xff"password"'),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_a_secret_is_not_recorded(case: str) -> None:
    shown = recorded(*HIDDEN[case])
    assert VALUE.encode() not in shown
    assert b"SECRET" in shown


@pytest.mark.parametrize("case", SHOWN)
def test_what_is_no_secret_is_recorded_byte_for_byte(case: str) -> None:
    label, body = SHOWN[case]
    assert recorded(label, body) is body


def test_numbers_below_a_secret_name_are_hidden_and_the_rest_stays() -> None:
    value: Json = {"password": 1234, "n": 1, "credentials": {"pin": 5, "on": True}}
    assert hidden(value) == {"password": SECRET, "n": 1, "credentials": {"pin": SECRET, "on": True}}


def test_queries() -> None:
    assert recorded_query("a=b&key=lilac&access%5Ftoken=lilac&page=2&flag") == (
        "a=b&key=%5BSECRET%5D&access%5Ftoken=%5BSECRET%5D&page=2&flag"
    )
    assert recorded_query("") == ""


def test_messages_and_tool_calls_are_recorded_without_secrets() -> None:
    call = tool_call("log_in", '{"password":"lilac-4471"}', "/a", "1")
    content = Content(messages=(Message("assistant", '{"api_key":"lilac-4471"}', (call,)),), tool_calls=(call,))
    shown = recorded_content(content)
    assert VALUE not in repr(shown)
    assert shown.tool_calls[0].decoded == {"password": SECRET}
    plain = Content(messages=(Message("user", "hi"),))
    assert recorded_content(plain) is plain


ORIGINAL: dict[str, Json] = {
    "password": "a",
    "note": "n",
    "servers": [{"url": "u1", "auth_token": "b"}, {"url": "u2", "auth_token": "c"}],
    "said": "[SECRET] is a word",
}


@pytest.mark.parametrize(
    ("edit", "refused"),
    [
        ({}, False),
        ({"note": "m"}, False),
        ({"password": "z"}, False),
        ({"servers": []}, False),
        ({"servers": [{"url": "u1", "auth_token": SECRET}, {"url": "u3"}]}, False),
        ({"servers": [{"url": "u2", "auth_token": SECRET}]}, True),
        ({"servers": [{"url": "u2", "auth_token": SECRET}, {"url": "u1", "auth_token": SECRET}]}, True),
        ({"servers": [{"url": "u1", "auth_token": SECRET}, {"url": "u3", "auth_token": SECRET}]}, True),
        ({"other": SECRET}, True),
        ({"note": f"tell me {SECRET}"}, True),
    ],
)
def test_an_edited_body_gets_its_secrets_only_where_they_were(edit: dict[str, Json], *, refused: bool) -> None:
    original = dump(ORIGINAL).encode()
    shown = recorded(JSON, original)
    value = parse(shown)
    assert isinstance(value, dict)
    edited = dump({**value, **edit}).encode()
    if refused:
        with pytest.raises(RefusedError) as error:
            put_back(edited, shown, original)
        assert error.value.reason is Reason.APPROVAL_EDIT_REFUSED
        return
    made = parse(put_back(edited, shown, original))
    assert isinstance(made, dict)
    assert "a" in {made["password"], edit.get("password", "")} or made["password"] == "z"
    assert {**made, **edit, "servers": 0} == {**ORIGINAL, **edit, "servers": 0}


def test_a_form_that_was_edited_beside_a_secret_must_be_refused() -> None:
    original = b"a=b&password=lilac"
    shown = recorded(FORM, original)
    assert put_back(shown, shown, original) == original
    assert put_back(b"a=c&password=mine", shown, original) == b"a=c&password=mine"
    with pytest.raises(RefusedError):
        put_back(shown.replace(b"a=b", b"a=c"), shown, original)


def test_the_order_of_members_does_not_count() -> None:
    assert in_one_order(b'{"b": 1, "a": {"d": 2, "c": [1, 2]}}') == in_one_order(b'{"a":{"c":[1,2],"d":2},"b":1}')
    assert in_one_order(b'{"a": [1, 2]}') != in_one_order(b'{"a": [2, 1]}')
    assert in_one_order(b"a=b") == "a=b"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.just(VALUE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "password", "headers", "properties", "api_key"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_hiding_twice_is_hiding_once_and_what_was_not_edited_goes_out(value: Json) -> None:
    body = dump(value).encode()
    shown = recorded(JSON, body)
    assert recorded(JSON, shown) == shown
    assert put_back(shown, shown, body) == body
    assert hidden(value) == parse(shown)
