"""A random key of the gateway's own, kept in a file that only it can read."""

import os
import secrets
from pathlib import Path

KEY_BYTES = 32
"""As long as the output of the HMAC-SHA256 that it keys (RFC 2104 section 3)."""


def read_or_create(path: Path) -> bytes:
    """Return the key in ``path``, made now where there is none.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: the file does not hold a key.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
    else:
        key = secrets.token_bytes(KEY_BYTES)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    if len(key) != KEY_BYTES:
        raise ValueError(
            f"{path.name} does not hold a key of {KEY_BYTES} bytes. Restore it, or remove it for a new one."
        )
    return key
