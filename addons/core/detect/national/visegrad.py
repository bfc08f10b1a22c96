"""Poland, Czechia, Slovakia, Hungary: PESEL, rodn\u00e9 \u010d\u00edslo, TAJ and tax number."""

from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import is_born, numbers, weighted
from addons.core.detect.national.number import DONE, GAP, NATIONAL_ID, PERSONAL_ID, TAX_ID, after_word, begin, national

_POLISH_WORDS = f"pesel(?:em|u|owi)?|numer ewidencyjny|{PERSONAL_ID}|{NATIONAL_ID}"
_CZECH_WORDS = (
    "rodn(?:[e\u00e9]|[e\u00e9]ho|[y\u00fd]m) [c\u010d][i\u00ed]sl(?:o|a|em)|rodne[_-]?cislo|r[.] ?[c\u010d][.]|"
    f"birth[ _-]?(?:number|no)|{PERSONAL_ID}|{NATIONAL_ID}"
)
_TAJ_WORDS = f"taj(?:[ _-]?(?:sz[a\u00e1]m|number|no))?|t[a\u00e1]rsadalombiztos[i\u00ed]t[a\u00e1]si|{NATIONAL_ID}"
_TAX_WORDS = f"ad[o\u00f3]azonos[i\u00ed]t[o\u00f3](?: ?jele?)?|ad[o\u00f3]sz[a\u00e1]m|{TAX_ID}"
_CENTURIES = (0, 20, 40, 60, 80)
_CZECH_MONTHS = (0, 20, 50, 70)
"""Women have 50 added; since 2004 20 more where a day's numbers are used up."""
_WITH_CHECK = 10
_LAST_WITHOUT_CHECK = 53


def is_pesel(value: str) -> bool:
    """Say whether it begins with a day, the century in the month, and its last digit is right."""
    return is_born(value, months=_CENTURIES) and weighted(numbers(value), (1, 3, 7, 9) * 2 + (1, 3, 1)) % 10 == 0


def is_rodne_cislo(value: str) -> bool:
    """Say whether it begins with a day and eleven divides it; nine digits, given until 1953, have no check."""
    plain = "".join(map(str, numbers(value)))
    if not is_born(plain, months=_CZECH_MONTHS):
        return False
    if len(plain) < _WITH_CHECK:
        return int(plain[:2]) <= _LAST_WITHOUT_CHECK and plain[6:] != "000"
    return int(plain) % 11 == 0 or (int(plain[:9]) % 11 == 10 and plain[9] == "0")  # noqa: PLR2004 - written as 0


def is_taj(value: str) -> bool:
    """Say whether the check digit is right."""
    *digits, check = numbers(value)
    return any(digits) and weighted(digits, (3, 7) * 4) % 10 == check


def is_hungarian_tax_id(value: str) -> bool:
    """Say whether the check digit is right."""
    *digits, check = numbers(value)
    return weighted(digits, range(1, 10)) % 11 == check


PL_PESEL = national(
    name="pl_pesel",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}{after_word(6, '[ -]?[0-9]{5}', _POLISH_WORDS)}",
    validate=is_pesel,
    examples=(
        "PESEL: 44051401359",
        "pesel 02070803628",
        '"pesel":"44051401359"',
        "Numer PESEL to 44051401359.",
        "imi\u0119,PESEL\nJan,44051401359",
        "clientPesel=44051401359",
    ),
    counter_examples=(
        "44051401359",
        "PESEL 44051401358",
        "PESEL 44131401357",
        "pesel 440514013591",
        "peselist 44051401359",
    ),
)

CZ_RODNE_CISLO = national(
    name="cz_rodne_cislo",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}(?:/{begin(7)}[0-9]{{4}}{DONE}(?!/)"
    rf"|{after_word(6, '[ /-]{0,3}[0-9]{3,4}', _CZECH_WORDS)})",
    validate=is_rodne_cislo,
    examples=(
        "710319/2745",
        "Rodn\u00e9 \u010d\u00edslo: 7103192745",
        "r.\u010d. 531201/123",
        '"rodne_cislo": "710319/2745"',
        "\\n710319/2745",
    ),
    counter_examples=(
        "710319/2746",
        "7103192745",
        "711319/2745",
        "1710319/2745",
        "710319/27450",
        "531201/123",
        "rodn\u00e9 \u010d\u00edslo 7103192746",
        "710319/2745/1",
    ),
)

HU_TAJ = national(
    name="hu_taj",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{after_word(3, rf'{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}', _TAJ_WORDS)}",
    validate=is_taj,
    examples=("TAJ: 123 456 788", "taj sz\u00e1m 123456788", "TAJ-sz\u00e1m: 123-456-788", '"taj": "123456788"'),
    counter_examples=("123456788", "TAJ 123456789", "tajine 123456788", "TAJ 1234567880", "taj 000000000"),
)

HU_TAX_ID = national(
    name="hu_tax_id",
    pattern=rf"8[0-9]{{3}}{outside(4)}{after_word(4, '[ -]?[0-9]{3}[ -]?[0-9]{3}', _TAX_WORDS)}",
    validate=is_hungarian_tax_id,
    examples=("Ad\u00f3azonos\u00edt\u00f3 jel: 8071592153", '"adoazonosito": "8071592153"'),
    counter_examples=(
        "8071592153",
        "ad\u00f3azonos\u00edt\u00f3 jel 8071592154",
        "ad\u00f3azonos\u00edt\u00f3 jel 80715921530",
    ),
)
