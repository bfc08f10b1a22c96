"""Whatever a pattern finds, it is named; by Hyperscan, and by plain strings where there is no Hyperscan."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.detect.catalogue import DETECTORS
from addons.core.masking import prefilter as module
from addons.core.masking.engine import Pattern, compiled
from addons.core.masking.parser import parse
from addons.core.masking.prefilter import Prefilter, ScanningPrefilter, plain, prefilter
from addons.core.masking.syntax import PatternError, render
from tests.core.masking.fragments import random_text
from tests.core.masking.patterns import PATTERNS, TEXTS
from tests.core.masking.unicode_patterns import UNICODE_PATTERNS, UNICODE_TEXTS

SHIPPED = [detector.pattern for detector in DETECTORS]
WORDS = ["the quick brown fox ", "caf\u00e9 \u8bf7 ", "\ud83d", "12 2024 ", "a-b_c.d@e ", "\n", "\0"]


@lru_cache(maxsize=1024)
def _engine(pattern: str) -> Pattern:
    return compiled(render(parse(pattern)))


def _matching(patterns: list[str], text: str) -> set[int]:
    found = (_engine(pattern).search(text, 0, timeout=5) for pattern in patterns)
    return {rank for rank, match in enumerate(found) if match is not None}


def _both(patterns: list[str]) -> tuple[Prefilter, Prefilter]:
    return prefilter(patterns), plain(patterns)


@settings(max_examples=120, deadline=None)
@given(
    patterns=st.lists(UNICODE_PATTERNS, min_size=1, max_size=5),
    texts=st.lists(UNICODE_TEXTS, min_size=1, max_size=6),
    around=st.tuples(st.integers(0, 70), st.sampled_from([" ", "x", "\u8bf7", "\ud83d"])),
)
def test_patterns_that_match_are_named(patterns: list[str], texts: list[str], around: tuple[int, str]) -> None:
    made = _both(patterns)
    for text in (*texts, *(around[1] * around[0] + text + around[1] * around[0] for text in texts)):
        matching = _matching(patterns, text)
        for each in made:
            able = each.able(text)
            assert able == sorted(set(able))
            assert matching <= set(able)


@settings(max_examples=60, deadline=None)
@given(patterns=st.lists(PATTERNS, min_size=1, max_size=5), texts=st.lists(TEXTS, min_size=1, max_size=6))
def test_patterns_of_few_letters_that_match_are_named(patterns: list[str], texts: list[str]) -> None:
    made = _both(patterns)
    for text in texts:
        for each in made:
            assert _matching(patterns, text) <= set(each.able(text))


def test_shipped_patterns_are_named_for_their_examples() -> None:
    for each in _both(SHIPPED):
        for rank, detector in enumerate(DETECTORS):
            for text in detector.examples:
                assert _matching(SHIPPED, text) <= set(each.able(text)), (rank, detector.name)


def test_shipped_patterns_are_named_in_random_text_of_any_length() -> None:
    source = random.Random(7)  # noqa: S311 - test data
    made = _both(SHIPPED)
    for _ in range(150):
        filler = ["".join(source.choices(WORDS, k=source.choice((0, 1, 5, 40, 200)))) for _ in range(2)]
        text = filler[0] + random_text(source) + filler[1]
        matching = _matching(SHIPPED, text)
        for each in made:
            assert matching <= set(each.able(text))


def test_ordinary_text_names_few() -> None:
    able = prefilter(SHIPPED).able("Please confirm the delivery with the team before Friday noon. " * 20)
    assert able == []


@pytest.mark.parametrize(
    ("pattern", "text", "named"),
    [
        ("secret", "a secret", True),
        ("secret", "a secre", False),
        ("(?i:secret)", "\u017fECRET", True),
        ("(?i:secret)", "zecret", False),
        ("key(?<=[0-9]{4}key)", "1234key", True),
        ("(?<=token: )[a-z]{4}", "token: abcd", True),
        ("(?<=token: )[a-z]{4}", "abcd", False),
        ("a.{1,300}b", "a" + "\u8bf7" * 300 + "b", True),
        ("\ud83d!", "\ud83d!", True),
        ("\ud83d!", "\ud83d\ude00", False),
        ("x\\0y", "x\0y", True),
        # what cannot be told is named
        (r"\w", "", True),
        ("a*", "b", True),
        (r"\b", "", True),
    ],
)
def test_what_is_named(pattern: str, text: str, named: bool) -> None:
    made = prefilter([pattern, "never matching"])
    assert isinstance(made, ScanningPrefilter)
    assert made.able(text) == ([0] if named else [])
    assert plain([pattern]).able(text) == [0] or not named


def test_ranks_are_places_in_the_order_given() -> None:
    patterns = ["alpha", "a*", "beta", "alpha", "(?<=alpha )gamma", "@"]
    for each in _both(patterns):
        assert each.able("gamma beta") == [1, 2]
        assert each.able("alpha gamma") == [0, 1, 3, 4]
        assert each.able("@") == [1, 5]


def test_what_is_before_the_start_may_be_left_out() -> None:
    for each in _both(["alpha", "(?<=alpha )gamma"]):
        assert 1 in each.able("alpha gamma", 6)
    assert plain(["alpha", "(?<=alpha )gamma"]).able("alpha gamma", 6) == [1]


def test_no_patterns_and_patterns_that_cannot_be_read() -> None:
    for each in _both([]):
        assert each.able("text") == []
    for make in (prefilter, plain):
        with pytest.raises(PatternError):
            make(["(a"])


def test_patterns_beyond_the_cap_are_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_EXPRESSIONS", 2)
    patterns = ["alpha", "beta", "gamma", "delta"]
    assert prefilter(patterns).able("delta alpha") == [0, 3]
    monkeypatch.setattr(module, "MAX_POSITIONS", 7)
    assert prefilter(patterns).able("delta beta") == [1, 3]


def test_threads_share_a_prefilter() -> None:
    shared = prefilter(SHIPPED)
    source = random.Random(3)  # noqa: S311 - test data
    texts = [random_text(source) * 20 for _ in range(40)]
    expected = [shared.able(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(lambda _: [shared.able(text) for text in texts], range(24)):
            assert found == expected


def test_without_the_package_all_works_plainly() -> None:
    code = (
        "import sys; sys.modules['hyperscan'] = None\n"
        "from addons.core.masking.prefilter import PlainPrefilter, prefilter\n"
        "made = prefilter(['alpha', 'beta'])\n"
        "assert isinstance(made, PlainPrefilter)\n"
        "print(made.able('a beta'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[1]\n", "")
