"""Where a request carries its token. Only headers: a token in a URL ends up in logs.

1. A connection is identified by the ``proxy-authorization`` of its CONNECT.
2. A JWT in an inner request wins over that, and must verify.
3. Any other value of an inner request is the application's own dummy key: ignored on an identified connection.
4. One request never has two tokens.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

import orjson

from addons.core.errors import RefusedError
from addons.core.identity.compact import MAX_TOKEN_BYTES, decode_segment
from addons.core.reasons import Reason

type Headers = Sequence[tuple[str, str]]

CONNECT_PLACE = "proxy-authorization"
"""The header that belongs to the proxy and never to the upstream (RFC 9110 section 11.7.2)."""

MAX_HEADER_BYTES = 2 * MAX_TOKEN_BYTES
"""Bytes of a header that a token is read from: a token of full length in Basic, and a user name."""

_SCHEME_PLACES = frozenset({CONNECT_PLACE, "authorization"})

_SCHEMES = frozenset({"bearer", "basic"})

_JWT_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

_HOW = "Put the token into HTTPS_PROXY as the password (http://me:TOKEN@gateway:port), or use it as the API key."


def find_token(headers: Headers, places: Iterable[str], *, identified: bool = False) -> str | None:
    """Return the value that stands for a token in ``headers``, or ``None``. It is not verified.

    ``places`` are header names in lower case, in order of preference; a JWT is preferred to any other value.
    On an ``identified`` connection a value that cannot be a token is the application's own, and is passed over.

    Raises:
        RefusedError: ``TOKEN_AMBIGUOUS`` for a header that stands twice or two different JWTs, ``TOKEN_TOO_LONG``,
            ``TOKEN_MALFORMED`` for a value that no token can be read from.
    """
    found = [value for place in places if (value := _value_at(headers, place, identified=identified)) is not None]
    tokens = {value for value in found if looks_like_jwt(value)}
    if len(tokens) > 1:
        raise RefusedError(Reason.TOKEN_AMBIGUOUS, "The request carries two different tokens: send one.")
    return next(iter(tokens), found[0] if found else None)


def choose(request_token: str | None, connection_token: str | None) -> str:
    """Return the token that identifies a request, of its own and its connection's.

    Raises:
        RefusedError: ``TOKEN_MISSING`` or ``TOKEN_MALFORMED``.
    """
    if request_token is not None and looks_like_jwt(request_token):
        return request_token
    if connection_token is not None:
        return connection_token
    if request_token is not None:
        raise RefusedError(Reason.TOKEN_MALFORMED, f"The request has a key that is not a Chainwarden token. {_HOW}")
    raise RefusedError(Reason.TOKEN_MISSING, f"The request has no token. {_HOW}")


def strip_tokens(headers: Headers, places: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return ``headers`` without every header in which tokens are looked for, whatever its value."""
    names = frozenset(places)
    return tuple((name, value) for name, value in headers if name.lower() not in names)


def looks_like_jwt(value: str) -> bool:
    """Say whether ``value`` has the shape of a signed JWT: three base64url parts, the first of them a JSON object.

    More lenient than ``verify``: what nearly is a token must be refused there, not passed over as a dummy key here.
    """
    shape = _JWT_SHAPE.fullmatch(value)
    if shape is None:
        return False
    try:
        header = orjson.loads(decode_segment(shape[1]))
    except ValueError:
        return False
    return isinstance(header, dict)


def _value_at(headers: Headers, place: str, *, identified: bool) -> str | None:
    lines = [value for name, value in headers if name.lower() == place]
    if len(lines) > 1:
        raise RefusedError(Reason.TOKEN_AMBIGUOUS, f"The request has more than one {place} header: send one.")
    if not lines:
        return None
    try:
        return _token_in(lines[0].strip(" \t"), place)
    except RefusedError as error:
        if identified and error.reason is Reason.TOKEN_MALFORMED:
            return None
        raise


def _token_in(line: str, place: str) -> str:
    if len(line) > MAX_HEADER_BYTES:
        raise RefusedError(Reason.TOKEN_TOO_LONG, f"The {place} header is longer than {MAX_HEADER_BYTES} bytes.")
    token = _credential(line, place) if place in _SCHEME_PLACES else line
    if not token:
        _malformed(place, "is empty")
    if not token.isascii() or not token.isprintable() or " " in token:
        _malformed(place, "holds characters that no token has")
    if len(token) > MAX_TOKEN_BYTES:
        raise RefusedError(Reason.TOKEN_TOO_LONG, f"The token is longer than {MAX_TOKEN_BYTES} bytes.")
    return token


def _credential(line: str, place: str) -> str:
    scheme, _, rest = line.partition(" ")
    if scheme.lower() not in _SCHEMES:
        _malformed(place, "has neither the scheme Bearer nor Basic")
    credential = rest.strip(" ")
    return _password(credential, place) if scheme.lower() == "basic" else credential


def _password(encoded: str, place: str) -> str:
    # The user name says nothing: whatever a URL needs before the colon may stand there (RFC 7617 section 2).
    try:
        _, colon, password = base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
    except ValueError:
        _malformed(place, "has a Basic value that cannot be decoded")
    if not colon:
        _malformed(place, "has a Basic value without a colon")
    return password


def _malformed(place: str, what: str) -> NoReturn:
    raise RefusedError(Reason.TOKEN_MALFORMED, f"The {place} header {what}. {_HOW}") from None
