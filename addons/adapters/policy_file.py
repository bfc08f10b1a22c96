"""The policy file and the files that it imports: read at the start, and again when one of them changes.

A change takes effect as a whole or not at all: a file with a problem leaves the last good policy in place.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from addons.adapters import clock
from addons.core.policy.model import CredentialSource, Entities, IdentityPolicy, Issuer, Policy, Service
from addons.core.policy.parse import digest, parse
from addons.core.policy.problems import PolicyError, Problem
from addons.core.policy.sections.imports import MAX_IMPORT_BYTES, Files, Unreadable, named_files
from addons.core.policy.yaml_tree import MAX_POLICY_BYTES

POLL_INTERVAL_S = 1.0
"""Seconds between two looks at the file: an edit should be live before one has changed windows."""

SETTLE_S = 3.0
"""Age in seconds from which a time of modification proves that nothing was written since: FAT counts in twos."""

type Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Source:
    """What a policy is made from: its file, and the files that it imports, by the names it gives them.

    ``stamps`` were taken before the files were read.
    """

    text: bytes
    files: Files
    stamps: Mapping[Path, Stamp | None]

    @property
    def seen(self) -> str:
        """What tells this content from another; a file that is missing counts."""
        missing = [f"{name} {one.reason}" for name, one in self.files.items() if isinstance(one, Unreadable)]
        return " ".join((digest(self.text, self.files), *missing))


def load(path: Path) -> Policy:
    """Return the policy in ``path``. Files that it names are found relative to it.

    Raises:
        PolicyError: the file cannot be read, or has problems.
    """
    return _parse(_read(path), path)


class PolicyFile:
    """A policy file that is followed. ``current`` is the last good policy.

    ``prepare`` is called with each good policy before it is ``current``, where that may take long: in the thread in
    which the file is read.
    """

    def __init__(
        self,
        path: Path,
        *,
        poll_interval: float = POLL_INTERVAL_S,
        prepare: Callable[[Policy], None] = lambda _: None,
    ) -> None:
        """Read ``path``; raises ``PolicyError`` where it has problems."""
        self.path = path
        self._prepare = prepare
        self._poll_interval = poll_interval
        source = _read(path)
        self._stamps = source.stamps
        self._seen = source.seen
        self.current = _parse(source, path)
        prepare(self.current)

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
        if all(stamp == _stamp(path) and _is_settled(stamp) for path, stamp in self._stamps.items()):
            return None
        try:
            source = _read(self.path)
        except PolicyError as error:
            if self._seen == str(error):
                return None
            self._seen = str(error)
            raise
        self._stamps = source.stamps
        if source.seen == self._seen:
            return None
        self._seen = source.seen
        policy = _parse(source, self.path)
        self._prepare(policy)
        return policy


def _is_settled(stamp: Stamp | None) -> bool:
    return stamp is not None and clock.now() - stamp[0] / 1e9 > SETTLE_S


def _stamp(path: Path) -> Stamp | None:
    """Return time of modification, size and inode; ``None`` where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(path: Path) -> _Source:
    """Read the policy and what it imports; of each at most one byte more than allowed: the parser refuses the rest."""
    stamp = _stamp(path)
    text = _content(path, MAX_POLICY_BYTES)
    if isinstance(text, Unreadable):
        problem = Problem(str(path), 0, 0, "", f"cannot be read: {text.reason}", "Check the path and its owner.")
        raise PolicyError((problem,))
    imported = {name: _folder(path) / name for name in named_files(text)}
    stamps = {path: stamp, **{one: _stamp(one) for one in imported.values()}}
    return _Source(text, {name: _content(one, MAX_IMPORT_BYTES) for name, one in imported.items()}, stamps)


def _content(path: Path, limit: int) -> bytes | Unreadable:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        return Unreadable(error.strerror or "unknown reason")


def _folder(path: Path) -> Path:
    return path.resolve().parent


def _parse(source: _Source, path: Path) -> Policy:
    return _anchored(parse(source.text, name=str(path), files=source.files), _folder(path))


def _anchored(policy: Policy, folder: Path) -> Policy:
    """Return ``policy`` with the paths in it made absolute."""
    issuers = tuple(_anchored_issuer(issuer, folder) for issuer in policy.identity.issuers)
    services = tuple(_anchored_service(service, folder) for service in policy.services)
    identity: IdentityPolicy = replace(policy.identity, issuers=issuers)
    entities = _anchored_entities(policy.entities, folder) if policy.entities else None
    return replace(policy, identity=identity, services=services, entities=entities)


def _anchored_entities(entities: Entities, folder: Path) -> Entities:
    """Make a model's path absolute; without a slash it is the name of a package."""
    return replace(entities, model=str(folder / entities.model)) if "/" in entities.model else entities


def _anchored_issuer(issuer: Issuer, folder: Path) -> Issuer:
    return replace(issuer, jwks_file=_absolute(issuer.jwks_file, folder), ca_file=_absolute(issuer.ca_file, folder))


def _anchored_service(service: Service, folder: Path) -> Service:
    source: CredentialSource | None = service.credential
    if source is None or source.kind != "file":
        return service
    return replace(service, credential=replace(source, location=_absolute(source.location, folder)))


def _absolute(path: str, folder: Path) -> str:
    return str(folder / path) if path else ""
