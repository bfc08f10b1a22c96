"""JSON texts as exactly one value, or a refusal (RFC 8259).

A text that two parsers could read differently is refused: duplicate keys, NaN and Infinity, numbers beyond a double,
encodings other than UTF-8. A byte order mark is skipped (section 8.1 allows it; no value depends on it). A lone
surrogate is data.
"""

import json
import re

import orjson

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.reasons import Reason

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of one text: above what LLM APIs accept for a request with images (50 MB)."""

MAX_DEPTH = 128
"""Levels of arrays and objects: real bodies have below 30, and parsers behind us may recurse."""

BOM = b"\xef\xbb\xbf"

_KEYS = re.compile(rb'"(?:[^"\\]++|\\.)*+"[ \t\r\n]*(:)?', re.DOTALL)
_BIG_NUMBER = re.compile(rb"\d{19}")
# A string that never ends is taken as one token, so that the search stays linear on any input.
_NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)
_MAX_DOUBLE_DIGITS = 308


def _malformed(what: str) -> RefusedError:
    return RefusedError(Reason.BODY_MALFORMED, f"The body is not valid JSON: {what}.")


def duplicate_keys() -> RefusedError:
    """Return the refusal of an object that has a key twice."""
    return RefusedError(
        Reason.BODY_DUPLICATE_KEYS, "The body has a JSON object with the same key twice. Send each key once."
    )


def parse(body: bytes, *, unique_keys: bool = True) -> Json:
    """Return the value of ``body``.

    With ``unique_keys=False`` the last of several equal keys wins, as in most parsers.

    Raises:
        RefusedError: ``BODY_TOO_LARGE``, ``BODY_DUPLICATE_KEYS``, or ``BODY_MALFORMED`` with line and column.
    """
    if len(body) > MAX_BYTES:
        raise RefusedError(Reason.BODY_TOO_LARGE, f"A JSON body may have {MAX_BYTES} bytes; this one has {len(body)}.")
    text = body.removeprefix(BOM)
    try:
        value: Json = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_slowly(_decoded(text), unique_keys=unique_keys)
    keys, depth = _measure(value)
    if depth > MAX_DEPTH:
        raise _malformed(f"it is nested deeper than {MAX_DEPTH} levels")
    if unique_keys and keys != _KEYS.findall(text).count(b":"):
        raise duplicate_keys()
    return _parse_slowly(_decoded(text), unique_keys=unique_keys) if _BIG_NUMBER.search(text) else value


def parse_text(text: str, *, unique_keys: bool = True) -> Json:
    """Return the value of ``text``, which may hold lone surrogates; see ``parse``."""
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return _parse_slowly(text, unique_keys=unique_keys)
    return parse(body, unique_keys=unique_keys)


def dump(value: Json) -> str:
    """Return ``value`` as compact JSON text, with non-ASCII characters as they are where UTF-8 allows it."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # a lone surrogate, or an integer beyond 64 bits
        return json.dumps(value, separators=(",", ":"))


def is_json_to_some(body: bytes) -> bool:
    """Tell whether a parser with fewer scruples than ``parse`` reads a JSON object or array in ``body``.

    Clients exist for each: NaN and Infinity, endless numbers, deep nesting, control characters, UTF-16 and UTF-32.
    """
    encoding = json.detect_encoding(body)
    try:
        value = _LENIENT.decode(body.decode(encoding, "replace").removeprefix("\ufeff"))
    except RecursionError:
        return True
    except ValueError:
        return False
    return isinstance(value, dict | list)


def _measure(value: Json) -> tuple[int, int]:
    """Return the number of keys in ``value`` and the number of its levels."""
    keys = depth = 0
    level: list[Json] = [value]
    while True:
        below: list[Json] = []
        nested = False
        for item in level:
            if isinstance(item, dict):
                keys += len(item)
                below.extend(item.values())
                nested = True
            elif isinstance(item, list):
                below.extend(item)
                nested = True
        if not nested:
            return keys, depth
        level = below
        depth += 1


def _check_depth(text: str) -> None:
    depth = 0
    for token in _NESTING.finditer(text):
        depth += bool(token[1]) - bool(token[2])
        if depth > MAX_DEPTH:
            raise _malformed(f"it is nested deeper than {MAX_DEPTH} levels")


def _unique_object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise duplicate_keys()
    return value


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DOUBLE_DIGITS:
        raise _malformed("a number is beyond what a double can hold")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _malformed("a number is beyond what a double can hold")
    return value


def _constant(name: str) -> Json:
    raise _malformed(f"{name} is no JSON number")


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
_LAST_WINS = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_constant)
_LENIENT = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _malformed(f"byte {error.start} is not UTF-8") from None


def _parse_slowly(text: str, *, unique_keys: bool) -> Json:
    """Parse what orjson refuses though it is JSON (lone surrogates), what it rounds (big integers), and errors."""
    _check_depth(text)
    try:
        value: Json = (_STRICT if unique_keys else _LAST_WINS).decode(text)
    except json.JSONDecodeError as error:
        raise _malformed(f"line {error.lineno} column {error.colno}") from None
    return value
