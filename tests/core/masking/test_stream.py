import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.detect.catalogue import DETECTORS, custom, literal, select
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.spans import MAX_SPAN
from addons.core.masking.syntax import PatternError
from tests.core.masking.fragments import STREAM_CASES, random_cuts, random_text
from tests.core.masking.patterns import PATTERNS, TEXTS


def shown(detector: Detector, value: str) -> str:
    """Show in the result which detector got which value: a label would hide a difference."""
    return f"<{detector.label}:{value}>"


ALL = Masker(DETECTORS, shown)
SECRETS = Masker((*select(["secrets"]), literal("held", "HELD", "word sk-12")), shown)
SINGLE = [Masker([detector], shown) for detector in DETECTORS]


def assert_cut_does_not_matter(masker: Masker, pieces: list[str]) -> None:
    text = "".join(pieces)
    whole = masker.mask(text)
    stream = masker.stream()
    out = [stream.feed(piece) for piece in pieces]
    assert "".join(out) + stream.finish() == whole.text
    assert stream.hits == Counter(hit.detector for hit in whole.hits)
    assert stream.held == 0


@pytest.mark.parametrize("part", range(4))
def test_random_texts_however_cut(part: int) -> None:
    for case in range(part, STREAM_CASES, 4):
        source = random.Random(case)  # noqa: S311 - a case must be the same each time
        masker = source.choice((ALL, ALL, SECRETS, source.choice(SINGLE)))
        assert_cut_does_not_matter(masker, random_cuts(source, random_text(source)))


CORPUS = (
    "to jane.doe@example.com, now",
    "4111 1111 1111 1111 123",
    "a 123-45-6789\n",
    "GB82 WEST 1234 5698 7654 32 x",
    "v 10.0.0.1:80 fe80::1 :",
    "call (415) 555-2671 x12.",
    "tel: 4155552671 +1 415 555 2671 2",
    "k=" + "ghp" + "_" + "a1B2" * 9 + "-x",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln.",
    "-----BEGIN PRIVATE KEY-----\nMI\n-----END PRIVATE KEY----- z",
    "-----BEGIN EC PRIVATE KEY-----\\nMI! z",
    "word sk-1word sk-12 word",
)


@pytest.mark.parametrize("text", CORPUS)
def test_all_two_way_cuts_and_single_characters(text: str) -> None:
    for masker in (ALL, SECRETS):
        assert_cut_does_not_matter(masker, list(text))
        for cut in range(len(text) + 1):
            assert_cut_does_not_matter(masker, [text[:cut], text[cut:]])


@pytest.mark.parametrize("text", CORPUS)
def test_all_three_way_cuts(text: str) -> None:
    for first, second in combinations(range(len(text) + 1), 2):
        assert_cut_does_not_matter(ALL, [text[:first], text[first:second], text[second:]])


@settings(max_examples=300)
@given(st.lists(PATTERNS, min_size=1, max_size=3), st.lists(TEXTS, max_size=6))
def test_random_patterns_however_cut(patterns: list[str], pieces: list[str]) -> None:
    detectors = []
    for place, pattern in enumerate(patterns):
        try:
            detectors.append(custom(f"c{place}", f"C{place}", pattern))
        except PatternError:
            continue  # it may match the empty string
    assert_cut_does_not_matter(Masker(detectors, shown), pieces)


@given(
    st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=3),
    st.lists(st.text("ab", max_size=4), max_size=8),
)
def test_random_literals_however_cut(values: list[str], pieces: list[str]) -> None:
    detectors = [literal(f"l{place}", f"L{place}", value) for place, value in enumerate(values)]
    assert_cut_does_not_matter(Masker(detectors, shown), pieces)


@given(st.lists(st.text("ab-", max_size=5), max_size=8))
def test_tails_however_cut(pieces: list[str]) -> None:
    tailed = Detector("t", "T", "(?<!a)b", tail="a{1,2}(?!-)|ab|-(?=b)")
    assert_cut_does_not_matter(Masker([tailed, custom("c", "C", "a-b?a")], shown), pieces)


