"""The last look before the wire, below the addons.

mitmproxy forwards a flow whatever its addons did: an exception in a hook is logged, a removed script is forgotten, and
options, other addons or an operator in mitmweb can change a flow after the pipeline is done with it. So the layer that
speaks HTTP is wrapped here, once per process and outside the script tree:

1. A request goes out only as the pipeline cleared it: same method, target, headers and body, byte for byte.
2. An answer goes to the client only as the pipeline cleared it, or through a guarded stream.
3. The held credential is added to the copy that is put on the wire; the flow, which mitmweb shows, never holds it.
   The same goes for the caller's own values, which an answer gets back in place of their tokens, and for secrets that
   the caller sends to the upstream; see ``withheld``.
4. Errors of mitmproxy itself leave in the protocol's own shape instead of as an HTML page that may quote raw bytes.

There is no hook at these places, hence the wrapper around ``HttpStream._handle_event``; the tests run it against the
exact mitmproxy version that the project pins.
"""

import logging
from collections.abc import Generator, Iterable
from copy import copy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from mitmproxy import http
from mitmproxy.flow import Error
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    HttpErrorHook,
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
    HttpStream,
    RequestData,
    RequestHeaders,
    ResponseData,
    ResponseHeaders,
    ResponseProtocolError,
    SendHttp,
)

from addons import framing, quotes, withheld
from addons.core.call import Direction
from addons.core.reasons import Reason
from addons.exchange_of import exchange_of, forget, see
from addons.guard import GuardedStream
from addons.wire import ERROR_MESSAGES, error_reason, refusal_response, refuse

logger = logging.getLogger(__name__)

type Reply = Any
type Commands = Generator[commands.Command, Reply, None]


@dataclass(frozen=True, slots=True)
class _Cleared:
    """What the pipeline let through, and what only the wire sees: the credential, the body that is not shown."""

    head: tuple[object, ...]
    content: bytes | None = field(repr=False)
    credential: tuple[bytes, bytes] | None = field(default=None, repr=False)
    restored: bytes | None = field(default=None, repr=False)


_REQUESTS: WeakKeyDictionary[http.HTTPFlow, _Cleared] = WeakKeyDictionary()
_ANSWERS: WeakKeyDictionary[http.HTTPFlow, _Cleared] = WeakKeyDictionary()


def _request_head(request: http.Request) -> tuple[object, ...]:
    target = (request.method, request.scheme, request.host, request.port, request.path, request.authority)
    return (*target, request.headers.fields, request.trailers)


def clear_request(flow: http.HTTPFlow, credential: tuple[str, str] | None) -> None:
    """Let the request of ``flow`` go out as it is now, with ``credential`` (header name, value) added on the wire."""
    wire = (credential[0].encode(), credential[1].encode()) if credential else None
    sent = withheld.sent_body(flow, Direction.REQUEST)
    _REQUESTS[flow] = _Cleared(_request_head(flow.request), flow.request.raw_content, wire, sent)


def clear_answer(flow: http.HTTPFlow, restored: bytes | None = None) -> None:
    """Let the response of ``flow`` go to the client as it is now, on the wire with the body ``restored`` if any."""
    response = flow.response
    if response is not None:
        head = (response.status_code, response.headers.fields, response.trailers)
        wire = restored if response.raw_content and exchange_of(flow).refusal is None else None
        _ANSWERS[flow] = _Cleared(head, response.raw_content, restored=wire)


def _request_is_cleared(flow: http.HTTPFlow) -> bool:
    cleared = _REQUESTS.get(flow)
    return (
        cleared is not None
        and not flow.request.stream
        and cleared.head == _request_head(flow.request)
        and cleared.content == flow.request.raw_content
    )


def _answer_is_cleared(flow: http.HTTPFlow) -> bool:
    response, cleared = flow.response, _ANSWERS.get(flow)
    return (
        response is not None
        and cleared is not None
        and cleared.head == (response.status_code, response.headers.fields, response.trailers)
        and cleared.content == response.raw_content
    )


def _is_guarded_stream(flow: http.HTTPFlow) -> bool:
    return flow.response is not None and isinstance(flow.response.stream, GuardedStream)


