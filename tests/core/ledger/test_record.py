import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.approval.approval import State
from addons.core.call import Content, Direction, Message, ToolCall
from addons.core.exchange import Action, Decision, Exchange, Finding, Principal, RuleMatch, Verdict
from addons.core.ledger import record
from addons.core.ledger.canonical import encode
from addons.core.ledger.sections import (
    BODY_CAP,
    CONVERSATION_CAP,
    FINDINGS_CAP,
    LIST_CAP,
    MATCHES_CAP,
    RECORD_CAP,
    body,
    conversation,
)
from addons.core.reasons import Reason
from tests.core.ledger.exchanges import STARTED_AT, allowed, answered, asked, held, refused, word

AT = STARTED_AT + 1.5
GATEWAY = "gw-1"


def _read(record_bytes: bytes) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(record_bytes)
    assert encode(value) == record_bytes, "not canonical"
    return value


@pytest.mark.parametrize(
    ("made", "kind", "own_id"),
    [
        (record.intent(allowed(), AT, GATEWAY), "intent", "call-1"),
        (record.outcome(answered(), AT, GATEWAY), "outcome", "call-1"),
        (record.approval("requested", held(), asked(State.PENDING), "gateway", AT, GATEWAY), "approval", "appr-1"),
    ],
)
def test_every_record_says_what_it_is(made: bytes, kind: str, own_id: str) -> None:
    head = {"v": 1, "kind": kind, "id": own_id, "at": 1_700_000_001_750_000, "gateway": GATEWAY}

    assert head.items() <= _read(made).items()


def test_intent_has_everything_known_before_the_call_goes_on() -> None:
    said = _read(record.intent(held(), AT, GATEWAY))

    assert {
        "subject": "alice@example.com", "issuer": "https://login.example.com", "groups": ["data", "ops"],
        "session": "sid-1", "client": "10.0.0.7:5000", "service": "openai", "protocol": "openai", "operation": "chat",
        "model": "gpt-5", "method": "POST", "host": "api.openai.com", "path": "/v1/chat/completions",
        "started_at": 1_700_000_000_250_000, "verdict": "hold", "reason": "guardrail", "rules": ["shell", "seen"],
        "risk": 40, "policy_digest": "ab" * 32, "request_bytes": 17, "tokens_in": 11, "inspected": "full",
        "edited": False, "messages_truncated": False, "refusal": None, "approval_id": None,
        "redactions": {"request": {"email": 2}, "response": {}},
        "request": {"data": '{"model":"gpt-5"}', "encoding": "text", "truncated": False},
    }.items() <= said.items()  # fmt: skip
    assert [match["rule"] for match in said["decision"]["matches"]] == ["shell", "seen"]
    assert said["decision"]["matches"][0]["controls"] == ["NIST:AC-3"]
    assert [(message["position"], message["role"]) for message in said["messages"]] == [(0, "system"), (1, "user")]


def test_outcome_stands_for_itself() -> None:
    said = _read(record.outcome(answered(), AT, GATEWAY))

    assert {
        "subject": "alice@example.com", "operation": "chat", "verdict": "allow", "reason": "allowed", "status": 200,
        "duration": 1_500_000, "response_bytes": 14, "tokens_in": 12, "tokens_out": 7, "error": None,
        "request_inspected": "full", "response_inspected": "full", "answer_decision": None,
        "redactions": {"request": {"email": 2}, "response": {"name": 1}},
        "response": {"data": '{"choices":[]}', "encoding": "text", "truncated": False},
    }.items() <= said.items()  # fmt: skip
    assert [finding["type"] for finding in said["findings"]] == ["email", "name", "iban"]
    assert said["messages"][0]["tool_calls"] == [
        {"id": "call-1", "name": "search", "arguments": '{"q":1.5}', "place": "/choices/0/message/tool_calls/0"}
    ]


def test_refused_call_has_both_records() -> None:
    before, after = (_read(made(refused(), AT, GATEWAY)) for made in (record.intent, record.outcome))

    assert before["verdict"] == after["verdict"] == "block"
    assert before["reason"] == after["reason"] == "token_expired"
    assert before["subject"] is after["operation"] is None
    assert before["inspected"] == after["inspected"] == "none"
    assert before["refusal"]["status"] == after["status"] == 401


def test_query_and_unmasked_text_are_not_recorded() -> None:
    exchange = allowed()
    exchange.path = "/v1/x?key=sk-secret"
    exchange.request_content, exchange.request_body = None, b""
    written = record.intent(exchange, AT, GATEWAY) + record.outcome(exchange, AT, GATEWAY)

    assert b"sk-secret" not in written
    assert b"Who am I?" not in written


