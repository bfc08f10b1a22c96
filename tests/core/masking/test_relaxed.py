"""An expression matches wherever its pattern does. Expressions are plain enough for ``re`` to tell, over bytes."""

import re
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from addons.core.detect.catalogue import DETECTORS
from addons.core.detect.detector import Detector
from addons.core.masking.engine import compiled
from addons.core.masking.parser import parse
from addons.core.masking.relaxed import MAX_POSITIONS, MAX_SOURCE, relaxed
from addons.core.masking.syntax import render
from tests.core.masking.patterns import PATTERNS, TEXTS
from tests.core.masking.unicode_patterns import UNICODE_PATTERNS, UNICODE_TEXTS


def _missed(pattern: str, text: str) -> list[str]:
    """Return the expressions that do not match though the pattern does."""
    node = parse(pattern)
    if compiled(render(node)).search(text, 0, timeout=5) is None:
        return []
    data = text.encode("utf-8", "surrogatepass")
    return [each.source for each in relaxed(node) if not re.search(each.source.encode(), data)]


@settings(max_examples=300, deadline=None)
@given(pattern=UNICODE_PATTERNS, texts=st.lists(UNICODE_TEXTS, min_size=1, max_size=8))
@example(pattern="(?i:ask)", texts=["a\u017f\u212a"])
@example(pattern="(?i:\u0130d)", texts=["id", "Id"])
@example(pattern="(?i:[^k]{2}x)", texts=["ssx", "\u017f\u017fx"])
@example(pattern="x.y", texts=["x\ry", "x\u2028y", "x\ud83dy"])
@example(pattern="(?s:x.y)", texts=["x\ny"])
@example(pattern=r"x\d{2}y", texts=["x\u0661\u0662y"])
@example(pattern=r"\w{2}", texts=["\u8bf7\u8bf7", "a\U0001f600b1"])
@example(pattern="(?:a[^b]){300}", texts=["a\U0001f600" * 300])
@example(pattern="(?<=ab)cd", texts=["abcd"])
@example(pattern=r"x\0y", texts=["x\0y"])
def test_expressions_match_wherever_the_pattern_does(pattern: str, texts: list[str]) -> None:
    for text in texts:
        assert _missed(pattern, text) == []


@settings(max_examples=100, deadline=None)
@given(pattern=PATTERNS, texts=st.lists(TEXTS, min_size=1, max_size=8))
def test_expressions_match_wherever_a_pattern_of_few_letters_does(pattern: str, texts: list[str]) -> None:
    for text in texts:
        assert _missed(pattern, text) == []


@settings(max_examples=100, deadline=None)
@given(pattern=UNICODE_PATTERNS)
def test_samples_match_their_expressions(pattern: str) -> None:
    for expression in relaxed(parse(pattern)):
        assert re.search(expression.source.encode(), expression.sample)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_every_shipped_pattern_has_an_expression_that_finds_its_examples(detector: Detector) -> None:
    assert relaxed(parse(detector.pattern))
    for text in detector.examples:
        assert _missed(detector.pattern, text) == []


_OTHER = r"[\xc2-\xf4][\x80-\xbf]{1,3}"


@pytest.mark.parametrize(
    ("pattern", "sources"),
    [
        ("abc", ["abc"]),
        (r"\bab(?!c)(?<!x)$", ["ab"]),
        ("a(?>b|cd)++", ["a(?:(?:b|cd))+"]),
        ("ab{8,300}", ["a(?:b){8,}"]),
        ("ab{300}", ["a(?:b){64,}"]),
        ("a(?:bcde){100}", ["a(?:bcde){16,}"]),
        ("(?i:abk)", [r"[Aa][Bb](?:[Kk]|\xe2\x84\xaa)"]),
        ("(?i:a(?-i:b))", ["[Aa]b"]),
        ("\u00e9\u8bf7", [r"\xc3\xa9\xe8\xaf\xb7"]),
        ("(?i:\u00e9)a", [f"(?:{_OTHER})a"]),
        ("[ab\u00e9]c", [r"(?:[a-b]|\xc3\xa9)c"]),
        ("a.b", [rf"a(?:[\x00-\x09\x0b-\x7f]|{_OTHER})b"]),
        ("(?s:a.b)", [rf"a(?:[\x00-\x7f]|{_OTHER})b"]),
        (r"\d{4,9}", [r"(?:[0-9\x80-\xff]){4,}"]),
        ("ab(?<=secret.{3})", ["ab", r"secret(?:[\x00-\x09\x0b-\xff]){3,}"]),
        ("(?=token)[a-z]{2}(?<=[a-z][a-z])", ["(?:[a-z]){2}", "token"]),
        # nothing can be told
        ("", []),
        ("a", []),
        (".", []),
        ("a*", []),
        ("(?:ab|)", []),
        ("(?:ab){0}", []),
        (r"\b", []),
        ("(?!secret)", []),
        ("(?:(?=secret)a)?b", []),
        ("x" * (MAX_POSITIONS + 1), []),
        ("\u00e9" * (MAX_SOURCE // 8 + 1), []),
    ],
)
def test_what_becomes_of_a_pattern(pattern: str, sources: list[str]) -> None:
    assert [each.source for each in relaxed(parse(pattern))] == sources


def test_what_equals_ascii_where_case_is_ignored_is_known() -> None:
    """The translation rests on it that no other characters than these equal one of ASCII."""
    others = "".join(map(chr, range(128, sys.maxunicode + 1)))
    letters = "|".join(map(re.escape, map(chr, range(128))))
    found = compiled(f"(?i:{letters})").finditer(others, 0, timeout=60)
    assert {others[match.start()] for match in found} == set("\u0130\u0131\u017f\u212a")
