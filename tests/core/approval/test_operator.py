"""The operator of mitmweb is nobody in particular: when their word counts."""

from dataclasses import replace

import pytest

from addons.core.approval.approval import MITMWEB_OPERATOR, Approval, State
from addons.core.approval.states import ApprovalError, consumed, decide
from addons.core.exchange import ApprovalTerms, Principal
from tests.core.approval.samples import ASK, EXPIRES, NOW, pending, person

BOB = person("bob", "security")
IN_A_GROUP = replace(MITMWEB_OPERATOR, groups=("security",))

ANYBODY = ApprovalTerms(expires=EXPIRES)
SECURITY = ApprovalTerms(groups=("security", "platform"), expires=EXPIRES)
BOTH = ApprovalTerms(groups=("security",), also=(("legal", "privacy"),), expires=EXPIRES)
OFF = replace(SECURITY, mitmweb=False)
TWO = replace(SECURITY, count=2)


def yes(approval: Approval, who: Principal) -> Approval:
    return decide(approval, who, approve=True, reason="", channel="mitmweb", now=NOW + 1)


# terms, those who approve in this order, the error of the last one (None: accepted and approved)
RESUMES: dict[str, tuple[ApprovalTerms, list[Principal], str | None]] = {
    "anybody may": (ANYBODY, [MITMWEB_OPERATOR], None),
    "where it is off": (replace(ANYBODY, mitmweb=False), [MITMWEB_OPERATOR], "does not count"),
    "as one of two": (replace(ANYBODY, count=2), [MITMWEB_OPERATOR], "does not count"),
    "as second of two": (replace(ANYBODY, count=2), [BOB, MITMWEB_OPERATOR], "does not count here: it has 1 of 2"),
    "where groups are named and it is allowed": (SECURITY, [MITMWEB_OPERATOR], None),
    "where groups are named and it is off": (
        OFF,
        [MITMWEB_OPERATOR],
        "does not count here: it has 0 of 1 approvals from security, platform",
    ),
    "with a token with groups where it is off": (OFF, [IN_A_GROUP], "does not count"),
    "as one of two of a group": (TWO, [MITMWEB_OPERATOR], "does not count here: it has 0 of 2"),
    "where two sets are named": (BOTH, [MITMWEB_OPERATOR], None),
    "after one of two sets": (BOTH, [BOB, MITMWEB_OPERATOR], None),
    "where only another set is named and it is off": (
        ApprovalTerms(also=(("legal",),), expires=EXPIRES, mitmweb=False),
        [MITMWEB_OPERATOR],
        "does not count",
    ),
}


@pytest.mark.parametrize("name", RESUMES)
def test_when_a_resume_counts(name: str) -> None:
    terms, approvers, refused = RESUMES[name]
    approval = pending(terms)
    *first, last = approvers
    for approver in first:
        approval = yes(approval, approver)
    if refused is None:
        assert consumed(yes(approval, last), ASK.digest, NOW + 2).state is State.CONSUMED
    else:
        with pytest.raises(ApprovalError, match=refused):
            yes(approval, last)
        assert approval.state is State.PENDING


def test_the_operator_stands_for_every_set_and_is_in_no_group() -> None:
    approval = yes(pending(BOTH), MITMWEB_OPERATOR)
    assert approval.decisions[0].groups == ()
    assert [(need.given, need.needed) for need in approval.needs] == [(1, 1), (1, 1)]


@pytest.mark.parametrize("terms", [OFF, TWO], ids=["off", "two"])
def test_a_row_with_a_resume_that_does_not_count_is_not_enough(terms: ApprovalTerms) -> None:
    approval = replace(yes(pending(SECURITY), MITMWEB_OPERATOR), terms=terms)
    with pytest.raises(ApprovalError, match="without the decisions"):
        consumed(approval, ASK.digest, NOW + 2)
