"""Tokens to principals for the running gateway: keys by issuer, and a cache of what has been verified."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from addons.adapters import clock
from addons.adapters.key_sets import key_set_of
from addons.core.errors import ChainwardenError, RefusedError
from addons.core.exchange import Principal
from addons.core.identity.verify import require_algorithm, unverified, verify
from addons.core.policy.model import DEFAULT_CLOCK_SKEW_S, IdentityPolicy
from addons.core.reasons import Reason

MAX_CACHED_TOKENS = 10_000
"""Tokens that are kept as verified: about 10 MB with many groups, and more than one gateway's sessions."""

CACHED_FOR_S = 60.0
"""Seconds for which a verification counts: how long a withdrawn key may still be used beyond its refresh."""


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    since: float
    until: float


class Authenticator:
    """Verifies tokens by one policy. Belongs to one event loop; a new policy gets a new ``Authenticator``.

    Tokens are kept as SHA-256 digests only.
    """

    def __init__(
        self,
        identity: IdentityPolicy,
        base: Path,
        now: Callable[[], float] = clock.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``base`` is the folder that file names in the policy are relative to."""
        self._issuers = {issuer.issuer: (issuer, key_set_of(issuer, base, monotonic)) for issuer in identity.issuers}
        if len(self._issuers) != len(identity.issuers):
            raise ChainwardenError("The policy names an issuer twice: give one entry several audiences.")
        self._now = now
        self._cache: OrderedDict[bytes, _Verified] = OrderedDict()

    async def authenticate(self, token: str) -> Principal:
        """Return the principal that ``token`` proves now.

        Raises:
            RefusedError: a ``TOKEN_…`` reason, or ``ISSUER_UNAVAILABLE``.
        """
        # A token may hold characters that UTF-8 has not; it is refused where it is read.
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        cached = self._cache.get(digest)
        if cached is not None and cached.since <= self._now() < cached.until:
            self._cache.move_to_end(digest)
            return cached.principal
        principal = await self._verify(token)
        self._keep(digest, principal)
        return principal

    async def start(self) -> None:
        """Begin to keep keys fresh. Does not wait for issuers: one that is down refuses its own tokens only."""
        for _, keys in self._issuers.values():
            keys.start()

    async def close(self) -> None:
        """End the background work and forget every verification."""
        await asyncio.gather(*(keys.close() for _, keys in self._issuers.values()))
        self._cache.clear()

    async def _verify(self, token: str) -> Principal:
        head = unverified(token)
        if head.issuer not in self._issuers:
            raise RefusedError(
                Reason.TOKEN_ISSUER_UNKNOWN,
                f"The token is of an issuer that the policy does not name: get one from {' or '.join(self._issuers)}.",
            )
        issuer, keys = self._issuers[head.issuer]
        # Before the key is looked up: a token with a hopeless algorithm must not make us ask the issuer.
        require_algorithm(head.algorithm, issuer)
        key = await keys.find(head.kid, head.algorithm)
        return verify(token, issuer, key, self._now())

    def _keep(self, digest: bytes, principal: Principal) -> None:
        now = self._now()
        until = min(principal.expires_at + DEFAULT_CLOCK_SKEW_S, now + CACHED_FOR_S)
        self._cache[digest] = _Verified(principal, now, until)
        self._cache.move_to_end(digest)
        if len(self._cache) > MAX_CACHED_TOKENS:
            self._cache.popitem(last=False)
