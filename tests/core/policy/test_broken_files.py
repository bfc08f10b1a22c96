"""Files that must be refused, each with the line that says why. Lines are counted below five lines of a sound head."""

from pathlib import Path

import pytest

from addons.core.policy.parse import parse
from addons.core.policy.problems import PolicyError
from tests.core.policy.texts import HEAD, policy


def problems(text: str | bytes) -> list[str]:
    """Return the problems of a whole file."""
    with pytest.raises(PolicyError) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), name="policies.yaml")
    return [str(problem).removeprefix("policies.yaml:") for problem in caught.value.problems]


def table(name: str) -> list[tuple[str, str]]:
    """Return pairs of lines: what is written, and the problem with it."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [(written, problem.strip()) for written, problem in zip(lines[::2], lines[1::2], strict=True)]


@pytest.mark.parametrize(("rule", "expected"), table("broken_rules.txt"))
def test_a_broken_rule_is_refused(rule: str, expected: str) -> None:
    assert [expected] == problems(f"{HEAD}guardrails:\n  - {rule}\n")


SECTIONS = [
    ("guardrails: {}", "6:13: guardrails: expected a list, got a mapping."),
    ("guardrails:", "6:1: guardrails: expected a list, got nothing."),
    ("gaurdrails: []", "6:1: gaurdrails: unknown key. Did you mean 'guardrails'?"),
    ("version: 1", "6:1: version: duplicate key, first on line 1. Remove one of them."),
    (
        "<<: {version: 1}",
        "6:1: <<: unknown key. Known: access, detectors, entities, guardrails, import, ledger, redaction, risk.",
    ),
    ("7: x", "6:1: 7: expected a name, got the number 7. Put it in quotes."),
    (
        "guardrails:\n- {name: r, when: {tool: x}, then: block}\n- {name: r, when: {tool: y}, then: block}",
        "8:3: guardrails[1]: a second rule 'r', the first is on line 7. Rename one of them.",
    ),
    ("access: [{groups: [a]}]", "6:10: access[0]: missing key 'services'."),
    ("access: [{services: {openai: }}]", "6:10: access[0]: a grant to nobody. Name 'groups' or 'subjects'."),
    ("access: [{groups: [], services: {openai: }}]", "6:19: access[0].groups: the list is empty."),
    ("access: [{groups: a, services: {}}]", "6:32: access[0].services: a grant of nothing. Name a service."),
    (
        "access: [{groups: a, services: {opnai: }}]",
        "6:33: access[0].services.opnai: unknown service 'opnai'. Did you mean 'openai'?",
    ),
    (
        "access: [{groups: a, services: {openai: {operations: [chat, chats]}}}]",
        "6:61: access[0].services.openai.operations[1]: no operation 'chats' in openai. Did you mean 'chat'?",
    ),
    (
        "access: [{groups: a, services: {openai: {model: x}}}]",
        "6:42: access[0].services.openai.model: unknown key. Did you mean 'models'?",
    ),
    ("risk: {hold: 50, block: 40}", "6:14: risk.hold: hold (50) is above block (40). It could never be reached."),
    ("risk: {hold: 0}", "6:14: risk.hold: 0 is not between 1 and 1000000."),
    ("risk: {block: 9, approvers: {groups: a}}", "6:29: risk.approvers: nothing is held without 'hold'."),
    ("ledger: {retention: 400}", "6:21: ledger.retention: '400' is not a duration. Write it as 90s, 15m, 2h or 400d."),
    ("ledger: {retention: 36h}", "6:21: ledger.retention: retention is counted in whole days."),
    ("ledger: {retention: 1h}", "6:21: ledger.retention: 1h is not between 1d and 36500d."),
    (
        "ledger: {originals: {recipients: [a]}}",
        "6:21: ledger.originals: not available yet. Remove it: originals of masked values are not kept.",
    ),
    ("redaction: {request: {detect: email}}", "6:13: redaction.request: unknown key. Did you mean 'requests'?"),
    ("redaction: {requests: {}}", "6:23: redaction.requests: missing key 'detect'."),
    (
        "redaction: {requests: {detect: [secret]}}",
        "6:33: redaction.requests.detect[0]: unknown detector 'secret'. Did you mean 'secrets'?",
    ),
    (
        "redaction: {requests: {detect: email, style: tokens}}",
        "6:46: redaction.requests.style: unknown value 'tokens'. Did you mean 'token'?",
    ),
    (
        "redaction: {requests: {detect: email, styles: {card: mask}}}",
        "6:48: redaction.requests.styles.card: no detector 'card' is used here. Known: email, pii.",
    ),
    (
        "redaction: {requests: {detect: email, styles: {email: hsah}}}",
        "6:55: redaction.requests.styles.email: unknown value 'hsah'. Did you mean 'hash'?",
    ),
    (
        "import: {}",
        "6:9: import: nothing is imported. Write `gitleaks:` and the name of a file, or remove the section.",
    ),
    ("import: {gitleak: a}", "6:10: import.gitleak: unknown key. Did you mean 'gitleaks'?"),
    (
        "import: {gitleaks: a.toml}",
        "6:20: import.gitleaks: 'a.toml' cannot be read: nobody read it. The path is relative to the policy file.",
    ),
]


@pytest.mark.parametrize(("added", "expected"), SECTIONS)
def test_a_broken_section_is_refused(added: str, expected: str) -> None:
    assert [expected] == problems(f"{HEAD}{added}\n")


@pytest.mark.parametrize(("detectors", "expected"), table("broken_detectors.txt"))
def test_a_broken_detector_is_refused(detectors: str, expected: str) -> None:
    assert [expected] == problems(f"{HEAD}detectors: {detectors}\nredaction: {{requests: {{detect: [pii, d]}}}}\n")


@pytest.mark.parametrize(("service", "expected"), table("broken_services.txt"))
def test_a_broken_service_is_refused(service: str, expected: str) -> None:
    head = "version: 1\nidentity: {issuers: [{issuer: https://i.example, audience: x}]}\nservices:\n"
    lines = f"{head}  a: {service}\n  b: {{hosts: [b.example], protocol: http}}\n"
    # The claim that stands first in the file wins, so the other one is moved behind it here.
    if "'b' claims" in expected:
        lines = f"{head[:-10]}services: {{b: {{hosts: [b.example], protocol: http}},\n  a: {service} }}\n"
    assert [expected] == problems(lines)


@pytest.mark.parametrize(("identity", "expected"), table("broken_identities.txt"))
def test_a_broken_identity_is_refused(identity: str, expected: str) -> None:
    assert [expected] == problems(f"version: 1\nidentity: {identity}\n")


FILES: list[tuple[str, str | bytes, str]] = [
    ("empty", "", "policies.yaml: the file is empty."),
    ("only a comment", "# nothing\n", "policies.yaml: the file is empty."),
    ("a list", "- a\n", "1:1: expected a mapping, got a list."),
    ("no version", HEAD.replace("version: 1\n", ""), "1:1: missing key 'version'."),
    (
        "another version",
        HEAD.replace("1", "2", 1),
        ("1:10: version: expected version 1. This is the only version that this program reads."),
    ),
    (
        "a version that is a text",
        HEAD.replace("1", "'1'", 1),
        ("1:10: version: expected version 1. This is the only version that this program reads."),
    ),
    (
        "a version that is true",
        HEAD.replace("1", "true", 1),
        ("1:10: version: expected version 1. This is the only version that this program reads."),
    ),
    ("no identity", "version: 1\n", "1:1: missing key 'identity'."),
    ("not UTF-8", b"version: 1\n# \xff\n", "2:1: not UTF-8. Save the file as UTF-8."),
    ("not YAML", "version: [1\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'."),
    (
        "a control character",
        "version: \x01\n",
        ("policies.yaml: not YAML: unacceptable character #x0001: special characters are not allowed."),
    ),
    ("a tag", "version: !!int 1\n", "1:10: the tag tag:yaml.org,2002:int is not allowed. Remove it."),
    (
        "a Python tag",
        "version: !!python/object:os.system {}\n",
        ("1:10: the tag tag:yaml.org,2002:python/object:os.system is not allowed. Remove it."),
    ),
    ("two documents", f"{HEAD}---\n{HEAD}", "6:1: a second document. A policy is one document: remove the `---`."),
    (
        "a directive",
        f"%YAML 1.1\n---\n{HEAD}",
        ("2:1: YAML directives are not allowed. Remove the line that starts with `%`."),
    ),
    ("an unquoted wildcard", "version: *.x\n", "1:10: no anchor '.x'. Put a text that starts with * in quotes."),
    ("a cycle", "version: &a [*a]\n", "1:14: no anchor 'a'. Put a text that starts with * in quotes."),
    ("too deep", "a: " + "[" * 40 + "]" * 40, "1:35: nested deeper than 32 levels."),
    ("far too deep", "a: " + "[" * 400_000, "1:35: nested deeper than 32 levels."),
    ("too large", "#" * (1 << 20) + "\n", "policies.yaml: the file is larger than 1048576 bytes."),
    (
        "a bomb",
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
        ),
        "5:29: more than 100000 nodes.",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_broken_file_is_refused(text: str | bytes, expected: str) -> None:
    assert expected.removeprefix("policies.yaml: ") in [line.strip() for line in problems(text)]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = f"{HEAD}risk: {{hold: 9, block: 1}}\nguardrails: [{{name: r, when: {{tolo: x}}, then: blok}}]\nextra: 1\n"
    assert [line.split(":")[0] for line in problems(text)] == ["6", "7", "7", "8"]


UNUSED = "Name it, or a group that it is in, under `redaction` or in a rule's `detect`."


def test_detectors_that_nothing_uses_are_problems() -> None:
    text = f"{HEAD}detectors: {{a: {{regex: a}}, b: {{regex: b, groups: pii}}, c: {{regex: c}}, d: {{regex: 'd*'}}}}\n"
    rule = "guardrails: [{name: r, when: {role: user, not: {detect: c}}, then: block}]\n"
    assert problems(text + rule)[:2] == [
        f"6:13: detectors.a: nothing uses this detector. {UNUSED}",
        f"6:28: detectors.b: nothing uses this detector. {UNUSED}",
    ]
    assert "6:82: detectors.d.regex" in "".join(problems(text + rule))


def test_an_example_shows_that_a_pattern_takes_too_long() -> None:
    detector = f"{{regex: '(?:(?:a{{1,9}}){{1,9}}){{1,9}}b', examples: ['{'a' * 300}']}}"
    text = f"{HEAD}detectors: {{a: {detector}}}\nredaction: {{requests: {{detect: a}}}}\n"
    place = "6:64: detectors.a.examples[0]"
    assert problems(text) == [f"{place}: the detector takes too long on this example. Make its pattern simpler."]


def test_a_rule_on_answers_cannot_ask_for_what_is_looked_for_in_requests_only() -> None:
    text = (
        f"{HEAD}detectors: {{a: {{regex: a, requests_only: true}}}}\nguardrails:\n"
        "  - {name: q, when: {detect: a}, then: block}\n"
        "  - {name: r, when: {direction: response, detect: a}, then: block}\n"
    )
    reason = "these detectors look at requests only. In answers their shape is too common."
    assert problems(text) == [f"9:21: guardrails[1].when: {reason}"]


def test_answers_cannot_be_redacted_by_what_is_looked_for_in_requests_only() -> None:
    text = (
        f"{HEAD}detectors: {{a: {{regex: a, requests_only: true, groups: pii}}}}\n"
        "redaction: {requests: {detect: a}, responses: {detect: [pii, a]}}\n"
    )
    reason = "'a' is looked for in requests only. In answers its shape is too common: leave it out."
    assert problems(text) == [f"7:62: redaction.responses.detect[1]: {reason}"]


def test_a_credential_in_the_wrong_place_is_not_repeated() -> None:
    text = HEAD.replace("protocol: openai", "protocol: openai, credential: sk-abcdefghijkl")
    assert "sk-abc" not in "".join(problems(text))


def test_a_rule_that_redacts_must_fit_a_stream() -> None:
    found = problems(f"{HEAD}guardrails: [{{name: r, when: {{text: {{regex: 'x.*'}}}}, then: redact}}]\n")
    assert len(found) == 1
    assert found[0].startswith("6:45: guardrails[0].when.text.regex: the regular expression cannot mask a stream: ")


def test_the_same_regex_is_fine_where_nothing_is_masked() -> None:
    assert policy("guardrails: [{name: r, when: {text: {regex: 'x.*'}}, then: block}]\n").guardrails


def test_a_rule_is_not_called_dead_because_its_service_has_an_unknown_protocol() -> None:
    text = (
        "version: 1\n"
        "identity: {issuers: [{issuer: https://a.example, audience: x}]}\n"
        "services: {pinecone: {hosts: [a.example], protocol: pinecone}}\n"
        "guardrails: [{name: r, when: {service: pinecone, operation: index.delete}, then: block}]\n"
    )
    assert [problem.partition(": ")[0] for problem in problems(text)] == ["3:53"]
