"""Personal identifiers reach their goals on made-up texts; other numbers are left alone; prose is not held."""

import pytest

from addons.core.detect.catalogue import DETECTORS, select
from addons.core.detect.national.checksums import mod_11_10, numbers, verhoeff
from addons.core.detect.national.registry import NATIONAL_IDS
from addons.core.masking.masker import Masker
from tests.bench.detection import ID_GOALS, KB_100, MOST_FALSE, Score, judge
from tests.bench.labelled_ids import ID_ENTITIES, labelled_ids, negative_ids

SEED, ROUNDS, SIZE = 20260120, 20, 200_000


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return judge(labelled_ids(SEED, ROUNDS))[0]


@pytest.mark.parametrize(("entity", "goal"), ID_GOALS.items())
def test_an_identifier_reaches_its_goal(scores: dict[str, Score], entity: str, goal: float) -> None:
    score = scores[entity]
    assert score.values >= ROUNDS
    assert score.f1 > goal, f"precision {score.precision:.3f}, recall {score.recall:.3f}"
    assert score.whole / score.values > goal, "values must be masked to their last character"


def test_numbers_that_are_no_identifiers_are_left_alone() -> None:
    text = negative_ids(SEED, SIZE)
    hits = [hit for hit in Masker(select(ID_ENTITIES)).find(text) if hit.detector in ID_ENTITIES]
    found = [f"{hit.detector}: {text[hit.start : hit.end]}" for hit in hits]
    assert len(found) <= MOST_FALSE * len(text) / KB_100, found


def test_national_ids_are_a_group() -> None:
    assert {detector.name for detector in select(["national_id"])} == {detector.name for detector in NATIONAL_IDS}
    assert set(NATIONAL_IDS) < set(select(["pii"]))


PROSE = (
    "He was born in a small town and moved to the city when he was 21; his passport had expired on 3 March.",
    "Er wurde in einer kleinen Stadt geboren, sein Reisepass war abgelaufen; seine Steuernummer kannte er nicht.",
    "Elle est n\u00e9e dans une petite ville, son passeport avait expir\u00e9 ; la s\u00e9curit\u00e9 sociale attend.",
    "Nadie sin pagar: el documento nacional de identidad est\u00e1 caducado desde 2019, y no hay otro.",
)
MOST_HELD = 40


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_not_held(text: str) -> None:
    stream = Masker(DETECTORS).stream()
    held, out = [], ""
    for at in range(0, len(text), 4):
        out += stream.feed(text[at : at + 4])
        held.append(stream.held)
    assert out + stream.finish() == text
    assert max(held) <= MOST_HELD
    assert sorted(held)[len(held) // 2] <= MOST_HELD // 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NI number AB 12 34 56 C, thanks", "NI number [UK_NINO], thanks"),
        ('{"dob": "1985-03-15", "bsn": "111222333"}', '{"dob": "[DATE_OF_BIRTH]", "bsn": "[NL_BSN]"}'),
        ("born on March 3, 1985 in Leeds", "born on [DATE_OF_BIRTH] in Leeds"),
        ("Steuer-ID 86095742719; 756.9217.0769.85.", "Steuer-ID [DE_STEUER_ID]; [CH_AHV]."),
        ("ether 52:54:00:12:34:5b brd ff:ff:ff:ff:ff:ff", "ether [MAC_ADDRESS] brd ff:ff:ff:ff:ff:ff"),
        ("Passport no: C01X00T47, exp 2030-01-01", "Passport no: [PASSPORT], exp 2030-01-01"),
        ("pesel 44051401359 nip 1234567890", "pesel [PL_PESEL] nip 1234567890"),
        ("order 44051401359 of 2024-01-15", "order 44051401359 of 2024-01-15"),
    ],
)
def test_only_the_value_is_replaced(text: str, expected: str) -> None:
    assert Masker(DETECTORS).mask(text).text == expected
    for size in (1, 3):
        stream = Masker(DETECTORS).stream()
        pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
        assert "".join(pieces) + stream.finish() == expected


@pytest.mark.parametrize(("value", "right"), [("2363", True), ("2362", False), ("2633", False), ("3263", False)])
def test_verhoeff(value: str, right: bool) -> None:
    assert verhoeff(numbers(value)) is right


@pytest.mark.parametrize(
    ("value", "right"), [("0794", False), ("07945", True), ("33392005961", True), ("33392005962", False)]
)
def test_mod_11_10(value: str, right: bool) -> None:
    assert mod_11_10(numbers(value)) is right
