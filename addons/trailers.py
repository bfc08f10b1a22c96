"""Trailers, the fields that may follow a chunked body: discarded, as RFC 9110 section 6.5.1 allows every recipient.

Nothing here reads or masks them. mitmproxy raises an error on them that leaves both sides waiting for ever.
"""

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.proxy.layers.http import _http1


class _ChunksOnly(ChunkedReader):
    def __call__(self, buf: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        event = super().__call__(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


def install() -> None:
    """Have mitmproxy read chunked bodies without their trailers. Doing it again changes nothing."""
    _http1.ChunkedReader = _ChunksOnly  # type: ignore[misc]  # there is no hook at this place
