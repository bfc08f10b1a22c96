"""Canonical JSON: the same value is always the same bytes, so that records can be hashed and compared.

RFC 8785 (JSON Canonicalization Scheme), restricted to strings, integers, booleans, null, arrays and objects. Floats are
refused: their shortest form is where implementations differ.
"""

from collections.abc import Collection, Mapping, Sequence

import orjson

type Value = bool | int | str | Sequence[Value] | Mapping[str, Value] | None

LARGEST_INTEGER = 2**53 - 1
"""RFC 8785 numbers are IEEE 754 doubles (RFC 7493 section 2.2): beyond this, readers would round."""


def encode(value: Value) -> bytes:
    r"""Return ``value`` as canonical JSON: UTF-8, keys sorted by UTF-16 code units, no whitespace.

    A lone surrogate, which UTF-8 cannot carry, becomes the six characters ``\udXXX``. No raw tab or line end is
    in the result. Raises ``TypeError`` for a float or any other type, ``ValueError`` for an integer that a double
    cannot hold or for keys that become equal.
    """
    return orjson.dumps(_canonical(value))


def _canonical(value: Value) -> object:
    if isinstance(value, str):
        return _encodable(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    raise TypeError(f"A record cannot hold a {type(value).__name__}: strings, integers, booleans, null, lists, maps")


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _integer(value: int) -> int:
    if abs(value) > LARGEST_INTEGER:
        raise ValueError(f"A record cannot hold {value}: readers would round it")
    return value


def _object(value: Mapping[str, Value]) -> dict[str, object]:
    members = {_encodable(key): _canonical(item) for key, item in value.items()}
    if len(members) != len(value):
        raise ValueError("Two keys of a record become equal once their lone surrogates are escaped")
    return {key: members[key] for key in _sorted(members)}


def _sorted(keys: Collection[str]) -> list[str]:
    """Sort ``keys`` by UTF-16 code units (RFC 8785 section 3.2.3), which for ASCII is Python's own order."""
    return sorted(keys) if "".join(keys).isascii() else sorted(keys, key=_utf16)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
