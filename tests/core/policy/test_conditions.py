"""What holds for the same tool call or text, what `not:` speaks of, and what cannot be decided."""

import pytest

from addons.core.call import Content, Direction, Text, ToolCall
from addons.core.exchange import Verdict
from addons.core.policy.conditions import MAX_PAIRS
from tests.core.policy.calls import judged, judged_content
from tests.core.policy.texts import policy, rules


def tool(name: str, number: int = 0, **arguments: str) -> ToolCall:
    return ToolCall(name, str(arguments), dict(arguments), f"/tools/{number}")


def text(role: str, words: str, number: int = 0) -> Text:
    return Text(role, words, f"/texts/{number}")


def contents(*parts: ToolCall | Text) -> Content:
    tools = tuple(part for part in parts if isinstance(part, ToolCall))
    return Content(texts=tuple(part for part in parts if isinstance(part, Text)), tool_calls=tools)


RM = "{tool: shell, argument: {cmd: {words: rm}}}"
ADMIN = "{role: user, text: {words: admin}}"
NOT_SAFE = "{tool: '*', not: {tool: [search, read]}}"
NO_SEARCH = "{operation: chat, not: {tool: search}}"

SAME = [
    (RM, contents(tool("shell", cmd="rm x")), True),
    (RM, contents(tool("shell", cmd="ls"), tool("search", cmd="rm x")), False),
    (RM, contents(tool("search", cmd="rm"), tool("shell", cmd="rm")), True),
    (ADMIN, contents(text("user", "an admin")), True),
    (ADMIN, contents(text("user", "hello"), text("system", "an admin")), False),
    (NOT_SAFE, contents(tool("search"), tool("shell")), True),
    (NOT_SAFE, contents(tool("search"), tool("read")), False),
    (NOT_SAFE, contents(), False),
    (NO_SEARCH, contents(tool("shell")), True),
    (NO_SEARCH, contents(), True),
    (NO_SEARCH, contents(tool("shell"), tool("search")), False),
    ("{role: user, not: {text: {words: please}}}", contents(text("user", "please"), text("user", "now")), True),
    ("{role: user, not: {text: {words: please}}}", contents(text("user", "please"), text("tool", "now")), False),
    ("{tool: shell, argument: {cmd: {words: rm}, cwd: /}}", contents(tool("shell", cmd="rm", cwd="/")), True),
    (
        "{tool: shell, argument: {cmd: {words: rm}, cwd: /}}",
        contents(tool("shell", cmd="rm", cwd="/x"), tool("shell", cmd="ls", cwd="/")),
        False,
    ),
    ("{text: {words: drop the table}}", contents(text("user", "drop the"), text("user", "table")), False),
    ("{tool: shell, text: {words: go}, not: {role: tool, argument: {a: b}}}", contents(tool("shell")), False),
    (
        "{tool: shell, text: {words: go}, not: {role: tool, argument: {a: b}}}",
        contents(tool("shell", a="b"), text("tool", "go")),
        False,
    ),
    (
        "{tool: shell, text: {words: go}, not: {role: tool, argument: {a: b}}}",
        contents(tool("shell", a="b"), text("tool", "go"), tool("shell")),
        True,
    ),
    ("{not: {not: {tool: shell}}}", contents(tool("shell")), True),
    ("{not: {not: {tool: shell}}}", contents(tool("search")), False),
    ("{not: [{tool: shell}, {text: {words: go}}]}", contents(text("user", "stay")), True),
    ("{not: [{tool: shell}, {text: {words: go}}]}", contents(text("user", "go")), False),
]


@pytest.mark.parametrize(("when", "content", "expected"), SAME)
def test_same(when: str, content: Content, *, expected: bool) -> None:
    assert (judged_content(rules(when), content).verdict is Verdict.BLOCK) is expected


def test_a_match_tells_its_place() -> None:
    found = judged_content(rules(RM, ADMIN), contents(tool("shell", 3, cmd="rm"), text("user", "admin", 4)))
    assert [match.place for match in found.matches] == ["/tools/3", "/texts/4"]


