"""Spain and Portugal: DNI and NIE with their letters (Real Decreto 1553/2005), the NIF of Portuguese persons."""

from addons.core.detect.context import near
from addons.core.detect.edges import END, outside, start
from addons.core.detect.national.checksums import numbers, weighted
from addons.core.detect.national.number import DASH, GAP, NATIONAL_ID, SPACE, TAX_ID, after_word, begin, national

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_SPANISH = (
    "dni|nif|nie|documento(?: nacional)?(?: de identidad)?|n[u\u00fa]mero de identidad(?: de extranjero)?|"
    f"identificaci[o\u00f3]n(?: fiscal)?|{NATIONAL_ID}|{TAX_ID}"
)
_NAMED_LETTER = rf"{SPACE}?{DASH}?{SPACE}?[A-Za-z]"
_PORTUGUESE = (
    "nif|contribuinte|n(?:[u\u00fa]mero|[.]?[\u00ba\u00b0o][.]?)(?: de)? (?:contribuinte|"
    "identifica[c\u00e7][a\u00e3]o)|"
    f"identifica[c\u00e7][a\u00e3]o fiscal|{NATIONAL_ID}|{TAX_ID}"
)
_OF_PERSONS = ("1", "2", "3", "45")
"""How the numbers of natural persons begin."""


def is_dni(value: str) -> bool:
    """Say whether the letter is right."""
    plain = "".join(char for char in value.upper() if char.isalnum())
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return plain[-1] == _LETTERS[int(number) % len(_LETTERS)]


def is_portuguese_nif(value: str) -> bool:
    """Say whether the check digit is right; one of 10 is written as 0."""
    *digits, check = numbers(value)
    is_persons = "".join(map(str, digits)).startswith(_OF_PERSONS)
    return is_persons and -weighted(digits, range(9, 1, -1)) % 11 % 10 == check


ES_DNI = national(
    name="es_dni",
    # A small letter up to f is one of a hash.
    pattern=rf"[0-9]{{2}}{outside(2)}(?:{begin(2)}(?:[.][0-9]{{3}}[.][0-9]{{3}}|[0-9]{{6}}){DASH}?[A-Zg-z]{END}"
    rf"|{after_word(2, rf'[.]?[0-9]{{3}}[.]?[0-9]{{3}}{_NAMED_LETTER}', _SPANISH)})",
    validate=is_dni,
    examples=(
        "12345678Z",
        "12345678-Z",
        "12.345.678-Z",
        "12345678z",
        "DNI: 12345678 Z",
        "dni=00000023t&x=1",
        '"nif": "87654321X"',
        "NIF 87654321-x",
        "con DNI n\u00ba 45.678.901G",
        "\\n12345678Z",
    ),
    counter_examples=(
        "12345678A",
        "12345678 Z",
        "a12345678Z",
        "112345678Z",
        "12345678ZZ",
        "DNI 12345678A",
        "DNI 1234567Z",
        "1.12345678Z",
        "3f-12345678Z",
    ),
)

ES_NIE = national(
    name="es_dni",
    pattern=rf"[X-Z]{outside(1)}(?:{begin(1)}{DASH}?[0-9]{{7}}{DASH}?[A-Z]{END}"
    rf"|(?=[ .]?[0-9]){start(1)}{near(_SPANISH, 1)}[ .]?[0-9][.]?[0-9]{{3}}[.]?[0-9]{{3}}{_NAMED_LETTER}{END})",
    validate=is_dni,
    examples=("X1234567L", "Z-1234567-R", "NIE: Y 1234567 X", "nie X1.234.567-L", "\\nX1234567L"),
    counter_examples=("X1234567A", "XX1234567L", "x1234567l", "X1234567LL", "X12345678L", "W1234567L"),
)

PT_NIF = national(
    name="pt_nif",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{after_word(3, rf'{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}', _PORTUGUESE)}",
    validate=is_portuguese_nif,
    examples=(
        "NIF: 123456789",
        "NIF 275 640 108",
        "contribuinte n.\u00ba 123 456 789",
        '"nif":"123456789"',
        "nome,nif\nAna,123456789",
        "userNif=123456789",
    ),
    counter_examples=("123456789", "NIF 123456780", "NIF 1234567890", "nifty 123456789", "NIF 523456787"),
)
