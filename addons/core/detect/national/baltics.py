"""Estonia and Lithuania share one number (isikukood, asmens kodas); Latvia has its own (personas kods)."""

from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import is_born, numbers, weighted
from addons.core.detect.national.number import DASH, DONE, NATIONAL_ID, PERSONAL_ID, after_word, begin, national

_WORDS = (
    "isikukood(?:i|iga)?|ik:|asmens kod(?:as|o|u|\u0105)|a[.] ?k[.]|asmens_kodas|asmenskodas|"
    f"{PERSONAL_ID}|{NATIONAL_ID}"
)
_LATVIAN_WORDS = f"person(?:as|u) kod(?:s|a|u)|personas_kods|personaskods|p[.] ?k[.]|{PERSONAL_ID}|{NATIONAL_ID}"
_WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3))
_LATVIAN_WEIGHTS = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)
_TEN = 10


def is_isikukood(value: str) -> bool:
    """Say whether there is a birthday in it and its last digit is right, by the second weights where that is ten."""
    *digits, check = numbers(value)
    first, second = (weighted(digits, weights) % 11 for weights in _WEIGHTS)
    return is_born(value[1:]) and (second % _TEN if first == _TEN else first) == check


def is_personas_kods(value: str) -> bool:
    """Say whether it begins with a day and its last digit is right; those given since 2017 begin with 32 instead."""
    *digits, check = numbers(value)
    plain = "".join(map(str, digits))
    if plain.startswith("32"):
        return True
    return is_born(plain, "dmy") and (1 + weighted(digits, _LATVIAN_WEIGHTS)) % 11 % 10 == check


EE_LT_PERSONAL_CODE = national(
    name="ee_lt_personal_code",
    pattern=rf"[1-6][0-9]{outside(2)}[0-9]{{5}}{after_word(7, '[0-9]{4}', _WORDS)}",
    validate=is_isikukood,
    examples=(
        "Isikukood: 37605030299",
        "asmens kodas 33309240064",
        '"isikukood":"37605030299"',
        "a. k. 33309240064",
        "Personal code 37605030299",
        "nimi;isikukood\nMari;37605030299",
    ),
    counter_examples=("37605030299", "isikukood 37605030298", "asmens kodas 73309240064", "isikukood 376050302990"),
)

LV_PERSONAS_KODS = national(
    name="lv_personas_kods",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{{4}}(?:{begin(6)}(?<!32....){DASH}[0-9]{{5}}{DONE}"
    rf"|{after_word(6, rf'{DASH}?[0-9]{{5}}', _LATVIAN_WORDS)})",
    validate=is_personas_kods,
    examples=("161175-19997", "Personas kods: 161175-19997", "personas kods 16117519997", "personas kods 327345-12341"),
    counter_examples=("161175-19998", "161375-19997", "327345-12341", "16117519997", "161175-199970", "1161175-19997"),
)
