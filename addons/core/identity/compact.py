"""Reading a signed token (JWS compact form, RFC 7515 section 7.1) in exactly one way. Nothing here is trusted."""

import base64
from dataclasses import dataclass, field
from typing import NoReturn

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.identity.strict_json import StrictJsonError, parse_object
from addons.core.reasons import Reason

MAX_TOKEN_BYTES = 16 * 1024
"""Bytes of a token. Directories with hundreds of groups make 8 KiB; servers stop reading a header at 8 to 64 KiB."""

MAX_KEY_ID_CHARS = 256
"""Characters of a key id. Thumbprints have 43, certificate URLs up to about 150."""

_JWS_PARTS = 3
_JWE_PARTS = 5

_TYPES = frozenset({"jwt", "application/jwt", "at+jwt", "application/at+jwt"})
"""What ``typ`` may say: a logout token of the same issuer is no access token (RFC 8725 section 3.11, RFC 9068)."""


@dataclass(frozen=True, slots=True)
class TokenHead:
    """What a token says about itself, unverified: good for choosing a key, and for nothing else."""

    issuer: str
    kid: str | None
    algorithm: str


@dataclass(frozen=True, slots=True)
class CompactToken:
    """A token taken apart. ``signed`` is the text that the signature covers."""

    head: TokenHead
    claims: dict[str, Json] = field(repr=False)
    signed: str = field(repr=False)


def read_compact(token: str) -> CompactToken:
    """Take ``token`` apart, strictly and without trust.

    Raises:
        RefusedError: ``TOKEN_TOO_LONG`` or ``TOKEN_MALFORMED``.
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise RefusedError(Reason.TOKEN_TOO_LONG, f"The token is longer than {MAX_TOKEN_BYTES} bytes.")
    if not token.isascii():
        _malformed("has characters outside ASCII")
    parts = token.split(".")
    if len(parts) == _JWE_PARTS:
        _malformed("is encrypted (JWE): ask the issuer for signed tokens")
    if len(parts) != _JWS_PARTS:
        _malformed("is not a JWT: three parts with dots between them")
    header = _object(parts[0], "header")
    claims = _object(parts[1], "claims")
    return CompactToken(_head(header, claims), claims, f"{parts[0]}.{parts[1]}")


def decode_segment(segment: str) -> bytes:
    """Decode base64url without padding (RFC 7515 section 2); the one canonical spelling only.

    Raises:
        ValueError: for anything else. The message holds no part of the segment.
    """
    padded = segment + "=" * (-len(segment) % 4)
    try:
        data = base64.urlsafe_b64decode(padded.encode("ascii"))
    except ValueError:
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != segment:
        raise ValueError("not canonical base64url")
    return data


def _object(segment: str, name: str) -> dict[str, Json]:
    try:
        return parse_object(decode_segment(segment))
    except StrictJsonError as error:
        _malformed(f"has a bad {name}: {error}")
    except ValueError as error:
        _malformed(f"has a bad {name}: {error}")


def _head(header: dict[str, Json], claims: dict[str, Json]) -> TokenHead:
    # Keys that a token brings along or points to (jwk, jku, x5c, x5u) are never read: RFC 8725 section 3.10.
    for name in ("crit", "b64"):
        if name in header:
            _malformed(f"uses the header parameter {name}, which is not supported")
    _require_access_token(header)
    issuer, algorithm = claims.get("iss"), header.get("alg")
    if not isinstance(issuer, str):
        _malformed("has no issuer (iss)")
    if not isinstance(algorithm, str):
        _malformed("has no algorithm (alg)")
    return TokenHead(issuer, _key_id(header), algorithm)


def _require_access_token(header: dict[str, Json]) -> None:
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        _malformed("has a type (typ) that is not JWT or at+jwt: use an access token")
    if "cty" in header:
        _malformed("has another token inside (cty): use an access token")


def _key_id(header: dict[str, Json]) -> str | None:
    if "kid" not in header:
        return None
    kid = header["kid"]
    if not isinstance(kid, str) or not kid.isprintable() or not 0 < len(kid) <= MAX_KEY_ID_CHARS:
        _malformed(f"has a key id (kid) that is not 1 to {MAX_KEY_ID_CHARS} printable characters")
    return kid


def _malformed(what: str) -> NoReturn:
    raise RefusedError(Reason.TOKEN_MALFORMED, f"The token {what}.") from None
