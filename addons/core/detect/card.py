"""Payment card numbers: issuer prefix and length (ISO/IEC 7812), Luhn check digit, plain or in the printed groups."""

import re

from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, outside, start

_GAP = "(?:[ \u00a0\u202f\u2009\u2010-\u2015\u2212-]{1,3}|[.])"
_FOUR = f"{_GAP}[0-9]{{4}}"
_REST = (
    "[0-9]{8,15}"
    rf"|{_FOUR}{_FOUR}{_FOUR}(?:{_GAP}[0-9]{{1,3}}(?![0-9]))?"
    rf"|{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}"
    rf"|{_FOUR}{_GAP}[0-9]{{4,5}}(?!{_GAP}?[0-9])"
    rf"|[0-9]{{2}}{_GAP}[0-9]{{13}}"
)
_NOT_LATE_IN_A_ROW = (
    "(?<!(?:[0-9]{4} ){5}.{4})(?<!(?<![0-9] )(?:[0-9]{4} ){2,3}.{4})"
    "(?<![0-9] [0-9]{1,3} .{4})(?<!(?<![0-9])[0-9]{1,3} [0-9]{4} .{4})"
)
_NOT_EARLY_IN_A_ROW = "(?!(?: [0-9]{4}){5}|(?: [0-9]{4}){2}(?!(?: [0-9]{4}){2}))"
"""In a row of numbers with four digits, some four of them are a card by chance. A year may stand there."""
_ALL_BUT_A_SHORT_GROUP = re.compile(rf".*[0-9](?={_GAP}[0-9]{{1,3}}$)")

_ISSUERS: tuple[tuple[int, int, int, frozenset[int]], ...] = (
    # digits of the prefix, first and last prefix, lengths
    (1, 4, 4, frozenset({13, 16, 19})),  # Visa
    (2, 51, 55, frozenset({16})),  # Mastercard
    (4, 2221, 2720, frozenset({16})),
    (2, 34, 34, frozenset({15})),  # American Express
    (2, 37, 37, frozenset({15})),
    (4, 6011, 6011, frozenset({16, 19})),  # Discover
    (3, 644, 649, frozenset({16, 19})),
    (2, 65, 65, frozenset({16, 19})),
    (2, 62, 62, frozenset(range(16, 20))),  # UnionPay
    (4, 3528, 3589, frozenset({16, 19})),  # JCB
    (3, 300, 305, frozenset({14, 16})),  # Diners Club
    (4, 3095, 3095, frozenset({14, 16})),
    (2, 36, 36, frozenset({14, 16})),
    (2, 38, 39, frozenset({14, 16})),
    (4, 5018, 5020, frozenset(range(12, 20))),  # Maestro
    (4, 5038, 5038, frozenset(range(12, 20))),
    (4, 5612, 5612, frozenset(range(12, 20))),
    (4, 5893, 5893, frozenset(range(12, 20))),
    (4, 6304, 6304, frozenset(range(12, 20))),
    (4, 6759, 6763, frozenset(range(12, 20))),
    (2, 60, 60, frozenset({13, 16, 19})),  # RuPay, Hipercard
    (2, 81, 82, frozenset({16})),
    (3, 508, 508, frozenset({16})),
    (4, 5060, 5067, frozenset({16, 19})),  # Verve, Elo
    (6, 650002, 650027, frozenset({19})),
    (6, 627780, 627780, frozenset({16})),
    (6, 636297, 636368, frozenset({16})),
    (4, 2200, 2204, frozenset(range(16, 20))),  # Mir
    (4, 9792, 9792, frozenset({16})),  # Troy
)
_ARTICLE = 13
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """Say whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    turned = [int(digit) for digit in reversed(digits)]
    return (sum(turned[::2]) + sum(_DOUBLED[digit] for digit in turned[1::2])) % 10 == 0


def _is_article(digits: str) -> bool:
    """Say whether the check digit is that of an article number (EAN-13): many begin with 4, and old Visa cards did."""
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0


def _is_number(value: str) -> bool:
    digits = "".join(char for char in value if char in "0123456789")
    issued = any(
        first <= int(digits[:size]) <= last and len(digits) in lengths for size, first, last, lengths in _ISSUERS
    )
    return issued and luhn(digits) and not (len(value) == _ARTICLE and _is_article(digits))


def card_length(value: str) -> int:
    """Return how many characters of ``value`` are a card number: a security code may have been caught with it."""
    if _is_number(value):
        return len(value)
    shorter = _ALL_BUT_A_SHORT_GROUP.match(value)
    return shorter.end() if shorter is not None and _is_number(shorter.group()) else 0


CARD = Detector(
    name="card",
    label="CARD",
    groups=("pii",),
    pattern=rf"[2-689][0-9]{outside(2)}[0-9]{{2}}{start(4)}(?<!(?:[0-9]\.|\+)[0-9]{{4}}){_NOT_LATE_IN_A_ROW}(?:{_REST})(?!\.[0-9]){END}{_NOT_EARLY_IN_A_ROW}",
    measure=card_length,
    examples=(
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "5555 5555 5555 4444",
        "2223003122003222",
        "378282246310005",
        "3782 822463 10005",
        "3056 930902 5904",
        "6011111111111117",
        "3530111333300000",
        "4222222222222",
        "card=4111111111111111;",
        "\\n4111111111111111\\n",
        "1,4111111111111111,2",
        "4111 1111 1111 1111 123",
        "1234 4111 1111 1111 1111",
        "2 4111 1111 1111 1111",
        "4111 1111 1111 1111 12 27 123",
        "4111 1111 1111 1111 1227 123",
        "\u53614111111111111111\u53f7",
        "9792 0300 0000 0000",
        "3095 123456 7897",
        "4222 2222 22222",
        "4111.1111.1111.1111",
        "3782.822463.10005",
    ),
    counter_examples=(
        "4111111111111112",
        "4111 1111 1111 1112",
        "1700000000000000",
        "0.4111111111111111",
        "41111111111111111111111",
        "abc4111111111111111def",
        "9111111111111111",
        "2024-01-15 10:30:00",
        "4111 1111",
        "846271234567890123",
        "+4915123274461",
        "19 204 4111 1111 1111 1111",
        "204 1900 4111 1111 1111 1111",
        "4276 9444 3211 6433 5555 5555 5555 4444 3781 9289",
        "4006381333993",
        "64673866554013426",
        "61 1852 2455 4443 3270 5057 5962 2373 2291 1000",
    ),
)
