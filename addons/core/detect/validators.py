"""Checks that a policy's own detectors can name. A closed table: a policy file holds no code."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from addons.core.detect.card import luhn
from addons.core.detect.iban import iban_length
from addons.core.detect.national.checksums import mod_11_10, numbers, verhoeff

MIN_CHECKED = 3
"""Digits or letters below which a check digit says nothing."""

_DAMM = (
    *("0317598642", "7092154863", "4206871359", "1750983426", "6123045978"),
    *("3674209581", "5869720134", "8945362017", "9438617205", "2581436790"),
)


def _signs(value: str) -> str:
    """Return the digits and letters of ``value``, in upper case, ASCII only."""
    return "".join(char for char in value.upper() if char.isascii() and char.isalnum())


def _has_luhn(value: str) -> bool:
    digits = numbers(value)
    return len(digits) >= MIN_CHECKED and luhn("".join(map(str, digits)))


def _is_iban(value: str) -> bool:
    return len(value) >= MIN_CHECKED and iban_length(value) == len(value)


def mod97(value: str) -> bool:
    """Say whether ISO 7064, MOD 97-10 holds: letters count from A = 10, the check digits stand at the end."""
    signs = _signs(value)
    return len(signs) >= MIN_CHECKED and int("".join(str(int(sign, 36)) for sign in signs)) % 97 == 1


def mod11(value: str) -> bool:
    """Say whether the digits, weighted n to 1, add up to a multiple of 11; the last may be X for ten.

    So are ISBN-10 and NHS numbers checked.
    """
    signs = _signs(value)
    body, last = signs[:-1], signs[-1:]
    if len(signs) < MIN_CHECKED or not body.isdecimal() or last not in "0123456789X":
        return False
    numbers = [*map(int, body), 10 if last == "X" else int(last)]
    return sum(weight * number for weight, number in enumerate(reversed(numbers), start=1)) % 11 == 0


def mod11_2(value: str) -> bool:
    """Say whether ISO 7064, MOD 11-2 holds, as in ISNI, ORCID and the Chinese resident number."""
    signs = _signs(value)
    body, last = signs[:-1], signs[-1:]
    if len(signs) < MIN_CHECKED or not body.isdecimal():
        return False
    rest = 0
    for digit in body:
        rest = (rest + int(digit)) * 2 % 11
    return last == "0123456789X"[(12 - rest) % 11]


def _has_verhoeff(value: str) -> bool:
    digits = numbers(value)
    return len(digits) >= MIN_CHECKED and verhoeff(digits)


def _has_mod11_10(value: str) -> bool:
    digits = numbers(value)
    return len(digits) >= MIN_CHECKED and mod_11_10(digits)


def damm(value: str) -> bool:
    """Say whether the check digit is right by H. M. Damm, Total anti-symmetrische Quasigruppen (2004)."""
    digits, check = numbers(value), 0
    for digit in digits:
        check = int(_DAMM[check][digit])
    return len(digits) >= MIN_CHECKED and check == 0


VALIDATORS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "damm": damm,
        "iban": _is_iban,
        "luhn": _has_luhn,
        "mod11": mod11,
        "mod11_10": _has_mod11_10,
        "mod11_2": mod11_2,
        "mod97": mod97,
        "verhoeff": _has_verhoeff,
    }
)
"""By the name in a policy file. Each is given a match, and looks past spaces, dashes and the like in it."""
