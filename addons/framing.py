"""Where an HTTP/1 message ends: what mitmproxy's reader gets wrong, put right below its hooks.

- Trailers, the fields after a chunked body, are discarded, as RFC 9110 section 6.5.1 allows every recipient: nothing
  reads or masks them. mitmproxy raises an error on them that leaves both sides waiting for ever.
- Interim answers (1xx) are discarded: mitmproxy takes them for the answer and waits for ever, too.
- 101 to a request that asked for no upgrade is no answer: what follows would be bytes that nobody reads.
"""

import re
from collections.abc import Generator
from http import HTTPStatus
from typing import Any

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.net.http import http1
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import ErrorCode, ReceiveHttp, ResponseProtocolError, _http1

type Commands = Generator[commands.Command, Any, None]

_FINAL = re.compile(rb"\S+\s+[2-9]")
"""How the head of nearly every answer begins. What begins otherwise is parsed, by the same parser as mitmproxy's."""


class _ChunksOnly(ChunkedReader):
    def __call__(self, buf: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        event = super().__call__(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


def _interim_status(buf: ReceiveBuffer) -> int | None:
    """Return the status of the complete head at the beginning of ``buf`` where it is 1xx."""
    if _FINAL.match(bytes(buf)):
        return None
    ahead = ReceiveBuffer()
    ahead += bytes(buf)
    lines = ahead.maybe_extract_lines()
    try:
        status = http1.read_response_head([bytes(line) for line in lines]).status_code if lines else 0
    except ValueError:
        return None
    return status if HTTPStatus.CONTINUE <= status < HTTPStatus.OK else None


_read_headers = _http1.Http1Client.read_headers


def _read_answer_head(self: _http1.Http1Client, event: events.ConnectionEvent) -> Commands:
    while self.request and (status := _interim_status(self.buf)) is not None:
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            if "upgrade" in self.request.headers:
                break
            assert self.stream_id is not None
            why = "Cannot parse HTTP response: 101 to a request that asked for no upgrade"
            yield commands.CloseConnection(self.conn)
            yield ReceiveHttp(ResponseProtocolError(self.stream_id, why, ErrorCode.GENERIC_SERVER_ERROR))
            return
        self.buf.maybe_extract_lines()
    yield from _read_headers(self, event)


def install() -> None:
    """Put the readers into mitmproxy's HTTP/1 layer, where there is no hook. Doing it again changes nothing."""
    _http1.ChunkedReader = _ChunksOnly  # type: ignore[misc]  # a class in the place of its parent
    _http1.Http1Client.read_headers = _read_answer_head  # type: ignore[method-assign]
