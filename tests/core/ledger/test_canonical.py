import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.ledger.canonical import LARGEST_INTEGER, Value, encode

INTEGERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"null"),
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ("é€😀", '"é€😀"'.encode()),
        ('"\\/\b\f\n\r\t\x1b\x7f', b'"\\"\\\\/\\b\\f\\n\\r\\t\\u001b\x7f"'),
        (-LARGEST_INTEGER, b"-9007199254740991"),
        ((1, 2), b"[1,2]"),
        ("\ud83d", b'"\\\\ud83d"'),
    ],
)
def test_value_becomes_these_bytes(value: Value, expected: bytes) -> None:
    assert encode(value) == expected


def test_keys_are_sorted_as_rfc_8785_section_3_2_3_shows() -> None:
    keys = ["€", "\r", "\ufb33", "1", "😀", "\u0080", "ö"]

    assert list(orjson.loads(encode(dict.fromkeys(keys, 0)))) == ["\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1.0, TypeError),
        (math.nan, TypeError),
        ({"a": [0.5]}, TypeError),
        (b"bytes", TypeError),
        ({1, 2}, TypeError),
        (LARGEST_INTEGER + 1, ValueError),
        (-LARGEST_INTEGER - 1, ValueError),
        ({"\ud800": 1, "\\ud800": 2}, ValueError),
    ],
)
def test_value_is_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        encode(value)


@given(VALUES)
def test_bytes_hold_the_value_and_no_character_that_breaks_a_line(value: Value) -> None:
    encoded = encode(value)

    assert orjson.loads(encoded) == value
    assert not set(b"\t\n\r") & set(encoded)


@given(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=5))
def test_any_text_is_encoded_to_utf_8_that_does_not_depend_on_order(texts: dict[str, str]) -> None:
    encoded = encode({"texts": list(texts.values())})

    assert encoded.decode("utf-8")
    if not any("\\" in key for key in texts):
        assert encode(texts) == encode(dict(reversed(texts.items())))
