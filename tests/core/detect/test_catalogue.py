import re

import pytest

from addons.core.detect.catalogue import DETECTORS, UnknownDetectorError, custom, literal, names, select
from addons.core.masking.masker import Masker
from addons.core.masking.matcher import MAX_WIDTH
from addons.core.masking.syntax import PatternError


def found(kinds: list[str]) -> set[str]:
    return {detector.name for detector in select(kinds)}


SECRETS = ("private_key", "jwt", "api_key", "crypto_key", "url_credentials", "named_secret")


def test_names_are_groups_and_detectors() -> None:
    known = names()
    assert known[:3] == ("national_id", "pii", "secrets")
    assert known[3:9] == SECRETS
    assert set(known[9:]) >= {"crypto_address", "email", "iban", "card", "us_ssn", "ip", "phone"}
    assert len(known) == len(set(known))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["pii"], set(names()[3:]) - set(SECRETS)),
        (["secrets"], set(SECRETS)),
        (["email", "secrets", "email"], {"email", *SECRETS}),
        ([], set()),
    ],
)
def test_select(kinds: list[str], expected: set[str]) -> None:
    assert found(kinds) == expected


def test_select_keeps_the_order_of_priority() -> None:
    assert select(["pii", "secrets"]) == DETECTORS
    assert select(["ip", "jwt"])[0].name == "jwt"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("emial", 'did you mean "email"?'),
        ("Phone", 'did you mean "phone"?'),
        ("zzz", "known are national_id, pii, secrets"),
    ],
)
def test_an_unknown_name_is_refused_with_a_suggestion(name: str, hint: str) -> None:
    with pytest.raises(UnknownDetectorError, match=re.escape(hint)):
        select(["email", name])


@pytest.mark.parametrize(
    "value",
    ["s3cr3t", "a.b*c[d]", " ", "\n", "\u00e9\U0001f600\ud800", "x" * MAX_WIDTH, "ab" * MAX_WIDTH, "abc" * MAX_WIDTH],
    ids=lambda value: f"{value[:5]!a} x {len(value)}",
)
def test_a_literal_is_found_whole_and_in_a_stream(value: str) -> None:
    masker = Masker([literal("held", "HELD", value)])
    text = f"before{value}after"
    masked = masker.mask(text).text
    assert re.fullmatch(r"before(\[HELD\])+after", masked)
    assert (masked == "before[HELD]after") == (len(value) <= MAX_WIDTH)
    stream = masker.stream()
    out = [stream.feed(text[start : start + 700]) for start in range(0, len(text), 700)]
    assert "".join(out) + stream.finish() == masked


def test_a_literal_is_exact() -> None:
    masker = Masker([literal("held", "HELD", "S3cr.t")])
    assert masker.mask("s3cr.t S3crxt S3cr.").hits == ()


def test_a_literal_does_not_show_in_its_repr() -> None:
    assert "S3cr" not in repr(literal("held", "HELD", "S3cr.t"))


@pytest.mark.parametrize("pattern", [r"ACME-\d{4}", r"(?i)\bproject [a-z]{1,20}\b", "x{3}|y", r"^id: \d{1,9}$"])
def test_a_custom_pattern_is_taken(pattern: str) -> None:
    detector = custom("mine", "MINE", pattern)
    assert (detector.name, detector.label) == ("mine", "MINE")
    assert Masker([detector]).mask("none of it").hits == ()


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "nothing at all"),
        ("a?", "nothing at all"),
        (r"\b", "nothing at all"),
        ("a+", "no finite width"),
        ("(?:a{1,3})*b", "no finite width"),
        ("(.*)+x", "no finite width"),
        ("a(?=.*b)", "no finite width"),
        ("(?<=a+)b", "no finite width"),
        ("a{1,60000}", "wider than"),
        ("(?:(?:a{1,200}){1,200}){1,200}", "wider than"),
        ("a" * 5000, "longer than"),
        (r"(a)\1", "back references"),
        ("(a", "not closed"),
        (r"\p{L}", "not supported"),
        ("(?=a)(?R)?", "not supported"),
    ],
)
def test_a_custom_pattern_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason) as caught:
        custom("mine", "MINE", pattern)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pattern", ["(?:(?:a{1,9}){1,9}){1,9}b", "(?:a|a|aa){1,99}b", "(?:a{0,9}a{0,9}a{1,9}){1,50}b"])
def test_an_evil_pattern_ends_and_hides_the_text(pattern: str) -> None:
    text = "a" * 49 + "c" + "ab" * 20 + "a" * 200 + "cb"
    masked = Masker([custom("evil", "EVIL", pattern)]).mask(text)
    assert masked.hits
    assert "aaaaab" not in masked.text


def test_an_empty_literal_is_refused() -> None:
    with pytest.raises(PatternError, match="empty"):
        literal("held", "HELD", "")
