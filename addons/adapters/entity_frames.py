"""What the gateway and its entity worker say to each other: JSON texts, each after its length in four bytes."""

from collections.abc import Callable
from typing import IO

from addons.core.call import Json
from addons.core.errors import ChainwardenError, RefusedError
from addons.core.protocols.json_text import dump, parse

MAX_FRAME_BYTES = 4 * 1024 * 1024
"""Bytes of one JSON text: twenty thousand characters, and an entity in each of them, come to less than one million."""
_LENGTH_BYTES = 4


class FrameError(ChainwardenError):
    """The other side is gone, or says what cannot be read."""


def write_frame(stream: IO[bytes], value: Json) -> None:
    """Send ``value``. Raises ``FrameError``."""
    data = dump(value).encode()
    try:
        stream.write(len(data).to_bytes(_LENGTH_BYTES) + data)
        stream.flush()
    except (OSError, ValueError):  # ValueError: somebody has closed the pipe
        raise FrameError("the other side does not listen") from None


def read_frame(stream: IO[bytes]) -> Json:
    """Wait for the next value. Raises ``FrameError``."""
    length = int.from_bytes(_read(stream.read, _LENGTH_BYTES))
    if length > MAX_FRAME_BYTES:
        raise FrameError("the other side says too much")
    try:
        return parse(_read(stream.read, length))
    except RefusedError:
        raise FrameError("the other side sends no JSON") from None


def _read(read: Callable[[int], bytes], size: int) -> bytes:
    try:
        data = read(size)
    except (OSError, ValueError):
        raise FrameError("the other side cannot be heard") from None
    if len(data) != size:
        raise FrameError("the other side has ended")
    return data
