"""Germany: tax number for life (139b AO), pension insurance number (147 SGB VI), identity card (ICAO 9303)."""

from collections import Counter

from addons.core.detect.context import named
from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, outside, start
from addons.core.detect.national.checksums import is_born, mod_11_10, numbers, weighted
from addons.core.detect.national.number import (
    ALONE,
    DONE,
    NATIONAL_ID,
    SPACE,
    TAX_ID,
    after_word,
    apart,
    begin,
    national,
)

_TAX_WORDS = (
    "steuer[ _-]?(?:id(?:ent)?(?:ifikations)?(?:[ _-]?(?:nr|nummer))?|identifikationsnummer|nummer|nr)|id[ _-]?nr|"
    f"identifikationsnummer|(?:steuerliche|pers\u00f6nliche) id|{TAX_ID}|{NATIONAL_ID}"
)
_GROUPS = "[ \u00a0\u202f./-]?[0-9]{3}[ \u00a0\u202f./-]?[0-9]{3}[ \u00a0\u202f./-]?[0-9]{3}"
_PENSION_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_CARD_WORDS = (
    "personalausweis(?:es|e)?(?:[ _-]?(?:nummer|nr))?|ausweis(?:[ _-]?(?:nummer|nr))|perso(?:[ _-]?(?:nummer|nr))?|"
    "(?:german )?(?:identity|id) card(?:[ _-]?(?:number|no))?"
)
_CARD_WEIGHTS = (7, 3, 1)
_SERIAL = 9
_MOST_REPEATED = 3


def is_tax_id(value: str) -> bool:
    """Say whether the check digit is right, and of the ten digits before it one stands twice or three times."""
    digits = numbers(value)
    times = sorted(Counter(digits[:-1]).values(), reverse=True)
    return digits[0] > 0 and times[0] in {2, _MOST_REPEATED} and times[1] == 1 and mod_11_10(digits)


def is_pension_number(value: str) -> bool:
    """Say whether there is a birthday in it and the check digit is right; the letter counts as its place, 01 to 26."""
    plain = "".join(char for char in value.upper() if char.isalnum())
    letter = f"{ord(plain[8]) - ord('A') + 1:02}"
    *digits, check = numbers(plain[:8] + letter + plain[9:])
    products = (digit * weight for digit, weight in zip(digits, _PENSION_WEIGHTS, strict=True))
    return is_born(plain[2:], "dmy") and sum(sum(divmod(product, 10)) for product in products) % 10 == check


def card_length(value: str) -> int:
    """Return how many characters are a serial number, with its check digit where one follows; 0 for none."""
    places = [int(char, 36) for char in value.upper()]
    if sum(char.isdigit() for char in value) < _SERIAL // 3:
        return 0
    right = len(value) == _SERIAL + 1 and weighted(places[:-1], _CARD_WEIGHTS * 3) % 10 == places[-1]
    return len(value) if right or len(value) == _SERIAL else 0


DE_STEUER_ID = national(
    name="de_steuer_id",
    pattern=rf"[0-9]{{2}}{outside(2)}(?:{SPACE}(?<=[1-9]..){apart(3)}[0-9]{{3}}{SPACE}[0-9]{{3}}{SPACE}[0-9]{{3}}{DONE}{ALONE}"
    rf"|{after_word(2, _GROUPS, _TAX_WORDS)})",
    validate=is_tax_id,
    examples=(
        "86 095 742 719",
        "Steuer-ID: 86095742719",
        "IdNr. 47 036 892 816",
        '"steuer_id": "65929970489"',
        "steuerliche Identifikationsnummer 65929970489",
        "Tax ID 86095742719",
        "86\u00a0095\u00a0742\u00a0719",
        "name;steuerId\nAnna;86095742719",
    ),
    counter_examples=(
        "86095742719",
        "86 095 742 718",
        "Steuer-ID 86095742718",
        "Steuer-ID 11111111111",
        "Steuer-ID 06095742719",
        "12 345 678 903",
        "12 86 095 742 719",
        "Steuer-ID 860957427190",
    ),
)

DE_RENTENVERSICHERUNG = national(
    name="de_rentenversicherung",
    pattern=rf"[0-9]{{2}}{outside(2)}{begin(2)}[ ]?[0-9]{{6}}[ ]?[A-Z][ ]?[0-9]{{3}}{END}",
    validate=is_pension_number,
    examples=("15070649C103", "15 070649 C 103", "65 170839 J 003", "RVNR: 15070649C103", "\\n15070649C103"),
    counter_examples=("15070649C104", "15 071349 C 103", "115070649C103", "15070649C1031", "15070649CC103"),
)

DE_ID_CARD = Detector(
    name="de_id_card",
    label="DE_ID_CARD",
    groups=("pii", "national_id"),
    pattern=rf"[0-9A-Z]{{2}}{outside(2)}[0-9A-Z]{{7}}{start(9)}{named(_CARD_WORDS, 9)}[0-9]?{END}",
    measure=card_length,
    examples=(
        "Personalausweis: L01X00T471",
        "Ausweisnummer L01X00T47",
        "Personalausweisnr. T220001293",
        '"personalausweis": "LZ6311T475"',
        "name;ausweisnummer\nAnna;L01X00T47",
        "German ID card number L01X00T471",
    ),
    counter_examples=(
        "L01X00T471",
        "Personalausweis L01X00T472",
        "Personalausweis BESTELLUNG",
        "Ausweis 12",
        "Personalausweis: L01X00T4",
    ),
)
