"""All detectors, all views, and detectors of a single call: however a disguised text is cut, the result is the same."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from addons.core.detect.catalogue import DETECTORS, custom, literal
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.spans import MAX_SPAN
from addons.core.masking.tokens import SHAPE
from tests.core.masking.disguised_texts import disguised_text
from tests.core.masking.fragments import STREAM_CASES, random_cuts

CASES = STREAM_CASES // 10
"""Each takes ten times as long as a text without disguises."""


def shown(detector: Detector, value: str) -> str:
    """Show in the result which detector got which value: a label would hide a difference."""
    return f"<{detector.label}:{value}>"


TOKEN = Detector("token", "TOKEN", SHAPE, validate={"[EMAIL_ABCDEFGHIJ]"}.__contains__, as_written=True)
ALL = Masker(DETECTORS, shown)
MASKERS = (
    ALL,
    ALL,
    ALL.preceded([literal("held", "HELD", "word sk-12")], shown),
    ALL.preceded([TOKEN, literal("held", "HELD", "x+y@example.com 4111")], shown),
    ALL.preceded([custom("own", "OWN", r"(?<![a-z])[a-z]{2,6}\.[a-z]{2,3}\b")], shown),
)


def assert_cut_does_not_matter(masker: Masker, pieces: list[str]) -> None:
    whole = masker.mask("".join(pieces))
    stream = masker.stream()
    out = [stream.feed(piece) for piece in pieces]
    assert "".join(out) + stream.finish() == whole.text
    assert stream.hits == Counter(hit.detector for hit in whole.hits)
    assert stream.held == 0


@pytest.mark.parametrize("part", range(4))
def test_random_texts_however_cut(part: int) -> None:
    for case in range(part, CASES, 4):
        source = random.Random(case)  # noqa: S311 - a case must be the same each time
        masker = source.choice(MASKERS)
        text = disguised_text(source)
        if source.random() < 0.02:
            text *= source.randint(2, 40)
        assert_cut_does_not_matter(masker, random_cuts(source, text))


DIGITS = "31:35:35:35:35:32:36:37"


@pytest.mark.parametrize(
    "text",
    [
        f"Private-Lines:4\nAAA{DIGITS}",  # a tail that goes on in a view, which begins to differ inside of it
        f"Private-Lines:4\nAAA{DIGITS} and {DIGITS}",
        "IncomingWebhook/0123456789abcdef0123456789abcdefG",  # and one that a view has passed that goes its own way
        "-----BEGIN PRIVATE KEY-----\nMIIE%41%41%41 x",
        "-----BEGIN PRIVATE KEY-----\nMIIE\u200bMIIE\u200b\u200bMIIE x",
        "tel: 415&#53;55%32671 and%20a&#64;example.com",
        "a@example.com%2Cb@example.com%2520c&#64;example.com",
    ],
)
def test_values_that_go_on_in_a_view(text: str) -> None:
    assert_cut_does_not_matter(ALL, list(text))
    assert_cut_does_not_matter(ALL, [text[:18], text[18:34], text[34:40], text[40:]])
    for first, second in pairwise(range(0, len(text) + 3, 3)):
        assert_cut_does_not_matter(ALL, [text[:first], text[first:second], text[second:]])


@pytest.mark.parametrize("size", [997, 40_000])
@pytest.mark.parametrize("joint", ["a@example.com", "\uff41&#64;example.com", "4111111111111111%34"])
def test_chains_longer_than_can_be_held(joint: str, size: int) -> None:
    masker = Masker([custom("chain", "CHAIN", "(?:a@example\\.com){1,2}|[14]{1,17}"), *DETECTORS], shown)
    text = f"x {joint * (MAX_SPAN // len(joint) + 9)} y a@example.com"
    assert_cut_does_not_matter(masker, [text[start : start + size] for start in range(0, len(text), size)])


MAX_HELD = 2 * MAX_SPAN
"""Characters that a stream may hold: the widest match, or the longest value, and what a view waits for."""


@pytest.mark.parametrize(
    "unit",
    [
        *("%25", "&amp;", "%", "&", "&#0", "=3D", "1", "31", "A", "QUJD", "41 ", "0x41, "),
        *(
            "\\",
            "\\u005c",
            "\u200b",
            "a\u200b",
            "\U000e0041",
            "\uff41",
            "a@",
            "a.",
            "password=",
            "eyJ",
            "+1-",
            "&#65; b ",
        ),
    ],
)
def test_what_is_held_is_bounded(unit: str) -> None:
    stream = Masker(DETECTORS).stream()
    came = 0
    while came < 100_000:
        came += len(piece := unit * (4096 // len(unit)))
        stream.feed(piece)
        assert stream.held <= MAX_HELD
        assert stream.remembered <= 2 * MAX_HELD
    stream.finish()
    assert stream.held == 0
