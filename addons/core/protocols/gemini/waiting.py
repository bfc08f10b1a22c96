"""An answer that cannot be masked piece by piece: an array of chunks that grows. It goes on as a whole, at its end."""

from addons.core.call import Call, Content, Inspected, ResponseHead
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import MAX_BYTES
from addons.core.protocols.protocol import AnswerStream, Masker, PlacedHit, Protocol
from addons.core.protocols.sse import BOM
from addons.core.protocols.tools import OfferedTools
from addons.core.reasons import Reason


class WaitingAnswer:
    """Keeps an answer until it is whole. See ``AnswerStream``."""

    def __init__(self, protocol: Protocol, call: Call, head: ResponseHead, masker: Masker, tools: OfferedTools) -> None:
        self._protocol = protocol
        self._call = call
        self._head = head
        self._masker = masker
        self._tools = tools
        self._body = bytearray()
        self.hits: list[PlacedHit] = []
        self.content = Content()
        self.inspected = Inspected.FULL

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return nothing.

        Raises:
            RefusedError: the answer is longer than a JSON text may be.
        """
        self._body += data
        if len(self._body) > MAX_BYTES:
            raise RefusedError(Reason.UPSTREAM_TOO_LARGE, f"The answer is longer than {MAX_BYTES} bytes.")
        return b""

    def finish(self) -> bytes:
        """Return all of the answer.

        Raises:
            RefusedError: it could be read in two ways, or calls a tool that is watched and was not offered.
        """
        body = bytes(self._body)
        said = self._protocol.parse_answer(self._call, self._head, body)
        for called in said.tool_calls:
            self._tools.check(called.name)
        label = next((value for name, value in self._head.headers if name == "content-type"), "")
        masked = self._protocol.mask_body(label, body, self._masker)
        self.hits = list(masked.hits)
        self.content = self._protocol.parse_answer(self._call, self._head, masked.body)
        self.inspected = self.content.inspected
        return masked.body


class UndecidedAnswer:
    """Waits for the first character: a JSON text in place of events is waited for, anything else is ``events``."""

    def __init__(self, events: AnswerStream, waiting: AnswerStream) -> None:
        self._events = events
        self._waiting = waiting
        self._begun = b""
        self._stream: AnswerStream | None = None

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""
        return self._decided.hits

    @property
    def content(self) -> Content:
        """What was delivered so far."""
        return self._decided.content

    @property
    def inspected(self) -> Inspected:
        """How much of it was understood."""
        return self._decided.inspected

    @property
    def _decided(self) -> AnswerStream:
        return self._stream or self._events

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return what may go on."""
        if self._stream is not None:
            return self._stream.feed(data)
        self._begun += data
        start = self._begun.removeprefix(BOM).lstrip(b" \t\r\n")
        if not start or BOM.startswith(self._begun):
            return b""
        return self._decide(start).feed(self._begun)

    def finish(self) -> bytes:
        """Return what was held back."""
        if self._stream is not None:
            return self._stream.finish()
        stream = self._decide(b"")
        return stream.feed(self._begun) + stream.finish()

    def _decide(self, start: bytes) -> AnswerStream:
        self._stream = self._waiting if start[:1] in {b"{", b"["} else self._events
        return self._stream
