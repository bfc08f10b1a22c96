"""Streams as providers send them, with made-up secrets in them, and what must never be in an output."""

from pathlib import Path

SECRETS = (
    "jane.doe@example.com",
    "jane.doe",
    "example.com",
    "4111111111111111",
    "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789",
    "proj-abcdefghijklm",
)
"""What stands in the captures, and parts of it that a leak would show."""

_FOLDER = Path(__file__).parent

NAMES = tuple(sorted(path.name for path in _FOLDER.glob("*.sse")))


def capture(name: str) -> bytes:
    """Return the bytes of a capture."""
    return (_FOLDER / name).read_bytes()
