"""Makes tokens by hand, also such as no library would make."""

import base64
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from addons.core.policy.model import Issuer

NOW = 1_800_000_000.0
ISSUER = Issuer(issuer="https://login.example.com", audience=("chainwarden", "chainwarden-dev"))

type PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
P384_KEY = ec.generate_private_key(ec.SECP384R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
RSA_KEY = rsa.generate_private_key(65537, 2048)
WEAK_RSA_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505  # must be refused

GOOD_CLAIMS: dict[str, Any] = {
    "iss": ISSUER.issuer,
    "aud": "chainwarden",
    "sub": "alice",
    "groups": ["data-science"],
    "iat": NOW - 10,
    "exp": NOW + 300,
    "jti": "token-1",
}


def segment(value: object) -> str:
    """Encode bytes as they are, and everything else as JSON, in base64url."""
    data = value if isinstance(value, bytes) else orjson.dumps(value)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(header: object, claims: object, key: PrivateKey | bytes, algorithm: str = "ES256") -> str:
    """Sign any header and claims, dict or raw bytes, with ``algorithm``, whatever the header says."""
    signed = f"{segment(header)}.{segment(claims)}"
    signer = jwt.PyJWS().get_algorithm_by_name(algorithm)
    return f"{signed}.{segment(signer.sign(signed.encode(), key))}"


@dataclass(frozen=True)
class Mint:
    """A good token, of which parts can be replaced; ``None`` in ``claims`` or ``header`` takes one away."""

    key: PrivateKey | bytes = EC_KEY
    algorithm: str = "ES256"
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)

    def token(self) -> str:
        header = {"alg": self.algorithm, "typ": "JWT", "kid": "key-1"} | self.header
        claims = GOOD_CLAIMS | self.claims
        return sign(_without_none(header), _without_none(claims), self.key, self.algorithm)


def token(**claims: Any) -> str:
    """Make a good token but for ``claims``."""
    return Mint(claims=claims).token()


def token_with_header(**header: Any) -> str:
    """Make a token with good claims and these header parameters."""
    return replace(Mint(), header=header).token()


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
