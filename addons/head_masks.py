"""Masks what a request carries beside its body: the path, the query and the headers."""

from collections.abc import Callable
from urllib.parse import quote, unquote

from mitmproxy import http

from addons.core.call import Direction
from addons.core.exchange import Exchange
from addons.masks import findings_of, request_masker
from addons.runtime import Runtime

UNMASKED_HEADERS = frozenset(
    {"host", "content-length", "content-type", "content-encoding", "transfer-encoding", "accept", "accept-encoding"}
)
"""Headers that steer the transport; the steps before this one have checked them."""


def mask_head(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> None:
    """Mask secrets in the path, the query and the headers of a request, each value decoded on its own."""
    masker, vault = request_masker(runtime, flow, exchange)
    request = flow.request

    def mask(place: str, text: str) -> str:
        masked = masker.mask(text)
        exchange.findings.extend(findings_of(Direction.REQUEST, place, masked.hits))
        return masked.text

    path, question, query = request.path.partition("?")
    path = "/".join(_mask_quoted(part, lambda text: mask("path", text)) for part in path.split("/"))
    query = "&".join(_mask_parameter(item, mask) for item in query.split("&"))
    if path + question + query != request.path:
        request.path = path + question + query
    exchange.path = path
    for name, value in list(request.headers.items()):
        if name.lower() not in UNMASKED_HEADERS:
            masked = mask(f"header:{name.lower()}", value)
            if masked != value:
                request.headers[name] = masked
    exchange.tokens = {**exchange.tokens, **(vault.originals if vault else {})}


def _mask_quoted(part: str, mask: Callable[[str], str]) -> str:
    text = unquote(part)
    masked = mask(text)
    return part if masked == text else quote(masked, safe="")


def _mask_parameter(item: str, mask: Callable[[str, str], str]) -> str:
    name, equals, value = item.partition("=")
    return equals.join(
        _mask_quoted(part, lambda text: mask("query", text)) for part in ((name, value) if equals else (name,))
    )