def test_ordinary_words_are_given_out_at_their_end() -> None:
    stream = ALL.stream()
    assert stream.feed("The quick brown") == "The quick "
    assert stream.feed(" fox.") == "brown "
    assert stream.held == len("fox.")
    assert stream.finish() == "fox."


def test_a_value_longer_than_can_be_held_is_masked_and_the_rest_of_it_swallowed() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkq\n" * (3 * MAX_SPAN // 17)
    stream = ALL.stream()
    held = 0
    out = []
    for start in range(0, len(key), 1000):
        out.append(stream.feed(key[start : start + 1000]))
        held = max(held, stream.held)
    out += stream.feed("-----END PRIVATE KEY----- after "), stream.finish()
    assert "".join(out) == "[PRIVATE_KEY] after "
    assert held < MAX_SPAN + 2000
    assert stream.hits == Counter(private_key=1)


@pytest.mark.parametrize("size", [1, 777, MAX_SPAN, 10 * MAX_SPAN])
def test_chained_matches_longer_than_can_be_held(size: int) -> None:
    masker = Masker([custom("c", "C", "ab{1,3}a(?=b)"), custom("d", "D", "(?<=b)ab")], shown)
    text = "x" + "ab" * (MAX_SPAN // 2 + 50) + "ab x"
    assert_cut_does_not_matter(masker, [text[start : start + size] for start in range(0, len(text), size)])


def test_a_long_value_is_named_by_what_is_known_at_its_start() -> None:
    masker = Masker([custom("late", "LATE", "KEY----- x"), *select(["private_key"])])
    text = "-----BEGIN PRIVATE KEY-----\n" + "M" * (MAX_SPAN + 10) + "\n-----END PRIVATE KEY----- x"
    assert masker.mask(text).text == "[PRIVATE_KEY]"
    assert_cut_does_not_matter(masker, [text[start : start + 500] for start in range(0, len(text), 500)])


def test_what_is_held_is_bounded_by_the_widest_pattern() -> None:
    stream = Masker([custom("c", "C", "x.{0,5000}y")]).stream()
    most = 5100 * 8 // 7  # the patterns are asked again when an eighth more is waiting
    for _ in range(100):
        stream.feed("x" * 100)
        assert stream.held <= most
    assert len(stream.finish()) <= most


def failing(_detector: Detector, _value: str) -> str:
    raise ZeroDivisionError


def test_after_an_exception_nothing_is_given_out() -> None:
    stream = Masker(DETECTORS, failing).stream()
    assert stream.feed("before ") == "before "
    with pytest.raises(ZeroDivisionError):
        stream.feed("a@example.com and more ")
    assert stream.feed("a@example.com") == ""
    assert stream.feed(" after. ") == ""
    assert stream.finish() == ""


def test_an_exception_of_a_validator_ends_the_stream() -> None:
    def validate(_value: str) -> bool:
        raise LookupError

    stream = Masker([Detector("v", "V", "secret", validate=validate)]).stream()
    with pytest.raises(LookupError):
        stream.feed("a secret b")
    assert stream.feed("more ") + stream.finish() == ""


def test_a_runaway_pattern_masks_what_is_held_and_all_that_follows() -> None:
    stream = Masker([custom("c", "C", "(?:a|aa){1,60}b")]).stream()
    assert stream.feed("fine ") == "fine "
    assert stream.feed("a" * 100 + "cab ") == "[UNREADABLE]"
    assert stream.feed("more") + stream.finish() == ""
    assert stream.hits == Counter(timeout=1)
    assert stream.held == 0


def test_after_the_end_nothing_is_given_out() -> None:
    stream = ALL.stream()
    stream.feed("one two")
    assert stream.finish() == "two"
    assert stream.feed("three ") == ""
    assert stream.finish() == ""


def test_an_empty_stream() -> None:
    stream = ALL.stream()
    assert stream.feed("") + stream.finish() == ""
    assert Masker([]).stream().feed("a@example.com") == "a@example.com"
