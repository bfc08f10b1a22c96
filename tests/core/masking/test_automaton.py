import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.detect.catalogue import DETECTORS
from addons.core.detect.detector import Detector
from addons.core.masking import automaton as module
from addons.core.masking.automaton import Automaton, Scan, zones
from addons.core.masking.matcher import regex_matcher
from addons.core.masking.parser import parse
from addons.core.masking.syntax import PatternError
from tests.core.masking.patterns import PATTERNS, TEXTS


def assert_says_enough(pattern: str, text: str) -> None:
    """After each character: what is quiet does not change with what follows, and what has matched was come across."""
    matcher = regex_matcher(pattern)
    scan = Scan(Automaton([parse(pattern)]))
    in_the_end = [matcher.match_end(text, start) for start in range(len(text))]
    for end in range(1, len(text) + 1):
        scan.feed(text[end - 1])
        now = [matcher.match_end(text[:end], start) for start in range(scan.quiet_at)]
        assert now == in_the_end[: scan.quiet_at]
        if any(stop <= end for _, stop in matcher.spans(text[:end], 0)):
            assert scan.matched == {0}


@settings(max_examples=1000)
@given(PATTERNS, TEXTS)
def test_random_patterns(pattern: str, text: str) -> None:
    try:
        regex_matcher(pattern)
    except PatternError:
        return  # it may match the empty string
    assert_says_enough(pattern, text)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_detectors_on_their_examples(detector: Detector) -> None:
    for text in (*detector.examples, *detector.counter_examples):
        assert_says_enough(detector.pattern, text[:120])


@pytest.mark.parametrize(
    ("pattern", "text", "quiet_at"),
    [
        ("abc", "xxab", 2),
        ("abc", "xxabx", 5),
        ("abc", "xxabc", 5),
        ("abc", "xaab", 1),
        ("abc(?!d)", "abc", 0),
        ("abc(?!d)", "abce", 4),
        (r"abc\b", "abc", 0),
        (r"abc\b", "abc ", 4),
        (r"a(?=b)", "xa", 1),
        (r"a(?=b{2,3})", "ab", 0),
        ("a$", "xa\n", 1),
        ("a$", "xa\nb", 4),
        ("(?i:k)b", "x\u212a", 1),
        ("[^a]b", "\U0001f600", 0),
        ("(?:ab){0}c", "ab", 2),
        ("[0-9]{3}-", "1234", 0),  # each of the digits may begin it
        ("x{20,30}y", "x" * 50, 0),
    ],
)
def test_where_it_is_quiet(pattern: str, text: str, quiet_at: int) -> None:
    scan = Scan(Automaton([parse(pattern)]))
    scan.feed(text)
    assert scan.quiet_at == quiet_at


def test_what_may_have_matched_before_the_quiet_place_can_be_dropped() -> None:
    scan = Scan(Automaton([parse("ab"), parse("bc?d"), parse("x")]), at=10)
    scan.feed("x.abc")
    assert (scan.at, scan.quiet_at) == (15, 12)
    assert (sorted(scan.matched), sorted(scan.live)) == ([0, 2], [1])
    scan.drop()
    assert scan.matched == {0}
    scan.feed("d")
    assert (scan.quiet_at, sorted(scan.matched), sorted(scan.live)) == (16, [0, 1], [])
    scan.drop()
    assert scan.matched == frozenset()


def test_no_patterns_are_always_quiet() -> None:
    scan = Scan(Automaton([]))
    scan.feed("some text")
    assert (scan.quiet_at, scan.matched) == (9, frozenset())