DIRECTIONS = [
    ("{text: {words: go}}", {Direction.REQUEST}),
    ("{role: user}", {Direction.REQUEST}),
    ("{tool: shell}", set(Direction)),
    ("{tool: shell, text: {words: go}}", {Direction.REQUEST}),
    ("{tool: shell, not: {text: {words: stay}}}", set(Direction)),
    ("{not: {not: {tool: shell}}}", set(Direction)),
    ("{service: openai}", {Direction.REQUEST}),
    ("{service: openai, direction: response}", {Direction.RESPONSE}),
    ("{text: {words: go}, not: {direction: request}}", {Direction.RESPONSE}),
    ("[{text: {words: go}}, {direction: response, tool: shell}]", set(Direction)),
    ("{not: {not: [{text: {words: go}}, {tool: other}]}}", {Direction.REQUEST}),
]


@pytest.mark.parametrize(("when", "expected"), DIRECTIONS)
def test_the_directions_that_a_rule_looks_at(when: str, expected: set[Direction]) -> None:
    made, content = rules(when), contents(tool("shell"), text("user", "go"))
    got = {one for one in Direction if judged_content(made, content, one).verdict is Verdict.BLOCK}
    assert got == expected


RUNAWAY = r"(?:(?:x|xx)+y?)+$"
LONG = "x" * 60 + "!"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (f"{{text: {{regex: '{RUNAWAY}'}}}}", True),
        (f"{{model: m, not: {{text: {{regex: '{RUNAWAY}'}}}}}}", True),
        (f"{{not: {{not: {{text: {{regex: '{RUNAWAY}'}}}}}}}}", True),
        (f"{{text: {{regex: '{RUNAWAY}'}}, model: other}}", False),
        (f"{{role: tool, text: {{regex: '{RUNAWAY}'}}}}", False),
    ],
)
def test_a_timeout_counts_as_a_match_unless_another_test_fails(when: str, *, expected: bool) -> None:
    decision = judged(rules(when), model="m", text=LONG)
    assert (decision.verdict is Verdict.BLOCK) is expected
    assert [match.fault for match in decision.matches] == [True] * expected


def test_arguments_that_are_no_json_do_not_satisfy_an_exception() -> None:
    made = rules("{tool: shell, not: {argument: {cmd: {regex: '^ls'}}}}")
    assert judged(made, tool="shell", argument={"cmd": "ls"}).verdict is Verdict.ALLOW
    assert judged(made, tool="shell", argument="ls").verdict is Verdict.BLOCK


def test_a_path_that_can_be_read_in_two_ways_does_not_satisfy_an_exception() -> None:
    made = rules("{service: crm, not: {path: '/public/**'}}")
    assert judged(made, service="crm", method="GET", operation="get", path="/public/a").verdict is Verdict.ALLOW
    assert judged(made, service="crm", method="GET", operation="get", path="/public/../a").verdict is Verdict.BLOCK


def test_too_many_pairs_are_a_fault() -> None:
    side = int(MAX_PAIRS**0.5) + 1
    parts = [tool("shell", number) for number in range(side)] + [text("user", "go", n) for n in range(side)]
    made = rules("{tool: shell, role: user, not: {text: {words: go}}}")
    decision = judged_content(made, contents(*parts))
    assert decision.verdict is Verdict.BLOCK
    assert decision.matches[0].fault


def test_an_answer_is_not_held_again_for_the_points_of_its_request() -> None:
    made = policy(
        "risk: {hold: 50}\nguardrails:\n"
        "  - {name: a, when: {direction: response, text: {words: go}}, then: observe, risk: 10}"
    )
    quiet = judged(made, direction="response", text="stay", carried_risk=60)
    assert (quiet.verdict, quiet.risk) == (Verdict.ALLOW, 60)
    assert judged(made, direction="response", text="go", carried_risk=39).verdict is Verdict.OBSERVE
    assert judged(made, direction="response", text="go", carried_risk=40).verdict is Verdict.HOLD
