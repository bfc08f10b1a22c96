"""Raw bytes that mitmproxy quotes in its messages: half a request with its token, an answer that echoes a credential.

They would stand in the log, in mitmweb as the error of a flow, and in the page that answers a request which is not
HTTP. A message keeps its words and loses its quotes.
"""

import logging
import re
from typing import override

from mitmproxy.proxy.layers.http import _http1

_QUOTED = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
"""Bytes as Python writes them; mitmproxy and its parser h11 write all that comes from the network so."""

_TALKATIVE = "mitmproxy.proxy.server"
"""The logger that every layer of a connection writes to."""


def without_quotes(text: str) -> str:
    """Return ``text`` without the bytes that it quotes."""
    return _QUOTED.sub("(bytes not shown)", text)


class _Unquoting(logging.Filter):
    @override
    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
        record.msg, record.args, record.exc_info = without_quotes(text), None, None
        return True


_FILTER = _Unquoting()
_make_error_response = _http1.make_error_response


def _error_response(status_code: int, message: str = "") -> bytes:
    return _make_error_response(status_code, without_quotes(message))


def install() -> None:
    """Take the quotes out of what mitmproxy says about connections. Doing it again changes nothing."""
    _http1.make_error_response = _error_response
    logging.getLogger(_TALKATIVE).addFilter(_FILTER)
