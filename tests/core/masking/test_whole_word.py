"""A whole word is found without an engine exactly where the engine would find it, in streams as well."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.matcher import matcher, regex_matcher
from addons.core.masking.whole_word import WholeWordMatcher

VALUES = st.text("ab-", min_size=1, max_size=4)
TEXTS = st.text("ab- _é\u0301", max_size=30)
ENDS = st.sampled_from([("(?<!\\w)", "(?!\\w)"), ("(?<!\\w)", ""), ("", "(?!\\w)")])


@given(VALUES, ENDS, TEXTS)
def test_it_finds_what_the_engine_finds(value: str, ends: tuple[str, str], text: str) -> None:
    pattern = f"{ends[0]}{re.escape(value)}{ends[1]}"
    quick = matcher(pattern)
    assert isinstance(quick, WholeWordMatcher)
    assert list(quick.spans(text, 0)) == list(regex_matcher(pattern).spans(text, 0))


@given(VALUES, ENDS, TEXTS, st.lists(st.integers(0, 30), max_size=5))
def test_cuts_do_not_matter(value: str, ends: tuple[str, str], text: str, cuts: list[int]) -> None:
    detector = Detector("name", "NAME", f"{ends[0]}{re.escape(value)}{ends[1]}")
    masker = Masker(()).preceded((detector,))
    stream = masker.stream()
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert "".join((*map(stream.feed, pieces), stream.finish())) == masker.mask(text).text


@pytest.mark.parametrize("pattern", [r"(?<!\w)a{2,3}(?!\w)", r"(?<=\w)a(?!\w)", r"(?<!\w)a|b(?!\w)", r"\ba\b", "a"])
def test_other_patterns_go_to_the_engine(pattern: str) -> None:
    assert not isinstance(matcher(pattern), WholeWordMatcher)
