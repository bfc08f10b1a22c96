"""What a policy may look for, compiled, and what of it a call has."""

import pytest

from addons.core.call import Direction
from addons.core.masking.masker import Masker
from addons.core.policy.evaluate import Redactor, every_redactor
from addons.core.policy.model import Policy
from addons.core.policy.parse import parse
from addons.mask_sets import MaskSets, Sought

POLICY = b"""\
version: 1
identity: {issuers: [{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}]}
services: {openai: {hosts: [api.openai.com], protocol: openai}}
access: [{groups: [data-science], services: {openai: {}}}]
guardrails:
  - {name: projects, when: {text: {words: [Blue Heron]}}, then: redact}
  - {name: mails, when: {detect: email, direction: response}, then: redact}
  - {name: noted, when: {text: {words: [Grey Goose]}}, then: redact, mode: observe}
  - {name: keys, when: {detect: secrets}, then: block, message: No keys.}
redaction:
  requests: {detect: [email, card], style: token, styles: {card: mask}}
  responses: {detect: [pii, secrets], style: hash}
"""
TEXT = "Blue Heron, Grey Goose, jane@example.com, 4111 1111 1111 1111"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse(POLICY, name="policies.yaml")


def rule(policy: Policy, name: str, direction: Direction) -> Redactor:
    return next(one for one in every_redactor(policy, direction) if one.rule == name)


def found(masker: Masker) -> list[str]:
    return [hit.detector for hit in masker.find(TEXT)]


def test_a_call_without_rules_has_what_the_policy_takes_out_of_every_call(policy: Policy) -> None:
    sets = MaskSets.of(policy)
    assert found(sets.requests.masker_for(())) == ["style/token/email", "style/mask/card"]
    assert found(sets.responses.masker_for(())) == ["style/hash/email", "style/hash/card"]


def test_a_rule_looks_first_and_only_where_it_applies(policy: Policy) -> None:
    sets = MaskSets.of(policy)
    projects = rule(policy, "projects", Direction.RESPONSE)
    mails = rule(policy, "mails", Direction.RESPONSE)
    both = ["rule/projects/rule", "rule/mails/email", "style/hash/card"]
    assert found(sets.responses.masker_for([projects, mails])) == both
    assert found(sets.responses.masker_for([mails])) == ["rule/mails/email", "style/hash/card"]
    assert found(sets.responses.masker_for([projects, mails])) == both


def test_a_text_that_is_clean_for_one_call_is_looked_at_for_another(policy: Policy) -> None:
    sought = Sought.of(policy, Direction.REQUEST)
    projects = rule(policy, "projects", Direction.REQUEST)
    assert sought.masker_for(()).find("Blue Heron") == ()
    assert sought.masker_for(()).find("Blue Heron") == ()
    assert len(sought.masker_for([projects]).find("Blue Heron")) == 1
    assert sought.masker_for(()).find("Blue Heron") == ()


def test_a_rule_that_is_only_observed_masks_nothing(policy: Policy) -> None:
    assert "noted" not in [one.rule for one in every_redactor(policy, Direction.REQUEST)]


def test_what_does_not_apply_is_not_looked_for_in_streams_either(policy: Policy) -> None:
    sought = Sought.of(policy, Direction.REQUEST)
    projects = rule(policy, "projects", Direction.REQUEST)
    for redactors, expected in (((), "Blue Heron x"), ((projects,), "[REDACTED] x")):
        stream = sought.masker_for(redactors).stream()
        assert "".join(stream.feed(char) for char in "Blue Heron x") + stream.finish() == expected


def test_to_prepare_changes_no_result(policy: Policy) -> None:
    sets = MaskSets.of(policy)
    before = [found(masker) for masker in (sets.requests.masker, sets.responses.masker, *sets.of_conditions)]
    sets.prepare(None)
    after = [found(masker) for masker in (sets.requests.masker, sets.responses.masker, *sets.of_conditions)]
    assert after == before
    assert len(sets.of_conditions) == 4  # two rules, each in both directions
