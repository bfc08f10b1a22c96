import pytest

from addons.core.masking.hints import alphabet, around, needs, prefixes
from addons.core.masking.parser import MAX_DEPTH, parse
from addons.core.masking.syntax import PatternError, render


@pytest.mark.parametrize(
    ("pattern", "meaning"),
    [
        ("abc", "abc"),
        ("a|b|", "(?:a|b|)"),
        ("a{1}?", "(?:a)"),
        ("a{2,}?", "(?:a){2,}?"),
        ("a{,3}+", "(?:a){0,3}+"),
        ("{a}", r"\{a\}"),
        ("(?i)a(?-i:b)", "(?i:a(?-i:b))"),
        ("(?P<name>a)(?<other>b)", "ab"),
        (r"[]a-c^\]-]", r"[\]a-c\^\]\-]"),
        (r"[^\d\b]", "[^\\d\b]"),
        (r"\x41\u00e9\U0001F600\0", "A\u00e9\U0001f600\0"),
        (r"\.\-\/", r"\.\-/"),
        ("(?<=a(?<!b))c", "(?<=a(?<!b))c"),
        ("(?>a)", "(?>a)"),
    ],
)
def test_what_is_read(pattern: str, meaning: str) -> None:
    assert render(parse(pattern)) == meaning


@pytest.mark.parametrize(
    "pattern",
    [
        "(a",
        "a)",
        "[a",
        "[]",
        "a\\",
        "*a",
        "a**",
        "a{2}{3}",
        "^*",
        "(?=a)?",
        "a{3,2}",
        "a{1,99999999999999999999}",
        r"(a)\1",
        r"\01",
        r"\pL",
        r"\p{Lu}",
        r"\K",
        r"\x4",
        r"\U00110000",
        "[[:alpha:]]",
        "[z-a]",
        r"[a-\d]",
        "(?P=name)",
        "(?P<na-me>a)",
        "(?(1)a|b)",
        "(?x:a b)",
        "a(?i)b",
        "(?i-i:a)",
        "(?#comment)",
        "(?R)",
        "(?|a|b)",
        "(?<=a(?=b))c",
        r"(?<=a\b)c",
        "(?<!a$)c",
        "(" * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1),
        "(" * 100_000,
    ],
)
def test_what_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse(pattern)
    message = str(caught.value)
    assert message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc[0-9]", {"abc"}),
        ("(?:ab|cd)[a-z]{3}", {"ab", "cd"}),
        ("[a-z]{1,3}@[a-z]", {"@"}),
        ("(?<=key=)[a-z]", set()),
        ("[1-9]x?", set("0123456789")),
        ("(?:ab|[a-z])", set()),
        ("(?i:ab)", set()),
        ("(?<!ab)[a-z]", set()),
        ("(?:ab)?", set()),
        ("(?:ab){1,2}", {"ab"}),
    ],
)
def test_what_each_match_needs(pattern: str, expected: set[str]) -> None:
    assert needs(parse(pattern)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(?<=key=)[a-z]", {"key="}),
        ("[a-z](?<=(?:key|id)=.)[0-9]", {"key", "id"}),
        ("(?<=[a-z])(?<=_)b", {"_"}),
        ("(?<!key=)[a-z]", set()),
        ("(?=key=)[a-z]", set()),
        ("(?<=key=)a|b", set()),
    ],
)
def test_what_stands_behind_each_match(pattern: str, expected: set[str]) -> None:
    assert around(parse(pattern)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?<!x)\b(?:ab[0-9]|c)", {"ab", "c"}),
        ("(?:(?<=a)|(?<=b))ab", {"ab"}),
        ("a?b", set()),
        ("(?i:ab)", set()),
        ("(?:ab|[a-z])", set()),
    ],
)
def test_what_each_match_begins_with(pattern: str, expected: set[str]) -> None:
    assert prefixes(parse(pattern)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ab[c-e]", set("abcde")),
        ("a(?!b)", {"a"}),
        ("a(?!bc)", {"a", "b"}),
        ("(?<=x)a$", {"a", "\n"}),
        ("(?i:ab)", set("abAB\u0130\u0131\u017f\u212a")),
        ("(?i:\u00e9)", None),
        ("[^a]", None),
        (".", None),
        (r"\w", None),
    ],
)
def test_the_characters_of_what_may_become_a_match(pattern: str, expected: set[str] | None) -> None:
    assert alphabet(parse(pattern)) == expected
