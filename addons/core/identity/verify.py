"""From a token to a principal. The order is the security: nothing that a token says counts before its signature does.

1. The token is read strictly, in one way only.
2. The algorithm is one that the policy allows for this issuer; never ``none``, never a symmetric one.
3. The key is of the type that the algorithm needs.
4. The signature is right.
5. Issuer, audience and times fit.
6. Subject, groups and session become a ``Principal``.

After RFC 8725 (JSON Web Token best current practices).
"""

import jwt

from addons.core.errors import RefusedError
from addons.core.exchange import Principal
from addons.core.identity import claims as claim
from addons.core.identity.compact import TokenHead, read_compact
from addons.core.identity.keys import ALGORITHMS, PublicKey, fits
from addons.core.policy.model import DEFAULT_CLOCK_SKEW_S, Issuer
from addons.core.reasons import Reason

_SIGNATURES = jwt.PyJWS(algorithms=sorted(ALGORITHMS))
"""Knows asymmetric algorithms only. Claims and times are checked here: PyJWT would ask the system's clock."""


def unverified(token: str) -> TokenHead:
    """Return what ``token`` says about itself, without trust: for finding its key.

    Raises:
        RefusedError: ``TOKEN_TOO_LONG`` or ``TOKEN_MALFORMED``.
    """
    return read_compact(token).head


def require_algorithm(algorithm: str, issuer: Issuer) -> None:
    """Refuse an ``algorithm`` that ``issuer`` may not sign with (RFC 8725 section 3.1).

    Raises:
        RefusedError: ``TOKEN_ALGORITHM_REFUSED``.
    """
    if algorithm not in ALGORITHMS or algorithm not in issuer.algorithms:
        raise RefusedError(
            Reason.TOKEN_ALGORITHM_REFUSED,
            f"The token's algorithm is not allowed: the issuer must sign with {', '.join(issuer.algorithms)}.",
        )


def verify(token: str, issuer: Issuer, key: PublicKey, now: float, skew_s: float = DEFAULT_CLOCK_SKEW_S) -> Principal:
    """Return the principal that ``token`` proves at ``now`` (seconds since the epoch).

    ``skew_s`` is by how much the issuer's clock may differ. ``expires_at`` of the principal is the token's ``exp``.

    Raises:
        RefusedError: one of the ``TOKEN_…`` reasons; the message holds no part of the token.
    """
    # 1. One strict reading
    compact = read_compact(token)
    # 2. An allowed algorithm
    algorithm = compact.head.algorithm
    require_algorithm(algorithm, issuer)
    # 3. A key of its type
    if not fits(key, algorithm):
        raise RefusedError(Reason.TOKEN_ALGORITHM_REFUSED, "The issuer's key does not fit the token's algorithm.")
    # 4. The signature
    _require_signature(token, key, algorithm)
    # 5. Issuer, audience, times
    if compact.head.issuer != issuer.issuer:
        raise RefusedError(Reason.TOKEN_ISSUER_UNKNOWN, "The token is of another issuer than the key.")
    claim.require_audience(compact.claims, issuer)
    expires_at = claim.require_valid_at(compact.claims, now, skew_s)
    # 6. The principal
    return Principal(
        subject=claim.subject(compact.claims, issuer.subject),
        issuer=issuer.issuer,
        groups=claim.groups(compact.claims, issuer.groups),
        session=claim.session(compact, issuer.session),
        expires_at=expires_at,
    )


def _require_signature(token: str, key: PublicKey, algorithm: str) -> None:
    try:
        _SIGNATURES.decode(token, key, algorithms=[algorithm])
    except jwt.InvalidSignatureError:
        raise RefusedError(Reason.TOKEN_SIGNATURE_WRONG, "The token's signature is wrong.") from None
    except jwt.PyJWTError:
        raise RefusedError(Reason.TOKEN_MALFORMED, "The token's signature cannot be read.") from None
