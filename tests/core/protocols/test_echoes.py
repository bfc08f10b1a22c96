import json
from urllib.parse import quote, quote_plus

import pytest

from addons.core.call import Content, Message
from addons.core.protocols.echoes import Echoes, secrets_in, secrets_in_query
from addons.core.protocols.recorded import recorded, recorded_query
from addons.core.protocols.tools import tool_call

SECRET = 'lilac "4471" é+/'
ECHOES = Echoes([SECRET, "abc"])


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(json.dumps(SECRET)),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
    ],
)
def test_a_secret_is_found_in_each_spelling(form: str) -> None:
    shown = ECHOES.without(f"no access with {form}, abc")
    assert "4471" not in shown
    assert "[SECRET]" in shown
    assert shown.endswith(", abc"), "what is short stands in many texts"
    assert ECHOES.without_bytes(f"\udcff{form}".encode("utf-8", "surrogateescape")).startswith(b"\xff")


def test_what_holds_none_is_the_same_object() -> None:
    body, content = b"nothing \xff", Content(messages=(Message("user", "hi"),))
    assert ECHOES.without_bytes(body) is body
    assert ECHOES.without_content(content) is content
    assert Echoes([]).without_content(content) is content
    assert Echoes(["abc"]).without("abc") == "abc"


def test_messages_and_tool_calls() -> None:
    call = tool_call("f", json.dumps({"a": SECRET}), "/a", "1")
    shown = ECHOES.without_content(Content(messages=(Message("user", SECRET, (call,)),), tool_calls=(call,)))
    assert (shown.messages[0].content, shown.tool_calls[0].arguments) == ("[SECRET]", '{"a": "[SECRET]"}')
    assert "4471" not in shown.messages[0].tool_calls[0].arguments


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("application/json", {"a": [{"api_key": SECRET}], "b": SECRET}),
        ("application/json", {"a": json.dumps({"password": SECRET}), "credentials": [1, SECRET]}),
        ("application/x-www-form-urlencoded", f"a=b&password={quote_plus(SECRET)}"),
    ],
)
def test_what_was_hidden_is_known(label: str, body: object) -> None:
    original = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    assert set(secrets_in(original, recorded(label, original))) == {SECRET}


def test_what_was_hidden_in_a_query_is_known() -> None:
    query = f"page=2&key={quote(SECRET)}"
    assert list(secrets_in_query(query, recorded_query(query))) == [SECRET]