@given(st.lists(st.characters(), max_size=30))
def test_what_is_remembered_is_bounded(characters: list[str]) -> None:
    text = "".join(characters) + "a@example.com"
    patterns = [parse(r"\w{1,20}@\w{1,20}\.com"), parse("[^ ]{2}x")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_REMEMBERED", 2000)
        small = Automaton(patterns)
        scan = Scan(small)
        for char in text:
            scan.feed(char)
            assert small.remembered <= 2000 + 1500  # what one step may add
    unbounded = Scan(Automaton(patterns))
    unbounded.feed(text)
    assert (scan.quiet_at, scan.matched) == (unbounded.quiet_at, unbounded.matched)


def test_many_copies_of_a_repeat_become_a_loop() -> None:
    deep = "(?:(?:(?:[ab]{8}c){8}d){8}e){8}f"
    automaton = Automaton([parse(deep)])
    scan = Scan(automaton)
    scan.feed("aaaaaaaac")
    assert scan.quiet_at == 0
    assert automaton.size < 20_000


@pytest.mark.parametrize(
    ("pattern", "text", "quiet_at", "matched"),
    [
        ("(?<=key=)[a-z]{3}", "some words", 10, False),
        ("(?<=key=)[a-z]{3}", "key=ab", 4, False),
        ("(?<=key=)[a-z]{3}", "key=abc", 7, True),
        ("[0-9](?<=pin [0-9])[0-9]{2}", "the 12", 6, False),
        ("[0-9](?<=pin [0-9])[0-9]{2}", "pin 12", 4, False),
        ("[0-9](?<=pin [0-9])[0-9]{2}", "pin 123", 7, True),
        ("[0-9]{2}(?<=(?<=pin)(?:[^0-9]{0,9}).{2})[0-9]", "pin is: 12", 8, False),
        ("[0-9]{2}(?<=(?<=pin)(?:[^0-9]{0,9}).{2})[0-9]", "on is: 123", 10, False),
        ("(?:(?<=a)b|(?<=c)d)e", "abe", 3, True),
        ("(?:(?<=a)b|(?<=c)d)e", "cbe", 3, False),
        ("x(?:(?<=ax)b)c", "xb", 0, False),  # not where the pattern begins: what stands behind counts as met
    ],
)
def test_what_must_stand_before_a_match_comes_first(pattern: str, text: str, quiet_at: int, matched: bool) -> None:
    scan = Scan(Automaton([parse(pattern)]))
    scan.feed(text)
    assert (scan.quiet_at, bool(scan.matched)) == (quiet_at, matched)
    assert_says_enough(pattern, text)


def test_digits_that_hundreds_of_patterns_may_be_made_of_take_no_more_memory() -> None:
    source = random.Random(1)  # noqa: S311 - a case must be the same each time
    automaton = Automaton([parse(detector.pattern) for detector in DETECTORS])
    scan = Scan(automaton)
    most = 0
    for _ in range(40):
        scan.feed("".join(source.choices("0123456789", k=500)))
        most = max(most, automaton.remembered)
    assert 0 < most < module.MAX_REMEMBERED + 100_000


@settings(max_examples=300)
@given(st.lists(PATTERNS, min_size=1, max_size=3), TEXTS)
def test_all_matches_begin_in_zones_of_their_patterns(patterns: list[str], text: str) -> None:
    nodes = [parse(pattern) for pattern in patterns]
    found = list(zones(Automaton(nodes), text))
    assert all(one.end <= other.start for one, other in pairwise(found))
    for rule, pattern in enumerate(patterns):
        try:
            matcher = regex_matcher(pattern)
        except PatternError:
            continue  # it may match the empty string
        for start, _ in matcher.spans(text, 0):
            assert any(zone.start <= start < zone.end and rule in zone.rules for zone in found)


@settings(max_examples=300)
@given(PATTERNS, TEXTS, st.integers(0, 7), st.integers(0, 7))
def test_a_search_that_ends_early_misses_nothing_before_that(pattern: str, text: str, pos: int, before: int) -> None:
    try:
        matcher = regex_matcher(pattern)
    except PatternError:
        return  # it may match the empty string
    early = [span for span in matcher.spans(text, pos, before) if span[0] < before]
    assert early == [span for span in matcher.spans(text, pos) if span[0] < before]
