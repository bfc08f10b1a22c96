"""US social security numbers, with separators. Area, group and serial as the SSA hands them out since 2011."""

from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, start

_DASH = "[\u2010-\u2015\u2212-]"
_SPACE = "[ \u00a0\u202f\u2009]"
_AREA = "[0-8][0-9]{2}"
_GROUP = "(?!00)[0-9]{2}"
_SERIAL = "(?!0000)[0-9]{4}"
_BEFORE = rf"(?<!(?:000|666).){start(4)}(?<![0-9][.\u2010-\u2015\u2212-].{{4}})"

US_SSN = Detector(
    name="us_ssn",
    label="US_SSN",
    groups=("pii",),
    pattern=rf"{_AREA}(?:{_DASH}{_BEFORE}{_GROUP}{_DASH}|{_SPACE}{_BEFORE}{_GROUP}{_SPACE}){_SERIAL}"
    rf"{END}(?![.\u2010-\u2015\u2212-][0-9])",
    examples=(
        "123-45-6789",
        "SSN: 078 05 1120",
        "ssn_123-45-6789",
        "\\n123-45-6789.",
        "899\u201399\u20119999",
        "(001-01-0001)",
        "1,123-45-6789,2",
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
    ),
)
