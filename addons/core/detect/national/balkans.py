"""Bulgaria, Romania, Croatia, Slovenia and its neighbours, Greece: all plain digits, so only after their names."""

from addons.core.detect.card import luhn
from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import is_born, is_date, mod_11_10, numbers, weighted
from addons.core.detect.national.number import GAP, NATIONAL_ID, PERSONAL_ID, TAX_ID, after_word, national

_BULGARIAN_WORDS = (
    f"(?-i:\u0415\u0413\u041d|\u0435\u0433\u043d)|egn|"
    f"(?-i:[\u0415\u0435]\u0434\u0438\u043d\u0435\u043d "
    f"\u0433\u0440\u0430\u0436\u0434\u0430\u043d\u0441\u043a\u0438 \u043d\u043e\u043c\u0435\u0440)|"
    f"{PERSONAL_ID}|{NATIONAL_ID}"
)
_ROMANIAN_WORDS = f"cnp(?:-?ul)?|cod(?:ul)? numeric personal|{PERSONAL_ID}|{NATIONAL_ID}"
_CROATIAN_WORDS = f"oib|osobni identifikacijski broj|{PERSONAL_ID}|{TAX_ID}|{NATIONAL_ID}"
_YUGOSLAV_WORDS = (
    "em[s\u0161]o|jmbg|(?-i:\u0408\u041c\u0411\u0413|\u0458\u043c\u0431\u0433)|embg|enotna mati[c\u010d]na|"
    "(?:jedinstveni )?mati[c\u010d]ni broj(?: gra[d\u0111]ana)?|"
    f"{PERSONAL_ID}|{NATIONAL_ID}"
)
_GREEK_WORDS = (
    f"amka|(?-i:\u0391\u039c\u039a\u0391|\u03b1\u03bc\u03ba\u03b1|\u0391[.]\u039c[.]\u039a[.]\u0391[.])|"
    f"{NATIONAL_ID}|social security (?:number|no)"
)
_BULGARIAN_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)
_ROMANIAN_WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
_YUGOSLAV_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_TEN = 10
_LAST_COUNTY = 52
_BEFORE_2000 = 500
"""Three digits tell a year: 987 is 1987, 006 is 2006."""


def is_egn(value: str) -> bool:
    """Say whether it begins with a day (months of other centuries have 20 or 40 added) and its last digit is right."""
    *digits, check = numbers(value)
    return is_born(value, months=(0, 20, 40)) and weighted(digits, _BULGARIAN_WEIGHTS) % 11 % 10 == check


def is_cnp(value: str) -> bool:
    """Say whether there are a birthday and a county in it and its last digit is right; one of ten is written as 1."""
    *digits, check = numbers(value)
    rest = weighted(digits, _ROMANIAN_WEIGHTS) % 11
    county = digits[7] * 10 + digits[8]
    return is_born(value[1:]) and 0 < county <= _LAST_COUNTY and (1 if rest == _TEN else rest) == check


def is_oib(value: str) -> bool:
    """Say whether the check digit is right."""
    return mod_11_10(numbers(value))


def is_emso(value: str) -> bool:
    """Say whether it begins with a day, the year in three digits, and its last digit is right."""
    digits = numbers(value)
    year = int(value[4:7])
    day = is_date(int(value[:2]), int(value[2:4]), year + (1000 if year >= _BEFORE_2000 else 2000))
    return day and weighted(digits, _YUGOSLAV_WEIGHTS) % 11 == 0


def is_amka(value: str) -> bool:
    """Say whether it begins with a day and its last digit is right (Luhn)."""
    plain = "".join(map(str, numbers(value)))
    return is_born(plain, "dmy") and luhn(plain)


BG_EGN = national(
    name="bg_egn",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}{after_word(6, '[ ]?[0-9]{4}', _BULGARIAN_WORDS)}".replace("[ ]?", ""),
    validate=is_egn,
    examples=("\u0415\u0413\u041d: 7523169263", "EGN 8032056031", '"egn":"7523169263"', "userEgn=8032056031"),
    counter_examples=("7523169263", "EGN 7523169262", "EGN 7513169263", "regnum 7523169263", "EGN 75231692630"),
)

RO_CNP = national(
    name="ro_cnp",
    pattern=rf"[1-9][0-9]{outside(2)}[0-9]{{5}}{after_word(7, '[0-9]{6}', _ROMANIAN_WORDS)}",
    validate=is_cnp,
    examples=(
        "CNP: 1630615123457",
        '"cnp":"1800101221144"',
        "Cod numeric personal 1630615123457",
        "nume,cnp\nIon,1630615123457",
    ),
    counter_examples=(
        "1630615123457",
        "CNP 1630615123458",
        "CNP 1631315123457",
        "CNP 1630615993457",
        "CNP 16306151234570",
    ),
)

HR_OIB = national(
    name="hr_oib",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}{after_word(6, '[0-9]{5}', _CROATIAN_WORDS)}",
    validate=is_oib,
    examples=(
        "OIB: 33392005961",
        '"oib":"33392005961"',
        "osobni identifikacijski broj 33392005961",
        "OIB korisnika je 33392005961",
    ),
    counter_examples=("33392005961", "OIB 33392005962", "OIB 333920059610", "foible 33392005961"),
)

SI_EMSO = national(
    name="si_emso",
    pattern=rf"[0-3][0-9]{outside(2)}[0-9]{{5}}{after_word(7, rf'{GAP}[0-9]{{6}}', _YUGOSLAV_WORDS)}".replace(
        GAP, "[ ]?"
    ),
    validate=is_emso,
    examples=(
        "EM\u0160O: 0101006500006",
        '"emso":"0101006500006"',
        "JMBG 0101006500006",
        "Mati\u010dni broj: 0101006500006",
    ),
    counter_examples=(
        "0101006500006",
        "EM\u0160O 0101006500007",
        "EM\u0160O 0113006500006",
        "EM\u0160O 01010065000060",
    ),
)

GR_AMKA = national(
    name="gr_amka",
    pattern=rf"[0-3][0-9]{outside(2)}[0-9]{{4}}{after_word(6, '[ -]?[0-9]{5}', _GREEK_WORDS)}",
    validate=is_amka,
    examples=("AMKA: 01013099997", "\u0391\u039c\u039a\u0391 01013099997", '"amka":"01013099997"'),
    counter_examples=("01013099997", "AMKA 01013099998", "AMKA 01133099997", "AMKA 010130999970"),
)
