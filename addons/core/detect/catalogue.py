"""All detectors, and how a policy names them. A later detector is a file of its own and a line here."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from math import ceil
from re import escape

from addons.core.detect.api_keys import API_KEYS
from addons.core.detect.card import CARD
from addons.core.detect.crypto_address import CRYPTO_ADDRESSES
from addons.core.detect.crypto_key import CRYPTO_KEYS
from addons.core.detect.date_of_birth import DATES_OF_BIRTH
from addons.core.detect.detector import Detector
from addons.core.detect.driving_licence import DRIVING_LICENCES
from addons.core.detect.email_address import EMAIL
from addons.core.detect.iban import IBAN
from addons.core.detect.ip_address import IPV4, IPV6
from addons.core.detect.jwt import JWT
from addons.core.detect.mac_address import MAC_ADDRESSES
from addons.core.detect.named_secret import NAMED_SECRETS
from addons.core.detect.national.registry import NATIONAL_IDS
from addons.core.detect.passport import PASSPORTS
from addons.core.detect.phone import PHONES
from addons.core.detect.phone_named import PHONE_NAMED
from addons.core.detect.private_key import PRIVATE_KEYS
from addons.core.detect.uk_nhs import UK_NHS_GROUPED
from addons.core.detect.url_credentials import URL_CREDENTIALS
from addons.core.detect.us_ssn import US_SSN
from addons.core.errors import ChainwardenError
from addons.core.masking.matcher import MAX_WIDTH, regex_matcher
from addons.core.masking.syntax import PatternError

DETECTORS = (
    *(*PRIVATE_KEYS, JWT, *API_KEYS, *CRYPTO_KEYS, *URL_CREDENTIALS, *NAMED_SECRETS, *CRYPTO_ADDRESSES),
    *(EMAIL, IBAN, CARD, US_SSN, *PASSPORTS, *DRIVING_LICENCES, *NATIONAL_IDS, *DATES_OF_BIRTH),
    *(*MAC_ADDRESSES, IPV4, IPV6, *PHONES, PHONE_NAMED, UK_NHS_GROUPED),
)
"""In order of priority: where values overlap, the first gives the mask its name."""

MAX_PATTERN = 4096
"""Characters of a pattern from a policy: longer ones take the engine seconds to compile."""


class UnknownDetectorError(ChainwardenError):
    """A name is neither a detector nor a group."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Detectors, and how they are named. Immutable; a policy with detectors of its own has a catalogue of its own."""

    detectors: tuple[Detector, ...]

    def groups(self) -> tuple[str, ...]:
        """Return the groups that detectors are in."""
        return tuple(sorted({group for detector in self.detectors for group in detector.groups}))

    def names(self) -> tuple[str, ...]:
        """Return what ``select`` understands: the groups, then the detectors."""
        return tuple(dict.fromkeys((*self.groups(), *(detector.name for detector in self.detectors))))

    def select(self, names: Iterable[str]) -> tuple[Detector, ...]:
        """Return what detectors and groups of these names stand for, by priority. Raises ``UnknownDetectorError``."""
        wanted = frozenset(names)
        for name in sorted(wanted):
            self._check(name)
        return tuple(detector for detector in self.detectors if wanted & {detector.name, *detector.groups})

    def _check(self, name: str) -> None:
        known = self.names()
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"
            raise UnknownDetectorError(f'there is no detector or group "{name}"; {hint}')


SHIPPED = Catalogue(DETECTORS)
"""What every policy can name."""
names, select = SHIPPED.names, SHIPPED.select


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
    regex_matcher(pattern).warm()
    return Detector(name=name, label=label, pattern=pattern)
