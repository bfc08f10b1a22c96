"""The digest that binds an approval to exactly one call.

Every field goes in with its length before it, so that no two different calls have the same encoding. A JSON object or
array counts by its value: the order of keys and white space do not matter, because a client's retry may serialise
anew. Everything else about the text counts: numbers as written (``1.0`` is not ``1``, and no digit is lost to a
float), names and strings character by character. A body that is not strict JSON (RFC 8259, UTF-8, no duplicate keys,
no NaN) counts byte by byte.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NoReturn

from addons.core.call import Direction
from addons.core.exchange import Principal

DOMAIN = b"chainwarden/call/1"
"""Keeps these digests apart from every other SHA-256 in the ledger; the number changes with the encoding."""

MAX_DEPTH = 100
"""Nesting of a body that is canonicalised. Deeper ones count byte by byte, so that the result never depends on how
much of the interpreter's stack is in use."""

LENGTH_BYTES = 8
"""Width of a length, big-endian."""

VOLATILE_HEADERS = frozenset(
    {
        # Credentials: identity counts by (issuer, subject), and a token may be renewed between two tries.
        *("authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key"),
        # Framing of one connection, RFC 9110 section 7.6.1, and lengths, which the body itself says better.
        *(
            "connection",
            "proxy-connection",
            "keep-alive",
            "te",
            "transfer-encoding",
            "content-length",
            "expect",
            "host",
        ),
        # What tracing and retrying clients change from one try to the next.
        *("traceparent", "tracestate", "baggage", "b3", "sentry-trace", "x-request-id", "x-correlation-id"),
        *("x-amzn-trace-id", "x-cloud-trace-context", "x-client-request-id", "date", "x-amz-date", "user-agent"),
    }
)
"""Headers, in lower case, that a retry of the same call may change. Every other header counts: some of them
(``x-http-method-override``, ``if-match``, ``prefer``) change what a call does."""

VOLATILE_PREFIXES = ("x-stainless-", "x-b3-", "x-datadog-")
"""Families of such headers: the OpenAI and Anthropic SDKs count their retries in ``x-stainless-retry-count``."""


class _NotStrictError(ValueError):
    """The text is JSON to some parsers only."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it was written."""

    lexeme: str


type _Value = bool | str | _Number | list[_Value] | _Object | None


@dataclass(frozen=True, slots=True)
class _Object:
    """An object's members, sorted by name."""

    members: tuple[tuple[str, _Value], ...]


def call_digest(
    principal: Principal,
    *,
    service: str,
    method: str,
    host: str,
    path: str,
    query: str,
    operation: str,
    direction: Direction,
    body: bytes,
    headers: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the SHA-256 of a call, in hex (64 characters).

    ``headers`` are pairs with the name in lower case; those that a retry may change are left out here. The principal
    counts by (issuer, subject): a renewed token or a new session is the same requester.
    """
    fields = [principal.issuer, principal.subject, service, method, host, path, query, operation, direction.value]
    counted = [part for header in _lasting(headers) for part in header]
    encoded = [_sequence(_text(value) for value in fields), _sequence(_text(part) for part in counted), _body(body)]
    return hashlib.sha256(DOMAIN + b"".join(encoded)).hexdigest()


def _lasting(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    lasting = [
        (name, value)
        for name, value in headers
        if name not in VOLATILE_HEADERS and not name.startswith(VOLATILE_PREFIXES)
    ]
    # By name only: the order of lines with the same name means something (RFC 9110 section 5.3).
    return sorted(lasting, key=itemgetter(0))


def _body(body: bytes) -> bytes:
    if not body.lstrip(b" \t\r\n").startswith((b"{", b"[")):
        return b"raw" + _framed(body)
    try:
        return b"json" + _framed(_canonical(_STRICT.decode(body.decode("utf-8")), 0))
    except (ValueError, RecursionError):
        return b"raw" + _framed(body)


def _canonical(value: _Value, depth: int) -> bytes:
    if depth > MAX_DEPTH:
        raise _NotStrictError("nested too deeply")
    match value:
        case None:
            return b"n"
        case bool():
            return b"t" if value else b"f"
        case str():
            return b"s" + _text(value)
        case _Number(lexeme):
            return b"d" + _text(lexeme)
        case list():
            return b"a" + _sequence(_canonical(item, depth + 1) for item in value)
        case _Object(members):
            return b"o" + _sequence(_text(name) + _canonical(item, depth + 1) for name, item in members)


def _object(pairs: Sequence[tuple[str, _Value]]) -> _Object:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _NotStrictError("a key stands twice in an object")
    return _Object(tuple(sorted(pairs, key=itemgetter(0))))


def _constant(name: str) -> NoReturn:
    raise _NotStrictError(f"{name} is not JSON")


def _sequence(items: Iterable[bytes]) -> bytes:
    return _framed(b"".join(_framed(item) for item in items))


def _text(text: str) -> bytes:
    # A JSON string may hold half of a surrogate pair, which has no UTF-8 form of its own.
    return _framed(text.encode("utf-8", "surrogatepass"))


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH_BYTES) + data


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_Number, parse_int=_Number, parse_constant=_constant)
