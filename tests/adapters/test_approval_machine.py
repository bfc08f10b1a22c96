"""Whatever happens in whatever order: no call passes that people did not let pass.

The model is written apart from the state machine: it keeps who said what about which call, and judges each call that
passed by the rules of ``addons.core.approval``.
"""

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from addons.adapters.approval_store import STATE_FILE, ApprovalStore
from addons.core.approval.approval import MITMWEB_OPERATOR, State
from addons.core.approval.states import TRANSITIONS, ApprovalError
from addons.core.errors import RefusedError
from addons.core.exchange import ApprovalTerms, Principal
from tests.core.approval.samples import NOW, ask, person

EXPIRES = 300.0

CALLS = [digit * 64 for digit in "123"]
REQUESTERS = ["alice", "bob"]
PEOPLE = [
    person("alice", "security"),
    person("bob", "security"),
    person("bob", "platform", session="s2"),
    person("carol", "platform"),
    person("carol", "platform", issuer="https://other.example"),
    person("dave"),
    MITMWEB_OPERATOR,
]
TERMS = [
    ApprovalTerms(expires=EXPIRES),
    ApprovalTerms(expires=EXPIRES, mitmweb=False),
    ApprovalTerms(groups=("security", "platform"), count=1, expires=EXPIRES),
    ApprovalTerms(groups=("security", "platform"), count=1, expires=EXPIRES, mitmweb=False),
    ApprovalTerms(groups=("security", "platform"), count=2, expires=EXPIRES),
    ApprovalTerms(groups=("platform",), also=(("security",),), expires=EXPIRES),
]


@dataclass
class Known:
    """What the model knows about one approval."""

    call: str
    requester: str
    terms: ApprovalTerms
    requested_at: float
    yes: list[Principal] = field(default_factory=list)
    denied: bool = False
    used: int = 0
    state: State = State.PENDING

    def may_pass(self, call: str, now: float) -> bool:
        people = {(one.issuer, one.subject) for one in self.yes}
        sets = [set(groups) for groups in (self.terms.groups, *self.terms.also) if groups]
        of_each = [{(one.issuer, one.subject) for one in self.yes if groups & set(one.groups)} for groups in sets]
        operator = MITMWEB_OPERATOR in self.yes
        return (
            call == self.call
            and now < self.requested_at + self.terms.expires
            and (operator or all(len(counted) >= self.terms.count for counted in [people, *of_each]))
            and (PEOPLE[0].issuer, self.requester) not in people
            and (not operator or (self.terms.mitmweb and self.terms.count == 1))
            and not self.denied
            and self.used == 0
        )


class ApprovalMachine(RuleBasedStateMachine):
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / STATE_FILE
        self.store = ApprovalStore(self.path)
        self.now = NOW
        self.known: dict[str, Known] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(
        target=ids,
        call=st.sampled_from(CALLS),
        requester=st.sampled_from(REQUESTERS),
        terms=st.sampled_from(TERMS),
    )
    def request(self, call: str, requester: str, terms: ApprovalTerms) -> object:
        # The principal is a part of a call's digest.
        call = call[:-1] + str(REQUESTERS.index(requester))
        try:
            approval = self.store.request(ask(call, requester=requester, terms=terms), self.now)
        except RefusedError:
            remembered = [one for one in self.known.values() if one.call == call and one.denied]
            assert any(self.now < one.requested_at + EXPIRES for one in remembered)
            return multiple()
        assert (approval.digest, approval.requester, approval.terms) == (call, requester, terms)
        if approval.id in self.known:
            assert self.known[approval.id].state in {State.PENDING, State.APPROVED}
            return multiple()
        assert (approval.state, approval.decisions) == (State.PENDING, ())
        self.known[approval.id] = Known(call, requester, terms, self.now)
        return approval.id

    @rule(approval_id=ids, who=st.sampled_from(PEOPLE), approve=st.sampled_from([True, True, True, False]))
    def decide(self, approval_id: str, who: Principal, approve: bool) -> None:
        try:
            self.store.decide(approval_id, who, approve=approve, reason="", channel="test", now=self.now)
        except ApprovalError:
            return
        known = self.known[approval_id]
        if approve:
            known.yes.append(who)
        else:
            known.denied = True

    @rule(approval_id=ids, altered=st.sampled_from([False, False, True]))
    def consume(self, approval_id: str, altered: bool) -> None:
        known = self.known[approval_id]
        call = "f" * 64 if altered else known.call
        try:
            self.store.consume(approval_id, call, self.now)
        except ApprovalError:
            # The other half: what people let pass does pass, unless the policy asked for other terms meanwhile.
            assert not known.may_pass(call, self.now) or known.state is State.EXPIRED
            return
        assert known.may_pass(call, self.now)
        known.used += 1

    @rule(approval_id=ids)
    def join(self, approval_id: str) -> None:
        self.store.join(approval_id, self.now)

    @rule(approval_id=ids)
    def leave(self, approval_id: str) -> None:
        self.store.leave(approval_id, self.now)

    @rule(approval_id=consumes(ids), edited=st.booleans())
    def give_up(self, approval_id: str, edited: bool) -> None:
        try:
            (self.store.supersede if edited else self.store.withdraw)(approval_id, self.now)
        except ApprovalError:
            return
        assert self.known[approval_id].state is State.PENDING

    @rule(seconds=st.sampled_from([0.5, 30.0, 119.0, 121.0, EXPIRES]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def sweep(self) -> None:
        self.store.sweep(self.now)
        assert all(approval.expires_at > self.now for approval in self.store.list())

    @rule(restarted=st.booleans())
    def reopen(self, restarted: bool) -> None:
        self.store.close()
        self.store = ApprovalStore(self.path)
        if restarted:
            self.store.reset_waiting(self.now)

    @invariant()
    def states_move_along_the_table(self) -> None:
        for approval in self.store.list(tuple(State)):
            known = self.known[approval.id]
            moved = approval.state is not known.state
            assert not moved or approval.state in TRANSITIONS[known.state] or _both(known.state, approval.state)
            self.known[approval.id] = replace(known, state=approval.state)

    @invariant()
    def one_live_approval_for_each_call(self) -> None:
        live = [approval.digest for approval in self.store.list()]
        assert len(live) == len(set(live))


def _both(before: State, after: State) -> bool:
    """Two moves within one rule."""
    return any(after in TRANSITIONS[between] for between in TRANSITIONS[before])


ApprovalMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestApprovalMachine = ApprovalMachine.TestCase