def _stop(flow: http.HTTPFlow, what: str) -> None:
    exchange = exchange_of(flow)
    logger.error("Chainwarden: the %s of record %s was not cleared by the pipeline; refused", what, exchange.id)
    refuse(
        flow, exchange, Reason.NOT_CLEARED, f"The {what} was not cleared by the gateway's pipeline, or changed after."
    )
    clear_answer(flow)


def _as_sent(flow: http.HTTPFlow, event: RequestHeaders) -> RequestHeaders:
    """Return the head of a request with what only the wire sees."""
    cleared = _REQUESTS[flow]
    if cleared.credential is None and cleared.restored is None and not withheld.hides_in_head(flow):
        return event
    request = copy(event.request)  # shallow: mitmproxy's own copy checks the type of every field once more
    request.data = copy(event.request.data)
    withheld.fill_head(flow, request)
    fields = request.headers.fields
    if (credential := cleared.credential) is not None:
        fields = (*(item for item in fields if item[0].lower() != credential[0].lower()), credential)
    request.headers = http.Headers(fields)
    if cleared.restored is not None and "content-length" in request.headers:
        request.headers["content-length"] = str(len(cleared.restored))
    return RequestHeaders(event.stream_id, request, event.end_stream)


def _error_answer(stream: HttpStream, event: ResponseProtocolError) -> Iterable[commands.Command]:
    """Yield an answer in the protocol's shape; the error itself follows and closes the connection."""
    exchange = exchange_of(stream.flow)
    if not exchange.outcome_recorded:  # mitmproxy gave up before its first hook
        see(stream.flow)
        stream.flow.error = stream.flow.error or Error(quotes.without_quotes(event.message))
        yield HttpErrorHook(stream.flow)
    reason = error_reason(stream.flow)
    refusal = exchange.refuse(reason, ERROR_MESSAGES[reason])
    response = refusal_response(exchange, refusal)
    response.headers["connection"] = "close"
    client = stream.context.client
    yield SendHttp(ResponseHeaders(stream.stream_id, response, end_stream=False), client)
    yield SendHttp(ResponseData(stream.stream_id, response.raw_content or b""), client)
    yield SendHttp(event, client)


_ANSWER_BEGAN: WeakSet[HttpStream] = WeakSet()
_CUT: WeakSet[HttpStream] = WeakSet()


def _cut(stream: HttpStream, why: str) -> Iterable[commands.Command]:
    """Close the client's connection; nothing more of this stream is sent to anybody."""
    logger.error("Chainwarden: record %s: %s; connection cut", exchange_of(stream.flow).id, why)
    _CUT.add(stream)
    yield commands.CloseConnection(stream.context.client)


def _after_hook(stream: HttpStream, hook: commands.Command) -> Iterable[commands.Command]:
    """Look at what the addons left behind, before mitmproxy acts on it."""
    match hook:
        case HttpRequestHeadersHook(flow=flow):
            flow.request.stream = False
        case HttpRequestHook(flow=flow) if flow.response is None and not _request_is_cleared(flow):
            _stop(flow, "request")
        case HttpResponseHeadersHook(flow=flow) if flow.response is not None and not _is_guarded_stream(flow):
            flow.response.stream = False
        case HttpResponseHook(flow=flow) if _is_guarded_stream(flow):
            exchange = exchange_of(flow)
            if exchange.refusal is not None or not exchange.outcome_recorded:
                return _cut(stream, "the streamed answer was refused, or its outcome is not durable")
        case HttpResponseHook(flow=flow) if (refusal := exchange_of(flow).refusal) is not None:
            flow.response = refusal_response(exchange_of(flow), refusal)  # whatever body it has by now
            clear_answer(flow)
        case HttpResponseHook(flow=flow) if not _answer_is_cleared(flow):
            _stop(flow, "answer")
        case _:
            pass
    return ()


def _request_out(stream: HttpStream, send: SendHttp, event: RequestHeaders) -> Iterable[commands.Command]:
    if not _request_is_cleared(stream.flow):
        return _cut(stream, "the request changed after it was cleared")
    return (SendHttp(_as_sent(stream.flow, event), send.connection),)


