"""What was approved in an answer passes in the history of the same principal, and nothing else does."""

from dataclasses import replace

import pytest

from addons.core.approval import released
from addons.core.approval.released import ReleasedToolCalls
from addons.core.call import Content, ToolCall
from addons.core.exchange import Principal

ALICE = Principal("alice", "https://issuer", ("data",), "session", 0.0)
CALL = ToolCall("shell", '{"command": "rm -r x", "n": 1}', {"command": "rm -r x", "n": 1}, "/choices/0", "call_1")


def judged(principal: Principal, call: ToolCall) -> tuple[ToolCall, ...]:
    known = ReleasedToolCalls()
    known.add(ALICE, [CALL])
    return known.without(principal, Content(tool_calls=(call,))).tool_calls


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        replace(CALL, place="/messages/1/tool_calls/0"),
        replace(CALL, arguments='{"n":1,"command":"rm -r x"}', decoded={"n": 1, "command": "rm -r x"}),
    ],
)
def test_the_approved_call_is_not_judged_again(call: ToolCall) -> None:
    assert judged(ALICE, call) == ()


@pytest.mark.parametrize(
    ("principal", "call"),
    [
        (replace(ALICE, subject="bob"), CALL),
        (replace(ALICE, issuer="https://other"), CALL),
        (ALICE, replace(CALL, id="call_2")),
        (ALICE, replace(CALL, id="")),
        (ALICE, replace(CALL, name="bash")),
        (ALICE, replace(CALL, decoded={"command": "rm -r y", "n": 1})),
        (ALICE, replace(CALL, decoded={"command": "rm -r x", "n": 1.0})),
        (ALICE, replace(CALL, arguments='{"command": "rm -r', decoded=None)),
    ],
)
def test_anything_else_is_judged(principal: Principal, call: ToolCall) -> None:
    assert judged(principal, call) == (call,)


def test_a_call_without_an_id_is_never_remembered() -> None:
    known, anonymous = ReleasedToolCalls(), replace(CALL, id="")
    known.add(ALICE, [anonymous])
    assert known.without(ALICE, Content(tool_calls=(anonymous,))).tool_calls == (anonymous,)


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(released, "MAX_RELEASED", 2)
    known = ReleasedToolCalls()
    calls = tuple(replace(CALL, id=f"call_{number}") for number in range(3))
    known.add(ALICE, calls)
    assert known.without(ALICE, Content(tool_calls=calls)).tool_calls == calls[:1]
