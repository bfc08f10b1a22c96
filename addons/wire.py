"""Between mitmproxy's flows and the core's values: heads in, refusals out."""

from mitmproxy import ctx, http
from mitmproxy.connection import Client, Server

from addons.core.call import RequestHead, ResponseHead
from addons.core.exchange import Exchange, Refusal
from addons.core.protocols.registry import by_name
from addons.core.reasons import Reason

ADDRESS_NOT_NAMED = "an address that the policy does not name"
"""Marks connections that ``Target`` refused, in what mitmproxy says about them."""


def _headers(headers: http.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in headers.items(multi=True))


def request_head(flow: http.HTTPFlow) -> RequestHead:
    """Return the request line and headers of ``flow`` as the core reads them."""
    path, _, query = flow.request.path.partition("?")
    return RequestHead(
        method=flow.request.method,
        scheme=flow.request.scheme,
        host=flow.request.host,
        port=flow.request.port,
        path=path,
        query=query,
        headers=_headers(flow.request.headers),
    )


def response_head(response: http.Response) -> ResponseHead:
    """Return the status line and headers of ``response`` as the core reads them."""
    return ResponseHead(status=response.status_code, headers=_headers(response.headers))


def refusal_response(exchange: Exchange, refusal: Refusal) -> http.Response:
    """Return ``refusal`` in the error shape of the call's protocol, with the record's id."""
    streams = exchange.call is not None and exchange.call.streams
    status, headers, body = by_name(exchange.protocol).refusal(refusal, exchange.id, streams)
    return http.Response.make(status, body, [(name.encode(), value.encode()) for name, value in headers])


def refuse(flow: http.HTTPFlow, exchange: Exchange, reason: Reason, message: str, rule: str = "") -> None:
    """End the call of ``flow`` with a refusal. The first refusal of a call stands."""
    refusal = exchange.refuse(reason, message, rule)
    flow.response = refusal_response(exchange, refusal)


def set_body(message: http.Request | http.Response, body: bytes) -> None:
    """Replace the body of ``message`` by ``body``, which is not content-coded."""
    message.headers.pop("content-encoding", None)
    message.raw_content = body
    if "transfer-encoding" not in message.headers:
        message.headers["content-length"] = str(len(body))


def close_hard(client: Client) -> None:
    """Close the client's connection at once, so that a truncated answer cannot look complete."""
    handler = ctx.master.addons.get("proxyserver").connections.get(client.id)
    if handler is not None and client in handler.transports:
        handler.close_connection(client)


def close_server(client: Client, server: Server) -> None:
    """Close a connection to an upstream before anything was sent on it."""
    handler = ctx.master.addons.get("proxyserver").connections.get(client.id)
    transport = handler.transports.get(server) if handler is not None else None
    if transport is not None and transport.writer is not None:
        transport.writer.close()


_ERROR_TEXTS = (
    (ADDRESS_NOT_NAMED, Reason.ADDRESS_REFUSED),
    ("Request body exceeds", Reason.BODY_TOO_LARGE),
    ("Response body exceeds", Reason.UPSTREAM_TOO_LARGE),
    ("disconnect", Reason.CLIENT_GONE),
    ("Connection killed", Reason.CLIENT_GONE),
    ("unexpected server response", Reason.UPSTREAM_MALFORMED),
    ("Cannot parse HTTP response", Reason.UPSTREAM_MALFORMED),
    ("from server, refusing", Reason.UPSTREAM_MALFORMED),
)
"""What mitmproxy says, in parts that do not quote anybody, and what it means. The first that fits counts."""


def error_reason(flow: http.HTTPFlow) -> Reason:
    """Return what mitmproxy's error on ``flow`` means; its own text may quote raw bytes and is never shown."""
    said = f"{flow.error.msg if flow.error else ''} {flow.server_conn.error or ''}"
    for text, reason in _ERROR_TEXTS:
        if text in said:
            return reason
    if flow.request.timestamp_end is None:
        return Reason.CLIENT_GONE if "peer closed connection" in said else Reason.REQUEST_MALFORMED
    if flow.response is None:
        return Reason.UPSTREAM_UNREACHABLE
    is_malformed = "HTTP/1 protocol error" in said and "peer closed connection" not in said
    return Reason.UPSTREAM_MALFORMED if is_malformed else Reason.UPSTREAM_ENDED_EARLY


ERROR_MESSAGES = {
    Reason.ADDRESS_REFUSED: "The service's name leads to an address that the policy does not name.",
    Reason.BODY_TOO_LARGE: "The request body is larger than this gateway accepts (mitmproxy option body_size_limit).",
    Reason.UPSTREAM_TOO_LARGE: "The answer is larger than this gateway accepts (mitmproxy option body_size_limit).",
    Reason.UPSTREAM_MALFORMED: "The upstream sent something that is not an HTTP response.",
    Reason.UPSTREAM_ENDED_EARLY: "The upstream closed the connection before the answer was complete.",
    Reason.UPSTREAM_UNREACHABLE: "The upstream could not be reached, or closed the connection without an answer.",
    Reason.REQUEST_MALFORMED: "The request is not valid HTTP, or could be read in two ways.",
    Reason.CLIENT_GONE: "The client closed the connection.",
}
