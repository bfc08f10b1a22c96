"""Which kind of stream an answer is: by its label, by what the client asked for, and by how it begins."""

from addons.core.call import Content, Inspected
from addons.core.errors import RefusedError
from addons.core.protocols.channels import Channels
from addons.core.protocols.charsets import is_compressed, wide_encoding
from addons.core.protocols.event_stream import EventReader, EventStream
from addons.core.protocols.headers import EVENT_STREAM, MediaType
from addons.core.protocols.json_lines import JsonLines, is_json_lines
from addons.core.protocols.protocol import AnswerStream, PlacedHit
from addons.core.protocols.sse import BOM
from addons.core.protocols.text_stream import OpaqueAnswer, TextStreamAnswer
from addons.core.reasons import Reason

_EVENT_STARTS = (b"data:", b"event:", b"id:", b"retry:", b":")
_LONGEST_START = max(map(len, _EVENT_STARTS))

_ASCII_INSIDE = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"})


def begins_like_events(data: bytes) -> bool:
    """Tell whether ``data`` begins with a field or a comment of an event stream."""
    return data.removeprefix(BOM).lstrip(b"\r\n").startswith(_EVENT_STARTS)


def require_ascii_in(kind: MediaType) -> None:
    """Check that an event stream, which is UTF-8 whatever its label says, is not read as something else by clients.

    Raises:
        RefusedError: the label of ``kind`` names an encoding in which ASCII is spelled otherwise, such as UTF-16.
    """
    if kind.charset not in _ASCII_INSIDE:
        raise RefusedError(
            Reason.UPSTREAM_MALFORMED, "The label of the answer's event stream names another encoding than UTF-8."
        )


def may_stream(kind: MediaType, *, has_length: bool) -> bool:
    """Tell whether an answer of ``kind`` is one that clients read while it comes.

    Events always are; JSON lines and plain text where the upstream did not know their length when it began.
    """
    if kind.name == EVENT_STREAM:
        return True
    is_progressive = is_json_lines(kind) or kind.name == "text/plain"
    return is_progressive and not has_length and kind.charset in _ASCII_INSIDE


def open_stream(kind: MediaType, channels: Channels, reader: EventReader | None, *, wants_events: bool) -> AnswerStream:
    """Begin an answer with the content type ``kind``.

    A client that asked for events reads whatever comes as events, so ``wants_events`` counts more than the label.

    Raises:
        RefusedError: the label names an encoding in which ASCII is spelled otherwise.
    """
    require_ascii_in(kind)
    if kind.name == EVENT_STREAM or wants_events:
        return EventStream(channels, reader)
    if is_json_lines(kind):
        return JsonLines(channels, kind)
    if kind.is_media:
        return OpaqueAnswer()
    return _Undecided(channels, reader, kind)


class _Undecided:
    """Holds the first bytes of an answer until it is clear whether they begin an event stream."""

    def __init__(self, channels: Channels, reader: EventReader | None, kind: MediaType) -> None:
        self._channels = channels
        self._reader = reader
        self._kind = kind
        self._begun = b""
        self._stream: AnswerStream | None = None

    @property
    def hits(self) -> list[PlacedHit]:
        return self._channels.hits

    @property
    def inspected(self) -> Inspected:
        return self._stream.inspected if self._stream else Inspected.FULL

    @property
    def content(self) -> Content:
        return self._stream.content if self._stream else Content()

    def feed(self, data: bytes) -> bytes:
        if self._stream is not None:
            return self._stream.feed(data)
        self._begun += data
        start = self._begun.removeprefix(BOM).lstrip(b"\r\n")
        return self._decided().feed(self._begun) if len(start) >= _LONGEST_START else b""

    def finish(self) -> bytes:
        if self._stream is not None:
            return self._stream.finish()
        stream = self._decided()
        return stream.feed(self._begun) + stream.finish()

    def _decided(self) -> AnswerStream:
        if begins_like_events(self._begun):
            self._stream = EventStream(self._channels, self._reader)
        elif is_compressed(self._begun[:_LONGEST_START]):
            raise RefusedError(
                Reason.BODY_ENCODING_WRONG, "Its text is compressed, but no content-encoding header says so."
            )
        else:
            is_text = self._kind.is_text and not self._kind.is_json
            encoding = wide_encoding(self._begun[: min(4, len(self._begun) // 2 * 2)])
            self._stream = TextStreamAnswer(self._channels, encoding or "utf-8", is_text=is_text)
        return self._stream
