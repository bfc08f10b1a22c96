"""Approval terms of several rules as one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.exchange import ApprovalTerms
from addons.core.policy.terms import are_met, group_sets, strictest

GROUPS = ("finance", "legal", "security")
TERMS = st.builds(
    ApprovalTerms,
    groups=st.lists(st.sampled_from(GROUPS), max_size=3, unique=True).map(tuple),
    count=st.integers(1, 3),
    expires=st.floats(10, 100),
    mitmweb=st.booleans(),
)
PEOPLE = st.lists(st.sets(st.sampled_from(GROUPS)), max_size=5)

COMBINED = [
    ([], ApprovalTerms()),
    ([ApprovalTerms(("a",), 2, 60.0, mitmweb=False)], ApprovalTerms(("a",), 2, 60.0, mitmweb=False)),
    ([ApprovalTerms(("a",), 2, 60.0), ApprovalTerms(("a",), 1, 30.0)], ApprovalTerms(("a",), 2, 30.0)),
    ([ApprovalTerms(("a", "b")), ApprovalTerms(("b",)), ApprovalTerms()], ApprovalTerms(("b",))),
    ([ApprovalTerms(("b",)), ApprovalTerms(("a",))], ApprovalTerms(("a",), also=(("b",),))),
    ([ApprovalTerms(mitmweb=False), ApprovalTerms()], ApprovalTerms(mitmweb=False)),
]
MET = [
    (ApprovalTerms(), [[]], True),
    (ApprovalTerms(), [], False),
    (ApprovalTerms(("a",)), [["a"]], True),
    (ApprovalTerms(("a",)), [["b"]], False),
    (ApprovalTerms(("a",), 2), [["a", "b"]], False),
    (ApprovalTerms(("a",), 2), [["a"], ["b"]], False),
    (ApprovalTerms(("a",), 2), [["a"], ["a", "b"]], True),
    (ApprovalTerms(("a",), also=(("b",),)), [["a"]], False),
    (ApprovalTerms(("a",), also=(("b",),)), [["a"], ["b"]], True),
    (ApprovalTerms(("a",), also=(("b",),)), [["a", "b"]], True),
]


@pytest.mark.parametrize(("terms", "expected"), COMBINED)
def test_combined(terms: list[ApprovalTerms], expected: ApprovalTerms) -> None:
    for order in itertools.permutations(terms):
        assert strictest(order) == expected


@pytest.mark.parametrize(("terms", "people", "expected"), MET)
def test_met(terms: ApprovalTerms, people: list[list[str]], *, expected: bool) -> None:
    assert are_met(terms, people) is expected


@given(st.lists(TERMS, min_size=1, max_size=4), PEOPLE)
def test_who_satisfies_the_combination_satisfies_each(terms: list[ApprovalTerms], people: list[set[str]]) -> None:
    combined = strictest(terms)
    assert combined.expires == min(one.expires for one in terms)
    if are_met(combined, people):
        assert all(are_met(one, people) for one in terms)


def test_no_groups_are_no_set() -> None:
    assert group_sets(ApprovalTerms()) == ()
