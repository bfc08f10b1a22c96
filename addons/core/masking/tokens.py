"""Reversible tokens: ``[EMAIL_5QZK3W7ABC]`` goes out in place of a value, and comes back as the value.

A token is a keyed digest of a value and its type. So the same value gives the same token each time, and nobody without
the key can make the token of a value, or test a guess. Only tokens of the vault at hand are restored: one that somebody
else was given, or made up, stays text. It has no character that JSON would escape.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator, Mapping

from addons.core.detect.detector import Detector
from addons.core.masking.styles import Replace, keyed_digest, label

TOKEN_CHARS = 10
"""Base32 characters of a token: 50 bits, one collision among a vault's values in a thousand million calls."""
DIGEST_CHARS = 51
"""Base32 characters that a digest has; the last, 52nd, is not a full one."""
MAX_VALUES = 10_000
"""Values in a vault, which lives as long as its call: about 2 MB. Further ones become labels."""
MAX_LABEL = 40
"""Characters of a label that can be in a token."""

SHAPE = rf"\[[A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}}_[A-Z2-7]{{{TOKEN_CHARS},{DIGEST_CHARS}}}\]"
"""What tokens look like, as a regular expression."""
_TOKEN = re.compile(SHAPE)
TOKEN_LABEL = re.compile(rf"[A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}}")


def session_key(master: bytes, purpose: str, *owner: str) -> bytes:
    """Return the key for one purpose of one owner: issuer, subject and session.

    Each part goes in with its length, so that no two lists of parts look the same. What is made with one key tells
    nothing about another, nor about ``master``.
    """
    parts = [part.encode("utf-8", "surrogatepass") for part in (purpose, *owner)]
    message = b"".join(len(part).to_bytes(4) + part for part in parts)
    return hmac.digest(master, message, hashlib.sha256)


class Originals(Mapping[str, str]):
    """Values by their tokens. The repr shows none."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __repr__(self) -> str:
        return f"<{len(self._values)} originals>"

    def __getitem__(self, token: str) -> str:
        return self._values[token]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class TokenVault:
    """A style that remembers. Called as one, it gives a value's token; ``originals`` maps tokens back to values."""

    __slots__ = ("_capacity", "_chars", "_key", "_originals", "_tokens")

    def __init__(self, key: bytes, *, chars: int = TOKEN_CHARS, capacity: int = MAX_VALUES) -> None:
        self._key = key
        self._chars = chars
        self._capacity = capacity
        self._tokens: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<TokenVault of {len(self._originals)} values>"

    def __call__(self, detector: Detector, value: str) -> str:
        """Return the token of ``value``; a label once the vault is full. What is a token already stays as it is."""
        if _TOKEN.fullmatch(value):
            return value
        known = self._tokens.get((detector.label, value))
        return known or self._new(detector, value)

    @property
    def originals(self) -> Mapping[str, str]:
        """Values by their tokens. It grows with the vault."""
        return Originals(self._originals)

    def _new(self, detector: Detector, value: str) -> str:
        if len(self._originals) >= self._capacity or not TOKEN_LABEL.fullmatch(detector.label):
            return label(detector, value)
        digest = b32encode(keyed_digest(self._key, detector.label, value)).decode("ascii")
        for chars in range(self._chars, DIGEST_CHARS + 1):
            token = f"[{detector.label}_{digest[:chars]}]"
            if token not in self._originals:  # else another value has it: this one gets a longer one
                self._tokens[detector.label, value] = token
                self._originals[token] = value
                return token
        return label(detector, value)


def restorer(originals: Mapping[str, str], otherwise: Replace = label) -> tuple[Detector, Replace]:
    """Return a detector of the tokens in ``originals``, and a style that puts the values back.

    The detector goes first among those of a masker, and the style is the masker's: ``otherwise`` is what it does with
    all other detectors. What is put back is not looked at again. A token inside a larger match is masked with it.
    """
    tokens = Detector(name="token", label="TOKEN", pattern=SHAPE, validate=originals.__contains__, as_written=True)

    def replace(detector: Detector, value: str) -> str:
        if detector is not tokens:
            return otherwise(detector, value)
        original = originals.get(value)
        return label(tokens, value) if original is None else original

    return tokens, replace
