"""Sweden, Finland, Denmark, Norway: a birthday and a serial number, with check digits but in newer Danish numbers."""

from addons.core.detect.card import luhn
from addons.core.detect.edges import END, outside
from addons.core.detect.national.checksums import is_born, numbers, weighted
from addons.core.detect.national.number import DASH, DONE, NATIONAL_ID, PERSONAL_ID, SPACE, after_word, begin, national

_SWEDISH_WORDS = (
    f"person[ _-]?(?:nummer|numret|nr)|samordnings[ _-]?(?:nummer|nr)|pers[ .-]?nr|{PERSONAL_ID}|{NATIONAL_ID}"
)
_NOT_A_TIME = "(?!(?<=1[5-9]|2[0-9])[0-9]{4}-(?:[01][0-9]|2[0-3])[0-5][0-9](?![0-9]))"
"""20240115-1030 and 240115-1030 are in the names of backups."""
_DANISH_WORDS = f"cpr(?:[ .-]?(?:nummer|nr|no|number))?|{PERSONAL_ID}|{NATIONAL_ID}"
_NORWEGIAN_WORDS = (
    f"f\u00f8dsels?[ _-]?(?:nummer|nr)|fodselsnummer|person[ _-]?(?:nummer|nr)|fnr|d-nummer|{PERSONAL_ID}|{NATIONAL_ID}"
)
_FINNISH_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FOREIGNERS_DAY = (0, 60)
_NUMBERED_FROM = 2
"""The smallest serial number of a Finn is 002."""
_DANISH_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_NORWEGIAN_WEIGHTS = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))


def is_personnummer(value: str) -> bool:
    """Say whether it begins with a day (coordination numbers have 60 added) and its last digit is right (Luhn)."""
    plain = "".join(map(str, numbers(value)))[-10:]
    return is_born(plain, days=_FOREIGNERS_DAY) and luhn(plain)


def is_hetu(value: str) -> bool:
    """Say whether it begins with a day and its last character is right (modulo 31)."""
    number = int(value[:6] + value[7:10])
    serial = int(value[7:10])
    right = _FINNISH_LETTERS[number % len(_FINNISH_LETTERS)] == value[10].upper()
    return right and serial >= _NUMBERED_FROM and is_born(value, "dmy")


def is_cpr_day(value: str) -> bool:
    """Say whether it begins with a day; since 2007 there are numbers whose check digit is not right."""
    return is_born(value, "dmy")


def is_old_cpr(value: str) -> bool:
    """Say whether it begins with a day and passes modulus 11, as all did until 2007."""
    return is_cpr_day(value) and weighted(numbers(value), _DANISH_WEIGHTS) % 11 == 0


def is_fodselsnummer(value: str) -> bool:
    """Say whether it begins with a day (40 is added to it, or to the month, for people without a residence)."""
    digits = numbers(value)
    plain = "".join(map(str, digits))
    right = all(weighted(digits, weights) % 11 == 0 for weights in _NORWEGIAN_WEIGHTS)
    return right and is_born(plain, "dmy", days=(0, 40), months=(0, 40, 80))


SE_PERSONNUMMER = national(
    name="se_personnummer",
    pattern=rf"[0-9]{{2}}{outside(2)}(?:{begin(2)}{_NOT_A_TIME}(?:[0-9]{{2}}(?<=19..|20..){_NOT_A_TIME})?[0-9]{{4}}[-+\u2010-\u2015\u2212][0-9]{{4}}{DONE}"
    rf"|{after_word(2, rf'(?:[0-9]{{2}})?[0-9]{{4}}(?:[-+]|{DASH}|{SPACE})?[0-9]{{4}}', _SWEDISH_WORDS)})",
    validate=is_personnummer,
    examples=(
        "811228-9874",
        "19811228-9874",
        "811228+9874",
        "670919\u20139530",
        "Personnummer: 8112289874",
        '"personnummer": "198112289874"',
        "pers.nr 198112289874",
        "\\n811228-9874",
        "namn;personnummer\nSven;811228 9874",
        "811288-9871",
        "20120314-2383",
    ),
    counter_examples=(
        "811228-9873",
        "811328-9874",
        "8112289874",
        "198112289874",
        "1811228-9874",
        "811228-98740",
        "backup 20240115-1036",
        "240115-1036",
        "INV-811228-9874",
        "personnummer 8112289873",
    ),
)

FI_HETU = national(
    name="fi_hetu",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}{begin(6)}[-+A-FU-Ya-fu-y\u2010-\u2015\u2212][0-9]{{3}}[0-9A-FHJ-NPR-Ya-fhj-npr-y]{END}",
    validate=is_hetu,
    examples=(
        "131052-308T",
        "131052-308t",
        "131052A308T",
        "131052Y308T",
        "131052+308T",
        "hetu: 131052-308T",
        "\\n131052-308T",
    ),
    counter_examples=("131052-308U", "131352-308T", "1131052-308T", "131052-308TT", "131052G308T", "131052-001A"),
)

DK_CPR = national(
    name="dk_cpr",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}{begin(6)}{DASH}[0-9]{{4}}{DONE}",
    validate=is_old_cpr,
    examples=("211062-5629", "\\n211062-5629"),
    counter_examples=("211362-5629", "1211062-5629", "211062-56290", "211062-5628", "2110625629"),
)

DK_CPR_NAMED = national(
    name="dk_cpr",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}{after_word(6, rf'(?:{DASH}|{SPACE})?[0-9]{{4}}', _DANISH_WORDS)}",
    validate=is_cpr_day,
    examples=("CPR: 211062-5628", "cpr-nr. 2110625628", '"cpr":"211062 5628"', "CPR number 0101901234"),
    counter_examples=("CPR 211362-5629", "CPR 21106256290", "cprofile 2110625629", "cpr: 3210625629"),
)

NO_FODSELSNUMMER = national(
    name="no_fodselsnummer",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}(?:{begin(6)}{SPACE}[0-9]{{5}}{DONE}"
    rf"|{after_word(6, '[0-9]{5}', _NORWEGIAN_WORDS)})",
    validate=is_fodselsnummer,
    examples=(
        "151086 95088",
        "F\u00f8dselsnummer: 15108695088",
        '"fnr":"15108695088"',
        "\\n151086 95088",
    ),
    counter_examples=(
        "15108695088",
        "151086 95089",
        "151386 95088",
        "1151086 95088",
        "151086 950880",
        "fnr 15108695089",
    ),
)
