"""Ireland: Personal Public Service numbers, seven digits and a letter modulo 23, since 2013 with a second letter."""

from addons.core.detect.edges import END, outside
from addons.core.detect.national.checksums import numbers, weighted
from addons.core.detect.national.number import NATIONAL_ID, TAX_ID, after_word, begin, national

_WORDS = (
    "pps(?:n|[ _-]?(?:number|no|nr))?|personal public service(?: (?:number|no))?|rsi[ _-]?(?:number|no)|"
    f"{TAX_ID}|{NATIONAL_ID}"
)
_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"


def is_ppsn(value: str) -> bool:
    """Say whether the first letter is right; a second one counts nine times its place in the alphabet, W nothing."""
    plain = "".join(char for char in value.upper() if char.isalnum())
    second = _LETTERS.index(plain[8]) if len(plain) > 8 else 0  # noqa: PLR2004 - seven digits and a letter
    return _LETTERS[(weighted(numbers(plain), range(8, 1, -1)) + 9 * second) % 23] == plain[7]


IE_PPSN = national(
    name="ie_ppsn",
    # Without a word, a single letter up to F makes it a hexadecimal number.
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{5}}(?:{begin(7)}(?:[G-W]|[A-W][A-IW]){END}"
    rf"|{after_word(7, '[ -]?[A-Wa-w][A-IWa-iw]?', _WORDS)})",
    validate=is_ppsn,
    examples=(
        "1234567T",
        "1234567FA",
        "PPSN: 6433435F",
        "pps number 1234567t",
        '"ppsn":"6433435F"',
        "PPS No 6433435 F",
        "\\n1234567T",
    ),
    counter_examples=(
        "1234567U",
        "1234567FB",
        "6433435F",
        "1234567t",
        "11234567T",
        "1234567TA1",
        "PPSN 6433435E",
        "0x1234567T",
        "apps 1234567t",
    ),
)
