"""Places in a body: RFC 6901 pointers that never hold a value.

A key can be a secret itself (an address book keyed by e-mail address), and places are recorded in clear. So a key
stands in a place only where it looks like a name; any other is written as ``*``.
"""

import re
from collections.abc import Iterable

type Path = tuple[str | int, ...]
"""Keys and indexes from the root of a JSON value; unlike a place it holds every key in full."""

_NAME = re.compile(r"[A-Za-z_$@][A-Za-z_$.\-]{0,39}[0-9]{0,3}")


def below(place: str, key: str | int) -> str:
    """Return the place of member ``key`` of what stands at ``place``."""
    if isinstance(key, int):
        return f"{place}/{key}"
    return f"{place}/{key if _NAME.fullmatch(key) else '*'}"


def pointer(path: Iterable[str | int]) -> str:
    """Return the place that ``path`` leads to."""
    place = ""
    for key in path:
        place = below(place, key)
    return place
