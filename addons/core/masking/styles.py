"""What takes a value's place. A style is called with the detector and the value; it returns the replacement."""

import hashlib
import hmac
from collections.abc import Callable
from enum import StrEnum

from addons.core.detect.detector import Detector


class Style(StrEnum):
    """The name of a style, as policies say it."""

    LABEL = "label"
    MASK = "mask"
    HASH = "hash"
    TOKEN = "token"  # noqa: S105 - the name of a style


type Replace = Callable[[Detector, str], str]

STYLED = "style/"
"""Begins the name of a detector that is to be replaced in another way than by its label: ``style/hash/email``."""

KEPT = 4
"""Characters that stay readable: what card and account numbers are told apart by."""
MIN_MASKED = 5
"""Letters and digits that must go for any to stay: a social security number keeps its last four, a PIN nothing."""
HASH_DIGITS = 8
"""Hexadecimal digits of a hash: enough to tell the values of one text apart, too few to be looked up."""


def label(detector: Detector, _value: str) -> str:
    """Return ``[EMAIL]``."""
    return f"[{detector.label}]"


def unstyled(name: str) -> str:
    """Return the name of a detector as it counts where its value became a label after all."""
    return name.removeprefix(STYLED).partition("/")[2] if name.startswith(STYLED) else name


def mask_keep_last_four(detector: Detector, value: str) -> str:
    """Return ``****1111``; a label where that would show too much of the value. The length does not show."""
    plain = [char for char in value if char.isalnum()]
    if len(plain) < KEPT + MIN_MASKED:
        return label(detector, value)
    return "****" + "".join(plain[-KEPT:])


def hashed(key: bytes) -> Replace:
    """Return a style that gives ``[EMAIL:1a2b3c4d]``: equal values look equal; to test a guess takes ``key``."""

    def replace(detector: Detector, value: str) -> str:
        return f"[{detector.label}:{keyed_digest(key, detector.label, value).hex()[:HASH_DIGITS]}]"

    return replace


def keyed_digest(key: bytes, kind: str, value: str) -> bytes:
    """Return the HMAC-SHA256 (RFC 2104) of a typed value. Lone surrogates count as what they are."""
    return hmac.digest(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
