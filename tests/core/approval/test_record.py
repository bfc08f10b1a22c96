from dataclasses import replace

import pytest

from addons.core.approval.approval import Approval
from addons.core.approval.record import COLUMNS, from_record, to_record
from addons.core.approval.states import ApprovalError, decide
from addons.core.exchange import ApprovalTerms
from tests.core.approval.samples import NOW, pending, person


def denied() -> Approval:
    bob = person("bob", "security")
    return decide(pending(), bob, approve=False, reason="no\n'é", channel="cli", now=NOW + 1)


@pytest.mark.parametrize(
    "approval", [pending(), pending(ApprovalTerms(mitmweb=False, also=(("a", "b"), ("c",)))), denied()]
)
def test_a_record_gives_back_the_same_approval(approval: Approval) -> None:
    record = to_record(approval)
    assert tuple(record) == COLUMNS
    assert from_record(record) == approval


DAMAGED = [
    ("state", "aproved"),
    ("direction", "sideways"),
    ("terms", "{"),
    ("terms", "[]"),
    ("terms", "{}"),
    ("terms", '{"groups": [], "anyone": true}'),
    ("decisions", "7"),
    ("decisions", '[{"approver": "bob"}]'),
]


@pytest.mark.parametrize(("column", "value"), DAMAGED)
def test_a_damaged_record_is_refused(column: str, value: str) -> None:
    with pytest.raises(ApprovalError, match=r"a1b2c3d4e5 is damaged"):
        from_record(to_record(replace(denied())) | {column: value})
