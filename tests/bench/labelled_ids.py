"""Texts with personal identifiers in them, as ``labelled`` has them for other values.

Values are made from the definitions of their formats, forwards: a body is drawn, and its check characters worked out.
The detectors go the other way.
"""

import json
import string
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from tests.bench.labelled import Labelled, Value
from tests.bench.labelled_values import HEX, UPPER, digits, luhn_complete, of
from tests.bench.near_misses import near_miss

_GAPS = (" ", " ", " ", "\u00a0", "-", "")


def _day(source: Random, first: int = 1935, last: int = 2012) -> date:
    return date(first, 1, 1) + timedelta(days=source.randrange((last - first + 1) * 365))


def _mod(body: str, weights: tuple[int, ...], by: int = 11) -> int:
    return sum(int(char) * weight for char, weight in zip(body, weights, strict=True)) % by


def _drawn(source: Random, make: Callable[[Random], str | None]) -> str:
    """Return the first value that can be made: some bodies have no check digit."""
    while True:
        value = make(source)
        if value is not None:
            return value


def _cut(source: Random, value: str, *sizes: int, gaps: tuple[str, ...] = _GAPS) -> str:
    """Return ``value`` in groups of ``sizes``, with one kind of gap."""
    gap, groups, at = source.choice(gaps), [], 0
    for size in sizes:
        groups.append(value[at : at + size])
        at += size
    return gap.join(groups)


def uk_nino(source: Random) -> str:
    prefix = _drawn(
        source,
        lambda one: (
            None
            if (pair := of(one, "ABCEGHJKLMNOPRSTWXYZ", 2))[1] == "O"
            or pair in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
            else pair
        ),
    )
    return _cut(source, prefix + digits(source, 6) + of(source, "ABCD", 1), 2, 2, 2, 2, 1)


def _nhs(source: Random) -> str | None:
    body = of(source, "4679", 1) + digits(source, 8)
    check = 11 - _mod(body, tuple(range(10, 1, -1)))
    return None if check == 10 else f"{body}{0 if check == 11 else check}"


def uk_nhs(source: Random) -> str:
    return _cut(source, _drawn(source, _nhs), 3, 3, 4)


def es_dni(source: Random) -> str:
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    dash = source.choice(("", "", "-"))
    if source.random() < 0.3:
        first = source.choice("XYZ")
        body = digits(source, 7)
        return f"{first}{dash}{body}{dash}{letters[int(str('XYZ'.index(first)) + body) % 23]}"
    body = digits(source, 8)
    shown = f"{body[:2]}.{body[2:5]}.{body[5:]}" if source.random() < 0.2 else body
    return f"{shown}{dash}{letters[int(body) % 23]}"


def fr_nir(source: Random) -> str:
    day = _day(source)
    place = source.choice(("75", "69", "13", "2A", "2B", "59", "33", "99"))
    body = f"{source.choice('12')}{day:%y%m}{place}{source.randint(1, 990):03}{source.randint(1, 999):03}"
    number = int(body.replace("2A", "19").replace("2B", "18") if place in {"2A", "2B"} else body)
    return _cut(source, f"{body}{97 - number % 97:02}", 1, 2, 2, 2, 3, 3, 2, gaps=(" ", "", "\u00a0"))


