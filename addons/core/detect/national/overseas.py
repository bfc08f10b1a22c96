"""Brazil, India, Canada, Australia: CPF, Aadhaar, social insurance, tax file and Medicare numbers."""

from addons.core.detect.card import luhn
from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import numbers, verhoeff, weighted
from addons.core.detect.national.number import (
    DASH,
    DONE,
    GAP,
    NATIONAL_ID,
    SPACE,
    TAX_ID,
    after_word,
    begin,
    national,
)

_CPF_WORDS = f"cpf(?:/mf)?|cadastro de pessoas? f[i\u00ed]sicas?|{TAX_ID}|{NATIONAL_ID}"
_AADHAAR_WORDS = f"a{{1,2}}dh{{1,2}}a{{1,2}}r(?:[ _-]?card)?|uidai|uid|(?-i:\u0906\u0927\u093e\u0930)|{NATIONAL_ID}"
_SIN_WORDS = (
    "social[ _-]?insurance(?:[ _-]?(?:number|no))?|(?-i:SIN)|sin[\"'>\\])]{0,2}[ ]?[:=,;|\t\n>\\])][^0-9]{0,40}|sin[ ]|"
    "sin (?:number|no|\\#)|my sin|(?-i:NAS)|"
    f"num[e\u00e9]ro d.assurance sociale|assurance sociale|{NATIONAL_ID}"
)
_TFN_WORDS = f"tfn|tax[ _-]?file(?:[ _-]?(?:number|no))?|{TAX_ID}|{NATIONAL_ID}"
_MEDICARE_WORDS = "medicare(?:[ _-]?(?:card|number|no|nr)){0,2}"
_TFN_WEIGHTS = (1, 4, 3, 7, 5, 8, 6, 9, 10)
_MEDICARE_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
_AT_A_BOUNDARY = r"(?<=(?:[\t\"'`:=,;|(>*\[]|[:=,;|][ ]).{4})"
"""Three groups of four in the middle of a sentence may be any numbers."""


def is_cpf(value: str) -> bool:
    """Say whether both check digits are right."""
    digits = numbers(value)
    return len(set(digits)) > 1 and all(
        -weighted(digits, range(size + 1, 1, -1)) % 11 % 10 == digits[size]
        if weighted(digits[:size], range(size + 1, 1, -1)) % 11 > 1
        else digits[size] == 0
        for size in (9, 10)
    )


def is_aadhaar(value: str) -> bool:
    """Say whether the check digit is right (Verhoeff); a number does not read the same from behind."""
    digits = numbers(value)
    return digits != digits[::-1] and verhoeff(digits)


def is_sin(value: str) -> bool:
    """Say whether the check digit is right (Luhn)."""
    return luhn("".join(map(str, numbers(value))))


def is_tfn(value: str) -> bool:
    """Say whether eleven divides the weighted sum."""
    digits = numbers(value)
    return any(digits) and weighted(digits, _TFN_WEIGHTS) % 11 == 0


def is_medicare(value: str) -> bool:
    """Say whether the ninth digit is right; the tenth counts the cards, an eleventh the people on it."""
    digits = numbers(value)
    return weighted(digits[:8], _MEDICARE_WEIGHTS) % 10 == digits[8]


BR_CPF = national(
    name="br_cpf",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9](?:{begin(3)}[.][0-9]{{3}}[.][0-9]{{3}}[-\u2010-\u2015\u2212/][0-9]{{2}}{DONE}"
    rf"|{after_word(3, rf'{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}{GAP}[0-9]{{2}}', _CPF_WORDS)})",
    validate=is_cpf,
    examples=(
        "390.533.447-05",
        "CPF: 39053344705",
        '"cpf":"11144477735"',
        "cpf 111 444 777 35",
        "nome,cpf\nJo\u00e3o,11144477735",
        "\\n111.444.777-35",
    ),
    counter_examples=(
        "390.533.447-06",
        "39053344705",
        "CPF 39053344706",
        "1390.533.447-05",
        "cpf 111.111.111-11",
        "111.111.111-11",
        "192.168.101.22",
    ),
)

IN_AADHAAR = national(
    name="in_aadhaar",
    pattern=rf"[2-9][0-9]{outside(2)}[0-9]{{2}}(?:{begin(4)}{_AT_A_BOUNDARY}(?:{SPACE}[0-9]{{4}}{SPACE}|{DASH}[0-9]{{4}}{DASH})[0-9]{{4}}{DONE}(?!{SPACE}[0-9])"
    rf"|{after_word(4, rf'{GAP}[0-9]{{4}}{GAP}[0-9]{{4}}', _AADHAAR_WORDS)})",
    validate=is_aadhaar,
    examples=(
        "Aadhaar: 234123412346",
        "aadhar no 2341 2341 2346",
        "number: 2341 2341 2346",
        '"uid": "2341-2341-2346"',
        "My Aadhaar card number is 2341 2341 2346.",
        "\u0906\u0927\u093e\u0930 234123412346",
    ),
    counter_examples=(
        "234123412346",
        "rows 2341 2341 2346",
        "Aadhaar 234123412347",
        "Aadhaar 134123412346",
        "id: 2341 2341 2346 1234",
        "1234 2341 2341 2346",
        "Aadhaar 2341234123460",
    ),
)

CA_SIN = national(
    name="ca_sin",
    pattern=rf"[1-79][0-9]{outside(2)}[0-9]{after_word(3, rf'{GAP}[0-9]{{3}}{GAP}[0-9]{{3}}', _SIN_WORDS)}",
    validate=is_sin,
    examples=(
        "SIN: 123-456-782",
        "Social Insurance Number 123 456 782",
        '"sin": "123456782"',
        "my sin is 123456782",
        "NAS : 123 456 782",
        "num\u00e9ro d'assurance sociale 123-456-782",
        "name,sin\nJane,123456782",
        "<sin>123-456-782</sin>",
        "[sin] 123456782",
    ),
    counter_examples=(
        "123-456-782",
        "SIN 123-456-783",
        "since 123456782",
        "sin pagar la factura 123456782",
        "SINCE 123456782",
        "SIN 1234567820",
        "Math.sin(123456782)",
    ),
)

AU_TFN = national(
    name="au_tfn",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{after_word(3, rf'{GAP}[0-9]{{3}}{GAP}[0-9]{{2,3}}', _TFN_WORDS)}",
    validate=is_tfn,
    examples=("TFN: 123 456 782", "tax file number 876543210", '"tfn":"123456782"', "TFN is 876-543-210"),
    counter_examples=("123456782", "TFN 123456783", "TFN 1234567820", "tfnx 123456782"),
)

AU_MEDICARE = national(
    name="au_medicare",
    pattern=rf"[2-6][0-9]{outside(2)}[0-9]{{2}}"
    rf"{after_word(4, rf'{GAP}[0-9]{{5}}{GAP}[0-9](?:[ /-]{{0,3}}[1-9])?', _MEDICARE_WORDS)}",
    validate=is_medicare,
    examples=(
        "Medicare: 2123 45670 1",
        "medicare card number 2123456701",
        '"medicare_number":"2123456701"',
        "Medicare no. 2123-45670-1/2",
    ),
    counter_examples=("2123 45670 1", "Medicare 2123 45671 1", "Medicare 7123 45670 1", "medicare 21234567011234"),
)
