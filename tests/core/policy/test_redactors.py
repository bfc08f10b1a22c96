"""What rules that redact take out."""

import pytest

from addons.core.call import Direction
from addons.core.detect.catalogue import custom, select
from addons.core.masking.masker import Masker
from addons.core.policy.evaluate import Redactor, redactors
from addons.core.policy.model import Policy
from tests.core.policy.calls import call_of
from tests.core.policy.texts import policy, rules

PROJECT = r"{text: {regex: 'PRJ-\d{4}'}}"
ANSWERS = "{direction: response, detect: [email, phone]}"


def redact(when: str) -> Policy:
    return rules(when, then="redact")


@pytest.mark.parametrize(
    ("made", "direction", "expected"),
    [
        (redact(PROJECT), Direction.REQUEST, [Redactor("r0", (r"PRJ-\d{4}",))]),
        (redact(PROJECT), Direction.RESPONSE, []),
        (redact(ANSWERS), Direction.REQUEST, []),
        (redact(ANSWERS), Direction.RESPONSE, [Redactor("r0", (), select(["email", "phone"]))]),
        (redact("{role: tool, detect: email}"), Direction.REQUEST, [Redactor("r0", (), select(["email"]))]),
        (redact("{service: crm, detect: email}"), Direction.REQUEST, []),
        (redact("{detect: email, not: {groups: staff}}"), Direction.REQUEST, []),
        (redact("{detect: email, not: {role: system}}"), Direction.REQUEST, [Redactor("r0", (), select(["email"]))]),
        (
            redact("[{service: crm, detect: email}, {detect: phone}]"),
            Direction.REQUEST,
            [Redactor("r0", (), select(["phone"]))],
        ),
        (rules(PROJECT, then="block"), Direction.REQUEST, []),
        (
            policy("guardrails: [{name: r, when: {detect: email}, then: redact, mode: observe}]"),
            Direction.REQUEST,
            [],
        ),
    ],
)
def test_redactors(made: Policy, direction: Direction, expected: list[Redactor]) -> None:
    assert list(redactors(made, *call_of(made, groups=["staff"]), direction)) == expected


@pytest.mark.parametrize(
    ("word", "text", "masked"),
    [
        ("project blue", "On Project \n Blue.", "On [X]."),
        ("project blue", "On project bluebird", "On project bluebird"),
        ("c++", "We use C++!", "We use [X]!"),
        ("a.b", "axb a.b", "axb [X]"),
    ],
)
def test_words_are_masked_as_they_are_found(word: str, text: str, masked: str) -> None:
    made = redact(f"{{text: {{words: {word}}}}}")
    (redactor,) = redactors(made, *call_of(made), Direction.REQUEST)
    masker = Masker(tuple(custom("r0", "X", pattern) for pattern in redactor.patterns))
    assert masker.mask(text).text == masked


def test_a_group_gives_all_detectors_that_are_in_it() -> None:
    made = redact("{detect: [pii, secrets]}")
    (redactor,) = redactors(made, *call_of(made), Direction.REQUEST)
    assert redactor.detectors == select(["pii", "secrets"])


def test_what_is_looked_for_in_requests_only_is_no_part_of_an_answer() -> None:
    made = policy(
        "detectors: {a: {regex: 'a[0-9]', requests_only: true}, b: {regex: 'b[0-9]'}}\n"
        "guardrails: [{name: r, when: {direction: [request, response], detect: [a, b]}, then: redact}]"
    )
    names = {
        direction: [one.name for redactor in redactors(made, *call_of(made), direction) for one in redactor.detectors]
        for direction in Direction
    }
    assert names == {Direction.REQUEST: ["a", "b"], Direction.RESPONSE: ["b"]}
