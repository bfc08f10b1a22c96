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

_ALL = sorted(path.name for path in _FOLDER.glob("*.sse"))

ANTHROPIC_NAMES = tuple(name for name in _ALL if name.startswith("anthropic_"))
GEMINI_NAMES = tuple(name for name in _ALL if name.startswith("gemini_"))
RESPONSES_NAMES = tuple(name for name in _ALL if name.startswith("responses_"))
NAMES = tuple(name for name in _ALL if name not in ANTHROPIC_NAMES + GEMINI_NAMES + RESPONSES_NAMES)


def capture(name: str) -> bytes:
    """Return the bytes of a capture."""
    return (_FOLDER / name).read_bytes()
