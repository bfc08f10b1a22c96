import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Json
from addons.core.protocols.json_rewrite import number_text, rewrite
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.places import below


def _visits(text: str) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []

    def visit(place: str, value: str) -> str:
        seen.append((place, value))
        return value

    assert rewrite(text, visit) is text
    return seen


def test_every_string_key_and_long_number_is_visited_at_its_place() -> None:
    text = '{"a": ["x", {"b\\u0041": "\\n"}, 1, 2, 412345678], "jane@x.com": {"n": 12345678}, "c": -1234567890.5}'
    assert _visits(text) == [
        ("", "a"),
        ("/a/0", "x"),
        ("/a/1", "bA"),
        ("/a/1/bA", "\n"),
        ("/a/4", "412345678"),
        ("", "jane@x.com"),
        ("/*", "n"),
        ("", "c"),
        ("/c", "-1234567890.5"),
    ]


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        (
            '{ "a" :  "secret" , "n": 1.0e-5,\n"b":[ "x\\/\\u00e9" ] }',
            '{ "a" :  "*" , "n": 1.0e-5,\n"b":[ "x\\/\\u00e9" ] }',
        ),
        ('["\\u0073ecret", "s"]', '["*", "s"]'),
        ('{"secret": {"secret": "secret"}}', '{"*": {"*": "*"}}'),
        ('{"secret": 1, "\\u0073ecret2": 2, "secret2": 3}', '{"*": 1, "* 2": 2, "* 3": 3}'),
        ('"secret"', '"*"'),
        ('[411111111, 4.11111111e8, 4111111, "\\ud800"]', '["*", "*", 4111111, "\\ud800"]'),
        ("{}", "{}"),
    ],
)
def test_only_what_changes_is_written_again(text: str, rewritten: str) -> None:
    def visit(_place: str, value: str) -> str:
        return "*" if value.startswith(("secret", "4111")) else value

    assert rewrite(text, visit) == rewritten


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("12345678", ""),
        ("123456789", "123456789"),
        ("-0.123456789012", ""),
        ("4.111e15", "4111000000000000"),
        ("411111111111.0", "411111111111"),
        ("1e-300", ""),
        ("1e300", ""),
        ("9" * 70, "9" * 70),
        ("1e-99999999999999999999", ""),
    ],
)
def test_numbers_that_can_be_identifiers_are_spelled_as_digits(literal: str, text: str) -> None:
    assert number_text(literal) == text


def test_an_array_can_be_emptied_with_all_that_is_in_it() -> None:
    text = '{"a": [1, ["x"], {"b": ["y"]}], "c": "z"}'
    assert rewrite(text, lambda _, value: value.upper(), blank=lambda place: place == "/A") == '{"A": [], "C": "Z"}'


_VALUES = st.recursive(
    st.integers(-9, 9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_rewriting_changes_values_like_editing_them_would(value: Json) -> None:
    def edited(item: Json) -> Json:
        match item:
            case str():
                return item + "!"
            case list():
                return [edited(inner) for inner in item]
            case dict():
                return {key + "!": edited(inner) for key, inner in item.items()}
            case _:
                return item

    assert parse_text(rewrite(dump(value), lambda _, text: text + "!")) == edited(value)


@pytest.mark.parametrize(
    ("key", "place"), [("to_name", "/to_name"), ("a/b", "/*"), ("sk-1234567890abc", "/*"), (3, "/3")]
)
def test_a_place_never_holds_what_could_be_a_value(key: str | int, place: str) -> None:
    assert below("", key) == place