def test_approval_says_who_decided_and_why() -> None:
    approval = asked(State.DENIED, word("bob", approve=True), word("carol", approve=False, channel="mitmweb"))
    written = record.approval("denied", held("retry-7"), approval, "mitmweb", AT, GATEWAY)
    said = _read(written)

    assert {
        "event": "denied", "state": "denied", "flow": "retry-7", "digest": "cd" * 32, "requester": "alice@example.com",
        "issuer": "https://login.example.com", "rule": "shell", "risk": 40, "approver": "carol", "reason": "because",
        "channel": "mitmweb", "approvers_needed": 2,
    }.items() <= said.items()  # fmt: skip
    assert [(one["approver"], one["approve"]) for one in said["decisions"]] == [("bob", True), ("carol", False)]
    assert b"secret preview" not in written


def test_event_has_an_id_made_from_what_it_says() -> None:
    one = record.event("policy_loaded", {"digest": "aa", "rules": 3}, AT, GATEWAY)

    assert one == record.event("policy_loaded", {"rules": 3, "digest": "aa"}, AT, GATEWAY)
    assert _read(one)["id"] != _read(record.event("policy_loaded", {"rules": 4}, AT, GATEWAY))["id"]
    with pytest.raises(TypeError):
        record.event("policy_loaded", {"seconds": 0.5}, AT, GATEWAY)  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("content", "data", "encoding", "truncated"),
    [
        (b"", "", "text", False),
        ("né".encode(), "né", "text", False),
        (b"\xff\x00", base64.b64encode(b"\xff\x00").decode(), "base64", False),
        (b"cut \xc3", base64.b64encode(b"cut \xc3").decode(), "base64", False),
        (b"x" * (BODY_CAP + 1), "x" * BODY_CAP, "text", True),
        (b"x" * (BODY_CAP - 1) + "é".encode(), "x" * (BODY_CAP - 1), "text", True),
        (b"\xff" * (BODY_CAP + 9), base64.b64encode(b"\xff" * BODY_CAP).decode(), "base64", True),
    ],
)
def test_body_is_recorded_as(content: bytes, data: str, encoding: str, truncated: bool) -> None:
    assert body(content) == {"data": data, "encoding": encoding, "truncated": truncated}


@given(st.integers(0, 12), st.integers(0, CONVERSATION_CAP))
def test_long_conversation_keeps_its_newest_messages(count: int, length: int) -> None:
    texts = [f"{number}" + "x" * length for number in range(count)]
    kept = conversation(Content(messages=tuple(Message("user", text) for text in texts)))
    messages: Any = kept["messages"]

    assert [message["position"] for message in messages] == list(range(count))[count - len(messages) :]
    assert all(texts[message["position"]].startswith(message["content"]) for message in messages)
    whole = [message["content"] for message in messages] == texts
    assert kept["messages_truncated"] == (not whole)
    assert sum(len(message["content"]) for message in messages) <= CONVERSATION_CAP


def _worst(text: str) -> Exchange:
    """Return a call in which everything is longer than what is recorded, made of ``text``."""
    long = text * (2 * CONVERSATION_CAP)
    name = text * 2000
    match = RuleMatch(name, Verdict.BLOCK, 1, name, name, controls=tuple(f"{name}{n}" for n in range(99)))
    calls = tuple(ToolCall(name, name, None, name, name) for _ in range(100))
    exchange = answered()
    exchange.principal = Principal(name, name, tuple(f"{n}{name}" for n in range(2 * LIST_CAP)), name, 0.0)
    exchange.service = exchange.protocol = exchange.method = exchange.host = exchange.error = name
    exchange.client = exchange.policy_digest = exchange.approval_id = name
    exchange.path = text * 20_000
    decision = Decision(Verdict.BLOCK, Reason.GUARDRAIL, name, name, (match,) * (2 * MATCHES_CAP))
    exchange.decision = exchange.answer_decision = decision
    exchange.findings = [
        Finding(Direction.REQUEST, f"{n}{name}", name, name, Action.MASKED) for n in range(2 * FINDINGS_CAP)
    ]
    messages = (Message(name, long), *(Message(name, name, calls) for _ in range(500)))
    exchange.request_content = exchange.response_content = Content(messages=messages)
    exchange.request_body = exchange.response_body = long.encode("utf-8", "replace")
    exchange.refuse(Reason.GUARDRAIL, name, name)
    return exchange


@pytest.mark.parametrize("text", ["\x01", "\ud800", "😀"])
def test_the_largest_call_makes_a_record_that_the_journal_takes(text: str) -> None:
    exchange = _worst(text)
    before, after = record.intent(exchange, AT, GATEWAY), record.outcome(exchange, AT, GATEWAY)

    assert max(len(before), len(after)) < RECORD_CAP
    said = _read(after)
    assert said["findings_truncated"]
    assert said["messages_truncated"]
    assert said["decision"]["matches_truncated"]
    assert said["response"]["truncated"]


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_can_be_recorded(text: str) -> None:
    exchange = replace(answered(text), error=text, host=text, request_content=Content(messages=(Message(text, text),)))

    assert _read(record.intent(exchange, AT, text)) != _read(record.outcome(exchange, AT, text))