def it_codice_fiscale(source: Random) -> str:
    day = _day(source)
    consonants = "BCDFGLMNPRSTVZ"
    number = day.day + source.choice((0, 40))
    body = (
        f"{of(source, consonants, 6)}{day:%y}{'ABCDEHLMPRST'[day.month - 1]}{number:02}"
        f"{source.choice('ABCDEFGHIL')}{source.randint(1, 999):03}"
    )
    odd = dict(zip(string.digits, (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True))
    odd |= dict(
        zip(
            string.ascii_uppercase,
            (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
            strict=True,
        )
    )
    total = sum(
        (int(char) if char.isdigit() else ord(char) - 65) if place % 2 else odd[char] for place, char in enumerate(body)
    )
    return f"{body}{chr(65 + total % 26)}"


def _iso_7064(body: str) -> str:
    product = 10
    for char in body:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return f"{body}{(11 - product) % 10}"


def de_steuer_id(source: Random) -> str:
    missing, doubled = source.sample(range(10), 2)
    row = [each for each in range(10) if each != missing] + [doubled]
    source.shuffle(row)
    if row[0] == 0:
        row.reverse()
    if row[0] == 0:
        row[0], row[1] = row[1], row[0]
    return _cut(source, _iso_7064("".join(map(str, row))), 2, 3, 3, 3, gaps=("", "", " ", "\u00a0"))


def de_rentenversicherung(source: Random) -> str:
    letter = source.choice(string.ascii_uppercase)
    body = f"{source.randint(2, 89):02}{_day(source):%d%m%y}"
    serial = f"{source.randint(0, 99):02}"
    row = body + f"{ord(letter) - 64:02}" + serial
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    check = sum(sum(map(int, str(int(char) * weight))) for char, weight in zip(row, weights, strict=True)) % 10
    return _cut(source, f"{body}{letter}{serial}{check}", 2, 6, 1, 3, gaps=("", " "))


def de_id_card(source: Random) -> str:
    body = of(source, "LMNPRTVWXY", 1) + of(source, "0123456789CFGHJKLMNPRTVWXYZ", 5) + digits(source, 3)
    check = sum(int(char, 36) * weight for char, weight in zip(body, (7, 3, 1) * 3, strict=True)) % 10
    return f"{body}{check}" if source.random() < 0.5 else body


def _bsn(source: Random) -> str | None:
    body = source.choice("123456789") + digits(source, 7)
    check = _mod(body, (9, 8, 7, 6, 5, 4, 3, 2))
    return None if check == 10 else f"{body}{check}"


def nl_bsn(source: Random) -> str:
    value = _drawn(source, _bsn)
    return _cut(source, value, 4, 2, 3, gaps=(".",)) if source.random() < 0.2 else _cut(source, value, 3, 3, 3)


def be_national_number(source: Random) -> str:
    day = _day(source)
    body = f"{day:%y%m%d}{source.randint(1, 997):03}"
    value = f"{body}{97 - int(('2' if day.year > 1999 else '') + body) % 97:02}"
    if source.random() < 0.6:
        return f"{value[:2]}.{value[2:4]}.{value[4:6]}-{value[6:9]}.{value[9:]}"
    return value


def pl_pesel(source: Random) -> str:
    day = _day(source)
    body = f"{day:%y}{day.month + (20 if day.year > 1999 else 0):02}{day:%d}{digits(source, 4)}"
    return f"{body}{-_mod(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), 10) % 10}"


def se_personnummer(source: Random) -> str:
    day = _day(source, 1935, 2005)
    value = luhn_complete(f"{day:%y%m%d}{digits(source, 3)}")
    century = str(day.year)[:2] if source.random() < 0.4 else ""
    return f"{century}{value[:6]}-{value[6:]}"


def fi_hetu(source: Random) -> str:
    day = _day(source)
    serial = f"{source.randint(2, 899):03}"
    sign = source.choice("ABCDEF" if day.year > 1999 else "--YXWVU")
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{day:%d%m%y}{serial}") % 31]
    return f"{day:%d%m%y}{sign}{serial}{check}"


def _old_cpr(source: Random) -> str | None:
    body = f"{_day(source, 1935, 1999):%d%m%y}{source.choice('0123')}{digits(source, 2)}"
    check = -_mod(body, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return None if check == 10 else f"{body}{check}"


def dk_cpr(source: Random) -> str:
    value = _drawn(source, _old_cpr)
    return f"{value[:6]}-{value[6:]}"


def _fodselsnummer(source: Random) -> str | None:
    day = _day(source)
    body = f"{day.day + source.choice((0, 0, 0, 40)):02}{day:%m%y}{digits(source, 3)}"
    first = -_mod(body, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -_mod(f"{body}{first % 10}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return None if 10 in {first, second} else f"{body}{first}{second}"


def no_fodselsnummer(source: Random) -> str:
    return _cut(source, _drawn(source, _fodselsnummer), 6, 5, gaps=("", "", " "))


def _portuguese(source: Random) -> str:
    body = source.choice("123") + digits(source, 7)
    rest = _mod(body, tuple(range(9, 1, -1)))
    return f"{body}{0 if rest < 2 else 11 - rest}"


def pt_nif(source: Random) -> str:
    return _cut(source, _portuguese(source), 3, 3, 3, gaps=("", "", " "))


def _svnr(source: Random) -> str | None:
    serial, day = f"{source.randint(100, 999)}", f"{_day(source):%d%m%y}"
    check = _mod(serial + day, (3, 7, 9, 5, 8, 4, 2, 1, 6))
    return None if check == 10 else f"{serial}{check}{day}"


def at_svnr(source: Random) -> str:
    return _cut(source, _drawn(source, _svnr), 4, 6, gaps=(" ", " ", "", "\u00a0"))


def ch_ahv(source: Random) -> str:
    body = "756" + digits(source, 9)
    value = f"{body}{-_mod(body, (1, 3) * 6, 10) % 10}"
    return f"{value[:3]}.{value[3:7]}.{value[7:11]}.{value[11:]}" if source.random() < 0.7 else value


def ie_ppsn(source: Random) -> str:
    body = digits(source, 7)
    second = source.choice(("", "", "A", "B"))
    rest = (_mod(body, tuple(range(8, 1, -1)), 23) + 9 * (ord(second) - 64 if second else 0)) % 23
    return f"{body}{'WABCDEFGHIJKLMNOPQRSTUV'[rest]}{second}"


def _czech(source: Random) -> str | None:
    day = _day(source, 1954)
    body = f"{day:%y}{day.month + source.choice((0, 50)):02}{day:%d}{digits(source, 3)}"
    check = int(body) % 11
    return None if check == 10 else f"{body}{check}"


def cz_rodne_cislo(source: Random) -> str:
    value = _drawn(source, _czech)
    return f"{value[:6]}/{value[6:]}" if source.random() < 0.8 else value


def bg_egn(source: Random) -> str:
    day = _day(source)
    body = f"{day:%y}{day.month + (40 if day.year > 1999 else 0):02}{day:%d}{digits(source, 3)}"
    return f"{body}{_mod(body, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 10}"


def ro_cnp(source: Random) -> str:
    day = _day(source)
    body = (
        f"{source.choice('56' if day.year > 1999 else '12')}{day:%y%m%d}{source.randint(1, 46):02}{digits(source, 3)}"
    )
    rest = _mod(body, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9))
    return f"{body}{1 if rest == 10 else rest}"


def hr_oib(source: Random) -> str:
    return _iso_7064(digits(source, 10))


def ee_lt_personal_code(source: Random) -> str:
    day = _day(source)
    body = f"{source.choice('56' if day.year > 1999 else '34')}{day:%y%m%d}{digits(source, 3)}"
    check = _mod(body, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1))
    if check == 10:
        check = _mod(body, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 10
    return f"{body}{check}"


def _latvian(source: Random) -> str | None:
    day = _day(source)
    body = f"{day:%d%m%y}{2 if day.year > 1999 else 1}{digits(source, 3)}"
    check = (
        1101 - sum(int(char) * weight for char, weight in zip(body, (1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    ) % 11
    return None if check == 10 else f"{body[:6]}-{body[6:]}{check}"


def lv_personas_kods(source: Random) -> str:
    return _drawn(source, _latvian)


def gr_amka(source: Random) -> str:
    return luhn_complete(f"{_day(source):%d%m%y}{digits(source, 4)}")


def hu_taj(source: Random) -> str:
    body = digits(source, 8)
    return _cut(source, f"{body}{_mod(body, (3, 7) * 4, 10)}", 3, 3, 3)


def _hungarian(source: Random) -> str | None:
    body = "8" + digits(source, 8)
    check = _mod(body, tuple(range(1, 10)))
    return None if check == 10 else f"{body}{check}"


def hu_tax_id(source: Random) -> str:
    return _drawn(source, _hungarian)


def _emso(source: Random) -> str | None:
    day = _day(source)
    body = f"{day:%d%m}{day.year % 1000:03}{source.randint(50, 59)}{digits(source, 3)}"
    check = -_mod(body, (7, 6, 5, 4, 3, 2) * 2) % 11
    return None if check == 10 else f"{body}{check}"


def si_emso(source: Random) -> str:
    return _drawn(source, _emso)


def br_cpf(source: Random) -> str:
    value = digits(source, 9)
    for size in (9, 10):
        rest = _mod(value, tuple(range(size + 1, 1, -1)))
        value += str(0 if rest < 2 else 11 - rest)
    return f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}" if source.random() < 0.6 else value


_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_PRODUCTS = tuple(
    tuple((a + b) % 5 + 5 * (b > 4) if a < 5 else (a - b) % 5 + (5 if b < 5 else 0) for b in range(10))
    for a in range(10)
)


def in_aadhaar(source: Random) -> str:
    body, state = source.choice("23456789") + digits(source, 10), 0
    for place, char in enumerate(reversed(body), 1):
        digit = int(char)
        for _ in range(place % 8):
            digit = _PERMUTATION[digit]
        state = _PRODUCTS[state][digit]
    return _cut(source, f"{body}{_INVERSE[state]}", 4, 4, 4, gaps=("", " ", " ", "-"))


def ca_sin(source: Random) -> str:
    return _cut(source, luhn_complete(source.choice("12345679") + digits(source, 7)), 3, 3, 3)


def _tfn(source: Random) -> str | None:
    value = digits(source, 9)
    return value if value[0] != "0" and _mod(value, (1, 4, 3, 7, 5, 8, 6, 9, 10)) == 0 else None


def au_tfn(source: Random) -> str:
    return _cut(source, _drawn(source, _tfn), 3, 3, 3)


def au_medicare(source: Random) -> str:
    body = source.choice("23456") + digits(source, 7)
    value = f"{body}{_mod(body, (1, 3, 7, 9) * 2, 10)}{source.randint(1, 9)}"
    return _cut(source, value, 4, 5, 1)


def mac_address(source: Random) -> str:
    first = of(source, HEX, 1) + source.choice("02468ace")
    value = first + of(source, HEX, 4) + source.choice("abcdef") + of(source, HEX, 4) + "7"
    value = value if source.random() < 0.5 else value.upper()
    if source.random() < 0.2:
        return ".".join(value[at : at + 4] for at in (0, 4, 8))
    return source.choice(":::-").join(value[at : at + 2] for at in range(0, 12, 2))


def passport(source: Random) -> str:
    return source.choice(
        (
            digits(source, 9),
            of(source, "CFGHJK", 1) + of(source, "0123456789CFGHJK", 4) + digits(source, 4),
            of(source, string.ascii_uppercase, 2) + digits(source, 7),
            of(source, string.ascii_uppercase, 1) + digits(source, 8),
            digits(source, 2) + of(source, string.ascii_uppercase, 2) + digits(source, 5),
            of(source, string.ascii_uppercase, 3) + digits(source, 6),
            of(source, string.ascii_uppercase, 1) + digits(source, 7),
        )
    )


def uk_driver_number(source: Random) -> str:
    day = _day(source, 1935, 2005)
    name = of(source, string.ascii_uppercase, source.randint(3, 5)).ljust(5, "9")
    month = day.month + source.choice((0, 50))
    initials = of(source, string.ascii_uppercase, 1) + source.choice(("9", of(source, string.ascii_uppercase, 1)))
    year = f"{day:%y}"
    rest = of(source, UPPER, 1) + of(source, string.ascii_uppercase, 2)
    return f"{name}{year[0]}{month:02}{day:%d}{year[1]}{initials}{rest}"


def driving_licence(source: Random) -> str:
    return source.choice(
        (
            of(source, string.ascii_uppercase, 1) + digits(source, 7),
            f"{of(source, string.ascii_uppercase, 1)}{digits(source, 3)}-{digits(source, 4)}-{digits(source, 4)}",
            digits(source, 8),
            digits(source, 10),
            f"{of(source, 'BCN', 1)}{digits(source, 3)}{of(source, 'ABC', 3)}{digits(source, 1)}I{digits(source, 2)}",
            f"U1{of(source, string.ascii_uppercase, 1)}{digits(source, 5)}{of(source, string.ascii_uppercase, 1)}",
        )
    )


_MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "September", "Oct", "November", "December")
_GERMAN = (
    "Januar",
    "Februar",
    "M\u00e4rz",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "Sept.",
    "Oktober",
    "Nov.",
    "Dezember",
)


def date_of_birth(source: Random) -> str:
    day = _day(source)
    return source.choice(
        (
            f"{day:%Y-%m-%d}",
            f"{day:%m/%d/%Y}",
            f"{day:%d/%m/%Y}",
            f"{day:%d.%m.%Y}",
            f"{day.day}.{day.month}.{day:%y}",
            f"{day:%d-%m-%Y}",
            f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
            f"{_MONTHS[day.month - 1]} {day.day}, {day.year}",
            f"{day.day}. {_GERMAN[day.month - 1]} {day.year}",
        )
    )


_NAMES = ("Jane Doe", "Ali Kaya", "Mar\u00eda Garc\u00eda", "Sven Berg", "J\u00fcrgen Wei\u00df")
_WORDS: dict[str, tuple[Callable[[Random], str], tuple[str, ...]]] = {
    "uk_nino": (uk_nino, ("NI number", "National Insurance number", "nino", "NINO")),
    "uk_nhs": (uk_nhs, ("NHS number", "nhs_number", "NHS no.", "nhsNumber")),
    "es_dni": (es_dni, ("DNI", "NIF", "n\u00famero de DNI", "dni")),
    "fr_nir": (fr_nir, ("num\u00e9ro de s\u00e9curit\u00e9 sociale", "NIR", "N\u00b0 s\u00e9cu", "nir")),
    "it_codice_fiscale": (it_codice_fiscale, ("codice fiscale", "C.F.", "codice_fiscale", "CF")),
    "de_steuer_id": (de_steuer_id, ("Steuer-ID", "Steueridentifikationsnummer", "IdNr.", "steuer_id", "tax ID")),
    "de_rentenversicherung": (de_rentenversicherung, ("Rentenversicherungsnummer", "RVNR", "SV-Nummer")),
    "de_id_card": (de_id_card, ("Personalausweis", "Ausweisnummer", "Personalausweisnummer", "Ausweis-Nr.")),
    "nl_bsn": (nl_bsn, ("BSN", "burgerservicenummer", "bsn", "BSN-nummer")),
    "be_national_number": (be_national_number, ("rijksregisternummer", "INSZ", "num\u00e9ro national", "NISS")),
    "pl_pesel": (pl_pesel, ("PESEL", "numer PESEL", "pesel")),
    "se_personnummer": (se_personnummer, ("personnummer", "Personnr", "personal identity number")),
    "fi_hetu": (fi_hetu, ("henkil\u00f6tunnus", "HETU", "hetu")),
    "dk_cpr": (dk_cpr, ("CPR", "CPR-nummer", "cpr_nr")),
    "no_fodselsnummer": (no_fodselsnummer, ("f\u00f8dselsnummer", "fnr", "personnummer")),
    "pt_nif": (pt_nif, ("NIF", "contribuinte n.\u00ba", "n\u00famero de contribuinte", "nif")),
    "at_svnr": (at_svnr, ("SVNR", "Sozialversicherungsnummer", "SV-Nr.", "svnr")),
    "ch_ahv": (ch_ahv, ("AHV-Nummer", "AVS", "ahv_nr")),
    "ie_ppsn": (ie_ppsn, ("PPSN", "PPS number", "ppsn")),
    "cz_rodne_cislo": (cz_rodne_cislo, ("rodn\u00e9 \u010d\u00edslo", "r.\u010d.", "rodne_cislo")),
    "bg_egn": (bg_egn, ("\u0415\u0413\u041d", "EGN", "egn")),
    "ro_cnp": (ro_cnp, ("CNP", "cnp", "cod numeric personal")),
    "hr_oib": (hr_oib, ("OIB", "oib")),
    "ee_lt_personal_code": (ee_lt_personal_code, ("isikukood", "asmens kodas", "a. k.")),
    "lv_personas_kods": (lv_personas_kods, ("personas kods", "personas kodu")),
    "gr_amka": (gr_amka, ("AMKA", "\u0391\u039c\u039a\u0391", "amka")),
    "hu_taj": (hu_taj, ("TAJ", "TAJ-sz\u00e1m", "taj")),
    "hu_tax_id": (hu_tax_id, ("ad\u00f3azonos\u00edt\u00f3 jel", "ad\u00f3azonos\u00edt\u00f3")),
    "si_emso": (si_emso, ("EM\u0160O", "JMBG", "emso")),
    "br_cpf": (br_cpf, ("CPF", "cpf", "n\u00famero do CPF")),
    "in_aadhaar": (in_aadhaar, ("Aadhaar", "Aadhaar number", "aadhaar_no")),
    "ca_sin": (ca_sin, ("SIN", "social insurance number", "sin")),
    "au_tfn": (au_tfn, ("TFN", "tax file number", "tfn")),
    "au_medicare": (au_medicare, ("Medicare", "Medicare card number", "medicare_number")),
    "mac_address": (mac_address, ("MAC", "HWaddr", "mac_address")),
    "passport": (passport, ("passport", "passport number", "Reisepassnummer", "passeport", "pasaporte", "passport_no")),
    "driving_licence": (
        driving_licence,
        ("driver's license", "driving licence", "F\u00fchrerschein", "driver_license"),
    ),
    "uk_driver": (uk_driver_number, ("driving licence", "driver number", "licence")),
    "date_of_birth": (date_of_birth, ("DOB", "date of birth", "born on", "geboren am", "birth_date", "dateOfBirth")),
}
_ENTITY = {"uk_driver": "driving_licence"}
ID_ENTITIES = tuple(dict.fromkeys(_ENTITY.get(kind, kind) for kind in _WORDS))

_PLAINLY = frozenset(
    {
        *("uk_nino", "es_dni", "fr_nir", "it_codice_fiscale", "de_rentenversicherung", "fi_hetu"),
        *("se_personnummer", "dk_cpr", "ch_ahv", "lv_personas_kods", "mac_address", "uk_driver"),
    }
)
"""What is found without a word before it."""
_NAMED = (
    "{word}: {it}",
    "{word} {it}",
    "{name}, {word}: {it}, {near}",
    '{"name": "{name}", "{word}": "{it}", "ref": "{near}"}',
    '{"{word}":"{it}"}',
    "{word}:\n{it}\n",
    "<b>{word}</b>: {it}<br>",
    "INSERT INTO people (name, {word}) VALUES ('{name}', '{it}');",
    "name,{word}\n{name},{it}\n",
    "name;{word};city\n{name};{it};Paris\n",
    "| Name | {word} |\n|------|------|\n| {name} | {it} |",
    "Her {word} is {it}.",
    "**{word}:** `{it}`",
    "<td>{word}</td><td>{it}</td>",
    "{word}={it}&page=2",
    "2026-01-15 10:30:00,123 INFO [worker-3] {word}={it} took 12 ms",
    "hi, my {word} is {it} thanks!!",
    "{near}\n{word}: {it}\n{near}\n",
    "{word}:\t{it}\n",
)
_PLAIN = (
    "{it}",
    "Please check {it} again, {name}.",
    "{near}\n{it}\n{near}\n",
    "| {name} | {it} | {near} |",
    '{"value": "{it}", "note": "{near}"}',
    "{name};{it};12",
    "Bitte {it} verwenden.",
    "'{it}'",
)


def _filled(source: Random, template: str, slots: dict[str, str], entity: str) -> Labelled:
    text, at = template.replace("{near}", near_miss(source)).replace("{name}", source.choice(_NAMES)), 0
    escape = template.startswith('{"')
    text = text if not escape else template.replace("{near}", "A-1").replace("{name}", source.choice(_NAMES[:2]))
    word = json.dumps(slots["word"], ensure_ascii=False)[1:-1] if escape else slots["word"]
    value = json.dumps(slots["it"], ensure_ascii=source.random() < 0.5)[1:-1] if escape else slots["it"]
    text = text.replace("{word}", word)
    at = text.index("{it}")
    return Labelled(text.replace("{it}", value), (Value(entity, at, at + len(value)),))


def labelled_ids(seed: int, rounds: int) -> Iterator[Labelled]:
    """Yield ``rounds`` times a text for each kind of identifier. A seed always gives the same texts."""
    source = Random(seed)  # noqa: S311 - made-up data
    for _ in range(rounds):
        for kind, (make, words) in _WORDS.items():
            plain = kind in _PLAINLY and source.random() < 0.5
            slots = {"word": source.choice(words), "it": make(source)}
            yield _filled(source, source.choice(_PLAIN if plain else _NAMED), slots, _ENTITY.get(kind, kind))


def _wrong(source: Random, value: str) -> str:
    """Return ``value`` with its last digit changed."""
    at = max(place for place, char in enumerate(value) if char.isdigit())
    return value[:at] + source.choice([char for char in string.digits if char != value[at]]) + value[at + 1 :]


_CHECKED = tuple(
    kind
    for kind in _WORDS
    if kind
    not in {
        "uk_nino",
        "mac_address",
        "passport",
        "driving_licence",
        "uk_driver",
        "date_of_birth",
        "de_id_card",
        "dk_cpr",
    }
)
_NOTHING = (
    "{stamp}",
    "backup-{stamp}.tar.gz",
    "order {n10} shipped, tracking {n12}",
    "{n9},{n10},{n11},{n13}",
    "id={n11} parent={n11} ts={n13}",
    '{"id": {n10}, "ean": "{n13}", "sku": "{sku}"}',
    "commit {hash}\nDate:   2026-01-15",
    "{hex9} fix typo (#{n4})",
    "{n4} {n4} {n4}",
    "invoice INV-{n6}-{n4}",
    "{n3} {n3} {n3}",
    "{hex} {hex} {hex} {hex}",
    "part {n8}-{letter}{letter}",
    "tel id {n9}",
    "{wrong}",
    "value {wrong} rejected",
    "born to run since 2024-01-15",
    "passport.authenticate('jwt', {{n4}})",
    "licensed under Apache-2.0, see license {n4}",
)


def negative_ids(seed: int, size: int) -> str:
    """Return about ``size`` characters of numbers that are no identifiers, but for those that are one by chance."""
    source = Random(seed)  # noqa: S311 - made-up data
    lines: list[str] = []
    total = 0
    while total < size:
        line = source.choice(_NOTHING)
        while "{n" in line:
            at = line.index("{n")
            end = line.index("}", at)
            line = line[:at] + digits(source, int(line[at + 2 : end])) + line[end + 1 :]
        stamp = _day(source, 2019, 2026)
        slots = {
            "{stamp}": f"{stamp:%Y%m%d}{source.choice('-_T')}{source.randint(0, 23):02}{source.randint(0, 59):02}",
            "{sku}": f"{of(source, UPPER, 4)}-{digits(source, 5)}",
            "{hash}": of(source, HEX, 40),
            "{hex9}": of(source, HEX, 9),
            "{hex}": of(source, HEX, 8),
            "{letter}": source.choice(string.ascii_uppercase),
        }
        for slot, value in slots.items():
            line = line.replace(slot, value)
        if "{wrong}" in line:
            line = line.replace("{wrong}", _wrong(source, _WORDS[source.choice(_CHECKED)][0](source)))
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines)
