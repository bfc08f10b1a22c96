from collections import Counter

import pytest

from addons.core.detect.catalogue import custom
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.styles import hashed, label, mask_keep_last_four, unstyled
from addons.core.masking.tokens import TokenVault

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


NUMBER = custom("style/mask/number", "NUMBER", "[0-9]{12}")
SECRET = custom("secret", "SECRET", "(?<=[0-9]{4})[0-9]{8}[a-z]{4}")


@pytest.mark.parametrize(
    ("detectors", "text", "masked", "hits"),
    [
        ([NUMBER], "no 123456789012.", "no ****9012.", {"style/mask/number": 1}),
        ([NUMBER, SECRET], "no 123456789012.", "no ****9012.", {"style/mask/number": 1}),
        # the last four of all of it are the secret's
        ([NUMBER, SECRET], "no 123456789012abcd.", "no [NUMBER].", {"number": 1}),
        ([SECRET, NUMBER], "no 123456789012abcd.", "no [SECRET].", {"secret": 1}),
        # what stands inside of a value is a part of it
        ([NUMBER, custom("part", "PART", "[0-9]{3}")], "no 123456789012.", "no ****9012.", {"style/mask/number": 1}),
        ([NUMBER, custom("style/mask/number", "NUMBER", "[0-9]{9,14}")], "1234567890123", "****0123", {NUMBER.name: 1}),
    ],
)
def test_a_style_never_sees_what_only_another_detector_has_found(
    detectors: list[Detector], text: str, masked: str, hits: dict[str, int]
) -> None:
    masker = Masker(detectors, mask_keep_last_four)
    whole = masker.mask(text)
    assert whole.text == masked
    assert Counter(hit.detector for hit in whole.hits) == hits
    stream = masker.stream()
    assert "".join([*map(stream.feed, text), stream.finish()]) == whole.text
    assert stream.hits == Counter(hit.detector for hit in whole.hits)


def test_a_value_that_became_a_label_does_not_count_as_anything_else() -> None:
    vault = TokenVault(b"key", capacity=1)
    masker = Masker([custom("style/token/name", "NAME", "[A-Z][a-z]{2,9}")], vault)
    masked = masker.mask("Ann, Bob, Ann")
    (token,) = vault.originals
    assert masked.text == f"{token}, [NAME], {token}"
    assert [hit.detector for hit in masked.hits] == ["style/token/name", "name", "style/token/name"]
    stream = masker.stream()
    assert stream.feed("Ann, Bob, Ann") + stream.finish() == masked.text
    assert stream.hits == Counter({"style/token/name": 2, "name": 1})


@pytest.mark.parametrize(
    ("name", "plain"),
    [("style/hash/email", "email"), ("email", "email"), ("rule/a/email", "rule/a/email"), ("style/mask/a/b", "a/b")],
)
def test_the_name_without_its_style(name: str, plain: str) -> None:
    assert unstyled(name) == plain
