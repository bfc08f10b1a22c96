import re
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from addons.core.masking.engine import compiled
from addons.core.masking.live import finite_width, live
from addons.core.masking.parser import parse
from addons.core.masking.syntax import render
from tests.core.masking.patterns import PATTERNS, TEXTS

EXTENSIONS = ["".join(letters) for size in (1, 2, 3) for letters in product("ab \n", repeat=size)]


@given(PATTERNS, TEXTS)
@example("foo$", "foo\n")
@example(r"a\b", "a")
@example("a(?!b )", "ab")
@example("a(?=b)b?", "a")
@example("(?:a(?=ba)){1,2}", "ab")
@example("(?<!a)b", "b")
@example("a(?=b(?!a))", "ab")
@example("a??b?", "a")
@example("(?:ab){1,2}b", "aba")
@example("(?:a|bb){3}", "abba")
@example("a(?m:$)\nbb", "a\nb")
@example("a(?=b(?!aa)a)", "aba")
@example("(?<=ab|b)a{2}", "ba")
@example("(?:a\\b){1,2} a", "a")
@example("(?>a|ab)b", "ab")
def test_a_start_that_is_not_live_is_decided(pattern: str, text: str) -> None:
    full = compiled(render(parse(pattern)))
    hold = compiled(live(pattern))
    for start in range(len(text)):
        if hold.match(text, start, timeout=5) is not None:
            continue
        now = full.match(text, start, timeout=5)
        for extension in EXTENSIONS:
            later = full.match(text + extension, start, timeout=5)
            assert (now and now.end()) == (later and later.end()), (start, extension)


@given(PATTERNS, TEXTS)
def test_live_never_matches_the_empty_string(pattern: str, text: str) -> None:
    match = compiled(live(pattern)).search(text, 0, timeout=5)
    assert match is None or match.end() - match.start() > 0


@given(PATTERNS, TEXTS)
def test_a_match_is_not_wider_than_the_finite_width(pattern: str, text: str) -> None:
    widest = finite_width(pattern)
    assert widest is not None
    for match in compiled(render(parse(pattern))).finditer(text, 0, timeout=5):
        assert match.end() - match.start() <= widest


@given(PATTERNS, TEXTS)
def test_a_pattern_means_what_python_reads_in_it(pattern: str, text: str) -> None:
    ours = [(m.start(), m.end()) for m in compiled(render(parse(pattern))).finditer(text, 0, timeout=5)]
    theirs = [m.span() for m in re.compile(pattern).finditer(text)]
    assert [span for span in ours if span[0] != span[1]][:1] == [span for span in theirs if span[0] != span[1]][:1]


@given(st.text("abc+*(-\\]^", min_size=1, max_size=80))
def test_live_of_a_long_literal_matches_its_prefixes_only(value: str) -> None:
    hold = compiled(live(re.escape(value)))
    for size in range(1, len(value) + 1):
        assert hold.match("x" + value[:size], 1, timeout=5) is not None
        assert hold.match(value[:size] + "!", 0, timeout=5) is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc", 3),
        ("a{1,3}b?", 4),
        ("(?:ab|c){2}", 4),
        (r"\ba(?=bcd)", 1),
        ("(?i)x{5}", 5),
        ("(?<=abc)d", 1),
        ("", 0),
        ("(?:a{0}){2,}", 0),
        ("a+", None),
        ("a*?", None),
        ("(?:ab){2,}", None),
        ("a(?=b*)", None),
        ("(?<!a+)b", None),
        ("(?:a|b+)c", None),
    ],
)
def test_finite_width(pattern: str, expected: int | None) -> None:
    assert finite_width(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "held"),
    [
        (r"\bfoo\d{2}", "a foo1", "foo1"),
        (r"\bfoo\d{2}", "a xfoo1", ""),
        (r"\bfoo\d{2}", "a foo", "foo"),
        (r"\bfoo\d{2}", "a foo ", ""),
        ("(?i)secret=[a-z]{4}", "my SeC", "SeC"),
        ("a(?![0-9])", "xa", "a"),
        ("a(?![0-9])", "xab", ""),
        ("ab|cd", "xc", "c"),
        ("(?:ab){1,3}c", "zabab", "abab"),
        ("x", "", ""),
        (r"\Zx", "x", ""),
    ],
)
def test_what_is_held(pattern: str, text: str, held: str) -> None:
    match = compiled(live(pattern)).search(text, 0, timeout=5)
    assert (text[match.start() :] if match else "") == held