def _request_body_out(stream: HttpStream, send: SendHttp, event: RequestData) -> Iterable[commands.Command]:
    """Send the whole body, which mitmproxy gives in one piece: a request is never streamed."""
    cleared = _REQUESTS.get(stream.flow)
    if cleared is None or cleared.restored is None:
        return (send,)
    return (SendHttp(RequestData(event.stream_id, cleared.restored), send.connection),)


def _answer_out(stream: HttpStream, send: SendHttp, event: ResponseHeaders) -> Iterable[commands.Command]:
    if event.response.status_code == HTTPStatus.CONTINUE and not event.response.headers:
        return (send,)
    if not _is_guarded_stream(stream.flow) and not _answer_is_cleared(stream.flow):
        return _cut(stream, "the answer changed after it was cleared")
    _ANSWER_BEGAN.add(stream)
    restored = _restored(stream)
    if restored is None or "content-length" not in event.response.headers:
        return (send,)
    response = event.response.copy()
    response.headers["content-length"] = str(len(restored))
    return (SendHttp(ResponseHeaders(event.stream_id, response, event.end_stream), send.connection),)


def _body_out(stream: HttpStream, send: SendHttp, event: ResponseData) -> Iterable[commands.Command]:
    # A client would take the body of an answer to HEAD for the beginning of its next answer.
    if stream.flow.request.method == "HEAD":
        return ()
    restored = _restored(stream)
    if restored is None:
        return (send,)
    return (SendHttp(ResponseData(event.stream_id, restored), send.connection),)


def _restored(stream: HttpStream) -> bytes | None:
    """Return the body that goes out instead of the flow's. An answer that is not streamed is sent in one piece."""
    cleared = _ANSWERS.get(stream.flow)
    return cleared.restored if cleared is not None and not _is_guarded_stream(stream.flow) else None


def _is_tunnel(stream: HttpStream) -> bool:
    """Say whether this is a CONNECT: what runs inside has streams of its own, which are looked at."""
    flow = getattr(stream, "flow", None)
    return flow is None or flow.request.method == "CONNECT"


def _begin(flow: http.HTTPFlow) -> None:
    """Clear nothing of this call by what an earlier one was cleared for: a replay comes with the earlier flow."""
    forget(flow)
    withheld.forget(flow)
    _REQUESTS.pop(flow, None)
    _ANSWERS.pop(flow, None)


def _instead_of(stream: HttpStream, command: commands.Command) -> Iterable[commands.Command]:
    """Return what is to be done for ``command``: itself, something else, or nothing."""
    if isinstance(command, commands.StartHook) and isinstance(flow := getattr(command, "flow", None), http.HTTPFlow):
        see(flow)
    if isinstance(command, HttpRequestHeadersHook):
        _begin(command.flow)
    if isinstance(command, HttpErrorHook) and command.flow.error is not None:
        command.flow.error.msg = quotes.without_quotes(command.flow.error.msg)
    if not isinstance(command, SendHttp) or _is_tunnel(stream):
        return (command,)
    return () if stream in _CUT else _instead_of_message(stream, command)


def _instead_of_message(stream: HttpStream, send: SendHttp) -> Iterable[commands.Command]:
    event = send.event
    if isinstance(event, RequestHeaders):
        return _request_out(stream, send, event)
    if isinstance(event, RequestData):
        return _request_body_out(stream, send, event)
    if isinstance(event, ResponseHeaders):
        return _answer_out(stream, send, event)
    if isinstance(event, ResponseData):
        return _body_out(stream, send, event)
    if isinstance(event, ResponseProtocolError) and event.code.http_status_code() and stream not in _ANSWER_BEGAN:
        return _error_answer(stream, event)
    return (send,)


_handle_event = HttpStream._handle_event  # noqa: SLF001 - see the module's docstring


def _gated(self: HttpStream, event: events.Event) -> Commands:
    wrapped = _handle_event(self, event)
    reply: Reply = None
    while True:
        try:
            command = wrapped.send(reply)
        except StopIteration:
            return
        reply = None
        for instead in _instead_of(self, command):
            reply = yield instead
        yield from _after_hook(self, command)


def install() -> None:
    """Put the gate into mitmproxy's HTTP layer. Doing it again changes nothing."""
    quotes.install()
    framing.install()
    HttpStream._handle_event = _gated  # type: ignore[method-assign]  # noqa: SLF001 - see the module's docstring
