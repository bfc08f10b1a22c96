"""Phone numbers: international, and as the US, the UK and the EU write their own. ``phonenumbers`` knows the plans.

A number without separators is taken only with a plus, or after a word like "phone": else it is an id or a time.
Numbers that are set aside for fiction count, although no plan has them: people test with those.
"""

import re
from collections.abc import Callable

from phonenumbers import NumberParseException, PhoneNumber, is_possible_number, is_valid_number, parse

from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_SEP = "[ \u00a0\u202f./\u2010-\u2015\u2212-]"
_SPACE = "[ \u00a0]"
_DASH = "[ \u00a0.\u2010-\u2015\u2212-]"
_EXTENSION = r"[ ,;]{0,2}(?:x|ext\.?|extension)[ ]?[0-9]{1,6}"


def _begin(after: int) -> str:
    """Not in the middle of a longer number, seen ``after`` characters later."""
    return rf"{start(after)}(?<![0-9+][./\u2010-\u2015\u2212-].{{{after}}})(?<![0-9][:,].{{{after}}})"


def _alone(after: int) -> str:
    """As ``_begin``, and not in a row of groups of digits."""
    return rf"{_begin(after)}(?<![0-9][ \u00a0\u202f].{{{after}}})"


_MORE = rf"(?:[()]?{_SEP}{{0,2}}\(?[0-9]\)?)"
_LOCAL = f"[0-9]{{3}}{_DASH}[0-9]{{4}}"
_INTERNATIONAL = rf"\+[1-9]{_begin(2)}{_MORE}{{6,14}}"
_NORTH_AMERICAN = rf"[1-9][0-9]{{2}}(?:{_SPACE}{_alone(4)}|[.\u2010-\u2015\u2212-]{_begin(4)}){_LOCAL}"
_WITH_TRUNK_ONE = rf"1{_DASH}{_begin(2)}\(?[2-9][0-9]{{2}}\)?{_DASH}{{0,2}}{_LOCAL}"
_WITH_ZERO = (
    rf"0(?:0[1-9]{_begin(3)}{_MORE}{{6,14}}"
    # Five pairs, of which more are a hex dump, or longer groups: 01-02-2024 is a date, 02111-1307 a ZIP code.
    rf"|[1-9]{_SPACE}{_alone(3)}[0-9]{{2}}(?:{_SPACE}[0-9]{{2}}){{3}}(?!{_SPACE}?[0-9])"
    rf"|[1-9][./-]{_begin(3)}[0-9]{{2}}(?:[./-][0-9]{{2}}){{3}}(?![./-]?[0-9])"
    rf"|[1-9]{_SEP}{_begin(3)}{_SEP}{{0,2}}[0-9]{{3,8}}(?:{_SEP}[0-9]{{2,4}}){{0,3}}"
    rf"|[1-9][0-9]{_begin(3)}(?![0-9]{{2}}-[0-9]{{4}}(?![0-9]))[0-9]{{0,2}}(?:{_SEP}{{1,3}}[0-9]{{2,8}}){{1,5}})"
)
_AREA_IN_BRACKETS = (
    rf"\((?:[2-9][0-9]{{2}}\){_begin(5)}{_DASH}{{0,2}}{_LOCAL}"
    rf"|0[1-9]{_begin(3)}[0-9]{{0,3}}\)(?:{_SEP}{{0,2}}[0-9]{{2,8}}){{1,5}}"
    rf"|[1-9][0-9]\){_begin(4)}[ ]?[0-9]{{4,5}}[ -][0-9]{{4}})"
)
_SPANISH = rf"[6-9][0-9]{{2}}[ -]{_alone(4)}(?:[0-9]{{3}}[ -][0-9]{{3}}|[0-9]{{2}}(?: [0-9]{{2}}){{2}})"

_FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        _INTERNATIONAL,
        (
            "+1 415 555 2671",
            "+14155552671",
            "+1 (555) 123-4567",
            "+44 (0)20 7946 0958",
            "+44 7700 900123",
            "+49-30-901820",
            "+33 6 12 34 56 78",
            "+44 20 7946 0958 12 people",
        ),
    ),
    (
        _NORTH_AMERICAN,
        ("415-555-2671", "415.555.2671", "415 555 2671", "555-123-4567", "415-555-2671 x123", "123-456-7890"),
    ),
    (_WITH_TRUNK_ONE, ("1-800-555-0199", "1 (415) 555-2671")),
    (
        _WITH_ZERO,
        (
            "0044 20 7946 0958",
            "0033 1 23 45 67 89",
            "001-415-555-2671",
            "01 23 45 67 89",
            "06.12.34.56.78",
            "06-12-34-56-78",
            "06 1234 5678",
            "06-12345678",
            "08-123 456 78",
            "020 7946 0958",
            "07700 900123",
            "0161 496 0000",
            "030 901820",
            "0151 23456789",
            "089/1234567",
            "020-1234567",
        ),
    ),
    (
        _AREA_IN_BRACKETS,
        (
            "(415) 555-2671",
            "(415)555-2671",
            "(555) 123-4567",
            "\\n(415) 555-2671",
            "(0161) 496 0000",
            "(02) 9374 4000",
            "(11) 91234-5678",
        ),
    ),
    (_SPANISH, ("612 345 678", "912-345-678", "612 34 56 78")),
)
"""How numbers are written, and examples. Each is a detector: with one form only, the engine skips other text fast."""
_NOT_PHONES = (
    "2024-01-15 10:30:00",
    "01-02-2024 10:30",
    "01.02.2024",
    "2024-01-15T10:30:00.123456+00:00",
    "1700000000",
    "1700000000123",
    "192.168.100.200",
    "1.234.567",
    "$1,234,567.89",
    "978-0-306-40615-7",
    "123-45-6789",
    "550e8400-e29b-41d4-a716-446655440000",
    "4111 1111 1111 1111",
    "order 415555267",
    "0.030 12345678",
    "01 02 03 04 05 06 07 08",
    "x = a+1234567890",
    "v2.415.555",
    "-0700 0800",
    "00:00:00.000 --> 00:00:05.123",
    "1 000 000 000",
    "0x7fff5fbff8c0",
    "10-20-30",
    "0054 0074 0059",
    "Boston, MA 02111-1307",
)

_WORDS = (
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "fax",
    "whatsapp",
    "telefon",
    "handy",
    "m\u00f3vil",
    "tel\u00e9fono",
    "t\u00e9l\u00e9phone",
)
_ANY_WORD = "|".join(f"{word}|{word.capitalize()}|{word.upper()}" for word in _WORDS)
_NAMED = (
    rf"(?<=(?<![A-Za-z])(?:{_ANY_WORD})"
    r"(?:[ _-]?(?:[Nn]umber|NUMBER|[Nn]o|[Nn]r))?[ ]?[.:=#\"'(]{0,3}[ ]?[\"'+(]{0,2}.)"
)

_TRUNK_ZERO_REGIONS = ("GB", "DE", "FR", "IT", "NL", "BE", "AT", "CH", "SE", "IE", "AU", "JP")
_OTHER_REGIONS = ("ES", "PT", "PL", "BR")
_NAMED_REGIONS = ("US", "GB", "DE")

_MIN_DIGITS, _MAX_DIGITS = 7, 15
"""ITU-T E.164 allows 15 digits; the shortest that people write with an area code have 7."""
_MIN_WITH_ZERO = 9
"""Shorter ones are there, in Germany; so are times (``0700 0800``)."""
_FICTION = re.compile(r"1?555|(?:44)?0?7700900|1?1234567890$")
"""Area 555, the UK's numbers for drama, and the one that everybody writes."""
_DATE = re.compile(r"(?:19|20)[0-9]{2}\D?[01][0-9]\D?[0-3][0-9]|[0-3]?[0-9]\D[01]?[0-9]\D(?:19|20)[0-9]{2}")
_GROUP_END = re.compile(r"[0-9](?![0-9])\)?")
_EXTENSION_AT_END = re.compile(_EXTENSION + "$")


