"""US social security numbers, with separators. Area, group and serial as the SSA hands them out since 2011."""

from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, outside, start

_DASH = "[\u2010-\u2015\u2212-]"
_SPACE = "[ \u00a0\u202f\u2009]"
_AREA = f"[0-8][0-9]{outside(2)}[0-9]"
_GROUP = "(?!00)[0-9]{2}"
_SERIAL = "(?!0000)[0-9]{4}"
_BEFORE = rf"(?<!(?:000|666).){start(4)}(?<![0-9][.\u2010-\u2015\u2212-].{{4}})"

_NAMED = (
    r"(?<=(?:ssn|SSN|[Ss]ocial[ _-]?[Ss]ecurity|SOCIAL[ _-]?SECURITY)(?:[ _-]?(?:[Nn]umber|NUMBER|[Nn]o\.?|#))?"
    r"[\"']?(?: is)?[ ]?[:=#,]?[ ]?[\"']?[0-9]{9})"
)
"""Without separators nine digits are anything, but for the word before them."""
_ROW = "(?! [0-9]{1,4} [0-9])"

US_SSN = Detector(
    name="us_ssn",
    label="US_SSN",
    groups=("pii",),
    pattern=rf"{_AREA}(?:{_DASH}{_BEFORE}{_GROUP}{_DASH}{_SERIAL}"
    rf"|{_SPACE}{_BEFORE}(?<![0-9] .{{4}}){_GROUP}{_SPACE}{_SERIAL}{_ROW}"
    rf"|(?<!000|666){_GROUP}{_SERIAL}{END}{_NAMED})"
    rf"{END}(?![.\u2010-\u2015\u2212-][0-9])",
    examples=(
        "123-45-6789",
        "SSN: 078 05 1120",
        "ssn_123-45-6789",
        "\\n123-45-6789.",
        "899\u201399\u20119999",
        "(001-01-0001)",
        "1,123-45-6789,2",
        "SSN: 123456789",
        '"ssn": "123456789"',
        "ssn=078051120&x=1",
        "Social security number 123456789",
        "SSN is 123456789.",
    ),
    counter_examples=(
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "123456789",
        "123-45-67890",
        "1123-45-6789",
        "123-45 6789",
        "123-45-6789-0",
        "2024-01-15",
        "555-123-45-6789",
        "a123-45-6789b",
        "ssn: 12345678",
        "ssn: 1234567890",
        "ssn: 666456789",
        "ssn: 123006789",
        "session 123456789",
        "4053 123 45 6789 17",
        "123 45 6789 17 4053",
    ),
)
