"""NHS numbers of England, Wales and the Isle of Man: ten digits, the last by modulus 11 (NHS Data Dictionary)."""

from addons.core.detect.edges import outside
from addons.core.detect.national.checksums import numbers, weighted
from addons.core.detect.national.number import ALONE, DONE, GAP, SPACE, after_word, apart, national

_WEIGHTS = range(10, 1, -1)
_WORDS = r"nhs(?:[ _-]?(?:number|num|no|nr|id|\#))?|(?:patient|health[ _-]?service)[ _-]?(?:number|no|id)"
_GROUPED = rf"(?<=[4679]..){apart(3)}{SPACE}[0-9]{{3}}{SPACE}[0-9]{{4}}{DONE}{ALONE}"
"""Without a word before it a number is told from telephone numbers by spaces and by the ranges in use."""
_NAMED = after_word(3, rf"{GAP}[0-9]{{3}}{GAP}[0-9]{{4}}", _WORDS)


def is_nhs_number(value: str) -> bool:
    """Say whether the check digit is right."""
    *digits, check = numbers(value)
    return len(set(digits)) > 1 and (11 - weighted(digits, _WEIGHTS) % 11) % 11 == check


UK_NHS = national(
    name="uk_nhs",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{_NAMED}",
    validate=is_nhs_number,
    examples=(
        "NHS number: 9434765919",
        "NHS number: 943 476 5919",
        "nhs_no=943-476-5919",
        '"nhsNumber": "9434765919"',
        "| NHS | 943\u00a0476\u00a05919 |",
        "Patient ID 9434765919",
        "name,nhs number\nJane,9434765919",
    ),
    counter_examples=(
        "9434765919",
        "NHS number: 9434765918",
        "NHS 94347659190",
        "nhs 0000000000",
        "nhsx 9434765919",
    ),
)

UK_NHS_GROUPED = national(
    name="uk_nhs",
    pattern=rf"[0-9]{{2}}{outside(2)}[0-9]{_GROUPED}",
    validate=is_nhs_number,
    examples=("401 023 2137", "\\n401 023 2137", "| 401\u00a0023\u00a02137 |"),
    counter_examples=(
        "943 476 5918",
        "943-476-5919",
        "12 943 476 5919",
        "943 476 5919 12",
        "+1 943 476 5919",
        "000 000 0000",
    ),
)
"""Of lower priority than telephone numbers, which may look the same."""
