"""What a protocol does for the pipeline, and what it needs from a masker. A protocol holds no state of its own.

Invariants that every protocol keeps:
1. ``inspected`` never says more than what was read: what nobody parsed is ``partial`` or ``none``.
2. A body in which nothing was masked is given back byte for byte.
3. However a stream is cut, the same bytes are delivered.
4. A place names where something stands, never what stands there: keys that could hold a value are written as ``*``.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

from addons.core.call import Call, Content, Inspected, RequestHead, ResponseHead
from addons.core.exchange import Refusal


class Hit(Interface):
    """One masked span of a text."""

    @property
    def detector(self) -> str:
        """The detector that found it."""


class Masked(Interface):
    """A text after masking."""

    @property
    def text(self) -> str:
        """What may go on."""

    @property
    def hits(self) -> Sequence[Hit]:
        """What was masked."""


class TextStream(Interface):
    """Masks a text that comes in pieces. What it gives back does not depend on where the pieces end."""

    @property
    def hits(self) -> Counter[str]:
        """How often each detector has found something so far."""

    def feed(self, text: str) -> str:
        """Take the next piece and return what is final."""

    def finish(self) -> str:
        """Return what was held back."""


class Masker(Interface):
    """Finds and replaces what must not go on."""

    def mask(self, text: str) -> Masked:
        """Mask a whole text."""

    def stream(self) -> TextStream:
        """Begin a text that comes in pieces."""


@dataclass(frozen=True, slots=True)
class PlacedHit:
    """How often a detector found something at a place: an RFC 6901 pointer in JSON, else a word for the part."""

    place: str
    detector: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class MaskedBody:
    """A body after masking; the identical object where nothing was masked."""

    body: bytes
    hits: tuple[PlacedHit, ...]
    inspected: Inspected


class AnswerStream(Interface):
    """An answer that is masked while it passes. ``feed`` and ``finish`` raise ``RefusedError`` to cut the stream."""

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""

    @property
    def content(self) -> Content:
        """What was delivered so far, as it was delivered; complete after ``finish``."""

    @property
    def inspected(self) -> Inspected:
        """How much of what was delivered was understood."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes, without content coding, and return what may go on."""

    def finish(self) -> bytes:
        """Return what was held back."""


class Protocol(Interface):
    """One way in which applications talk to a service. ``operations`` are all names that it gives to calls."""

    @property
    def name(self) -> str:
        """The name that stands in a policy's ``protocol:``."""

    @property
    def operations(self) -> tuple[str, ...]:
        """Every operation that a call can have."""

    def parse_request(self, service: str, head: RequestHead, body: bytes) -> Call:
        """Parse a request whose body has no content coding any more.

        Raises:
            RefusedError: it is not what its operation demands, or could be read in two ways.
        """

    def parse_answer(self, call: Call, head: ResponseHead, body: bytes) -> Content:
        """Parse a whole answer to ``call``.

        Raises:
            RefusedError: it could be read in two ways, so that no inspection would hold.
        """

    def mask_body(self, content_type: str, body: bytes, masker: Masker) -> MaskedBody:
        """Mask a whole body of either direction, whatever its label says that it is."""

    def answer_stream(
        self, call: Call, head: ResponseHead, masker: Masker, watched: Callable[[str], bool]
    ) -> AnswerStream:
        """Begin an answer that is masked as it passes.

        ``watched`` is asked about each tool that the model calls and the request did not offer; where it says true,
        the stream is refused for ``Reason.GUARDRAIL``.
        """

    def refusal(
        self, refusal: Refusal, record_id: str, streams: bool
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """Return status, headers and body of a refusal in the protocol's own error shape."""

    def refusal_event(self, refusal: Refusal, record_id: str) -> bytes:
        """Return the error event that ends a stream which had begun."""
