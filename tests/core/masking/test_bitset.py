from hypothesis import given
from hypothesis import strategies as st

from addons.core.masking.bitset import bits, members, some_bytes


@given(st.sets(st.integers(0, 5000)))
def test_members_are_those_that_were_put_in(numbers: set[int]) -> None:
    assert list(members(bits(numbers))) == sorted(numbers)
    assert {place for place, _ in some_bytes(bits(numbers))} == {number // 8 for number in numbers}


@given(st.sets(st.integers(0, 500)), st.sets(st.integers(0, 500)))
def test_sets_are_numbers(one: set[int], other: set[int]) -> None:
    assert bits(one) | bits(other) == bits(one | other)
    assert bits(one) & bits(other) == bits(one & other)
