import pytest

from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.styles import hashed, label, mask_keep_last_four

CARD = Detector("card", "CARD", "[0-9 -]{1,40}")


def test_a_label() -> None:
    assert label(CARD, "4111") == "[CARD]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4111 1111 1111 1234", "****1234"),
        ("123-45-6789", "****6789"),
        ("a" * 40 + "-1.2", "****aa12"),
        ("12345678", "[CARD]"),
        ("----------", "[CARD]"),
        ("", "[CARD]"),
    ],
)
def test_the_last_four_are_kept_where_enough_is_masked(value: str, expected: str) -> None:
    assert mask_keep_last_four(CARD, value) == expected


def test_a_hash_is_stable_typed_and_keyed() -> None:
    style = hashed(b"key")
    first = style(CARD, "4111")
    assert first.startswith("[CARD:")
    assert len(first) == len("[CARD:1a2b3c4d]")
    assert style(CARD, "4111") == first
    assert style(CARD, "4112") != first
    assert hashed(b"other")(CARD, "4111") != first
    assert style(Detector("phone", "PHONE", "x"), "4111")[-9:] != first[-9:]
    assert style(CARD, "\ud800") != style(CARD, "\ud801")


def test_a_style_is_what_a_masker_replaces_with() -> None:
    assert Masker([CARD], hashed(b"k")).mask("no 4111").text == "no" + hashed(b"k")(CARD, " 4111")
