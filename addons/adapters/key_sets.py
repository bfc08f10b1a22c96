"""Issuers' keys: from a file, or fetched over HTTP and kept for as long as it is safe.

1. Keys are refreshed in the background before they are old, and once for an unknown key id.
2. However many calls ask, there is one fetch at a time, and none within ``MIN_REFRESH_INTERVAL_S`` of the last.
3. An issuer that is down keeps its known keys for ``KEYS_USABLE_S``; then its tokens are refused.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from addons.core.errors import RefusedError
from addons.core.identity.discovery import discovery_url, key_set_url, require_safe
from addons.core.identity.keys import KeyRing, KeySetError, PublicKey, parse_key_set
from addons.core.policy.model import Issuer
from addons.core.reasons import Reason

logger = logging.getLogger(__name__)

MAX_DOCUMENT_BYTES = 512 * 1024
"""Bytes of a key set or of metadata. Large providers publish 20 KB."""

STEP_TIMEOUT_S = 4.0
"""Seconds for one step of a fetch: connecting, or waiting for more bytes. A client waits while a key is looked up."""

FETCH_TIMEOUT_S = 10.0
"""Seconds for a whole fetch, discovery and key set: within the shortest usual client timeout."""

REFRESH_AFTER_S = 600.0
"""Seconds after which keys are fetched again: how long a key that the issuer has withdrawn may still count."""

KEYS_USABLE_S = 4 * 3600.0
"""Seconds for which keys count while their issuer is down: an outage should not stop work, a blackout must."""

MIN_REFRESH_INTERVAL_S = 10.0
"""Seconds between two fetches: tokens with made-up key ids must not turn the gateway against the issuer."""


class KeySet(Protocol):
    """The keys of one issuer."""

    async def find(self, kid: str | None, algorithm: str) -> PublicKey:
        """Return the key for a token with ``kid`` and ``algorithm``.

        Raises:
            RefusedError: ``TOKEN_KEY_UNKNOWN`` or ``ISSUER_UNAVAILABLE``.
        """

    def start(self) -> None:
        """Begin to keep the keys fresh; needs a running event loop, and does not wait for the issuer."""

    async def close(self) -> None:
        """End everything that was started."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When keys are fetched, and for how long they count; all in seconds."""

    refresh_after: float = REFRESH_AFTER_S
    usable: float = KEYS_USABLE_S
    min_interval: float = MIN_REFRESH_INTERVAL_S


