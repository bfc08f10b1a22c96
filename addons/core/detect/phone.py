"""Phone numbers: international, and as the US, the UK and the EU write their own. ``phonenumbers`` knows the plans.

A number without separators is taken only with a plus, or after a word like "phone": else it is an id or a time.
Numbers that are set aside for fiction count, although no plan has them: people test with those.
"""

from addons.core.detect.detector import Detector
from addons.core.detect.edges import start
from addons.core.detect.phone_plan import EXTENSION, phone_length

_SEP = "[ \u00a0\u202f./\u2010-\u2015\u2212-]"
_SPACE = "[ \u00a0]"
_DASH = "[ \u00a0.\u2010-\u2015\u2212-]"
_CURRENCY = "[ \u00a0]?(?:kr|EUR|USD|PLN|NOK|DKK|SEK|[$\u20ac\u00a3%])"


def _begin(after: int) -> str:
    """Not in the middle of a longer number, seen ``after`` characters later."""
    return rf"{start(after)}(?<![0-9A-Za-z+][./\u2010-\u2015\u2212-].{{{after}}})(?<![0-9]:.{{{after}}})"


def _alone(after: int) -> str:
    """As ``_begin``, and not in a row of groups of digits."""
    return rf"{_begin(after)}(?<![0-9][ \u00a0\u202f,].{{{after}}})"


