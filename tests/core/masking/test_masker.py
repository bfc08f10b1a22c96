import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.detect.catalogue import DETECTORS, custom, literal, select
from addons.core.detect.detector import Detector
from addons.core.masking.cursor import MAX_MATCHES
from addons.core.masking.engine import compiled
from addons.core.masking.masker import Hit, Masker
from addons.core.masking.matcher import MAX_WIDTH
from addons.core.masking.parser import parse
from addons.core.masking.spans import MAX_SPAN
from addons.core.masking.syntax import PatternError, render
from tests.core.masking.fragments import random_text
from tests.core.masking.patterns import PATTERNS, TEXTS

ALL = Masker(DETECTORS)


def test_values_are_replaced_and_their_places_told() -> None:
    masked = ALL.mask("mail a@example.com or 10.0.0.1")
    assert masked.text == "mail [EMAIL] or [IP]"
    assert masked.hits == (Hit("email", 5, 18), Hit("ip", 22, 30))


def test_find_tells_the_same_without_replacing() -> None:
    text = "mail a@example.com or 10.0.0.1"
    assert ALL.find(text) == ALL.mask(text).hits


def test_a_text_without_values_is_the_same_object() -> None:
    text = "nothing to see here, 12 times"
    assert ALL.mask(text).text is text
    assert ALL.mask(text).hits == ()
    assert ALL.mask("").text == ""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("abcd", "cdef", "x[A]y"),
        ("cdef", "abcd", "x[A]y"),
        ("bc", "abcdef", "x[A]y"),
        ("abc", "def", "x[A][B]y"),
        ("def", "abc", "x[B][A]y"),
    ],
)
def test_overlapping_values_become_one_mask_named_by_the_first_detector(first: str, second: str, expected: str) -> None:
    masker = Masker([custom("a", "A", first), custom("b", "B", second)])
    assert masker.mask("xabcdefy").text == expected


def test_one_detector_does_not_hide_the_value_of_another() -> None:
    masker = Masker([custom("greedy", "G", "[a-z]{1,5}@"), select(["email"])[0]])
    assert masker.mask("to someone@example.com").text == "to [G]"


def test_a_true_value_inside_a_false_one_is_found() -> None:
    even = Detector("even", "EVEN", "[0-9]{2}", validate=lambda value: int(value) % 2 == 0)
    assert Masker([even]).mask("a 1380").text == "a 1[EVEN]0"


def test_a_measured_value_ends_where_it_is_said_to() -> None:
    upto = Detector("upto", "UPTO", "[a-z]{1,9}", measure=lambda value: value.find("x") + 1)
    assert Masker([upto]).mask("abxcdxe fg").text == "[UPTO][UPTO]e fg"


def test_a_tail_goes_on_with_the_value() -> None:
    tailed = Detector("t", "T", "key", tail="[0-9]{1,2}|-(?=[0-9])")
    assert Masker([tailed]).mask("key123456-78- key-a").text == "[T]- [T]-a"


def test_a_runaway_pattern_makes_the_whole_text_unreadable() -> None:
    masker = Masker([custom("c", "C", "(?:a|aa){1,60}b"), *DETECTORS])
    text = "mail a@example.com " + "a" * 100 + "cb"
    assert masker.mask(text).text == "[UNREADABLE]"
    assert masker.find(text) == (Hit("timeout", 0, len(text)),)


def test_after_too_many_matches_the_rest_is_unreadable() -> None:
    text = "ab " * (MAX_MATCHES + 5)
    masker = Masker([literal("l", "L", "ab")])
    masked = masker.mask(text)
    assert masked.text == "[L] " * MAX_MATCHES + "[UNREADABLE]"
    assert masked.hits[-1] == Hit("overflow", 3 * MAX_MATCHES, len(text))
    stream = masker.stream()
    out = [stream.feed(text[start : start + 999]) for start in range(0, len(text), 999)]
    assert "".join(out) + stream.finish() == masked.text
    assert stream.hits == Counter(hit.detector for hit in masked.hits)


def test_a_value_too_long_to_be_handed_on_gets_a_label() -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "M" * (MAX_SPAN + 1)
    seen: list[int] = []

    def replace(_detector: Detector, value: str) -> str:
        seen.append(len(value))
        return "short"

    assert Masker(DETECTORS, replace).mask(key).text == "[PRIVATE_KEY]"
    assert Masker(DETECTORS, replace).mask(key[:1000]).text == "short"
    assert seen == [1000]


