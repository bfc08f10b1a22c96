"""Rules in gitleaks' format become detectors, or are refused with the reason."""

import pytest

from addons.core.detect.detector import Detector
from addons.core.detect.gitleaks import Imported, RuleFileError, import_rules
from addons.core.masking.masker import Masker

RULES = r"""
title = "made up"
[allowlist]
description = "for all"
stopwords = ["ABCDEFGH"]
regexes = ['^\$\{[A-Z_]+\}$']

[[rules]]
id = "acme-key"
description = "a prefix"
regex = '''\b(acme_(?i)[a-z0-9]{12,})(?:[\x60'"\s;]|\\[nr]|$)'''
entropy = 2
keywords = ["acme_"]

[[rules]]
id = "umbrella-token"
regex = '''(?i)[\w.-]{0,50}?(?:umbrella|wayne[_-]?corp)(?:[ \w.-]{0,20})[\s'"]{0,3}[=:][\s'"]{0,5}([a-z0-9]{20})\b'''
  [[rules.allowlists]]
  regexes = ['^test', '(?P<sign>']
  [[rules.allowlists]]
  regexTarget = "line"
  regexes = ['nosec']

[[rules]]
id = "second.group"
regex = '''(key|token)=([[:xdigit:]]{16}|\d{4}-\d{4})'''
secretGroup = 2

[[rules]]
id = "1-two-ways"
regex = '''a-(\w{8})-z|b:(?:x(\w{8})|y(\w{8}))!'''

[[rules]]
id = "no-value"
regex = '''(?:(ab)|(cd)){4}'''

[[rules]]
id = "both"
regex = '''both-([a-z]{4})'''
  [[rules.allowlists]]
  condition = "AND"
  regexes = ['^a']
  stopwords = ["BC"]

[[rules]]
id = "file"
path = '''\.p12$'''

[[rules]]
id = "back"
regex = '''(?<n>a)\1'''

[[rules]]
id = "empty"
regex = '''a*'''

[[rules]]
id = "letters"
regex = '''\p{Greek}{9}'''

[[rules]]
id = "acme-key"
regex = '''x{9}'''

[[rules]]
id = "bad id"
regex = '''x{9}'''

[[rules]]
id = "composite"
regex = '''x{9}'''
[[rules.required]]
id = "acme-key"
"""


@pytest.fixture(scope="module")
def imported() -> Imported:
    return import_rules(RULES)


def detector(imported: Imported, name: str) -> Detector:
    return next(each for each in imported.detectors if each.name == f"gitleaks:{name}")


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("acme-key", "key acme_a1B2c3D4e5F6 end", "key [ACME_KEY] end"),
        ("acme-key", '"acme_' + "a1B2c3D4" * 40 + '"', '"[ACME_KEY]"'),
        ("acme-key", "acme_a1B2c3D4e5F6", "[ACME_KEY]"),
        ("acme-key", "ACME_a1B2c3D4e5F6 xacme_a1B2c3D4e5F6 acme_a1B2c3D4e5F6?", None),
        ("acme-key", "acme_aaaaaaaaaaaaaaaaaaaaaaaaaa", None),
        ("acme-key", "acme_a1abcdefghB2c3D4", None),
        ("umbrella-token", "UMBRELLA_TOKEN = 'a1b2c3d4e5f6g7h8i9j0'", "UMBRELLA_TOKEN = '[UMBRELLA_TOKEN]'"),
        ("umbrella-token", "wayne-corp.key: a1b2c3d4e5f6g7h8i9j0 # nosec", "wayne-corp.key: [UMBRELLA_TOKEN] # nosec"),
        ("umbrella-token", "wAyNeCorp: A1b2c3d4e5f6g7h8i9j0", "wAyNeCorp: [UMBRELLA_TOKEN]"),
        ("umbrella-token", "umbrella=testc3d4e5f6g7h8i9j0", None),
        ("umbrella-token", "umbrella=a1b2c3d4e5f6g7h8i9j0z", None),
        ("second.group", "token=0123456789abcDEF key=1234-5678", "token=[SECOND_GROUP] key=[SECOND_GROUP]"),
        ("second.group", "token=0123456789abcDEG key=1234-567", None),
        (
            "1-two-ways",
            "a-12345678-z b:x12345678! b:y12345678!",
            "a-[RULE_1_TWO_WAYS]-z b:x[RULE_1_TWO_WAYS]! b:y[RULE_1_TWO_WAYS]!",
        ),
        ("1-two-ways", "a-12345678-y b:12345678!", None),
        ("no-value", "x abcdabcd y", "x [NO_VALUE] y"),
        ("both", "both-axyz both-xbcx", "both-[BOTH] both-[BOTH]"),
        ("both", "both-abcd", None),
    ],
)
def test_a_rule_masks_its_value_only(imported: Imported, name: str, text: str, masked: str | None) -> None:
    assert Masker([detector(imported, name)]).mask(text).text == (masked or text)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("file", "path only"),
        ("back", "back references"),
        ("empty", "nothing at all"),
        ("letters", r"escape \p"),
        ("acme-key", "another rule"),
        ("bad id", "its id"),
        ("composite", "together with other rules"),
    ],
)
def test_a_rule_is_refused_with_the_reason(imported: Imported, rule: str, reason: str) -> None:
    assert any(name == rule and reason in why and "\n" not in why for name, why in imported.refused)


def test_nothing_is_left_out_in_silence(imported: Imported) -> None:
    assert len(imported.detectors) + len(imported.refused) == RULES.count("[[rules]]")
    assert {name for name, _ in imported.notes} == {"umbrella-token", "no-value"}
    assert all(each.groups == ("secrets", "gitleaks") for each in imported.detectors)


def test_words_that_ignore_case_leave_a_hint(imported: Imported) -> None:
    """A text without them need not be searched."""
    (rule,) = Masker([detector(imported, "umbrella-token")])._rules.rules  # noqa: SLF001 - what is compiled
    assert rule.matcher.around


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_a_stream_is_masked_as_the_whole_is(imported: Imported, cut: int) -> None:
    text = "x acme_a1B2c3D4e5F6 umbrella: 'a1b2c3d4e5f6g7h8i9j0' key=1234-5678 a-12345678-z acme_a1B2c3D4e5F6"
    masker = Masker(imported.detectors)
    stream = masker.stream()
    out = "".join(stream.feed(text[at : at + cut]) for at in range(0, len(text), cut)) + stream.finish()
    assert out == masker.mask(text).text
    assert "a1" not in out


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules = [", "not TOML"),
        ("rules = 1", "no"),
        ("[[rules]]\n" * 1001, "more than 1000"),
    ],
)
def test_what_is_no_rule_file_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RuleFileError, match=reason):
        import_rules(text)


@pytest.mark.parametrize(
    "rule",
    ["id = 1", "regex = 1", "secretGroup = 'a'", "entropy = 'a'", "allowlists = [1]", "allowlist = {stopwords = 1}"],
)
def test_a_field_of_the_wrong_kind_refuses_its_rule(rule: str) -> None:
    fields = {"id": "id = 'r'", "regex": "regex = 'abc'", rule.split(" ", maxsplit=1)[0]: rule}
    imported = import_rules("[[rules]]\n" + "\n".join(fields.values()))
    assert not imported.detectors
    assert len(imported.refused) == 1


def test_other_files_are_not_read() -> None:
    assert import_rules("[extend]\nuseDefault = true").refused[0][0] == "extend"
