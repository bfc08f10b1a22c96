"""Maskers with views: however a text is cut, what is found in views is the same."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.detect.catalogue import custom
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.syntax import PatternError
from addons.core.masking.views.view import Kind, Stretch
from tests.core.masking.patterns import PATTERNS


class Small:
    """Reads capitals as small letters, drops dots, and decodes ``%a``: a percent sign waits for what follows."""

    def __init__(self) -> None:
        self.pending = 0
        self._waiting = ""

    def feed(self, text: str) -> Sequence[Stretch] | None:
        text, self._waiting = self._waiting + text, ""
        if text.endswith("%"):
            text, self._waiting = text[:-1], "%"
        return self._read(text)

    def finish(self) -> Sequence[Stretch] | None:
        return self._read(self._waiting)

    def _read(self, text: str) -> Sequence[Stretch] | None:
        stretches: list[Stretch] = []
        at = 0
        while at < len(text):
            size = 2 if text[at] == "%" and text[at + 1 : at + 2] in {"a", "b"} else 1
            read = "" if text[at] == "." else text[at + size - 1].lower()
            stretches.append(Stretch(read, self.pending, size, size, 1))
            self.pending += size
            at += size
        return None if "".join(stretch.text for stretch in stretches) == text else stretches


class Pairs:
    """Reads each run of digits as letters, three of them from two digits; an odd one is read as it stands."""

    TRIPLES = ("aab", "bab", "ab ", "bb\n", "a a", "bbb", "aaa", " ba", "abb", "b b")

    def __init__(self) -> None:
        self.pending = 0
        self._waiting = ""

    def feed(self, text: str) -> Sequence[Stretch] | None:
        text, self._waiting = self._waiting + text, ""
        digits = len(text) - len(text.rstrip("0123456789"))
        if digits % 2:
            text, self._waiting = text[:-1], text[-1]
        return self._read(text)

    def finish(self) -> Sequence[Stretch] | None:
        return self._read(self._waiting)

    def _read(self, text: str) -> Sequence[Stretch] | None:
        stretches: list[Stretch] = []
        at = 0
        while at < len(text):
            is_pair = text[at : at + 2].isdigit() and len(text) > at + 1
            pair = self.TRIPLES[int(text[at + 1])] if is_pair else text[at]
            size = 2 if is_pair else 1
            stretches.append(Stretch(pair, self.pending, size, size, len(pair)))
            self.pending += size
            at += size
        return None if "".join(stretch.text for stretch in stretches) == text else stretches


def shown(detector: Detector, value: str) -> str:
    return f"<{detector.label}:{value}>"


def assert_cut_does_not_matter(masker: Masker, pieces: list[str]) -> None:
    text = "".join(pieces)
    whole = masker.mask(text)
    stream = masker.stream()
    out = [stream.feed(piece) for piece in pieces]
    assert "".join(out) + stream.finish() == whole.text
    assert stream.hits == Counter(hit.detector for hit in whole.hits)
    assert stream.held == 0


PIECES = st.lists(st.text("abAB .%07\n", max_size=7), max_size=7)


@settings(max_examples=1500)
@given(st.lists(PATTERNS, min_size=1, max_size=2), PIECES, st.booleans())
def test_random_patterns_however_cut(patterns: list[str], pieces: list[str], is_own: bool) -> None:
    detectors = []
    for place, pattern in enumerate(patterns):
        try:
            detectors.append(custom(f"c{place}", f"C{place}", pattern))
        except PatternError:
            continue  # it may match the empty string
    detectors.append(Detector("t", "T", "(?<!a)bb", tail="a{1,2}(?!b)|a(?=bb)", validate=lambda value: value != "b b"))
    if is_own:
        masker = Masker(detectors[1:], shown, views=(Kind(Small), Kind(Pairs, "[0-9]{2}"))).preceded(
            detectors[:1], shown
        )
    else:
        masker = Masker(detectors, shown, views=(Kind(Small), Kind(Pairs, "[0-9]{2}")))
    assert_cut_does_not_matter(masker, pieces)


MASKER = Masker(
    [Detector("x", "X", "abba", tail="b{1,3}"), custom("y", "Y", "(?<=a.{3})b b")],
    views=(Kind(Small), Kind(Pairs, "[0-9]{2}")),
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("x abba y", "x [X] y"),
        ("x aBBa y", "x [X] y"),
        ("x a.b.b.a. y", "x [X]. y"),
        ("x a%bb%a y", "x [X] y"),
        ("abb%", "abb%"),
        ("x abbabB.b y", "x [X] y"),
        ("x 08a y", "x [X] y"),
        ("x 00a y", "x 00a y"),
        ("x abbc y", "x abbc y"),
        ("abba aBba 08ab", "[X] [X] [X]"),
        ("abba" + "B" * 500 + " x", "[X] x"),
    ],
)
def test_what_is_found_in_views(text: str, masked: str) -> None:
    assert MASKER.mask(text).text == masked
    assert_cut_does_not_matter(MASKER, list(text))
    for cut in range(len(text)):
        assert_cut_does_not_matter(MASKER, [text[:cut], text[cut:]])


def test_a_detector_of_what_is_written_does_not_look_at_views() -> None:
    masker = Masker([], views=(Kind(Small),)).preceded([Detector("x", "X", "abba", as_written=True)])
    assert masker.mask("abba ABBA").text == "[X] ABBA"
    assert_cut_does_not_matter(masker, ["ab", "ba A", "BBA"])


def test_a_short_clean_text_is_looked_at_again_for_what_only_this_call_has() -> None:
    shared = Masker([custom("y", "Y", "aa")], views=(Kind(Small),))
    assert shared.mask("abBa").hits == ()
    assert shared.mask("abBa").hits == ()
    assert shared.preceded([Detector("x", "X", "abba")]).mask("abBa").text == "[X]"
    assert shared.mask("abBa").text == "abBa"


def test_after_a_view_has_differed_the_text_is_forgotten_all_the_same() -> None:
    stream = MASKER.stream()
    for _ in range(2000):
        stream.feed("A plain text, 77 of it. ")
        assert stream.held < 30
        assert stream.remembered < 200


def test_too_many_matches_in_a_view_count_as_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addons.core.masking.cursor.MAX_MATCHES", 3)
    masker = Masker([custom("x", "X", "ab")], views=(Kind(Small),))
    for text in (
        "ab.AB abc AB AB ab end",
        "ab ab xxxxxxxxxxxxxxxxxx AB xxxxxxxxxxxxxxxxx ab end",
        "AB xxxxxx ab ab xxx ab",
    ):
        assert masker.mask(text).text.endswith("[UNREADABLE]")
        assert_cut_does_not_matter(masker, list(text))
