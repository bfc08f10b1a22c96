"""An issuer's public keys (JWK set, RFC 7517), and which of them may verify what.

1. Public asymmetric keys only: a symmetric or private key in a published set is never used.
2. A key fits an algorithm by its own type, size and curve, not by what the token says (RFC 8725 section 3.1).
3. A key id that stands twice is nobody's.
4. A token without a key id has a key only where exactly one fits.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from addons.core.call import Json
from addons.core.errors import ChainwardenError
from addons.core.identity.compact import MAX_KEY_ID_CHARS
from addons.core.identity.strict_json import StrictJsonError, parse_object

type PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

MIN_RSA_BITS = 2048
"""NIST SP 800-131A: shorter keys are disallowed."""

MAX_RSA_BITS = 8192
"""A verification costs the square of the length: beyond this a key set could slow down every call."""

MAX_KEYS = 100
"""Keys of one set. Large providers publish about ten; more would make the choice without a key id slow."""

_RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}

ALGORITHMS = frozenset({*_RSA_ALGORITHMS, *_CURVES, "EdDSA"})
"""All that can ever be allowed (RFC 7518 section 3.1, RFC 8037): no ``none``, nothing symmetric."""


class KeySetError(ChainwardenError):
    """A key set could not be had or read. The message names the source and what to do."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One public key. Empty ``kid`` or ``algorithm``: the set does not say."""

    kid: str
    algorithm: str
    key: PublicKey


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The usable keys of one issuer."""

    keys: tuple[VerificationKey, ...]

    def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """Return the one key for a token with ``kid`` and ``algorithm``, or ``None`` where none or several are."""
        found = [
            entry.key
            for entry in self.keys
            if kid in (None, entry.kid) and entry.algorithm in ("", algorithm) and fits(entry.key, algorithm)
        ]
        return found[0] if len(found) == 1 else None


def fits(key: object, algorithm: str) -> bool:
    """Say whether ``key`` is of the type, size and curve that ``algorithm`` needs."""
    if algorithm in _RSA_ALGORITHMS:
        return isinstance(key, RSAPublicKey) and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
    if algorithm in _CURVES:
        return isinstance(key, EllipticCurvePublicKey) and key.curve.name == _CURVES[algorithm]
    return algorithm == "EdDSA" and isinstance(key, Ed25519PublicKey)


def parse_key_set(document: bytes) -> KeyRing:
    """Read a JWK set (RFC 7517 section 5); keys that are of no use here are left out.

    Raises:
        KeySetError: where it is no JWK set, has more than ``MAX_KEYS`` keys, or none that can be used.
    """
    try:
        entries = parse_object(document).get("keys")
    except StrictJsonError as error:
        raise KeySetError(f"The key set is {error}.") from None
    if not isinstance(entries, list):
        raise KeySetError("The key set has no list of keys.")
    if len(entries) > MAX_KEYS:
        raise KeySetError(f"The key set has more than {MAX_KEYS} keys.")
    keys = [key for entry in entries if isinstance(entry, dict) and (key := _usable(entry)) is not None]
    uses = Counter(key.kid for key in keys)
    unique = tuple(key for key in keys if key.kid == "" or uses[key.kid] == 1)
    if not unique:
        raise KeySetError("The key set has no key that can verify a token.")
    return KeyRing(unique)


def _usable(jwk: Mapping[str, Json]) -> VerificationKey | None:
    kid, algorithm, operations = jwk.get("kid", ""), jwk.get("alg", ""), jwk.get("key_ops", ["verify"])
    if not isinstance(kid, str) or len(kid) > MAX_KEY_ID_CHARS or not isinstance(algorithm, str):
        return None
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return None
    key = _public_key(jwk)
    if key is None or not any(fits(key, name) for name in ({algorithm} if algorithm else ALGORITHMS)):
        return None
    return VerificationKey(kid, algorithm, key)


def _public_key(jwk: Mapping[str, Json]) -> PublicKey | None:
    reader = _READERS.get(str(jwk.get("kty")))
    if reader is None or "d" in jwk:
        return None
    try:
        key = reader(dict(jwk))
    except (jwt.InvalidKeyError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, (RSAPublicKey, EllipticCurvePublicKey, Ed25519PublicKey)) else None


_READERS = {"RSA": RSAAlgorithm.from_jwk, "EC": ECAlgorithm.from_jwk, "OKP": OKPAlgorithm.from_jwk}
