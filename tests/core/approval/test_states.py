from collections.abc import Callable
from dataclasses import replace

import pytest

from addons.core.approval.approval import MITMWEB_OPERATOR, Approval, Decision, State
from addons.core.approval.states import (
    LIVE,
    MAX_FIELD_CHARS,
    MAX_PREVIEW_CHARS,
    MAX_REASON_CHARS,
    RETRY_GRACE_S,
    TRANSITIONS,
    ApprovalError,
    consumed,
    decide,
    ended_because,
    joined,
    left,
    opened,
    outdated,
    settled,
    superseded,
    withdrawn,
)
from addons.core.exchange import ApprovalTerms, Principal
from tests.core.approval.samples import ASK, EXPIRES, ISSUER, NOW, pending, person

BOB = person("bob", "security")
CAROL = person("carol", "platform")


def yes(approval: Approval, who: Principal, now: float = NOW + 1) -> Approval:
    return decide(approval, who, approve=True, reason="", channel="cli", now=now)


def no(approval: Approval, who: Principal, now: float = NOW + 1, reason: str = "too risky") -> Approval:
    return decide(approval, who, approve=False, reason=reason, channel="cli", now=now)


def waiting() -> Approval:
    return joined(pending())


IN_STATE: dict[State, Approval] = {
    State.PENDING: waiting(),
    State.APPROVED: yes(waiting(), BOB),
    State.CONSUMED: consumed(yes(waiting(), BOB), ASK.digest, NOW + 1),
    State.DENIED: no(waiting(), BOB),
    State.EXPIRED: settled(waiting(), NOW + EXPIRES),
    State.WITHDRAWN: withdrawn(waiting(), NOW + 1),
    State.SUPERSEDED: superseded(waiting(), NOW + 1),
}

SOON, LATE = NOW + 2, NOW + EXPIRES

MOVES: dict[str, Callable[[Approval], Approval]] = {
    "approve": lambda approval: yes(approval, CAROL, SOON),
    "deny": lambda approval: no(approval, CAROL, SOON),
    "consume": lambda approval: consumed(approval, ASK.digest, SOON),
    "consume another call": lambda approval: consumed(approval, "e" * 64, SOON),
    "withdraw": lambda approval: withdrawn(approval, SOON),
    "supersede": lambda approval: superseded(approval, SOON),
    "outdate": lambda approval: outdated(approval, SOON),
    "approve late": lambda approval: yes(approval, CAROL, LATE),
    "deny late": lambda approval: no(approval, CAROL, LATE),
    "consume late": lambda approval: consumed(approval, ASK.digest, LATE),
    "withdraw late": lambda approval: withdrawn(approval, LATE),
    "supersede late": lambda approval: superseded(approval, LATE),
    "time": lambda approval: settled(approval, LATE - 0.001),
    "time out": lambda approval: settled(approval, LATE),
}

