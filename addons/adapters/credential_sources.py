"""Held credentials: read from the environment or from a file, kept in memory, never shown."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from addons.core.errors import CredentialError
from addons.core.policy.model import CredentialSource

MAX_CREDENTIAL_BYTES = 16 * 1024
"""A header line has to hold it; upstreams commonly refuse headers beyond 16 KiB."""


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: tuple[int, int, int]
    value: str = field(repr=False)


class CredentialSources:
    """Reads credentials by their source. Files are read again when they change, so that a rotation needs no restart."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._files: dict[str, _Read] = {}

    def read(self, source: CredentialSource) -> str:
        """Return the credential that ``source`` names.

        Raises:
            CredentialError: it is missing, empty, too long or holds control characters; the message names the source.
        """
        name = f"{source.kind}:{source.location}"
        value = os.environ.get(source.location, "") if source.kind == "env" else self._read_file(source.location)
        if not value:
            raise CredentialError(f"The credential {name} is missing or empty.")
        if len(value) > MAX_CREDENTIAL_BYTES or not value.isascii() or not value.isprintable():
            raise CredentialError(f"The credential {name} is not one line of ASCII below {MAX_CREDENTIAL_BYTES} bytes.")
        return value

    def _read_file(self, location: str) -> str:
        path = self._base / location
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
            known = self._files.get(location)
            if known is None or known.stamp != stamp:
                with path.open("rb") as file:
                    known = _Read(stamp, file.read(MAX_CREDENTIAL_BYTES + 2).decode("ascii").strip("\r\n"))
                self._files[location] = known
        except (OSError, UnicodeDecodeError) as error:
            raise CredentialError(f"The credential file:{location} cannot be read: {type(error).__name__}.") from None
        return known.value
