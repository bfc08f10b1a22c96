"""UK National Insurance numbers: prefixes and suffixes as HMRC hands them out (NIM39110), plain or in pairs."""

from addons.core.detect.context import near
from addons.core.detect.edges import END, start
from addons.core.detect.national.number import GAP, national

_PAIRS = rf"[0-9]{{2}}{GAP}[0-9]{{2}}{GAP}[0-9]{{2}}{GAP}"
_SMALL = rf"{_PAIRS}[a-d]{END}"
"""Small letters directly before the digits: else the end of every word might begin a number."""
_NOT_FIRST = frozenset("DFIQUV")
_NOT_SECOND = _NOT_FIRST | {"O"}
_NOT_GIVEN = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_WORDS = r"ni(?:no|[ _-]?(?:number|no|nr|\#))|national[ _-]?insurance(?:[ _-]?(?:number|no|code))?"


def is_nino(value: str) -> bool:
    """Say whether the prefix is one that is given out."""
    prefix = value[:2].upper()
    return prefix[0] not in _NOT_FIRST and prefix[1] not in _NOT_SECOND and prefix not in _NOT_GIVEN


UK_NINO = national(
    name="uk_nino",
    pattern=rf"[A-Z]{{2}}{start(2)}{GAP}{_PAIRS}[A-D]{END}",
    validate=is_nino,
    examples=(
        "AB123456C",
        "AB 12 34 56 C",
        "JG-10-31-16-A",
        "QQ is a sample prefix, AA 123456 A a number",
        '"nino": "WE887766D"',
        "name,nino\nJane,PX101112B\n",
        "NI number is SR 45 67 89 C.",
        "\\nAB123456C",
        "AB\u00a012\u00a034\u00a056\u00a0C",
        "AB.12.34.56.C",
    ),
    counter_examples=(
        "QQ123456C",
        "BG123456C",
        "GB123456A",
        "ZZ123456A",
        "AO123456A",
        "DA123456A",
        "AB123456E",
        "AB12345C",
        "AB1234567C",
        "XAB123456C",
        "AB123456CD",
        "SKU AB123456",
        "ab123456c",
        "0xAB123456C",
    ),
)

UK_NINO_NAMED = national(
    name="uk_nino",
    pattern=rf"[a-z]{{2}}(?={_SMALL}){start(2)}{near(_WORDS, 2)}{_SMALL}",
    validate=is_nino,
    examples=(
        "my NI number is ab123456c",
        "national insurance no: jg10 31 16a",
        "nino=ab123456c&x=1",
    ),
    counter_examples=(
        "ni number qq123456c",
        "ni number ab123456e",
        "nino: ab12345c",
        "casino ab123456c",
    ),
)
