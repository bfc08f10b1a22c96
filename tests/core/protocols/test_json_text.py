import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import MAX_DEPTH, dump, parse, parse_text
from addons.core.reasons import Reason

MALFORMED = Reason.BODY_MALFORMED
DUPLICATES = Reason.BODY_DUPLICATE_KEYS

# body, value, or the reason for which it must be refused
CASES: list[tuple[bytes, Json, Reason | None]] = [
    (b'{"a": [1, -0.5, true, null, "\\u00e9\xc3\xa9"]}', {"a": [1, -0.5, True, None, "\u00e9\u00e9"]}, None),
    (b"\xef\xbb\xbf[]", [], None),
    (b' "\\ud83d\\ude00" ', "\U0001f600", None),
    (b'{"a": "\\ud800"}', {"a": "\ud800"}, None),
    (b"123456789012345678901234567890", 123456789012345678901234567890, None),
    (
        b'{"a": {"x": 1}, "b": {"x": 2}, "c": "\\"x\\": \\"x\\":"}',
        {"a": {"x": 1}, "b": {"x": 2}, "c": '"x": "x":'},
        None,
    ),
    (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None, None),
    (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), None, MALFORMED),
    (b"[" * 100_000, None, MALFORMED),
    (b'{"a":' * 5000 + b"1" + b"}" * 5000, None, MALFORMED),
    (b'{"a": 1, "a": 2}', None, DUPLICATES),
    (b'{"a": 1, "\\u0061": 2}', None, DUPLICATES),
    (b'[{"x": {"a": 1, "b": "\\ud800", "a": 2}}]', None, DUPLICATES),
    (b'{"n": 12345678901234567890123, "n": 1}', None, DUPLICATES),
    (b'{"": 1, "": 2}', None, DUPLICATES),
    (b"NaN", None, MALFORMED),
    (b"[Infinity]", None, MALFORMED),
    (b"-Infinity", None, MALFORMED),
    (b"1e400", None, MALFORMED),
    (b"9" * 400, None, MALFORMED),
    (b"9" * 5000, None, MALFORMED),
    (b"", None, MALFORMED),
    (b"{", None, MALFORMED),
    (b'{"a": 1} {}', None, MALFORMED),
    (b"{'a': 1}", None, MALFORMED),
    (b'{"a": 1,}', None, MALFORMED),
    (b"// no\n1", None, MALFORMED),
    (b"01", None, MALFORMED),
    (b'"tab\there"', None, MALFORMED),
    (b'"\\x41"', None, MALFORMED),
    (b'"\xff"', None, MALFORMED),
    (b'"\xed\xa0\x80"', None, MALFORMED),
    ('{"a": 1}'.encode("utf-16"), None, MALFORMED),
    ('{"a": 1}'.encode("utf-16-le"), None, MALFORMED),
    (b'"' + b'\\"' * 50_000, None, MALFORMED),
]


@pytest.mark.parametrize(("body", "value", "refused"), CASES, ids=range(len(CASES)))
def test_a_text_has_one_value_or_is_refused(body: bytes, value: Json, refused: Reason | None) -> None:
    if refused is None:
        assert value is None or parse(body) == value
        parse(body)
        return
    with pytest.raises(RefusedError) as error:
        parse(body)
    assert error.value.reason is refused


def test_an_error_says_where_and_never_what() -> None:
    with pytest.raises(RefusedError, match="line 2 column 9") as error:
        parse(b'{"card": 4111111111111111,\n "pin": hunter2}')
    assert "hunter2" not in error.value.message


def test_the_last_of_equal_keys_wins_where_that_is_asked_for() -> None:
    assert parse(b'{"a": 1, "a": 2}', unique_keys=False) == {"a": 2}
    assert parse(b'{"a": "\\udfff", "a": 2}', unique_keys=False) == {"a": 2}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_what_is_written_reads_as_the_same_value(value: Json) -> None:
    assert parse_text(dump(value)) == value


def test_lone_surrogates_are_data() -> None:
    assert parse_text(dump({"\udfff": ["\ud800x"]})) == {"\udfff": ["\ud800x"]}
    assert parse_text('"\ud800"') == "\ud800"
