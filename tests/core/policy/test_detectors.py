"""Detectors of a policy's own: what they find, where their names count, and what is imported."""

import random

import pytest

from addons.core.call import Content, Direction, Text
from addons.core.detect.catalogue import SHIPPED
from addons.core.detect.detector import Detector
from addons.core.exchange import Verdict
from addons.core.masking.masker import Masker
from addons.core.masking.styles import Style
from addons.core.policy.model import Policy
from addons.core.policy.parse import digest, parse
from addons.core.policy.problems import PolicyError
from addons.core.policy.sections.imports import MAX_IMPORT_BYTES, Files, Unreadable, named_files
from tests.core.masking.fragments import random_cuts
from tests.core.policy.calls import judged, judged_content
from tests.core.policy.texts import HEAD, policy

EMPLOYEE = """\
detectors:
  employee_id:
    regex: '(?i)EMP-[0-9]{6}'
    validator: luhn
    context: {words: [employee, staff member], within: 20}
    groups: [pii]
    examples: [Employee EMP-000018]
    counter_examples: [EMP-000018, employee EMP-000017]
  codename: {words: [blue heron, C++], label: PROJECT}
"""
USE = "redaction: {requests: {detect: [pii, codename]}}\n"


def made(name: str) -> Detector:
    """Return one of the detectors above."""
    return next(one for one in policy(EMPLOYEE + USE).catalogue.detectors if one.name == name)


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("employee_id", "employee EMP-000018", "employee [EMPLOYEE_ID]"),
        ("employee_id", "EMPLOYEE_NUMBER: emp-000018", "EMPLOYEE_NUMBER: [EMPLOYEE_ID]"),
        ("employee_id", "staff \n member: emp-000018", "staff \n member: [EMPLOYEE_ID]"),
        ("employee_id", f"employee{'.' * 20}EMP-000018", f"employee{'.' * 20}[EMPLOYEE_ID]"),
        ("employee_id", f"employee{'.' * 21}EMP-000018", f"employee{'.' * 21}EMP-000018"),
        ("employee_id", "EMP-000018 employee", "EMP-000018 employee"),
        ("employee_id", "employee EMP-000017", "employee EMP-000017"),
        ("codename", "Blue  Heron, c++ and xC++", "[PROJECT], [PROJECT] and xC++"),
        ("codename", "blue herons", "blue herons"),
    ],
)
def test_what_a_detector_finds(name: str, text: str, masked: str) -> None:
    assert Masker((made(name),)).mask(text).text == masked


