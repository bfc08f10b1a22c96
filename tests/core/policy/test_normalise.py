"""Views of a text: what is removed, what is the same, and what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.policy.normalise import folded, folded_name, plain

SAME = [
    ("ｄｒｏｐ", "drop"),
    ("dr\u200bop", "drop"),
    ("dr\u00adop", "drop"),
    ("\u202edrop\u202c", "drop"),
    ("d\U000e0072rop", "drop"),
    ("dr\ufe0fop", "drop"),
    ("DROP", "drop"),
    ("STRASSE", "straße"),
    ("drop \t\n\u00a0 table", "drop table"),
    ("ﬁle", "file"),
]
DIFFERENT = [("drop", "dropp"), ("drop table", "droptable"), ("resume", "résumé"), ("", "x")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_reads_differently_stays_different(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_the_plain_view_keeps_case_and_space() -> None:
    assert plain("A \u200b b") == "A  b"


@given(st.text())
def test_a_second_time_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded_name(folded_name(text)) == folded_name(text)
