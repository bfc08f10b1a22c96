"""Austria and Switzerland: social security numbers (\u00a7 31 ASVG; Art. 50c AHVG, EAN-13)."""

from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import is_date, numbers, weighted
from addons.core.detect.national.number import ALONE, DONE, GAP, NATIONAL_ID, SPACE, after_word, apart, begin, national

_AUSTRIAN_WORDS = (
    "sv[ _-]?(?:nummer|nr)|sozial[ _-]?versicherungs[ _-]?(?:nummer|nr)|versicherungs[ _-]?(?:nummer|nr)|vsnr|svnr|"
    f"social (?:security|insurance) (?:number|no)|{NATIONAL_ID}"
)
_AUSTRIAN_WEIGHTS = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
_DECEMBER = 12
_SPARE_MONTHS = 15
"""Months 13 to 15 are given where a day's numbers are used up."""


def is_svnr(value: str) -> bool:
    """Say whether it ends with a day and its fourth digit is right."""
    digits = numbers(value)
    day, month, year = (digits[place] * 10 + digits[place + 1] for place in (4, 6, 8))
    real = is_date(day, month, year) or (_DECEMBER < month <= _SPARE_MONTHS and is_date(day, 1, year))
    return digits[0] > 0 and real and weighted(digits, _AUSTRIAN_WEIGHTS) % 11 == digits[3]


def is_ahv(value: str) -> bool:
    """Say whether the check digit is right, as that of an article number (EAN-13)."""
    return weighted(numbers(value), (1, 3) * 6 + (1,)) % 10 == 0


AT_SVNR = national(
    name="at_svnr",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{2}}(?:{apart(4)}{SPACE}[0-9]{{6}}{DONE}{ALONE}"
    rf"|{after_word(4, rf'{GAP}[0-9]{{2}}{GAP}[0-9]{{2}}{GAP}[0-9]{{2}}', _AUSTRIAN_WORDS)})",
    validate=is_svnr,
    examples=(
        "1237 010180",
        "SVNR: 1237010180",
        "Sozialversicherungsnummer 1237 01 01 80",
        "SV-Nr. 1237-010180",
        '"svnr": "1237010180"',
        "\\n1237 010180",
    ),
    counter_examples=(
        "1237010180",
        "1238 010180",
        "1237 321380",
        "svnr 1238010180",
        "12 1237 010180",
        "1237 010180 12",
        "0123 456789",
    ),
)

CH_AHV = national(
    name="ch_ahv",
    pattern=rf"756{outside(3)}{begin(3)}{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}{GAP}[0-9]{{2}}{DONE}",
    validate=is_ahv,
    examples=(
        "756.9217.0769.85",
        "7569217076985",
        "756 9217 0769 85",
        "AHV-Nr. 756.1234.5678.97",
        '"ahv":"7569217076985"',
        "\\n756.9217.0769.85",
    ),
    counter_examples=(
        "756.9217.0769.86",
        "7569217076986",
        "17569217076985",
        "756.9217.0769.851",
        "757.9217.0769.85",
        "0.7569217076985",
    ),
)