def phone_length(value: str) -> int:
    """Return how many characters of ``value`` are a number: the number after it may have been caught with it."""
    return _longest(value, _is_phone)


def named_phone_length(value: str) -> int:
    """As ``phone_length``, for what stands after a word that says it is one: any plan, also one of fiction."""
    return _longest(value, _is_possible_phone)


def _longest(value: str, is_phone: Callable[[str], bool]) -> int:
    extension = _EXTENSION_AT_END.search(value)
    ends = [match.end() for match in _GROUP_END.finditer(value, 0, extension.start() if extension else len(value))]
    longest = next((end for end in reversed(ends) if is_phone(value[:end])), 0)
    return len(value) if extension and ends and longest == ends[-1] else longest


def _is_phone(value: str) -> bool:
    digits = _digits(value)
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
        return False
    if value.startswith("+"):
        return _is_international(value, digits, apart=len(digits) + 1 < len(value))
    if value.startswith("00"):
        return len(digits) < len(value) and _is_international("+" + value[2:], digits[2:], apart=digits[2] == "1")
    if digits.startswith("0"):
        return len(digits) >= _MIN_WITH_ZERO and (
            bool(_FICTION.match(digits)) or _is_valid_in(_TRUNK_ZERO_REGIONS, value)
        )
    groups = re.findall("[0-9]+", value)
    if list(map(len, groups[-3:])) == [3, 3, 4]:
        return _is_north_american(value, groups[-3:], digits)
    return _is_valid_in(_OTHER_REGIONS, value)


def _is_international(value: str, digits: str, *, apart: bool) -> bool:
    number = _parsed(value, None)
    if number is None:
        return False
    return is_valid_number(number) or bool(_FICTION.match(digits)) or (apart and is_possible_number(number))


def _is_north_american(value: str, groups: list[str], digits: str) -> bool:
    """Say whether it is one by its plan; with brackets, dashes or dots, area codes that are not in use will do."""
    if _FICTION.match(digits) or _is_valid_in(("US",), value):
        return True
    return any(char in value for char in "(-.") and groups[0][0] > "1" and groups[1][0] > "1"


def _is_possible_phone(value: str) -> bool:
    if not _MIN_DIGITS <= len(_digits(value)) <= _MAX_DIGITS or _DATE.match(value):
        return False
    numbers = (_parsed(value, region) for region in _NAMED_REGIONS)
    return any(number is not None and is_possible_number(number) for number in numbers)


def _is_valid_in(regions: tuple[str, ...], value: str) -> bool:
    numbers = (_parsed(value, region) for region in regions)
    return any(number is not None and is_valid_number(number) for number in numbers)


def _parsed(value: str, region: str | None) -> PhoneNumber | None:
    try:
        return parse(value, region)
    except NumberParseException:
        return None


def _digits(value: str) -> str:
    return re.sub("[^0-9]", "", value)


PHONES = tuple(
    Detector(
        name="phone",
        label="PHONE",
        groups=("pii",),
        pattern=rf"{form}(?i:{_EXTENSION})?(?![0-9A-Za-z_]|[.:,-][0-9])",
        measure=phone_length,
        examples=examples,
        counter_examples=_NOT_PHONES,
    )
    for form, examples in _FORMS
)

PHONE_NAMED = Detector(
    name="phone",
    label="PHONE",
    groups=("pii",),
    pattern=rf"[0-9(](?<=[ .:=#\"'(+].)(?={_MORE}{{6}}){_NAMED}{_MORE}{{6,15}}(?i:{_EXTENSION})?(?![0-9A-Za-z_])",
    measure=named_phone_length,
    examples=(
        "Phone: 4155552671",
        '"phone": "123-456-7890"',
        "tel:02079460958",
        "mobile number 07700900123",
        "Fax (030) 901820",
        "phone_number=4155552671&x=1",
        "telefon 030901820",
    ),
    counter_examples=(
        "4155552671",
        "phone 2024-01-15",
        "phone 15 pro",
        "telephone since 1876",
        "telemetry 1700000000",
        "hotel 1700000000",
        "mobile: 12345",
        "phone_id: a1234567890",
    ),
)
