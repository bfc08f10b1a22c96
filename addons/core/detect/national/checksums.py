"""Check digits and dates that national numbers share. The countries' own rules stand beside their patterns."""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import mul

_VERHOEFF_PERMUTED = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
_ROTATIONS = 5
_LEAP_CENTURY = 2000
"""Where a number does not tell the century, February 29 counts in every fourth year."""


def numbers(value: str) -> tuple[int, ...]:
    """Return the ASCII digits of ``value``, as numbers."""
    return tuple(int(char) for char in value if char in "0123456789")


def weighted(digits: Iterable[int], weights: Sequence[int]) -> int:
    """Return the sum of ``digits``, each times its weight; further digits do not count."""
    return sum(map(mul, digits, weights))


def is_date(day: int, month: int, year: int) -> bool:
    """Say whether there is such a day; a ``year`` below 100 may be of any century."""
    try:
        date(year if year >= 100 else _LEAP_CENTURY + year, month, day)  # noqa: PLR2004 - two digits
    except ValueError:
        return False
    return True


def is_born(value: str, order: str = "ymd", *, months: Sequence[int] = (0,), days: Sequence[int] = (0,)) -> bool:
    """Say whether the first six digits of ``value`` are a date, two for each of ``order``.

    ``months`` and ``days`` are what some countries add to them: for women, centuries, foreigners.
    """
    pairs = {kind: int(value[place * 2 : place * 2 + 2]) for place, kind in enumerate(order)}
    return any(
        is_date(pairs["d"] - more_days, pairs["m"] - more_months, pairs["y"])
        for more_days in days
        for more_months in months
    )


def mod_11_10(digits: Sequence[int]) -> bool:
    """Say whether the last digit is right by ISO/IEC 7064, MOD 11,10."""
    rest = 10
    for digit in digits[:-1]:
        rest = ((rest + digit) % 10 or 10) * 2 % 11
    return (11 - rest) % 10 == digits[-1]


def verhoeff(digits: Sequence[int]) -> bool:
    """Say whether the last digit is right (J. Verhoeff, Error detecting decimal codes, 1969)."""
    state = 0
    for place, digit in enumerate(reversed(digits)):
        state = _dihedral(state, _VERHOEFF_PERMUTED[place % 8][digit])
    return state == 0


def _dihedral(left: int, right: int) -> int:
    """Multiply in the dihedral group of order ten: rotations are 0 to 4, reflections 5 to 9."""
    turned = left % _ROTATIONS - right % _ROTATIONS if left >= _ROTATIONS else left % _ROTATIONS + right % _ROTATIONS
    return turned % _ROTATIONS + (_ROTATIONS if (left >= _ROTATIONS) != (right >= _ROTATIONS) else 0)
