"""What may happen to an answer, and which tools are watched."""

import pytest

from addons.core.policy.evaluate import may_stop_answer, watched_tools
from addons.core.policy.model import Policy
from tests.core.policy.calls import call_of
from tests.core.policy.texts import policy, rules

TOOL = "{tool: [shell, 'bash*']}"

STOPS = [
    (rules(TOOL), {"tools": ["shell"]}, True),
    (rules(TOOL), {"tools": ["search", "BASH_1"]}, True),
    (rules(TOOL), {"tools": ["search"]}, False),
    (rules(TOOL), {}, False),
    (rules("{argument: {a: b}}"), {"tools": ["search"]}, True),
    (rules("{argument: {a: b}}"), {}, False),
    (rules("{tool: '*', not: {tool: search}}"), {"tools": ["search"]}, False),
    (rules("{tool: '*', not: {tool: search}}"), {"tools": ["search", "x"]}, True),
    (rules("{tool: '*', not: {tool: search, argument: {a: b}}}"), {"tools": ["search"]}, True),
    (rules("{direction: response, text: {words: x}}"), {}, True),
    (rules("{direction: response, detect: email}"), {}, True),
    (rules("{text: {words: x}}"), {"tools": ["shell"]}, False),
    (rules("{service: openai}"), {}, False),
    (rules("{direction: request, tool: shell}"), {"tools": ["shell"]}, False),
    (rules("{tool: shell, service: crm}"), {"tools": ["shell"]}, False),
    (rules("{tool: shell, operation: embeddings}"), {"tools": ["shell"]}, False),
    (rules("{tool: shell, model: o3}"), {"tools": ["shell"], "model": "gpt-5"}, False),
    (rules("{tool: shell, model: o3}"), {"tools": ["shell"], "model": "o3"}, True),
    (rules("{tool: shell, subject: bob}"), {"tools": ["shell"], "subject": "eve"}, False),
    (rules("{tool: shell, not: {groups: ops}}"), {"tools": ["shell"], "groups": ["ops"]}, False),
    (rules("{tool: shell, not: {groups: ops}}"), {"tools": ["shell"], "groups": ["dev"]}, True),
    (rules(TOOL, then="hold"), {"tools": ["shell"]}, True),
    (rules(TOOL, then="observe"), {"tools": ["shell"]}, False),
    (rules("{direction: response, text: {words: x}}", then="redact"), {}, False),
    (policy("guardrails: [{name: r, when: {tool: shell}, then: block, mode: observe}]"), {"tools": ["shell"]}, False),
]


@pytest.mark.parametrize(("made", "fields", "expected"), STOPS)
def test_an_answer_may_be_stopped(made: Policy, fields: dict[str, object], *, expected: bool) -> None:
    assert may_stop_answer(made, *call_of(made, **fields)) is expected


RISK = """\
guardrails:
  - {{name: tool, when: {{tool: shell}}, then: observe, risk: {tool}}}
  - {{name: text, when: {{text: {{words: x}}}}, then: observe, risk: {text}}}
  - {{name: other, when: {{model: o3}}, then: observe, risk: 100}}
risk: {risk}
"""


@pytest.mark.parametrize(
    ("tool", "text", "risk", "expected"),
    [
        (50, 0, "{hold: 50}", True),
        (30, 20, "{hold: 50}", True),
        (20, 9, "{hold: 50}", False),  # the tool may be in the request's history too
        (30, 20, "{block: 50}", True),
        (0, 50, "{hold: 50}", False),
        (50, 50, "{}", False),
    ],
)
def test_risk_may_stop_an_answer(tool: int, text: int, risk: str, *, expected: bool) -> None:
    made = policy(RISK.format(tool=tool, text=text, risk=risk))
    assert may_stop_answer(made, *call_of(made, tools=["shell"], model="gpt-5")) is expected


@pytest.mark.parametrize(("carried", "expected"), [(0, False), (29, False), (30, True)])
def test_known_points_of_the_request_count_as_they_are(carried: int, *, expected: bool) -> None:
    made = policy(RISK.format(tool=20, text=90, risk="{hold: 50}"))
    who, call = call_of(made, tools=["shell"], model="gpt-5")
    assert may_stop_answer(made, who, call, carried_risk=carried) is expected
    assert watched_tools(made, who, call, carried_risk=carried)("shell") is expected


@pytest.mark.parametrize(
    ("made", "name", "expected"),
    [
        (rules(TOOL), "shell", True),
        (rules(TOOL), "SHELL", True),
        (rules(TOOL), "search", False),
        (rules("{argument: {a: b}}"), "search", True),
        (rules("{tool: '*', not: {tool: search}}"), "search", False),
        (rules("{tool: '*', not: {tool: search}}"), "shell", True),
        (rules("{tool: shell, service: crm}"), "shell", False),
        (rules(TOOL, then="observe"), "shell", False),
    ],
)
def test_a_tool_is_watched(made: Policy, name: str, *, expected: bool) -> None:
    watched = watched_tools(made, *call_of(made, tools=["search"]))
    assert watched(name) is expected
    assert watched(name) is expected
