"""Policies, calls and the verdicts expected of them, in the words of those who write policies."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from addons.core.call import Direction
from addons.core.exchange import Decision
from addons.core.policy.evaluate import authorize, judge
from addons.core.policy.examples import example_of
from addons.core.policy.model import Policy
from addons.core.policy.parse import parse

FOLDER = Path(__file__).parents[2] / "policy_cases"


def _cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        file = YAML(typ="safe", pure=True).load(path)
        policy = parse(file["policy"].encode(), name=path.name)
        for case in file["cases"]:
            yield pytest.param(policy, case, id=f"{path.stem}: {case['what']}")


@pytest.mark.parametrize(("policy", "case"), list(_cases()))
def test_case(policy: Policy, case: dict[str, Any]) -> None:
    decision = _decided(policy, case["call"])
    got = {
        "verdict": str(decision.verdict),
        "reason": str(decision.reason),
        "rule": decision.rule,
        "message": decision.message,
        "risk": decision.risk,
        "matches": [match.rule for match in decision.matches],
    }
    expected = {key: value for key, value in case.items() if key not in ("what", "call")}
    assert {key: got[key] for key in expected} == expected


def _decided(policy: Policy, fields: dict[str, object]) -> Decision:
    example = example_of(policy, fields)
    refused = authorize(policy, example.principal, example.call)
    direction = Direction(str(fields.get("direction", "request")))
    return refused or judge(policy, example.principal, example.call, example.call.content, direction)
