"""What holds for every policy and every call."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.call import Call, Content, Direction, RequestHead, Text, ToolCall
from addons.core.exchange import Decision, Principal, Verdict
from addons.core.policy.evaluate import judge, may_stop_answer, watched_tools
from addons.core.policy.model import Policy
from addons.core.policy.problems import PolicyError
from addons.core.policy.terms import strictest
from tests.core.policy.texts import policy

TESTS = [
    "tool: shell",
    "tool: ['sh*', search]",
    "argument: {cmd: {words: rm}}",
    "argument: {'*': 'x*'}",
    "text: {words: [drop, go on]}",
    "text: {regex: 'dr.p'}",
    "role: [user, tool]",
    "model: 'gpt-*'",
    "service: openai",
    "operation: chat",
    "groups: ops",
    "size: '>5'",
    "direction: response",
    "direction: request",
]
ACTIONS = [
    "then: observe",
    "then: observe, risk: 20",
    "then: hold, risk: 10, approvers: {groups: security, count: 2}",
    "then: hold, approvers: {groups: [finance, security], expires: 60s, mitmweb: refused}",
    "then: hold, approvers: {groups: finance}",
    "then: block",
    "then: block, risk: 100, mode: observe",
]


def _mapping(tests: list[str]) -> str:
    unique = {test.split(":")[0]: test for test in tests}
    return ", ".join(unique.values())


def _within(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = st.lists(st.sampled_from(TESTS), min_size=1, max_size=3).map(_mapping)
    return st.one_of(
        st.builds("{{{}}}".format, plain),
        st.builds("{{{}, not: {}}}".format, plain, inner),
        st.builds("{{not: {}}}".format, inner),
        st.builds("[{}, {{{}}}]".format, st.builds("{{{}}}".format, plain), plain),
    )


WHEN = _within(_within(st.sampled_from(TESTS).map("{{{}}}".format)))
WORDS = st.sampled_from(["drop", "DROP it", "go\u200b on", "rm -rf", "x", "hello", ""])
CONTENT = st.builds(
    Content,
    texts=st.lists(st.builds(Text, st.sampled_from(["user", "tool", ""]), WORDS, st.just("/t")), max_size=3).map(tuple),
    tool_calls=st.lists(
        st.builds(
            ToolCall,
            st.sampled_from(["shell", "search", "other"]),
            WORDS,
            st.none() | st.dictionaries(st.sampled_from(["cmd", "a"]), WORDS, max_size=2),
            st.just("/c"),
        ),
        max_size=2,
    ).map(tuple),
)
HEAD = RequestHead("POST", "https", "api.openai.com", 443, "/v1/chat/completions", "", ())
CALL = st.builds(
    Call,
    st.just("openai"),
    st.just("openai"),
    st.sampled_from(["chat", "embeddings"]),
    st.just(HEAD),
    CONTENT,
    model=st.sampled_from(["gpt-5", "o3"]),
    tools=st.lists(st.sampled_from(["shell", "search"]), max_size=2).map(tuple),
    size=st.integers(0, 10),
)
PRINCIPAL = st.builds(
    Principal, st.just("a"), st.just("i"), st.sampled_from([(), ("ops",)]), st.just("s"), st.just(0.0)
)
RULES = st.lists(st.tuples(WHEN, st.sampled_from(ACTIONS)), min_size=1, max_size=4)
DIRECTIONS = st.sampled_from(Direction)

SOME = settings(max_examples=100, deadline=None)


def _sound(rules: list[tuple[str, str]]) -> list[str]:
    """Return the lines of those rules that may match at all; the others are refused, and only for that."""
    lines = [f"  - {{name: r{number}, when: {when}, {action}}}" for number, (when, action) in enumerate(rules)]
    return [line for line in lines if not _is_dead(line)]


def _is_dead(line: str) -> bool:
    try:
        policy(f"guardrails:\n{line}")
    except PolicyError as error:
        if {problem.message for problem in error.problems} == {"these conditions can never hold together"}:
            return True
        raise
    return False


def _policy(lines: list[str]) -> Policy:
    rules = "\n".join(lines) if lines else "  []"
    return policy(f"risk: {{hold: 30, block: 60}}\nguardrails:\n{rules}")


def _what_counts(decision: Decision) -> tuple[object, ...]:
    rules = frozenset(match.rule for match in decision.matches)
    return decision.verdict, decision.reason, decision.risk, decision.approval, rules


@SOME
@given(RULES, st.randoms(use_true_random=False), PRINCIPAL, CALL, DIRECTIONS)
def test_the_order_of_rules_does_not_matter(
    rules: list[tuple[str, str]], shuffle: Random, principal: Principal, call: Call, direction: Direction
) -> None:
    lines = _sound(rules)
    one = judge(_policy(lines), principal, call, call.content, direction)
    shuffle.shuffle(lines)
    other = judge(_policy(lines), principal, call, call.content, direction)
    assert _what_counts(one) == _what_counts(other)


@SOME
@given(RULES, PRINCIPAL, CALL, DIRECTIONS)
def test_another_rule_never_loosens(
    rules: list[tuple[str, str]], principal: Principal, call: Call, direction: Direction
) -> None:
    lines = _sound(rules)
    fewer = judge(_policy(lines[:-1]), principal, call, call.content, direction)
    more = judge(_policy(lines), principal, call, call.content, direction)
    assert more.verdict >= fewer.verdict
    assert more.risk >= fewer.risk
    if fewer.approval is not None and more.approval is not None:
        assert strictest([fewer.approval, more.approval]) == more.approval


@SOME
@given(WHEN, PRINCIPAL, CALL, DIRECTIONS)
def test_what_is_negated_twice_is_unchanged(when: str, principal: Principal, call: Call, direction: Direction) -> None:
    lines = _sound([(when, "then: block"), (f"{{not: {{not: {when}}}}}", "then: block")])
    decision = judge(_policy(lines), principal, call, call.content, direction)
    assert len(decision.matches) in (0, len(lines))


@SOME
@given(RULES, PRINCIPAL, CALL, CONTENT)
def test_an_answer_that_is_stopped_was_foreseen(
    rules: list[tuple[str, str]], principal: Principal, call: Call, answer: Content
) -> None:
    made = _policy(_sound(rules))
    request = judge(made, principal, call, call.content, Direction.REQUEST)
    decision = judge(made, principal, call, answer, Direction.RESPONSE, carried_risk=request.risk)
    for carried in (None, request.risk):
        watched = watched_tools(made, principal, call, carried_risk=carried)
        by_tool = any(watched(used.name) for used in answer.tool_calls)
        foreseen = by_tool or may_stop_answer(made, principal, call, carried_risk=carried)
        assert decision.verdict < Verdict.HOLD or foreseen
