"""Dates of birth: a date, in digits or with the name of its month, directly after a word that says whose it is."""

import re
from itertools import permutations

from addons.core.detect.context import named
from addons.core.detect.detector import Detector
from addons.core.detect.edges import outside, start
from addons.core.detect.national.checksums import is_date

_WORDS = "|".join(
    (
        *("dob", "d[.] ?o[.] ?b[.]?", "(?:date|day|year)[ _-]?of[ _-]?birth", "birth[ _-]?da(?:te|y)", "bdate"),
        r"born(?: (?:in|at) [A-Z\u00c0-\u024f][A-Z\u00c0-\u024f' -]{1,30},?)?(?: on)?(?: the)?",
        *("geb(?:oren|[.])?(?: am| op(?: den)?| den)?", "geburts[ -]?(?:datum|tag)", "geb[.]?[ -]?(?:datum|dat[.]?)"),
        *(
            "geboorte[ _-]?(?:datum|dag)",
            r"n(?-i:[\u00e9\u00c9]|\\u00e9)(?:\(?e\)?)?s?(?: le)?",
            "date[ _-]?de[ _-]?naissance",
        ),
        *("naissance", "fecha[ _-]?(?:de[ _-]?)?nac(?:imiento|[.])?", "f[.] ?(?:de )?nac[.]?", "nacid[oa]s?(?: el)?"),
        *("naci\u00f3(?: el)?", "data[ _-]?di[ _-]?nascita", "nat[oa] il", "data[ _-]?de[ _-]?nascimento"),
        *(
            "nascid[oa](?: em| a)?",
            "nasceu (?:em|a)",
            "data[ _-]?urodzenia",
            "ur[.]",
            "urodz(?:ony|ona|i\u0142 si\u0119)",
        ),
        *("f\u00f6delse(?:datum|dag)", "f\u00f8dsels(?:dato|dag)", "f\u00f6dd(?: den)?", "f\u00f8dt(?: den)?"),
        *("syntym\u00e4aika", "syntynyt", "d[a\u00e1]tum[ _-]?narod(?:enia|enie)|datum[ _-]?narozen[i\u00ed]"),
        *(
            "narozen[a\u00e1y\u00fd]?",
            "nar[.]",
            "sz\u00fclet\u00e9si (?:id\u0151|d\u00e1tum)",
            "sz\u00fcletett",
            "data na[s\u0219]terii",
        ),
        *("n\u0103scut\u0103?(?: la)?", "do\u011fum tarihi", "datum ro\u0111enja|ro\u0111en[a]?"),
        *(
            "(?-i:[\u0414\u0434]\u0430\u0442\u0430 \u0440\u043e\u0436\u0434\u0435\u043d\u0438\u044f)",
            "(?-i:[\u0420\u0440]\u043e\u0434\u0438\u043b(?:\u0441\u044f|\u0430\u0441\u044c))",
            "(?-i:[\u0414\u0434]\u0430\u0442\u0430 \u043d\u0430\u0440\u043e\u0434\u0436\u0435\u043d\u043d\u044f)",
        ),
        *(
            "(?-i:[\u0397\u03b7]\u03bc[\u03b1-\u03ce. ]{1,9}\u03b3\u03ad\u03bd\u03bd\u03b7\u03c3\u03b7\u03c2)",
            "(?-i:\u751f\u5e74\u6708\u65e5)",
            "(?-i:\u51fa\u751f(?:\u65e5\u671f|\u4e8e|\u65bc)?)",
            "(?-i:\uc0dd\ub144\uc6d4\uc77c)",
        ),
    )
)
_SEP = "[ \u00a0]?[ \u00a0./\u2010-\u2015\u2212-][ \u00a0]?"
_MONTH = "[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff]{3,12}[.]?"
_NUMERIC = rf"[0-9]{{0,3}}{_SEP}[0-9]{{1,2}}{_SEP}[0-9]{{2,4}}[.]?"
_COMPACT = "[0-9]{7}"
_EAST_ASIAN = "[0-9]{3}[\u5e74\ub144] ?[0-9]{1,2}[\u6708\uc6d4] ?[0-9]{1,2}[\u65e5\uc77c]"
_WORDED = (
    rf"[0-9]?(?:st|nd|rd|th|er|[.\u00ba\u00b0])?(?: (?:de|of))?[ \u00a0-]{_MONTH}"
    rf",?(?: del?)?[ \u00a0-](?:19|20)?[0-9]{{2}}"
)
_DATE = rf"(?:{_COMPACT}|{_EAST_ASIAN}|{_NUMERIC}|{_WORDED})(?![0-9]|[./-][0-9])"
_ENGLISH_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?)"
)
_MONTH_FIRST = rf"{_ENGLISH_MONTH}[.]?[ \u00a0-][0-9]{{1,2}}(?:st|nd|rd|th)?,?[ \u00a0-][0-9]{{4}}(?![0-9])"

