"""Durations as people write them: `90s`, `15m`, `2h`, `400d`."""

import re

from addons.core.policy.values import Value

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")


def read(value: Value, *, minimum: int, maximum: int) -> int:
    """Return seconds between ``minimum`` and ``maximum``."""
    content = value.node.content
    found = _DURATION.fullmatch(content) if isinstance(content, str) else None
    if found is None:
        value.fail(f"'{content}' is not a duration", "Write it as 90s, 15m, 2h or 400d.")
        return minimum
    seconds = int(found[1]) * _SECONDS[found[2]]
    if not minimum <= seconds <= maximum:
        value.fail(f"{content} is not between {shown(minimum)} and {shown(maximum)}")
        return minimum
    return seconds


def shown(seconds: int) -> str:
    """Return ``seconds`` in the largest unit that divides them."""
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"
