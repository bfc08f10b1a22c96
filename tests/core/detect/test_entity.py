"""What a language model found in some texts of a body is found again, as it stands and no more than that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.detect.entity import EntitySpan, entity, literals, readable
from addons.core.detect.pieces import MAX_PIECE, OVERLAP, pieces
from addons.core.masking.masker import Masker

NAMED = {"PERSON": entity("PERSON"), "LOCATION": entity("LOCATION")}
TOKEN = "[PERSON_ABCDEFGHIJ]"


def masked(text: str, *found: tuple[str, str]) -> str:
    """Return ``text`` masked after these values, with their types, were found where they stand first in it."""
    spans = [EntitySpan(text.index(value), text.index(value) + len(value), kind) for value, kind in found]
    return Masker(()).preceded(literals([(text, spans)], NAMED)).mask(text).text


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Ann met Anna, Ann's (Ann)", "Ann", "[PERSON] met Anna, [PERSON]'s ([PERSON])"),
        ("Al also called AL, al.", "Al", "[PERSON] also called AL, al."),
        ("我是张伟,张伟明来", "张伟", "我是[PERSON],[PERSON]明来"),
        ("joeAnn and Ann", "Ann", "joe[PERSON] and [PERSON]"),
        ("Ann\nLee and Ann Lee", "Ann\nLee", "[PERSON] and Ann Lee"),
        (" Ann , Ann", " Ann ", " [PERSON] , [PERSON]"),
        ("J. (R.*) Tolkien", "J. (R.*) Tolkien", "[PERSON]"),
        ("user: You", "user", "user: You"),
        ("-- 42 --", "--", "-- 42 --"),
        ("Mr. X", "Mr.", "Mr. X"),
        (f"{TOKEN} met Ann", f"{TOKEN} met Ann", f"{TOKEN} [PERSON]"),
        (f"Ann {TOKEN} Bob; Ann Bob", f"Ann {TOKEN} Bob", f"[PERSON] {TOKEN} [PERSON]; [PERSON] [PERSON]"),
        ("\ud800Ann, Ann", "Ann", "\ud800[PERSON], [PERSON]"),
    ],
)
def test_a_value_is_masked_where_it_stands(text: str, value: str, expected: str) -> None:
    assert masked(text, (value, "PERSON")) == expected


def test_values_that_overlap_become_one_mask() -> None:
    text = "Ann Lee Smith, Ann Lee, Lee Smith"
    assert masked(text, ("Ann Lee", "PERSON"), ("Lee Smith", "PERSON")) == "[PERSON], [PERSON], [PERSON]"


def test_a_type_that_is_not_wanted_is_left_out() -> None:
    assert masked("Ann of Acme", ("Ann", "PERSON"), ("Acme", "ORGANIZATION")) == "[PERSON] of Acme"


def test_a_mask_is_named_after_the_longer_value() -> None:
    assert masked("Bad Homburg", ("Homburg", "PERSON"), ("Bad Homburg", "LOCATION")) == "[LOCATION]"


def test_what_was_found_in_one_text_is_masked_in_others() -> None:
    detectors = literals([("I am Ann.", [EntitySpan(5, 8, "PERSON")])], NAMED)
    masker = Masker(()).preceded(detectors)
    assert masker.mask('{"who": "\\u0041nn", "ann": 1}').text == '{"who": "[PERSON]", "ann": 1}'
    assert [hit.detector for hit in masker.find("Ann, Ann")] == ["person", "person"]


@given(st.text("aB 张-_.\u0301", min_size=1, max_size=40), st.data())
def test_every_value_with_a_letter_goes_from_where_it_was_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    value = text[start:end].strip()
    detectors = literals([(text, [EntitySpan(start, end, "PERSON")])], NAMED)
    hits = Masker(()).preceded(detectors).find(text)
    begin = start + text[start:end].find(value)
    covered = any(hit.start <= begin and begin + len(value) <= hit.end for hit in hits)
    assert covered is any(char.isalpha() for char in value)


@given(st.text(st.characters(), max_size=60))
def test_what_a_model_reads_is_as_long_as_the_text(text: str) -> None:
    assert len(readable(text)) == len(text)
    readable(text).encode()


def test_a_model_does_not_see_tokens() -> None:
    assert readable(f"a {TOKEN} b") == "a " + "\n" * len(TOKEN) + " b"


@given(st.integers(0, 3 * MAX_PIECE), st.sampled_from(["x", "word ", "a\n", "long" * 40 + " "]))
def test_pieces_cover_a_text_and_overlap(length: int, word: str) -> None:
    text = (word * (length // len(word) + 1))[:length]
    found = list(pieces(text))
    assert found[0][0] == 0
    assert all(len(piece) <= MAX_PIECE and text.startswith(piece, start) for start, piece in found)
    ends = [start + len(piece) for start, piece in found]
    assert ends[-1] == len(text)
    for (start, _), end in zip(found[1:], ends, strict=False):
        assert OVERLAP <= end - start < 2 * OVERLAP
