"""The embedded issuer for development: one ES256 key in a file, and the key set that the gateway reads.

Whoever can read the key file can be anybody: in production the policy names an identity provider instead.
"""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import jwt
import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from addons.core.errors import ChainwardenError
from addons.core.identity.claims import MAX_GROUPS, is_name

KEY_FILE = "issuer.key"
KEY_SET_FILE = "issuer.jwks.json"

_ALGORITHM = "ES256"
_TOKEN_ID_BYTES = 16


class LocalIssuerError(ChainwardenError):
    """The issuer's key cannot be used, or a token cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class LocalIssuer:
    """Signs tokens as ``issuer`` for ``audience``."""

    key: ec.EllipticCurvePrivateKey
    issuer: str
    audience: str

    def issue(self, subject: str, groups: tuple[str, ...], now: float, lifetime_s: float) -> str:
        """Return a token that is valid from ``now`` (seconds since the epoch) for ``lifetime_s`` seconds.

        Raises:
            LocalIssuerError: for a subject or groups that the gateway would refuse.
        """
        if not is_name(subject):
            raise LocalIssuerError("The subject must be a short printable name, without a space at its ends.")
        if len(groups) > MAX_GROUPS or not all(is_name(group) for group in groups):
            raise LocalIssuerError(f"Groups must be short printable names, at most {MAX_GROUPS}.")
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "groups": list(groups),
            "iat": int(now),
            "exp": int(now + lifetime_s),
            "jti": secrets.token_urlsafe(_TOKEN_ID_BYTES),
        }
        return jwt.encode(claims, self.key, algorithm=_ALGORITHM, headers={"kid": key_id(self.key.public_key())})


def load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read the issuer's private key, PKCS #8 in PEM.

    Raises:
        LocalIssuerError: where it is missing or is no P-256 key.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise LocalIssuerError(f"There is no issuer key at {path}: run scripts/certs.") from None
    except OSError as error:
        raise LocalIssuerError(f"The issuer key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise LocalIssuerError(
            f"{path} is not an unencrypted private key: move it away and run scripts/certs."
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise LocalIssuerError(f"{path} is not a P-256 key: move it away and run scripts/certs.")
    return key


def create_key(path: Path) -> bool:
    """Make the issuer's private key, readable by its owner only; an existing file stays. Return whether it was made."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return create_private(path, pem)


def create_key_set(path: Path, key: ec.EllipticCurvePrivateKey) -> bool:
    """Write the public key set of ``key``; an existing file stays, if it has the key. Return whether it was made.

    Raises:
        LocalIssuerError: where the file there is of another key.
    """
    if not path.exists():
        path.write_bytes(key_set(key.public_key()))
        return True
    if key_id(key.public_key()).encode() not in path.read_bytes():
        raise LocalIssuerError(f"{path} does not belong to the issuer key: move it away and run scripts/certs.")
    return False


def create_private(path: Path, data: bytes) -> bool:
    """Write ``data`` to a new file with mode 0600; an existing file stays. Return whether it was written."""
    try:
        # The mode is given at creation: between a write and a later chmod others could read it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return True


def key_set(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the JWK set (RFC 7517) with ``key`` alone."""
    jwk = {**ECAlgorithm.to_jwk(key, as_dict=True), "use": "sig", "alg": _ALGORITHM, "kid": key_id(key)}
    return orjson.dumps({"keys": [jwk]}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def key_id(key: ec.EllipticCurvePublicKey) -> str:
    """Return the thumbprint of ``key`` (RFC 7638): the same key always has the same id."""
    jwk = ECAlgorithm.to_jwk(key, as_dict=True)
    required = orjson.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")})
    return base64.urlsafe_b64encode(hashlib.sha256(required).digest()).rstrip(b"=").decode()
