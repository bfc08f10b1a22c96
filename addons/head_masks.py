"""Masks what a message carries beside its body: the target, the headers, the trailers."""

from collections import Counter

from mitmproxy import http

from addons.core.call import Direction
from addons.core.errors import RefusedError
from addons.core.exchange import Exchange, Finding
from addons.core.masking.masker import Masker
from addons.core.protocols.head_values import mask_cookies, mask_set_cookie, mask_target, mask_value
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.multipart import is_multipart
from addons.core.protocols.protocol import PlacedHit
from addons.core.reasons import Reason
from addons.masks import findings, request_masker
from addons.runtime import Runtime

UNMASKED_HEADERS = frozenset({"host", "content-length", "content-encoding", "transfer-encoding"})
"""Headers that steer the transport; the steps before and after this one refuse those with any other value."""

IN_PIECES = ("range", "if-range")
"""Headers that ask for a piece of an answer: a value that is cut between two answers is in neither. A server may
ignore them (RFC 9110 section 14.2)."""


class _Part:
    """Masks the texts of one part of a head, and counts what was found."""

    def __init__(self, masker: Masker, place: str) -> None:
        self._masker = masker
        self._place = place
        self._hits: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        masked, hits = mask_leaf(self._masker, text)
        self._hits += hits
        return masked

    def findings(self, direction: Direction) -> list[Finding]:
        """Return what was found."""
        return findings(direction, [PlacedHit(self._place, detector, n) for detector, n in self._hits.items()])


def mask_head(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> None:
    """Mask secrets in the path, the query and the headers of a request, each value decoded on its own.

    Raises:
        RefusedError: the method, or the boundary of a body's parts, holds a value that must not leave.
    """
    masker, vault = request_masker(runtime, flow, exchange)
    request = flow.request
    if masker.mask(request.method).hits:
        exchange.method = ""
        raise RefusedError(Reason.REQUEST_MALFORMED, "The request's method holds a value that must not leave.")
    path, query = _Part(masker, "path"), _Part(masker, "query")
    target = mask_target(request.path, path, query)
    exchange.findings += [*path.findings(Direction.REQUEST), *query.findings(Direction.REQUEST)]
    if target != request.path:
        request.path = target
    exchange.path = target.partition("?")[0]
    for name in IN_PIECES:
        request.headers.pop(name, None)
    fields, found = masked_fields(request.headers, masker, Direction.REQUEST)
    exchange.findings += found
    if fields.fields != request.headers.fields:
        request.headers = fields
    exchange.tokens = {**exchange.tokens, **vault.originals}


def masked_fields(headers: http.Headers, masker: Masker, direction: Direction) -> tuple[http.Headers, list[Finding]]:
    """Return ``headers`` with their values masked, and what was found. One whose name holds a value goes as a whole.

    Raises:
        RefusedError: the content type of a multipart body holds a value: its boundary would be another one.
    """
    kept: list[tuple[bytes, bytes]] = []
    found: list[Finding] = []
    for field in headers.fields:
        name, value = (part.decode("utf-8", "surrogateescape") for part in field)
        named, valued = _Part(masker, "header"), _Part(masker, f"header:{name.lower()}")
        if named(name) != name:
            found += named.findings(direction)
            continue
        masked = _masked(name.lower(), value, valued)
        found += valued.findings(direction)
        if masked != value and name.lower() == "content-type" and is_multipart(value):
            raise RefusedError(Reason.BODY_TYPE_WRONG, "The content-type header holds a value that must not go on.")
        kept.append(field if masked == value else (field[0], masked.encode("utf-8", "surrogateescape")))
    return http.Headers(kept), found


def mask_trailers(message: http.Request | http.Response, masker: Masker, direction: Direction) -> list[Finding]:
    """Mask the trailers of ``message``, where the version of HTTP has not dropped them; see ``framing``."""
    if message.trailers is None:
        return []
    message.trailers, found = masked_fields(message.trailers, masker, direction)
    return found


def _masked(name: str, value: str, mask: _Part) -> str:
    if name in UNMASKED_HEADERS:
        return value
    if name == "cookie":
        return mask_cookies(value, mask)
    if name == "set-cookie":
        return mask_set_cookie(value, mask)
    return mask_value(value, mask)