class FileKeySet:
    """Keys from a file, read again whenever it changes. A file that is bad or gone refuses: a key may be withdrawn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ring: KeyRing | None = None
        self._stamp: tuple[int, ...] = ()
        self._fault = ""

    async def find(self, kid: str | None, algorithm: str) -> PublicKey:
        """See ``KeySet``."""
        key = self._current().find(kid, algorithm)
        if key is None:
            raise _unknown_key()
        return key

    def start(self) -> None:
        """Nothing to start: a file is looked at when it is needed."""

    async def close(self) -> None:
        """Nothing to end."""

    def _current(self) -> KeyRing:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if self._ring is None or stamp != self._stamp:
                self._ring = parse_key_set(_read(self._path))
                self._stamp = stamp
        except (OSError, KeySetError) as error:
            self._ring = None
            self._report(str(error))
            raise _unavailable() from error
        self._fault = ""
        return self._ring

    def _report(self, fault: str) -> None:
        # Once, and not for each call: a flood of tokens must not become a flood of log lines.
        if fault != self._fault:
            logger.warning("The issuer's key file %s cannot be used: %s", self._path, fault)
        self._fault = fault


class RemoteKeySet:
    """Keys from ``jwks_uri``, or found by discovery."""

    def __init__(
        self,
        issuer: Issuer,
        ca_file: Path | None = None,
        schedule: Schedule = Schedule(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._ca_file = ca_file
        self._schedule = schedule
        self._clock = clock
        self._ring: KeyRing | None = None
        self._fetched_at = 0.0
        self._tried_at: float | None = None
        self._down = False
        self._fetching: asyncio.Task[None] | None = None
        self._background: asyncio.Task[None] | None = None

    async def find(self, kid: str | None, algorithm: str) -> PublicKey:
        """See ``KeySet``. Waits for the issuer only where no usable key is known."""
        key = self._known(kid, algorithm)
        if key is None:
            await self._refresh()
            key = self._known(kid, algorithm)
        if key is not None:
            return key
        raise _unavailable() if self._down or self._usable() is None else _unknown_key()

    def start(self) -> None:
        """See ``KeySet``."""
        if self._background is None:
            self._background = asyncio.create_task(self._keep_fresh())

    async def close(self) -> None:
        """See ``KeySet``."""
        tasks = [task for task in (self._background, self._fetching) if task is not None]
        self._background = self._fetching = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _usable(self) -> KeyRing | None:
        return self._ring if self._clock() < self._fetched_at + self._schedule.usable else None

    def _known(self, kid: str | None, algorithm: str) -> PublicKey | None:
        ring = self._usable()
        return None if ring is None else ring.find(kid, algorithm)

    async def _refresh(self) -> None:
        if self._fetching is None:
            if self._tried_at is not None and self._clock() < self._tried_at + self._schedule.min_interval:
                return
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        # A client that goes away must not take the fetch from the others.
        await asyncio.shield(self._fetching)

    def _fetched(self, task: asyncio.Task[None]) -> None:
        if self._fetching is task:
            self._fetching = None

    async def _fetch(self) -> None:
        asked_at = self._clock()
        try:
            document = await asyncio.wait_for(
                asyncio.to_thread(fetch_key_set, self._issuer, self._ca_file), FETCH_TIMEOUT_S
            )
            self._ring = parse_key_set(document)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, KeySetError) as error:
            self._down = True
            logger.warning("The keys of %s cannot be had: %s", self._issuer.issuer, str(error) or type(error).__name__)
        else:
            self._down = False
            self._fetched_at = asked_at

    async def _keep_fresh(self) -> None:
        while True:
            await self._refresh()
            await asyncio.sleep(self._schedule.min_interval if self._down else self._schedule.refresh_after)


def key_set_of(issuer: Issuer, folder: Path, clock: Callable[[], float] = time.monotonic) -> KeySet:
    """Return the keys of ``issuer``; file names of the policy are relative to ``folder``."""
    if issuer.jwks_file:
        return FileKeySet(folder / issuer.jwks_file)
    return RemoteKeySet(issuer, folder / issuer.ca_file if issuer.ca_file else None, clock=clock)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        document = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise KeySetError(f"It is longer than {MAX_DOCUMENT_BYTES} bytes.")
    return document


def fetch_key_set(issuer: Issuer, ca_file: Path | None) -> bytes:
    """Fetch the key set of ``issuer``, by discovery where the policy names no ``jwks_uri``. Blocks: for a thread.

    Raises:
        KeySetError, httpx.HTTPError, httpx.InvalidURL, OSError: where it cannot be had in full and in safety.
    """
    deadline = time.monotonic() + FETCH_TIMEOUT_S
    trust = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context(trust_env=False)
    with httpx.Client(verify=trust, trust_env=False, timeout=STEP_TIMEOUT_S, follow_redirects=False) as client:
        url = issuer.jwks_uri
        if not url:
            metadata = discovery_url(issuer.issuer)
            require_safe(metadata, issuer.issuer)
            url = key_set_url(_get(client, metadata, deadline), issuer.issuer)
        require_safe(url, issuer.issuer)
        return _get(client, url, deadline)


def _get(client: httpx.Client, url: str, deadline: float) -> bytes:
    # No content coding: a few compressed bytes could otherwise fill the memory before the cap is seen.
    with client.stream("GET", url, headers={"accept": "application/json", "accept-encoding": "identity"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise KeySetError(f"{url} answers {answer.status_code}; redirects are not followed.")
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise KeySetError(f"{url} answers with a content coding that was not asked for.")
        document = bytearray()
        for chunk in answer.iter_raw():
            document += chunk
            if len(document) > MAX_DOCUMENT_BYTES or time.monotonic() > deadline:
                raise KeySetError(f"{url} sends more than {MAX_DOCUMENT_BYTES} bytes, or too slowly.")
    return bytes(document)


def _unknown_key() -> RefusedError:
    return RefusedError(
        Reason.TOKEN_KEY_UNKNOWN, "The token's key is not one of its issuer's: get a new token from the issuer."
    )


def _unavailable() -> RefusedError:
    return RefusedError(
        Reason.ISSUER_UNAVAILABLE, "The issuer's keys cannot be had now: try again, and tell whoever runs the gateway."
    )