# What each move makes of each state; a move that is not listed for a state must be refused.
RESULTS: dict[State, dict[str, State]] = {
    State.PENDING: {
        "approve": State.APPROVED,
        "deny": State.DENIED,
        "withdraw": State.WITHDRAWN,
        "supersede": State.SUPERSEDED,
        "outdate": State.SUPERSEDED,
        "time": State.PENDING,
        "time out": State.EXPIRED,
    },
    State.APPROVED: {
        "consume": State.CONSUMED,
        "outdate": State.EXPIRED,
        "time": State.APPROVED,
        "time out": State.EXPIRED,
    },
    **{
        state: {"time": state, "time out": state}
        for state in (State.CONSUMED, State.DENIED, State.EXPIRED, State.WITHDRAWN, State.SUPERSEDED)
    },
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", State)
def test_each_move_from_each_state(state: State, move: str) -> None:
    before = IN_STATE[state]
    assert before.state is state
    expected = RESULTS[state].get(move)
    if expected is None:
        with pytest.raises(ApprovalError, match=before.id):
            MOVES[move](before)
    else:
        after = MOVES[move](before)
        assert after.state is expected
        assert expected is state or expected in TRANSITIONS[state]
        assert (after.ended_at is None) == (expected in LIVE)


def test_the_table_has_every_state_and_every_listed_move_was_seen() -> None:
    assert set(TRANSITIONS) == set(State)
    seen = {(state, MOVES[move](IN_STATE[state]).state) for state, moves in RESULTS.items() for move in moves}
    seen |= {(State.PENDING, State.WITHDRAWN)}
    listed = {(state, following) for state, all_following in TRANSITIONS.items() for following in all_following}
    assert listed <= seen
    assert {(before, after) for before, after in seen if before is not after} == listed


SECURITY = ApprovalTerms(groups=("security", "platform"), count=1, expires=EXPIRES)
TWO = replace(SECURITY, count=2)
ANYBODY = ApprovalTerms(expires=EXPIRES)
BOTH = ApprovalTerms(groups=("security",), also=(("legal", "privacy"),), expires=EXPIRES)
BOTH_TWICE = replace(BOTH, count=2)
SAM, LEA = person("sam", "security", "legal"), person("lea", "privacy", "dev")

# terms, those who approve in this order, the error of the last one (None: accepted), the state in the end
APPROVERS: dict[str, tuple[ApprovalTerms, list[Principal], str | None, State]] = {
    "one of the group": (SECURITY, [BOB], None, State.APPROVED),
    "one of any of the groups": (SECURITY, [CAROL], None, State.APPROVED),
    "one of no group": (SECURITY, [person("dave")], "none of the groups platform, security", State.PENDING),
    "one of another group": (SECURITY, [person("dave", "sec")], "none of the groups", State.PENDING),
    "a group in another case": (SECURITY, [person("dave", "Security")], "none of the groups", State.PENDING),
    "anybody": (ANYBODY, [person("dave")], None, State.APPROVED),
    "the requester": (SECURITY, [person("alice", "security")], "somebody else", State.PENDING),
    "the requester, anybody": (ANYBODY, [person("alice")], "somebody else", State.PENDING),
    "the requester, other session": (SECURITY, [person("alice", "security", session="s2")], "somebody", State.PENDING),
    "the same name elsewhere": (
        SECURITY,
        [person("alice", "security", issuer="https://x.example")],
        None,
        State.APPROVED,
    ),
    "first of two": (TWO, [BOB], None, State.PENDING),
    "two of two": (TWO, [BOB, CAROL], None, State.APPROVED),
    "the same one twice": (TWO, [BOB, BOB], "has decided about this call already", State.PENDING),
    "the same one by two groups": (TWO, [BOB, person("bob", "platform")], "already", State.PENDING),
    "the same one by two sessions": (TWO, [BOB, person("bob", "security", session="s9")], "already", State.PENDING),
    "two of one name": (TWO, [BOB, person("bob", "security", issuer="https://x.example")], None, State.APPROVED),
    "two and a third": (TWO, [BOB, CAROL, person("dave", "security")], "nothing is left to decide", State.APPROVED),
    "one of two sets": (BOTH, [BOB], None, State.PENDING),
    "one of each set": (BOTH, [BOB, LEA], None, State.APPROVED),
    "one who is in both sets": (BOTH, [SAM], None, State.APPROVED),
    "two of the same set": (BOTH, [BOB, person("dan", "security")], "groups have approved already", State.PENDING),
    "none of both sets": (BOTH, [person("dave", "dev")], "none of the groups legal, privacy, security", State.PENDING),
    "the requester in both sets": (BOTH, [person("alice", "security", "legal")], "somebody else", State.PENDING),
    "two of one set, one of the other": (BOTH_TWICE, [BOB, SAM], None, State.PENDING),
    "two of each set": (BOTH_TWICE, [BOB, SAM, LEA], None, State.APPROVED),
    "one who adds to one set only": (BOTH_TWICE, [BOB, person("dan", "security"), SAM], None, State.PENDING),
    "three of one set": (
        BOTH_TWICE,
        [BOB, SAM, person("dan", "security")],
        "dan's groups have approved already: it has 2 of 2 approvals from security and 1 of 2 .* from legal, privacy",
        State.PENDING,
    ),
    "operator of another issuer": (SECURITY, [person("operator", "security")], None, State.APPROVED),
}


@pytest.mark.parametrize("name", APPROVERS)
def test_who_may_approve(name: str) -> None:
    terms, approvers, refused, state = APPROVERS[name]
    approval = pending(terms)
    *first, last = approvers
    for approver in first:
        approval = yes(approval, approver)
    if refused is None:
        approval = yes(approval, last)
    else:
        with pytest.raises(ApprovalError, match=refused):
            yes(approval, last)
    assert approval.state is state


# terms, who denies, the error (None: it ends the approval)
DENIERS: dict[str, tuple[ApprovalTerms, Principal, str | None]] = {
    "one of the group": (TWO, CAROL, None),
    "one of no group": (TWO, person("dave"), "none of the groups"),
    "the requester": (TWO, person("alice", "security"), "somebody else"),
    "one who approved": (TWO, BOB, "already"),
    "one whose set has enough": (BOTH, person("dan", "security"), None),
    "mitmweb among several": (TWO, MITMWEB_OPERATOR, None),
    "mitmweb where it is off": (replace(TWO, mitmweb=False), MITMWEB_OPERATOR, None),
}


@pytest.mark.parametrize("name", DENIERS)
def test_one_denial_ends_it(name: str) -> None:
    terms, denier, refused = DENIERS[name]
    approval = yes(pending(terms), BOB)
    if refused is not None:
        with pytest.raises(ApprovalError, match=refused):
            no(approval, denier)
        return
    ended = no(approval, denier)
    assert ended.state is State.DENIED
    assert ended.decisions[-1] == Decision(
        denier.subject, denier.issuer, denier.groups, approve=False, reason="too risky", channel="cli", at=NOW + 1
    )
    assert ended_because(ended) == f"approval a1b2c3d4e5 is denied by {denier.subject}: too risky"


def test_a_decision_keeps_the_groups_that_count() -> None:
    approval = yes(pending(BOTH), person("sam", "dev", "legal", "ops", "security"))
    assert approval.decisions[0].groups == ("legal", "security")
    assert [str(need) for need in approval.needs] == [
        "1 of 1 approvals from security",
        "1 of 1 approvals from legal, privacy",
    ]
    assert [str(need) for need in pending(ANYBODY).needs] == ["0 of 1 approvals from anybody"]


def test_a_surrogate_in_a_name_does_not_make_two_people_of_one() -> None:
    strange = replace(ASK, requester="al\ud800ice", terms=ANYBODY)
    approval = opened(strange, "a1b2c3d4e5", NOW)
    with pytest.raises(ApprovalError, match="somebody else"):
        yes(approval, person("al\ud800ice"))
    twice = yes(opened(replace(strange, terms=TWO), "a1b2c3d4e5", NOW), person("b\udfff", "security"))
    with pytest.raises(ApprovalError, match="already"):
        yes(twice, person("b\udfff", "platform"))


# waiting clients, seconds since the last one left, withdrawn?
LEAVING = [
    (0, RETRY_GRACE_S - 0.1, False),
    (0, RETRY_GRACE_S, True),
    (1, RETRY_GRACE_S + 60, False),
]


@pytest.mark.parametrize(("clients", "after", "gone"), LEAVING)
def test_a_call_that_nobody_makes_any_more_is_withdrawn(clients: int, after: float, gone: bool) -> None:
    approval = left(joined(pending()), NOW + 10)
    approval = joined(approval) if clients else approval
    assert approval.waiting == clients
    now = NOW + 10 + after
    assert settled(approval, now).state is (State.WITHDRAWN if gone else State.PENDING)
    if gone:
        with pytest.raises(ApprovalError, match="withdrawn: nothing is left"):
            yes(approval, BOB, now)
    else:
        assert yes(approval, BOB, now).state is State.APPROVED


def test_a_call_that_never_waited_is_withdrawn() -> None:
    assert settled(pending(), NOW + RETRY_GRACE_S).state is State.WITHDRAWN


def test_an_approved_call_waits_for_its_retry_until_it_expires() -> None:
    approval = left(yes(joined(pending()), BOB), NOW + 1)
    assert consumed(approval, ASK.digest, NOW + EXPIRES - 1).state is State.CONSUMED


def test_leaving_twice_does_not_count_below_nobody() -> None:
    assert left(left(joined(pending()), NOW), NOW).waiting == 0


# Rows that somebody edited: approved by state, but not by people.
FORGED = {
    "one of two sets": (BOTH, ("bob",)),
    "nobody decided": (SECURITY, ()),
    "one of two": (TWO, ("bob",)),
    "one person twice": (TWO, ("bob", "bob")),
    "the requester": (SECURITY, ("alice",)),
    "the requester and one": (TWO, ("alice", "bob")),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_row_edited_to_approved_is_not_consumed(name: str) -> None:
    terms, names = FORGED[name]
    decisions = tuple(
        Decision(who, ISSUER, ("security",), approve=True, reason="", channel="cli", at=NOW) for who in names
    )
    forged = replace(pending(terms), state=State.APPROVED, decisions=decisions)
    with pytest.raises(ApprovalError, match="without the decisions"):
        consumed(forged, ASK.digest, NOW + 1)


def test_an_approved_row_with_a_denial_in_it_is_not_consumed() -> None:
    denied = no(yes(pending(TWO), BOB), CAROL)
    forged = replace(denied, state=State.APPROVED, terms=SECURITY, ended_at=None)
    with pytest.raises(ApprovalError, match="without the decisions"):
        consumed(forged, ASK.digest, NOW + 1)


BAD_TERMS = [
    ApprovalTerms(count=0),
    ApprovalTerms(count=-1),
    ApprovalTerms(expires=0),
    ApprovalTerms(expires=-1),
    ApprovalTerms(expires=float("nan")),
    ApprovalTerms(expires=float("inf")),
]


@pytest.mark.parametrize("terms", BAD_TERMS)
def test_terms_that_would_need_nobody_or_never_end_are_refused(terms: ApprovalTerms) -> None:
    with pytest.raises(ApprovalError, match="no such thing"):
        pending(terms)


def test_long_texts_are_cut_visibly() -> None:
    long = opened(replace(ASK, preview="p" * (MAX_PREVIEW_CHARS + 7), path="/" * (MAX_FIELD_CHARS + 1)), "i" * 10, NOW)
    assert long.preview == "p" * MAX_PREVIEW_CHARS + "… (7 more characters)"
    assert long.path == "/" * MAX_FIELD_CHARS + "… (1 more characters)"


def test_a_long_reason_is_refused_and_nothing_is_decided() -> None:
    with pytest.raises(ApprovalError, match="501 characters"):
        no(pending(), BOB, reason="x" * (MAX_REASON_CHARS + 1))
    assert no(pending(), BOB, reason="x" * MAX_REASON_CHARS).state is State.DENIED


def test_a_reason_takes_one_line_in_the_refusal() -> None:
    assert ended_because(no(pending(), BOB, reason="no\r\nway")) == "approval a1b2c3d4e5 is denied by bob: no way"
    assert ended_because(no(pending(), BOB, reason="")) == "approval a1b2c3d4e5 is denied by bob"
