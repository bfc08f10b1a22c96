"""The policy file: read at the start, and again when it changes.

A change takes effect as a whole or not at all: a file with a problem leaves the last good policy in place.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from addons.adapters import clock
from addons.core.policy.model import CredentialSource, IdentityPolicy, Issuer, Policy, Service
from addons.core.policy.parse import parse
from addons.core.policy.problems import PolicyError, Problem
from addons.core.policy.yaml_tree import MAX_POLICY_BYTES

POLL_INTERVAL_S = 1.0
"""Seconds between two looks at the file: an edit should be live before one has changed windows."""

SETTLE_S = 3.0
"""Age in seconds from which a time of modification proves that nothing was written since: FAT counts in twos."""

type Stamp = tuple[int, int, int]


def load(path: Path) -> Policy:
    """Return the policy in ``path``. Files that it names are found relative to it.

    Raises:
        PolicyError: the file cannot be read, or has problems.
    """
    return _parse(_read(path), path)


class PolicyFile:
    """A policy file that is followed. ``current`` is the last good policy."""

    def __init__(self, path: Path, *, poll_interval: float = POLL_INTERVAL_S) -> None:
        """Read ``path``; raises ``PolicyError`` where it has problems."""
        self.path = path
        self._poll_interval = poll_interval
        self._stamp = _stamp(path)
        text = _read(path)
        self._seen = hashlib.sha256(text).hexdigest()
        self.current = _parse(text, path)

    async def watch(self, on_change: Callable[[Policy], None], on_error: Callable[[PolicyError], None]) -> None:
        """Follow the file until cancelled.

        ``on_change`` is called on the event loop with each new policy, after ``current`` holds it; ``on_error`` once
        for each content that is refused. The file is read and parsed in a thread.
        """
        while True:
            await asyncio.sleep(self._poll_interval)
            try:
                policy = await asyncio.to_thread(self.changed)
            except PolicyError as error:
                on_error(error)
            else:
                if policy is not None:
                    self.current = policy
                    on_change(policy)

    def changed(self) -> Policy | None:
        """Return the policy if the file's content has changed since the last look; raises ``PolicyError``.

        An unreadable file is reported once, as a content of its own.
        """
        stamp = _stamp(self.path)
        settled = stamp is not None and clock.now() - stamp[0] / 1e9 > SETTLE_S
        if settled and stamp == self._stamp:
            return None
        try:
            text = _read(self.path)
        except PolicyError as error:
            if self._seen == str(error):
                return None
            self._seen = str(error)
            raise
        digest = hashlib.sha256(text).hexdigest()
        self._stamp = stamp
        if digest == self._seen:
            return None
        self._seen = digest
        return _parse(text, self.path)


def _stamp(path: Path) -> Stamp | None:
    """Return time of modification, size and inode; ``None`` where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: Path) -> bytes:
    """Read at most one byte more than a policy may have: the parser refuses the rest."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_POLICY_BYTES + 1)
    except OSError as error:
        problem = Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}", "Check the path and its owner.")
        raise PolicyError((problem,)) from error


def _parse(text: bytes, path: Path) -> Policy:
    return _anchored(parse(text, name=str(path)), path.resolve().parent)


def _anchored(policy: Policy, folder: Path) -> Policy:
    """Return ``policy`` with the paths in it made absolute."""
    issuers = tuple(_anchored_issuer(issuer, folder) for issuer in policy.identity.issuers)
    services = tuple(_anchored_service(service, folder) for service in policy.services)
    identity: IdentityPolicy = replace(policy.identity, issuers=issuers)
    return replace(policy, identity=identity, services=services)


def _anchored_issuer(issuer: Issuer, folder: Path) -> Issuer:
    return replace(issuer, jwks_file=_absolute(issuer.jwks_file, folder), ca_file=_absolute(issuer.ca_file, folder))


def _anchored_service(service: Service, folder: Path) -> Service:
    source: CredentialSource | None = service.credential
    if source is None or source.kind != "file":
        return service
    return replace(service, credential=replace(source, location=_absolute(source.location, folder)))


def _absolute(path: str, folder: Path) -> str:
    return str(folder / path) if path else ""
