"""All detectors, and how a policy names them. A later detector is a file of its own and a line here."""

from collections.abc import Iterable
from difflib import get_close_matches
from math import ceil
from re import escape

from addons.core.detect.api_key import API_KEY, API_KEY_NAMED, API_KEY_WITHIN
from addons.core.detect.card import CARD
from addons.core.detect.detector import Detector
from addons.core.detect.email_address import EMAIL
from addons.core.detect.iban import IBAN
from addons.core.detect.ip_address import IPV4, IPV6
from addons.core.detect.jwt import JWT
from addons.core.detect.phone import PHONES
from addons.core.detect.phone_named import PHONE_NAMED
from addons.core.detect.private_key import PRIVATE_KEY
from addons.core.detect.us_ssn import US_SSN
from addons.core.errors import ChainwardenError
from addons.core.masking.matcher import MAX_WIDTH, regex_matcher
from addons.core.masking.syntax import PatternError

DETECTORS = (
    *(PRIVATE_KEY, JWT, API_KEY, API_KEY_WITHIN, API_KEY_NAMED),
    *(EMAIL, IBAN, CARD, US_SSN, IPV4, IPV6, *PHONES, PHONE_NAMED),
)
"""In order of priority: where values overlap, the first gives the mask its name."""

MAX_PATTERN = 4096
"""Characters of a pattern from a policy: longer ones take the engine seconds to compile."""


class UnknownDetectorError(ChainwardenError):
    """A name is neither a detector nor a group."""


def names() -> tuple[str, ...]:
    """Return what ``select`` understands: the groups, then the detectors."""
    groups = [group for detector in DETECTORS for group in detector.groups]
    return tuple(dict.fromkeys(sorted(groups) + [detector.name for detector in DETECTORS]))


def select(names: Iterable[str]) -> tuple[Detector, ...]:
    """Return what detectors and groups of these names stand for, by priority. Raises ``UnknownDetectorError``."""
    wanted = frozenset(names)
    for name in sorted(wanted):
        _check(name)
    return tuple(detector for detector in DETECTORS if wanted & {detector.name, *detector.groups})


def _check(name: str) -> None:
    known = names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"
        raise UnknownDetectorError(f'there is no detector or group "{name}"; {hint}')


def literal(name: str, label: str, value: str) -> Detector:
    """Return a detector for exactly ``value``, whatever characters and however many it has. It may not be empty.

    A value too wide to be held in a stream is looked for in even pieces, each of them as telling as the whole.
    """
    if not value:
        raise PatternError("an empty string cannot be looked for")
    size = ceil(len(value) / ceil(len(value) / MAX_WIDTH))
    pieces = (value[start : start + size] for start in range(0, len(value), size))
    return Detector(name=name, label=label, pattern="|".join(map(escape, pieces)))


def custom(name: str, label: str, pattern: str) -> Detector:
    """Return a detector for a pattern from a policy. Raises ``PatternError``, in one line, where it cannot be used."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"it is longer than {MAX_PATTERN} characters")
    regex_matcher(pattern)
    return Detector(name=name, label=label, pattern=pattern)
