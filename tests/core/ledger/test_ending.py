from collections.abc import Callable
from dataclasses import replace

import pytest

from addons.core.call import Content, Inspected
from addons.core.exchange import Decision, Exchange, RuleMatch, Verdict
from addons.core.ledger.ending import Ending, ending, request_inspected, response_inspected, risk, rules
from addons.core.reasons import Reason
from tests.core.ledger.exchanges import PARTIAL, allowed, answered, held, refused

BLOCKED_ANSWER = Decision(Verdict.BLOCK, Reason.GUARDRAIL, rule="no-shell", risk=70)


def _refused_as(reason: Reason) -> Exchange:
    exchange = allowed()
    exchange.refuse(reason, "No.", "why")
    return exchange


def _released() -> Exchange:
    exchange = held()
    exchange.approved_by = ("bob",)
    return exchange


def _denied() -> Exchange:
    exchange = held()
    exchange.refuse(Reason.APPROVAL_DENIED, "No.")
    return exchange


def _answer_blocked_after_release() -> Exchange:
    exchange = _released()
    exchange.answer_decision = BLOCKED_ANSWER
    return exchange


@pytest.mark.parametrize(
    ("exchange", "verdict", "reason", "is_refusal"),
    [
        (allowed(), Verdict.ALLOW, Reason.ALLOWED, False),
        (held(), Verdict.HOLD, Reason.GUARDRAIL, False),
        (_released(), Verdict.HOLD, Reason.APPROVED, False),
        (_denied(), Verdict.BLOCK, Reason.APPROVAL_DENIED, True),
        (refused(), Verdict.BLOCK, Reason.TOKEN_EXPIRED, True),
        (_refused_as(Reason.LEDGER_UNAVAILABLE), Verdict.BLOCK, Reason.LEDGER_UNAVAILABLE, True),
        (_refused_as(Reason.INTERNAL_FAULT), Verdict.BLOCK, Reason.INTERNAL_FAULT, True),
        (_answer_blocked_after_release(), Verdict.BLOCK, Reason.GUARDRAIL, True),
        (_refused_as(Reason.CLIENT_GONE), Verdict.ALLOW, Reason.CLIENT_GONE, False),
        (_refused_as(Reason.UPSTREAM_UNREACHABLE), Verdict.ALLOW, Reason.UPSTREAM_UNREACHABLE, False),
    ],
)
def test_call_ended_as(exchange: Exchange, verdict: Verdict, reason: Reason, is_refusal: bool) -> None:
    assert ending(exchange) == Ending(verdict, reason)
    assert (verdict is Verdict.BLOCK) == is_refusal


def test_call_that_nobody_decided_on_is_never_called_allowed() -> None:
    assert ending(Exchange("x", 0.0)) == Ending(None, None)


def test_rules_are_those_of_both_directions_once_each_and_those_in_observe_mode() -> None:
    exchange = held()
    exchange.answer_decision = replace(BLOCKED_ANSWER, matches=(RuleMatch("shell", Verdict.BLOCK),))
    exchange.refuse(Reason.GUARDRAIL, "No.", "last")

    assert rules(exchange) == ["shell", "seen", "no-shell", "last"]


def test_risk_is_the_higher_one() -> None:
    exchange = held()
    exchange.answer_decision = BLOCKED_ANSWER

    assert (risk(held()), risk(exchange), risk(refused())) == (40, 70, 0)


def _with(content: Content) -> Exchange:
    exchange = allowed()
    exchange.request_content = content
    return exchange


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (allowed(), Inspected.FULL),
        (_with(PARTIAL), Inspected.PARTIAL),
        (refused(), Inspected.NONE),
    ],
)
def test_request_is_called_inspected_only_where_it_was(exchange: Exchange, expected: Inspected) -> None:
    assert request_inspected(exchange) is expected


def _forget_answer(exchange: Exchange) -> None:
    exchange.answer = exchange.response_content = None


def _say_partial(exchange: Exchange) -> None:
    exchange.response_inspected = Inspected.PARTIAL


def _parse_none(exchange: Exchange) -> None:
    exchange.answer = Content(inspected=Inspected.NONE)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda _: None, Inspected.FULL),
        (_say_partial, Inspected.PARTIAL),
        (_parse_none, Inspected.NONE),
        (_forget_answer, Inspected.NONE),
    ],
)
def test_answer_is_called_inspected_only_where_it_was(change: Callable[[Exchange], None], expected: Inspected) -> None:
    exchange = answered()
    change(exchange)

    assert response_inspected(exchange) is expected
