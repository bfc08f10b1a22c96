"""Passports: the machine-readable zone with its check digits (ICAO 9303-4), and numbers after a word for them."""

from addons.core.detect.context import named
from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, outside, start
from addons.core.detect.national.checksums import is_born, weighted

_WORDS = (
    "passport(?:[ _-]?(?:number|num|no|nr|id|\\#))?|(?:reise)?pass(?:[ _-]?(?:nummer|nr)|port)|reisepass|passeport|"
    "pasaporte|passaporto|passaporte|paspoort(?:[ _-]?(?:nummer|nr))?|paszport(?:u|em)?|pas(?:snummer|snr|nummer)|"
    "passi(?:n numero)?|cestovn[i\u00ed](?:ho)? pasu?|\u00fatlev\u00e9l(?:sz\u00e1m)?|pa\u0219aport|"
    "putovnic[ae]|pasaport|"
    "(?-i:\u03b4\u03b9\u03b1\u03b2\u03b1\u03c4\u03ae\u03c1\u03b9\u03bf|"
    "[\u041f\u043f]\u0430\u0441\u043f\u043e\u0440\u0442(?:\u0430|\u0435)?|"
    "\u62a4\u7167(?:\u53f7\u7801?)?|\u65c5\u5238(?:\u756a\u53f7)?|\uc5ec\uad8c\ubc88\ud638)"
)
_FEWEST_DIGITS = 3
_FULL = 9
"""Characters of most numbers; in those of Germany there may be more letters than digits."""
_FIRST_LINE = "[A-Z<]{43}"
_SECOND_LINE = "[A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9]"
"""What follows the number and its check digit."""
_LINE_END = r"(?:\r?\n|(?:\\r)?\\n)"
_LAST = "(?![A-Za-z0-9<])"
_LINE = 44
_CHECKED = ((0, 9), (13, 19), (21, 27))
"""Number, birthday and expiry, each with its check digit after it; the last digit is for all of them together."""


def zone_digit(field: str) -> int:
    """Return the check digit of ``field`` (ICAO 9303-3, 4.9)."""
    places = [0 if char == "<" else int(char, 36) for char in field]
    return weighted(places, (7, 3, 1) * (len(field) // 3 + 1)) % 10


def is_second_line(line: str) -> bool:
    """Say whether its number, its dates and all of it together have the right check digits."""
    right = all(zone_digit(line[first:last]) == int(line[last]) for first, last in _CHECKED)
    return right and zone_digit(line[:10] + line[13:20] + line[21:43]) == int(line[43])


def is_first_line(value: str) -> bool:
    """Say whether a name stands in it: two fillers part the family's from the given names."""
    return "<<" in value[5:_LINE].rstrip("<") or (value[:_LINE].endswith("<<") and value[5].isalpha())


def is_passport_number(value: str) -> bool:
    """Say whether it has digits enough, and is not a date."""
    digits = [char for char in value if char.isdigit()]
    day = len(digits) == len(value) == 8 and value[:2] in {"19", "20"} and is_born(value[2:])  # noqa: PLR2004 - YYYYMMDD
    many = len(digits) >= _FEWEST_DIGITS or (len(value) == _FULL and bool(digits))
    return many and not day


PASSPORTS = (
    Detector(
        name="passport",
        label="PASSPORT",
        groups=("pii",),
        pattern=rf"P{start(1)}{_FIRST_LINE}(?:{_LINE_END}[A-Z0-9<]{{44}})?{_LAST}",
        validate=is_first_line,
        examples=(
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "\\nP<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\\nC01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4",
            "PMGBRSMITH<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
        ),
        counter_examples=("P<UTO", "P" + "A" * 43, "P" + "<" * 43, "XP<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
    ),
    Detector(
        name="passport",
        label="PASSPORT",
        groups=("pii",),
        pattern=rf"[A-Z0-9<]{{9}}[0-9](?<![A-Za-z0-9<].{{10}}){_SECOND_LINE}{_LAST}",
        validate=is_second_line,
        examples=("L898902C36UTO7408122F1204159ZE184226B<<<<<10", "C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"),
        counter_examples=(
            "L898902C37UTO7408122F1204159ZE184226B<<<<<10",
            "L898902C36UTO7408123F1204159ZE184226B<<<<<10",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<11",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<101",
        ),
    ),
    Detector(
        name="passport",
        label="PASSPORT",
        groups=("pii",),
        pattern=rf"[A-Z0-9]{{2}}{outside(2)}[A-Z0-9]{{4}}{start(6)}(?=[A-Z0-9]{{0,3}}{END}){named(_WORDS, 6)}"
        rf"[A-Z0-9]{{0,3}}(?![.,:/-][0-9])",
        validate=is_passport_number,
        examples=(
            "Passport: C01X00T47",
            "passport number 123456789",
            '"passport_no": "AB1234567"',
            '"passportNumber":"X1234567"',
            '{"passport": {"number": "12AB34567"}}',
            "Reisepassnummer C01X00T47",
            "Num\u00e9ro de passeport : 12AB34567",
            "Pasaporte n\u00ba AAA123456",
            "passaporto YA1234567",
            "paspoortnummer is NPRXR1D95",
            "name,passport\nJane Doe,123456789",
            "| Name | Passport |\n|------|----------|\n| Jane | AB1234567 |",
            "\u62a4\u7167\u53f7\u7801\uff1aE12345678",
            "\u041f\u0430\u0441\u043f\u043e\u0440\u0442: 751234567",
            "Her passport no. is A1234567.",
            "passport C0PRMHXLJ",
            "Passport number:\n912688420",
            "<b>Passport</b>: 912688420",
            "INSERT INTO p (id, passport) VALUES (7, 'AB1234567');",
        ),
        counter_examples=(
            "C01X00T47",
            "passport",
            "passport PLEASE",
            "passport 20240115",
            "Passport 2024-01-15",
            "passport.js 0.7.0",
            "The passport office handled 12 cases",
            "passport holder ABCDEFGH",
            "compassport C01X00T47",
            "passport 12345678901234",
        ),
    ),
)
"""The zone from its first line, its second line alone, and the number after a word."""