@pytest.mark.parametrize("pattern", ["a{0,3}", "(?:)", "(?=a)", "a+", f"a{{{MAX_WIDTH + 1}}}", "(a", "a(?=b*)"])
def test_a_detector_that_cannot_stream_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        Masker([Detector("d", "D", pattern)])
    with pytest.raises(PatternError):
        Masker([Detector("d", "D", "x", tail=pattern)])


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "1" * 1_000_000,
        " " * 1_000_000,
        "-" * 1_000_000,
        ":" * 1_000_000,
        "@" * 1_000_000,
        "\ud800" * 1_000_000,
        "a@" * 300_000,
        "a." * 300_000 + "@",
        "1 " * 300_000,
        "(1" * 300_000,
        "+1-" * 200_000,
        "eyJ" * 300_000,
        "sk-" * 300_000,
        "ab12 " * 100_000,
        "4111 1112 " * 10_000,
    ],
    ids=lambda text: f"{text[:4]!r} x {len(text)}",
)
def test_a_megabyte_of_nothing_is_judged_in_time(text: str) -> None:
    masked = ALL.mask(text)
    assert not {hit.detector for hit in masked.hits} & {"timeout", "overflow"}
    part = text[:120_000]
    stream = ALL.stream()
    out = [stream.feed(part[start : start + 4096]) for start in range(0, len(part), 4096)]
    assert "".join(out) + stream.finish() == ALL.mask(part).text


def test_thousands_of_values() -> None:
    text = "".join(f"user{place}@example.com, 10.0.{place % 256}.1; " for place in range(5000))
    masked = ALL.mask(text)
    assert masked.text == "[EMAIL], [IP]; " * 5000
    assert len(masked.hits) == 10_000


def test_lone_surrogates_around_a_value() -> None:
    assert ALL.mask("\ud83da@example.com\ude00").text == "\ud83d[EMAIL]\ude00"


@settings(max_examples=300)
@given(PATTERNS, TEXTS)
def test_no_match_is_skipped(pattern: str, text: str) -> None:
    try:
        detector = custom("c", "C", pattern)
    except PatternError:
        return  # it may match the empty string
    expected = [(match.start(), match.end()) for match in compiled(render(parse(pattern))).finditer(text, 0, timeout=5)]
    assert [(hit.start, hit.end) for hit in Masker([detector]).find(text)] == expected


@settings(max_examples=300)
@given(st.text("AB0k\u212as ", max_size=8))
def test_no_match_is_skipped_where_case_is_ignored_or_a_prefix_is_known(text: str) -> None:
    for pattern in ("(?i:k)0", "(?i)[a-z]{2}", "(?:A|AB|B0)[0-9]?", "(?<=A)B"):
        vetted = Detector("v", "V", pattern, vetted=True)
        expected = [(match.start(), match.end()) for match in compiled(pattern).finditer(text, 0, timeout=5)]
        assert [(hit.start, hit.end) for hit in Masker([vetted]).find(text)] == expected


def test_to_prepare_changes_no_result() -> None:
    prepared = Masker(DETECTORS)
    prepared.prepare()
    for case in range(400):
        text = random_text(random.Random(case))  # noqa: S311 - a case must be the same each time
        assert prepared.mask(text) == ALL.mask(text)


def test_what_is_left_out_is_not_found_and_nothing_is_remembered_as_clean_for_that() -> None:
    first = custom("a", "A", "ab")
    masker = Masker([first, custom("b", "B", "bc")])
    for _ in range(2):
        assert masker.without({first}).mask("ab bc").text == "ab [B]"
        assert masker.without({first}).mask("ab").text == "ab"
        assert masker.mask("ab").text == "[A]"


def test_once_a_text_took_too_long_the_rest_of_the_call_is_unreadable() -> None:
    evil = Masker([custom("c", "C", "(?:a|aa){1,60}b")])
    call = evil.preceded(())
    assert call.mask("fine").text == "fine"
    begun = call.stream()
    assert begun.feed("fine ") == "fine "
    assert call.mask("a" * 100 + "cab").text == "[UNREADABLE]"
    assert [hit.detector for hit in call.find("fine")] == ["timeout"]
    assert call.mask("fine").text == "[UNREADABLE]"
    assert call.mask("").text == ""
    assert begun.feed("fine ") + begun.finish() == "[UNREADABLE]"
    assert evil.preceded(()).mask("fine").text == "fine"  # another call has a time of its own
