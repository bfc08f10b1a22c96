"""The section that switches a language model on: what it means, and what is refused with line and column."""

import pytest

from addons.core.policy.model import Entities
from addons.core.policy.parse import parse
from tests.core.policy.test_broken_files import problems
from tests.core.policy.texts import HEAD

PERSON = "redaction: {requests: {detect: person}}"


def test_types_become_names_that_redaction_understands() -> None:
    requests = "requests: {detect: [entities, email], style: token, styles: {location: mask}}"
    text = f"{HEAD}entities: {{types: [PERSON, LOCATION]}}\nredaction: {{{requests}, responses: {{detect: person}}}}\n"
    policy = parse(text.encode(), name="p")
    assert policy.entities == Entities(("PERSON", "LOCATION"), "en", "en_core_web_lg", 0.6, 2, 1)
    rule, responses = policy.redaction.requests, policy.redaction.responses
    assert [one.name for one in rule.detectors] == ["email"]
    assert [(one.name, one.label) for one in rule.entities] == [("person", "PERSON"), ("location", "LOCATION")]
    assert [one.name for one in responses.entities] == ["person"]
    assert [str(rule.style_of(name)) for name in ("person", "location", "email")] == ["token", "mask", "token"]


def test_each_setting_is_read() -> None:
    written = "entities: {types: ADDRESS, language: de, model: ./de, score: 0, timeout: 1m, workers: 4}"
    text = f"{HEAD}{written}\nredaction: {{requests: {{detect: address}}}}\n"
    assert parse(text.encode(), name="p").entities == Entities(("ADDRESS",), "de", "./de", 0.0, 60, 4)


def test_without_the_section_there_is_nothing() -> None:
    policy = parse(f"{HEAD}redaction: {{requests: {{detect: pii}}}}\n".encode(), name="p")
    assert policy.entities is None
    assert policy.redaction.requests.entities == ()


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ("", "6:1: entities: expected a mapping, got nothing."),
        ("{}", "6:11: entities: missing key 'types'."),
        ("{types: []}", "6:19: entities.types: the list is empty."),
        ("{types: [PERSON, 7]}", "6:28: entities.types[1]: expected a text, got the number 7. Put it in quotes."),
        (
            "{types: [PERSON, person]}",
            "6:28: entities.types[1]: 'person' is not a type of entity. Did you mean 'PERSON'?",
        ),
        ("{types: [PERSON, PERSON]}", "6:28: entities.types[1]: 'PERSON' is there twice."),
        ("{types: [PERSON, EMAIL]}", "6:28: entities.types[1]: the name 'email' is taken. A detector is called that."),
        ("{types: [PERSON, PII]}", "6:28: entities.types[1]: the name 'pii' is taken. A detector is called that."),
        ("{types: [PERSON, TOKEN]}", "6:28: entities.types[1]: the name 'token' is taken. A detector is called that."),
        (
            "{types: [PERSON, LOCATION]}",
            "6:28: entities.types[1]: nothing uses this type. Name it, or the group `entities`, under `redaction`.",
        ),
        ("{types: PERSON, mode: x}", "6:27: entities.mode: unknown key. Did you mean 'model'?"),
        (
            "{types: PERSON, language: English}",
            "6:37: entities.language: 'English' is not a language. Write it as two or three small letters, such as en.",
        ),
        (
            "{types: PERSON, model: en-core}",
            "6:34: entities.model: 'en-core' is not a model. Name a spaCy package, or a folder by a path with a slash.",
        ),
        ("{types: PERSON, score: 1.1}", "6:34: entities.score: 1.1 is not between 0 and 1."),
        ("{types: PERSON, score: -1}", "6:34: entities.score: -1 is not between 0 and 1."),
        ("{types: PERSON, score: true}", "6:34: entities.score: expected a number between 0 and 1."),
        ("{types: PERSON, score: high}", "6:34: entities.score: expected a number between 0 and 1."),
        (
            "{types: PERSON, timeout: 2}",
            "6:36: entities.timeout: '2' is not a duration. Write it as 90s, 15m, 2h or 400d.",
        ),
        ("{types: PERSON, timeout: 2m}", "6:36: entities.timeout: 2m is not between 1s and 1m."),
        ("{types: PERSON, workers: 0}", "6:36: entities.workers: 0 is not between 1 and 16."),
    ],
)
def test_a_broken_section_is_refused(entities: str, expected: str) -> None:
    assert expected in problems(f"{HEAD}entities: {entities}\n{PERSON}\n")


ADD = "Add the section `entities`, with this type."
REDACTION_ONLY = "What a model finds is named under `redaction`."
SOUND = f"entities: {{types: PERSON}}\n{PERSON}"


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (PERSON, f"6:32: redaction.requests.detect: unknown detector 'person'. {ADD}"),
        (
            "redaction: {responses: {detect: [email, entities]}}",
            f"6:41: redaction.responses.detect[1]: unknown detector 'entities'. {ADD}",
        ),
        (
            SOUND.replace("person", "[person, location]"),
            f"7:41: redaction.requests.detect[1]: unknown detector 'location'. {ADD}",
        ),
        (
            f"{SOUND}\nguardrails: [{{name: r, when: {{detect: [email, person]}}, then: block}}]",
            f"8:47: guardrails[0].when.detect[1]: 'person' is no condition. {REDACTION_ONLY}",
        ),
        (
            f"{SOUND}\nguardrails: [{{name: r, when: {{detect: entities}}, then: redact}}]",
            f"8:39: guardrails[0].when.detect: 'entities' is no condition. {REDACTION_ONLY}",
        ),
        (
            f"detectors: {{person: {{regex: x}}}}\n{SOUND}",
            "7:19: entities.types: the name 'person' is taken. A detector is called that.",
        ),
    ],
)
def test_an_entity_where_it_cannot_be_is_refused(section: str, expected: str) -> None:
    assert problems(f"{HEAD}{section}\n") == [expected]
