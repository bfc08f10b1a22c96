"""The detectors reach their goals on a sample of labelled texts, and leave text with nothing in it alone."""

import pytest

from tests.bench.detection import GOALS, KB_100, MOST_FALSE, REAL_IN_CODE, Score, found_in, judge, standard_library
from tests.bench.labelled import labelled, negatives

SEED, ROUNDS, SIZE = 20260115, 250, 200_000


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return judge(labelled(SEED, ROUNDS))[0]


@pytest.mark.parametrize(("entity", "goal"), GOALS.items())
def test_an_entity_reaches_its_goal(scores: dict[str, Score], entity: str, goal: float) -> None:
    score = scores[entity]
    assert score.values >= ROUNDS
    assert score.f1 > goal, f"precision {score.precision:.3f}, recall {score.recall:.3f}"
    assert score.whole / score.values > goal, "values must be masked to their last character"


@pytest.mark.parametrize("kind", ["code", "logs", "json", "ids"])
def test_text_with_nothing_in_it_is_left_alone(kind: str) -> None:
    text = negatives(SEED, SIZE)[kind]
    counts, _ = found_in(text)
    assert counts.total() <= MOST_FALSE * len(text) / KB_100, counts


def test_real_code_is_left_alone() -> None:
    text = standard_library(SEED, SIZE)
    counts, _ = found_in(text)
    false = sum(count for entity, count in counts.items() if entity not in REAL_IN_CODE)
    assert false <= MOST_FALSE * len(text) / KB_100, counts


def test_a_seed_gives_the_same_texts() -> None:
    assert list(labelled(7, 3)) == list(labelled(7, 3))
    assert list(labelled(7, 3)) != list(labelled(8, 3))


def test_labels_are_where_they_say() -> None:
    for text in labelled(SEED, 20):
        for value in text.values:
            assert 0 <= value.start < value.end <= len(text.text)
            assert value.entity in GOALS
