"""`approvers`: when a resume in mitmweb counts."""

import pytest

from tests.core.policy.texts import policy

# approvers, whether the terms let mitmweb decide (never as one of several: see core.approval)
MITMWEB: list[tuple[str, bool]] = [
    ("{count: 1}", True),
    ("{mitmweb: allowed}", True),
    ("{mitmweb: refused}", False),
    ("{groups: [security]}", False),
    ("{groups: [security], mitmweb: refused}", False),
    ("{groups: [security], mitmweb: allowed}", True),
]


@pytest.mark.parametrize(("approvers", "counts"), MITMWEB)
def test_where_groups_are_named_mitmweb_must_be_allowed(approvers: str, *, counts: bool) -> None:
    terms = "hold: 50, approvers: " + approvers
    rule = "{name: r, when: {operation: chat}, then: hold, approvers: " + approvers + "}"
    made = policy(f"risk: {{{terms}}}\nguardrails:\n  - {rule}\n")
    approval = made.guardrails[0].approval
    assert approval is not None
    assert (approval.mitmweb, made.risk.approval.mitmweb) == (counts, counts)
