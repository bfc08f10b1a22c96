"""What all national numbers have in common: their separators, their edges, their groups."""

from collections.abc import Callable

from addons.core.detect.context import near
from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

SPACE = "[ \u00a0\u202f\u2009]"
DASH = "[\u2010-\u2015\u2212-]"
GAP = "[ \u00a0\u202f\u2009.\u2010-\u2015\u2212-]?"
"""What people put between groups where nobody says how to write a number."""

DONE = r"(?![A-Za-z0-9]|[.\u2010-\u2015\u2212-][0-9])"
"""The end of a number, and not of one of its groups."""
ALONE = r"(?! [0-9])"
"""Not in a row of numbers."""

NATIONAL_ID = "national[ _-]?id(?:entity|entification)?"
PERSONAL_ID = "personal[ _-]?(?:id(?:entity|entification)?[ _-]?)?(?:code|number|no|nr)"
TAX_ID = 'tax[ _-]?(?:payer[ _-]?)?(?:id(?:entification)?|identity|reference)|(?-i:TIN)|tin[ _"]?(?:number|no|[:=])'
"""How English text calls them all, whatever the country."""


def begin(after: int) -> str:
    """Return "at the start of a number", seen ``after`` characters later: not of an amount, a date, a version."""
    return rf"{start(after)}(?<![0-9A-Za-z][\u2010-\u2015\u2212-].{{{after}}})(?<![.$\u20ac\u00a3+].{{{after}}})"


def apart(after: int) -> str:
    """Return "at the start of a number, and not in a row of numbers", seen ``after`` characters later."""
    return rf"{begin(after)}(?<![0-9+)][ \u00a0\u202f].{{{after}}})"


def after_word(size: int, rest: str, words: str) -> str:
    """Return a pattern for the ``rest`` of a number, ``size`` characters into it, not far behind one of ``words``.

    The rest is looked at before the words, which cost more.
    """
    return rf"(?={rest}{DONE}){start(size)}{near(words, size)}{rest}"


def national(
    name: str,
    pattern: str,
    validate: Callable[[str], bool],
    examples: tuple[str, ...],
    counter_examples: tuple[str, ...],
) -> Detector:
    """Return the detector ``name``: personal data, and an identifier that a state gives."""
    return Detector(
        name=name,
        label=name.upper(),
        groups=("pii", "national_id"),
        pattern=pattern,
        validate=validate,
        examples=examples,
        counter_examples=counter_examples,
    )
