"""Sets of small numbers as one number, with a bit for each member."""

import re
from collections.abc import Iterable, Iterator

_SOME = re.compile(rb"[^\0]")


def bits(numbers: Iterable[int]) -> int:
    """Return the set of ``numbers``."""
    data = bytearray()
    for number in numbers:
        place, bit = divmod(number, 8)
        if place >= len(data):
            data.extend(bytes(place + 1 - len(data)))
        data[place] |= 1 << bit
    return int.from_bytes(data, "little")


def some_bytes(those: int) -> Iterator[tuple[int, bytes]]:
    """Yield each byte of a set that has a member, after its place."""
    for some in _SOME.finditer(those.to_bytes(those.bit_length() // 8 + 1, "little")):
        yield some.start(), some[0]


def members(those: int) -> Iterator[int]:
    """Yield the members of a set, ascending."""
    for place, some in some_bytes(those):
        yield from (place * 8 + bit for bit in range(8) if some[0] >> bit & 1)