@pytest.mark.parametrize("seed", range(60))
def test_context_holds_however_a_stream_is_cut(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311 - a case must be the same each time
    pieces = ["employee", "staff member", " EMP-000018", " emp-000017", ".", " " * 7, "EMP-", "word " * 3]
    text = "".join(source.choices(pieces, k=14))
    masker = Masker((made("employee_id"),))
    stream = masker.stream()
    out = [stream.feed(cut) for cut in random_cuts(source, text)]
    assert "".join(out) + stream.finish() == masker.mask(text).text


def test_the_name_the_group_and_the_label_are_the_policys() -> None:
    used = policy(EMPLOYEE + USE).redaction.requests.detectors
    assert [(one.name, one.label) for one in used[:2]] == [("employee_id", "EMPLOYEE_ID"), ("codename", "PROJECT")]
    assert set(used[2:]) == set(SHIPPED.select(["pii"]))


def test_other_policies_do_not_know_them() -> None:
    policy(EMPLOYEE + USE)
    with pytest.raises(PolicyError, match="unknown detector 'employee_id'"):
        policy("redaction: {requests: {detect: employee_id}}\n")


def test_a_rule_can_ask_for_one() -> None:
    one = policy(f"{EMPLOYEE}{USE}guardrails: [{{name: r, when: {{detect: employee_id}}, then: block}}]\n")
    assert judged(one, text="employee EMP-000018").verdict is Verdict.BLOCK
    assert judged(one, text="EMP-000018").verdict is Verdict.ALLOW


REQUESTS_ONLY = """\
detectors: {a: {regex: 'a[0-9]', requests_only: true}}
guardrails: [{name: r, when: {direction: [request, response], detect: a}, then: block}]
"""


@pytest.mark.parametrize(
    ("direction", "verdict"), [(Direction.REQUEST, Verdict.BLOCK), (Direction.RESPONSE, Verdict.ALLOW)]
)
def test_what_is_for_requests_only_does_not_count_in_answers(direction: Direction, verdict: Verdict) -> None:
    content = Content(texts=(Text("user", "a1", "/a"),))
    assert judged_content(policy(REQUESTS_ONLY), content, direction).verdict is verdict


def test_in_a_group_it_is_left_out_of_answers() -> None:
    one = policy(
        "detectors: {a: {regex: 'a[0-9]', requests_only: true, groups: pii}}\n"
        "redaction: {requests: {detect: pii}, responses: {detect: pii}}\n"
    )
    assert [direction for direction in Direction if "a" in names(one, direction)] == [Direction.REQUEST]


def names(one: Policy, direction: Direction) -> set[str]:
    return {detector.name for detector in one.redaction.of(direction).detectors}


@pytest.mark.parametrize(
    ("rule", "styles"),
    [
        ("{detect: [email, card]}", {"email": "label", "card": "label", "phone": "label"}),
        ("{detect: [email, card], style: hash}", {"email": "hash", "card": "hash", "phone": "label"}),
        ("{detect: [email, card], style: token, styles: {card: mask}}", {"email": "token", "card": "mask"}),
        ("{detect: [pii], styles: {card: mask, pii: hash}}", {"email": "hash", "card": "mask", "held": "label"}),
        ("{detect: [pii], styles: {pii: hash, card: mask}}", {"email": "hash", "card": "mask"}),
    ],
)
def test_styles(rule: str, styles: dict[str, str]) -> None:
    section = policy(f"redaction: {{responses: {rule}}}\n").redaction.responses
    assert {name: section.style_of(name) for name in styles} == styles
    assert section.uses(Style.HASH) is ("hash" in styles.values())


RULES = """\
[[rules]]
id = "acme-key"
regex = '''acme_[a-z0-9]{8}'''
[[rules]]
id = "paths"
path = '''x'''
"""
IMPORT = "import: {gitleaks: rules.toml}\nredaction: {requests: {detect: gitleaks}}\n"


def importing(content: bytes | Unreadable, added: str = IMPORT) -> Policy:
    return parse((HEAD + added).encode(), name="p.yaml", files={"rules.toml": content})


def test_rules_are_imported_and_what_is_left_out_is_said() -> None:
    one = importing(RULES.encode())
    assert [detector.name for detector in one.redaction.requests.detectors] == ["gitleaks:acme-key"]
    assert Masker(one.redaction.requests.detectors).mask("key acme_a1b2c3d4!").text == "key [ACME_KEY]!"
    assert [str(warning).partition(": it is")[0] for warning in one.warnings] == [
        "p.yaml:6:20: import.gitleaks: the rule 'paths' is left out"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Unreadable("No such file or directory"), "'rules.toml' cannot be read: No such file or directory"),
        (b"\xff", "'rules.toml' is not UTF-8"),
        (b"[", "this is not a file of gitleaks rules: it is not TOML"),
        (b"", "there is no rule in it that can be used"),
        (b"#" * (MAX_IMPORT_BYTES + 1), f"'rules.toml' is larger than {MAX_IMPORT_BYTES} bytes"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused(content: bytes | Unreadable, message: str) -> None:
    added = IMPORT.replace("detect: gitleaks", "detect: secrets")
    with pytest.raises(PolicyError) as caught:
        importing(content, added)
    assert str(caught.value).startswith(f"p.yaml:6:20: import.gitleaks: {message}")


def test_an_import_that_nothing_uses_is_a_problem() -> None:
    with pytest.raises(PolicyError, match="import: nothing uses these detectors"):
        importing(RULES.encode(), "import: {gitleaks: rules.toml}\n")


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (IMPORT, ("rules.toml",)),
        ("import: {gitleaks: [a]}", ()),
        ("import: x", ()),
        ("import:", ()),
        ("- import", ()),
        ("import: [", ()),
        ("", ()),
    ],
)
def test_the_files_that_a_policy_names(text: str, files: tuple[str, ...]) -> None:
    assert named_files(text.encode()) == files


def test_what_is_imported_counts_in_the_digest() -> None:
    contents: list[Files] = [{}, {"a": b"1"}, {"a": b"2"}, {"a": Unreadable("gone")}]
    digests = [digest(b"policy", files) for files in contents]
    assert len(set(digests)) == 3
    assert digests[0] == digests[3]
