"""Time and ids: the only place that asks the machine for either."""

import os
import time


def new_id(now: float) -> str:
    """Return a UUID version 7 (RFC 9562 section 5.7) for ``now``, seconds since the epoch: ids sort by time."""
    milliseconds = int(now * 1000) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def now() -> float:
    """Return seconds since the epoch, UTC."""
    return time.time()  # noqa: TID251 - this is the edge that the ban names