MORE = rf"(?:[()]?{_SEP}{{0,2}}\(?[0-9]\)?)"
_LOCAL = f"[0-9]{{3}}{_DASH}[0-9]{{4}}"
_INTERNATIONAL = rf"\+[1-9]{_begin(2)}{MORE}{{6,14}}"
_NORTH_AMERICAN = (
    rf"[1-9][0-9]{{2}}(?:{_SPACE}{_alone(4)}|[.\u2010-\u2015\u2212-]{_begin(4)}){_LOCAL}(?! [0-9]{{1,2}} [0-9])"
)
_WITH_TRUNK_ONE = rf"1{_DASH}{_begin(2)}\(?[2-9][0-9]{{2}}\)?{_DASH}{{0,2}}{_LOCAL}"
_NOT_LATE_IN_A_ROW = "(?<![0-9] [0-9]{1,5} [0-9]{1,5} [0-9]{1,5} .{3})" + "".join(
    rf"(?!(?<=[0-9]{{{size}}} [0-9]{{{size}}} .{{3}})[0-9]{{{size - 3}}} )" for size in (3, 4, 5)
)
_WITH_ZERO = (
    rf"0(?:0[1-9]{_begin(3)}{MORE}{{6,14}}"
    # Five pairs, of which more are a hex dump, or longer groups: 01-02-2024 is a date, 02111-1307 a ZIP code.
    rf"|[1-9]{_SPACE}{_alone(3)}[0-9]{{2}}(?:{_SPACE}[0-9]{{2}}){{3}}(?!{_SPACE}?[0-9])"
    rf"|[1-9][./-]{_begin(3)}[0-9]{{2}}(?:[./-][0-9]{{2}}){{3}}(?![./-]?[0-9])"
    rf"|[1-9]{_SEP}{_begin(3)}{_SEP}{{0,2}}[0-9]{{3,10}}(?:{_SEP}[0-9]{{2,4}}){{0,3}}"
    rf"|[1-9][0-9]{_begin(3)}{_NOT_LATE_IN_A_ROW}"
    r"(?!(?<=(?<![0-9])[0-9]{3} .{3})(?: [0-9]{3}){3})(?![0-9]{2}-[0-9]{4}(?![0-9]))"
    rf"[0-9]{{0,2}}(?:{_SEP}{{1,3}}[0-9]{{2,8}}){{1,5}}(?:-0(?![0-9]))?)"
)
_AREA_IN_BRACKETS = (
    rf"\((?:[2-9][0-9]{{2}}\){_begin(5)}{_DASH}{{0,2}}{_LOCAL}"
    rf"|0[1-9]{_begin(3)}[0-9]{{0,3}}\)(?:{_SEP}{{0,2}}[0-9]{{2,8}}){{1,5}}"
    rf"|[1-9][0-9]\){_begin(4)}[ ]?[0-9]{{4,5}}[ -][0-9]{{4}})"
)
_HEX_BYTE = "(?:[0-9][a-f]|[a-f][0-9])"
_NOT_AFTER_HEX = "(?<!(?<![A-Za-z])[0-9a-f]{2} .{6})(?<![0-9a-f]{2}  .{6})"
_NOT_BEFORE_HEX = rf"(?! {_HEX_BYTE}| {{1,2}}[0-9a-f]{{2}} {{1,2}}[0-9a-f]{{2}}(?![0-9A-Za-z]))"
_WITHOUT_ZERO = (
    r"[1-9][0-9](?:"
    # Denmark, Norway; Poland, Portugal
    rf"{_SPACE}[0-9]{{2}}(?:{_SPACE}{_alone(6)}{_NOT_AFTER_HEX}[0-9]{{2}}{_SPACE}[0-9]{{2}}{_NOT_BEFORE_HEX}"
    rf"|[0-9]{_SPACE}{_alone(7)}(?:[0-9]{{2}}{_SPACE}[0-9]{{2}}|[0-9]{{4}}))"
    # Poland, Portugal, Spain; Norway
    rf"|[0-9][ \u00a0-][0-9]{{2}}(?:[0-9][ \u00a0-]{_alone(8)}[0-9]{{3}}"
    rf"|{_SPACE}{_alone(7)}(?:[0-9]{{3}}|[0-9]{{2}}{_SPACE}[0-9]{{2}})))"
    rf"(?!(?:{_SPACE}|[.-])[0-9](?:[0-9]|{_SPACE}[0-9]))"
)
_RUSSIAN = rf"8(?:[ (-]|[ ]\(){_begin(2)}\(?[3489][0-9]{{2}}\)?[ -]?[0-9]{{3}}[ -][0-9]{{2}}[ -][0-9]{{2}}(?! [0-9])"
_CHINESE = rf"1[3-9][0-9][ -]{_alone(4)}[0-9]{{4}}[ -][0-9]{{4}}(?![ -][0-9])"

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
            "040 3765 00-0",
            "020-1234567",
            "0664 1234567",
            "01 234815553",
            "070-123 45 67",
            "087 123 4567",
            "7,020 7946 0958,123-45",
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
    (
        _WITHOUT_ZERO,
        (
            "612 345 678",
            "912-345-678",
            "612 34 56 78",
            "32 12 34 56",
            "406 12 345",
            "512 345 678",
            "12 345 67 89",
            "21 234 5678",
        ),
    ),
    (_RUSSIAN, ("8 (495) 123-45-79", "8-916-123-45-36", "8 800 555-35-35", "8(495)123-45-67")),
    (_CHINESE, ("138 1234 5678", "139-1234-5678")),
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
    "983 804 643 356 070 457 057",
    "10 20 30 40",
    "f0 bc 89 71 53 84 aa",
    "89 71 53 84 a1",
    "12 34 56 78",
    "17476 01748 88676 15914 08942",
    "637 884 064 092 827 713 976",
    "invoice INV-0765-119666",
    "035-4072576-7830019",
    "account (0010206205)",
    "account 0024153421 16",
    "009 518 316 207 491 801",
    "912 430 4726 1 142",
    "55 206 3216 2 738 50 51",
    "612 345 678 901 234",
    "512 455 106 kr",
    "904 050 852 923 594",
    "87 51 55 64 33 06 2024-06-04 18:39:47",
    "SKU 308-048-041",
    "779-363-376 Nm",
    "00000aa0  77 40 74 92 ce d5 03 0e",
    "58 29 f9 15 79  51 84 65 97  fb c5",
    "8 916 123 45 36 12",
    "138 1234 5678 9012",
)


PHONES = tuple(
    Detector(
        name="phone",
        label="PHONE",
        groups=("pii",),
        pattern=rf"{form}(?i:{EXTENSION})?(?!_?[0-9A-Za-z]|[.:-][0-9]|{_CURRENCY})",
        measure=phone_length,
        examples=examples,
        counter_examples=_NOT_PHONES,
    )
    for form, examples in _FORMS
)
