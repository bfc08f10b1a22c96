"""What a token claims (RFC 7519 section 4.1), read from claims whose signature has been verified."""

import hashlib
from collections.abc import Mapping
from typing import NoReturn

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.identity.compact import CompactToken
from addons.core.policy.model import Issuer
from addons.core.reasons import Reason

MAX_NAME_CHARS = 256
"""Characters of a subject, a session or a group. OpenID Connect Core section 2 bounds ``sub`` at 255."""

MAX_GROUPS = 512
"""Groups of one principal. Entra stops at 200; each one is compared with each grant."""

MAX_TIME_S = 253_402_300_800.0
"""Seconds since the epoch at the end of year 9999: a later time is a mistake (milliseconds) or a trick."""

SESSION_DIGEST_CHARS = 32
"""Hex characters of a session made from the token itself: 128 bits, so that no two tokens meet."""


def require_audience(claims: Mapping[str, Json], issuer: Issuer) -> None:
    """Refuse a token that was made for somebody else (RFC 8725 section 3.9)."""
    audience = claims.get("aud")
    if audience is None:
        _missing("audience (aud)")
    values = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(value, str) and value in issuer.audience for value in values):
        raise RefusedError(
            Reason.TOKEN_AUDIENCE_WRONG,
            f"The token is for another audience: ask the issuer for one for {' or '.join(issuer.audience)}.",
        )


def require_valid_at(claims: Mapping[str, Json], now: float, skew_s: float) -> float:
    """Return the time of expiry; refuse a token that is not valid at ``now``, give or take ``skew_s`` seconds."""
    expires_at = _time(claims, "exp")
    if expires_at is None:
        _missing("expiry (exp)")
    starts = [at for name in ("nbf", "iat") if (at := _time(claims, name)) is not None]
    if now >= expires_at + skew_s:
        raise RefusedError(Reason.TOKEN_EXPIRED, "The token has expired: get a new one.")
    if any(at > now + skew_s for at in starts):
        raise RefusedError(
            Reason.TOKEN_NOT_YET_VALID,
            "The token is not valid yet: wait, or set the clocks of the issuer and the gateway.",
        )
    return expires_at


def subject(claims: Mapping[str, Json], path: str) -> str:
    """Return who the token is about. Refuses where there is nobody."""
    name = _at(claims, path)
    if name is None:
        _missing(f"subject ({path})")
    return _name(name, path)


def groups(claims: Mapping[str, Json], path: str) -> tuple[str, ...]:
    """Return the groups, each once, in the token's order: a list of strings, or one string with spaces.

    No claim means no groups. More than ``MAX_GROUPS`` are refused: a part of them would be another set of rights.
    """
    value = _at(claims, path)
    if value is None:
        return ()
    names = [name for name in value.split(" ") if name] if isinstance(value, str) else value
    if not isinstance(names, list):
        _malformed(f"has groups ({path}) that are neither a list nor a string")
    if len(names) > MAX_GROUPS:
        _malformed(f"has more than {MAX_GROUPS} groups ({path})")
    return tuple(dict.fromkeys(_name(name, path) for name in names))


def session(token: CompactToken, path: str) -> str:
    """Return the session: the claim at ``path``, else the token's id, else a digest of what is signed.

    Not of the whole token: an ECDSA signature has a second valid form, which would be another session.
    """
    for name in (path, "jti"):
        value = _at(token.claims, name)
        if value is not None:
            return _name(value, name)
    return hashlib.sha256(token.signed.encode()).hexdigest()[:SESSION_DIGEST_CHARS]


def is_name(value: str) -> bool:
    """Say whether ``value`` can be a subject, a session or a group: printable, bounded, no space at either end."""
    return value.isprintable() and value == value.strip() and 0 < len(value) <= MAX_NAME_CHARS


def _name(value: Json, path: str) -> str:
    if not isinstance(value, str) or not is_name(value):
        _malformed(f"has a claim ({path}) that is not 1 to {MAX_NAME_CHARS} printable characters")
    return value


def _time(claims: Mapping[str, Json], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    # ``True`` is an ``int`` to Python, and not a NumericDate (RFC 7519 section 2).
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MAX_TIME_S:
        _malformed(f"has a time ({name}) that is not a number of seconds since 1970")
    return float(value)


def _at(claims: Mapping[str, Json], path: str) -> Json:
    # A name with dots in it comes first: namespaced claims are URLs (OpenID Connect Core section 5.1.2).
    if path in claims:
        return claims[path]
    value: Json = dict(claims)
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _missing(what: str) -> NoReturn:
    raise RefusedError(Reason.TOKEN_CLAIMS_MISSING, f"The token has no {what}.")


def _malformed(what: str) -> NoReturn:
    raise RefusedError(Reason.TOKEN_MALFORMED, f"The token {what}.")
