"""Reads bytes as text: ASCII, or UTF-16 of it. Everything else separates."""

UNREADABLE = "\ufffd"
"""Read for a byte that is no printable ASCII character: it must not look like part of a value."""

_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_SHOWN = bytes(code if code in _PRINTABLE else 0 for code in range(256))
_GOOD = bytes(ord("g") if code in _PRINTABLE or not code else ord("b") for code in range(256))


def is_printable(data: bytes) -> bool:
    """Say whether all of it is printable ASCII text."""
    return not data.translate(None, _PRINTABLE)


def is_text(data: bytes) -> bool:
    """Say whether all of it is printable ASCII text, also in UTF-16 little endian."""
    return is_printable(data) or (0 in data and not data[1::2].strip(b"\0") and is_printable(data[0::2]))


def marks(data: bytes) -> bytes:
    """Return ``g`` for each byte that a text may have, also in UTF-16, and ``b`` for each other."""
    return data.translate(_GOOD)


def shown(data: bytes) -> str:
    """Return a character for each byte."""
    return data.translate(_SHOWN).decode("ascii").replace("\0", UNREADABLE)


def wide(data: bytes) -> str | None:
    """Return a character for each two bytes if they look like UTF-16 of ASCII text, of either byte order."""
    if 0 not in data:
        return None
    for low, high in ((data[0::2], data[1::2]), (data[1::2], data[0::2])):
        if low and high.count(0) * 4 >= len(high) * 3 and low.count(0) * 4 < len(low):
            return shown(bytes(code if at >= len(high) or not high[at] else 0 for at, code in enumerate(low)))
    return None
