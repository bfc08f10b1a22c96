"""Go's syntax of patterns, as it is read: what it means here, and what is refused."""

import pytest
import regex  # type: ignore[import-untyped] # it ships no types

from addons.core.detect.re2 import MAX_DEPTH, MAX_WAYS, joined, source, ways
from addons.core.masking.syntax import PatternError


@pytest.mark.parametrize(
    ("pattern", "matches", "does_not"),
    [
        ("abc", ("abc",), ("ABC", "ab")),
        ("a(?i)b(?:c)", ("aBC", "abc"), ("ABC",)),
        ("(?:(?i)a)b", ("Ab",), ("AB",)),
        (r"\d\w\s", ("1a ",), ("\u0661a ", "1\u00e9 ")),
        ("[[:alpha:]][[:digit:]]", ("a1",), ("1a", "\u00e91")),
        ("x{,5}", ("x{,5}",), ("xx",)),
        ("a+?b", ("aab",), ("b",)),
        (r"\x41\x{42}", ("AB",), ("ab",)),
        ("(a|b)c", ("ac", "bc"), ("cc",)),
        ("(?P<name>a)(?:b|(c))", ("ab", "ac"), ("a",)),
    ],
)
def test_a_pattern_matches_what_it_does_in_go(
    pattern: str, matches: tuple[str, ...], does_not: tuple[str, ...]
) -> None:
    compiled = regex.compile(joined(ways(pattern)), regex.V0)
    assert all(compiled.fullmatch(text) for text in matches)
    assert not any(compiled.fullmatch(text) for text in does_not)


def test_each_way_has_its_captures_in_a_row() -> None:
    found = ways("k=(?:'(a{3})'|(b{3}))")
    assert len(found) == 2
    assert [[piece.capture for piece in way if piece.capture] for way in found] == [[1], [2]]
    assert all(source(way).startswith("k=") for way in found)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a)", "no opening"),
        ("(a", "not closed"),
        ("*a", "nothing to repeat"),
        ("a\\", "middle of an escape"),
        ("[a", "middle of"),
        ("(?=a)", "not supported"),
        ("(?<!a)b", "not supported"),
        ("(" * (MAX_DEPTH + 2) + "a" + ")" * (MAX_DEPTH + 2), "nested more than"),
        ("(?:(a)|(b))" * MAX_WAYS, "more than"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        ways(pattern)