_CUTS = ((4, 6), (2, 4))
"""Where eight digits are cut into a date: a year first, or last."""
_YEARS = range(1880, 2060)


def is_day(value: str) -> bool:
    """Say whether the numbers in ``value`` are a day, in any order; with a month's name, whether they can be."""
    parts = re.findall("[0-9]+", value)
    if len(parts) == 1:
        return any(_fits([value[:first], value[first:second], value[second:]]) for first, second in _CUTS)
    return _fits(parts if len(parts) > 2 else [parts[0], "1", parts[1]])  # noqa: PLR2004 - day, month, year


def _fits(parts: list[str]) -> bool:
    return any(
        len(year) in {2, 4} and (len(year) == 2 or int(year) in _YEARS) and is_date(int(day), int(month), int(year))  # noqa: PLR2004 - digits
        for day, month, year in permutations(parts)
        if max(len(day), len(month)) <= 2  # noqa: PLR2004 - digits
    )


DATES_OF_BIRTH = (
    Detector(
        name="date_of_birth",
        label="DATE_OF_BIRTH",
        groups=("pii",),
        pattern=rf"[0-9]{outside(1)}(?<![0-9][ ./-].)(?={_DATE}){start(1)}{named(_WORDS, 1)}{_DATE}",
        validate=is_day,
        examples=(
            "DOB: 03/15/1985",
            "date of birth 1985-03-15",
            "born on 15.03.1985",
            "born 3 March 1985",
            "She was born in New York on 3rd of March 1985.",
            "geboren am 15. M\u00e4rz 1985",
            "geb. 15.3.85",
            "Geburtsdatum: 15.03.1985",
            "n\u00e9e le 3 mars 1985",
            "n\u00e9(e) le 03/03/1985",
            "Fecha de nacimiento: 3 de marzo de 1985",
            "nata il 15/03/1985",
            "data de nascimento 15-03-1985",
            "geboortedatum: 15-03-1985",
            '"birth_date": "1985-03-15"',
            '"dateOfBirth":"1985-03-15T00:00:00Z"',
            "birthday=19850315&x=1",
            "name,dob\nJane,1985-03-15",
            "| Name | DOB |\n|---|---|\n| Jane | 03/15/1985 |",
            "\u751f\u5e74\u6708\u65e5: 1985\u5e743\u670815\u65e5",
            "\u0414\u0430\u0442\u0430 \u0440\u043e\u0436\u0434\u0435\u043d\u0438\u044f: 15.03.1985",
            "f\u00f6dd 1985-03-15",
            "Data urodzenia: 15.03.1985",
            "D.O.B. 15 Mar 1985",
            "Date of birth:\n15/03/1985",
            "<b>Geburtsdatum</b>: 15.03.1985",
            "INSERT INTO p (birthdate, city) VALUES ('17 May 1982', 'Ulm')",
        ),
        counter_examples=(
            "1985-03-15",
            "born in 1985",
            "updated on 1985-03-15",
            "reborn 1985-03-15",
            "DOB: 1985-13-45",
            "dob 123",
            "born 12 times since 1985",
            "birthday in 3 days",
            "date of birth unknown; seen 2024-01-15",
            "dobby 1985-03-15",
            "geb 12345678901",
            "born 1.2.3-4",
        ),
    ),
    Detector(
        name="date_of_birth",
        label="DATE_OF_BIRTH",
        groups=("pii",),
        pattern=rf"(?={_MONTH_FIRST}){start()}{named(_WORDS, 0)}{_MONTH_FIRST}",
        validate=is_day,
        examples=(
            "born on March 3, 1985",
            "DOB: Mar 3rd 1985",
            '"birthday": "December 12, 1990"',
            "Date of birth: Sept. 9, 1999",
        ),
        counter_examples=("March 3, 1985", "since March 3, 1985", "born in March 1985", "Born to Run, March 3, 1985"),
    ),
)
"""The day or the year first, and the month first."""
