"""Driving licences: the UK's driver number by its structure (DVLA), those of others after a word for them."""

from addons.core.detect.context import named
from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, outside, start
from addons.core.detect.national.checksums import is_date

_WORDS = (
    "driv(?:er|er.?s|ing)[ _-]?licen[cs]e(?:[ _-]?(?:number|num|no|nr|id|\\#))?|dl(?:[ _-]?(?:number|no|nr|\\#)|"
    "n|[:#=])|(?-i:DL)[ \t]|"
    "licen[cs]e (?:number|no)|f.{1,2}hrerschein(?:[ _-]?(?:nummer|nr))?|"
    "permis(?: de)? conduire|permiso de conduc(?:ir|ci\u00f3n)|carn[e\u00e9]t? de conducir|licencia de conducir|"
    "patente(?: di guida)?|"
    "rijbewijs(?:[ _-]?(?:nummer|nr))?|praw[oa] jazdy|carta de condu\u00e7\u00e3o|"
    "carteira de habilita\u00e7\u00e3o|cnh|"
    "k\u00f6rkort(?:s?nummer|et)?|k\u00f8rekort(?:nummer|et)?|f\u00f8rerkort(?:nummer|et)?|ajokort(?:ti|in numero)|"
    "permis(?:ul)? de conducere|"
    "(?-i:\u0432\u043e\u0434\u0438\u0442\u0435\u043b\u044c\u0441\u043a\u0438\u0435 "
    "\u043f\u0440\u0430\u0432\u0430|\u9a7e\u9a76\u8bc1\u53f7?|\u514d\u8a31\u8a3c\u756a\u53f7)"
)
_FEMALE = 50
_FEWEST_DIGITS = 4
_FEWEST = 5


def is_uk_driver_number(value: str) -> bool:
    """Say whether there is a birthday in it, women's months with 50 added, and padding only at the name's end."""
    plain = value.replace(" ", "")
    year, month, day = int(plain[5] + plain[10]), int(plain[6:8]), int(plain[8:10])
    return plain[:5].rstrip("9").isalpha() and is_date(day, month % _FEMALE, year)


def is_licence_number(value: str) -> bool:
    """Say whether there are digits enough in it."""
    return sum(char.isdigit() for char in value) >= _FEWEST_DIGITS and len(value) >= _FEWEST


DRIVING_LICENCES = (
    Detector(
        name="driving_licence",
        label="DRIVING_LICENCE",
        groups=("pii",),
        pattern=rf"[A-Z][A-Z9]{{4}}{start(5)}[ ]?[0-9][0156][0-9][0-3][0-9]{{2}}[ ]?[A-Z][A-Z9][A-Z0-9][A-Z]{{2}}{END}",
        validate=is_uk_driver_number,
        examples=(
            "MORGA657054SM9IJ",
            "MORGA 657054 SM9IJ",
            "DOE99712159J99AB",
            "\\nMORGA657054SM9IJ",
            "Driving licence: MORGA657054SM9IJ 35",
        ),
        counter_examples=(
            "MORGA673054SM9IJ",
            "MORGA657324SM9IJ",
            "MO9GA657054SM9IJ",
            "XMORGA657054SM9IJ",
            "MORGA657054SM9IJK",
            "MORGA65705SM9IJ",
        ),
    ),
    Detector(
        name="driving_licence",
        label="DRIVING_LICENCE",
        groups=("pii",),
        pattern=rf"[A-Z0-9]{{2}}{outside(2)}{start(2)}(?<![0-9][ /-]..)"
        rf"(?=[A-Z0-9 /-]{{3}})(?=(?:[A-Z /-]{{0,5}}[0-9]){{2}})"
        rf"{named(_WORDS, 2)}"
        rf"[A-Z0-9]{{0,16}}(?:[ /-](?=[A-Z]{{0,3}}[0-9])[A-Z0-9]{{1,9}}){{0,4}}{END}",
        validate=is_licence_number,
        examples=(
            "Driver's license: D1234567",
            "driving licence no. 12AB34567",
            "DL# F255-921-50-094-0",
            '"driver_license": "S530-4601-7834"',
            '"drivingLicenceNumber":"B072RRE2I55"',
            "F\u00fchrerscheinnummer B072RRE2I55",
            "Permis de conduire : 123456789012",
            "patente di guida U1A12345B",
            "rijbewijsnummer 5123456789",
            "Prawo jazdy nr 12345/12/1234",
            "name,driving_licence\nJane,D1234567",
            "Permiso de conducir 12345678-Z",
            "const DL = 'M256-9268-8866'",
        ),
        counter_examples=(
            "D1234567",
            "driver's license in 2024",
            "driving licence TODAY",
            "license: Apache-2.0",
            "license MIT",
            "handle: D1234567",
            "dl 5 items",
        ),
    ),
)
"""The UK's, and any after a word."""
