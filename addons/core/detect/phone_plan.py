"""What makes digits a phone number: ``phonenumbers`` knows the plans; rows of numbers and dates look much the same."""

import re
from collections.abc import Callable
from itertools import pairwise

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberType,
    is_possible_number,
    is_valid_number,
    number_type,
    parse,
)

EXTENSION = r"[ ,;]{0,2}(?:x|ext\.?|extension)[ ]?[0-9]{1,6}"
_TRUNK_ZERO_REGIONS = ("GB", "DE", "FR", "IT", "NL", "BE", "AT", "CH", "SE", "IE", "AU", "JP", "FI")
_OTHER_REGIONS = ("ES", "PT", "PL", "BR", "DK", "NO", "IT")
_NAMED_REGIONS = ("US", "GB", "DE")

_MIN_DIGITS, _MAX_DIGITS = 7, 15
"""ITU-T E.164 allows 15 digits; the shortest that people write with an area code have 7."""
_MIN_WITH_ZERO = 9
"""Shorter ones are there, in Germany; so are times (``0700 0800``)."""
_ROWS = {3: 4, 4: 3, 5: 3}
"""From how many groups of this many digits on they are a row."""
_SHORT_AREAS = ("(0", "08-")
"""What the shorter ones in Ireland and in Stockholm begin with, and no time."""
_FICTION = re.compile(r"1?555|(?:44)?0?7700900|1?1234567890$")
"""Area 555, the UK's numbers for drama, and the one that everybody writes."""
_PAIRS = 4
"""Groups of two digits, as Danes and Norwegians write them; lists of numbers look the same."""
_CHINESE = [3, 4, 4]
_RUSSIAN = 11
"""Digits with the trunk prefix, an 8."""
_THREES = [3, 3, 3]
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_MOBILES_IN_THREES = ("PL", "ES", "PT")
"""With dashes, part numbers look the same: there only mobile numbers are written so."""
_SPACES = " \u00a0\u202f"
_COUNTRY_APART = re.compile("00[0-9]{1,5}[^0-9]")
_DATE = re.compile(r"(?:19|20)[0-9]{2}\D?(?:0[1-9]|1[0-2])\D?[0-3][0-9]|[0-3]?[0-9]\D[01]?[0-9]\D(?:19|20)[0-9]{2}")
_DATE_AT_END = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9]$")
_GROUP_END = re.compile(r"[0-9](?![0-9])\)?")
_EXTENSION_AT_END = re.compile(EXTENSION + "$")


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
    if longest and _goes_on(value[:longest], value[longest : ends[-1]]):
        return 0
    return len(value) if extension and ends and longest == ends[-1] else longest


def _goes_on(number: str, rest: str) -> bool:
    """Say whether ``number`` is the beginning of something longer: an id, or a row of numbers, but not of phones."""
    if number.startswith("+") or not rest:
        return False
    groups = re.findall("[0-9]+", rest)
    next_phone = groups[0].startswith("0") and len(set(map(len, re.findall("[0-9]+", number)))) > 1
    return rest[0] not in _SPACES or (len(groups) > 1 and not next_phone)


def _is_phone(value: str) -> bool:
    digits = _digits(value)
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
        return False
    if value.startswith("+"):
        return _is_international(value, digits, apart=len(digits) + 1 < len(value))
    groups = re.findall("[0-9]+", value)
    if digits.startswith("0"):
        return not _is_row(groups) and _is_with_zero(value, digits)
    return _is_grouped(value, groups, digits)


def _is_grouped(value: str, groups: list[str], digits: str) -> bool:
    """Say whether it is one that begins with neither a plus nor a zero: only some groups are known as phones."""
    lengths = [len(group) for group in groups]
    if lengths[-3:] == [3, 3, 4]:
        return _is_north_american(value, groups[-3:], digits)
    if len(groups) == _PAIRS and _in_steps([int(group) for group in groups]):
        return False
    if lengths == _THREES and any(char in value for char in _DASHES):
        return _is_mobile_in(_MOBILES_IN_THREES, value)
    if lengths == _CHINESE:
        return _is_valid_in(("CN",), value)
    is_russian = digits.startswith("8") and len(digits) == _RUSSIAN
    return _is_valid_in(("RU",) if is_russian else _OTHER_REGIONS, value)


def _is_with_zero(value: str, digits: str) -> bool:
    if value.startswith("00"):
        apart = _COUNTRY_APART.match(value) is not None
        return apart and _is_international("+" + value[2:], digits[2:], apart=digits[2] == "1")
    long_enough = len(digits) >= _MIN_WITH_ZERO or value.startswith(_SHORT_AREAS)
    real = bool(_FICTION.match(digits)) or _is_valid_in(_TRUNK_ZERO_REGIONS, value)
    return long_enough and real and not (_DATE.match(value) or _DATE_AT_END.search(value))


def _is_row(groups: list[str]) -> bool:
    """Say whether groups are alike, as in a long id: no plan has three groups of four digits, or four of three."""
    width, *others = set(map(len, groups))
    return not others and len(groups) >= _ROWS.get(width, len(groups) + 1)


def _in_steps(numbers: list[int]) -> bool:
    """Say whether they are counted out, as in ``10 20 30 40``."""
    return all(number % 5 == 0 for number in numbers) or len({b - a for a, b in pairwise(numbers)}) == 1


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


def _is_mobile_in(regions: tuple[str, ...], value: str) -> bool:
    numbers = (_parsed(value, region) for region in regions)
    return any(number is not None and number_type(number) == PhoneNumberType.MOBILE for number in numbers)


def _parsed(value: str, region: str | None) -> PhoneNumber | None:
    try:
        return parse(value, region)
    except NumberParseException:
        return None


def _digits(value: str) -> str:
    return re.sub("[^0-9]", "", value)
