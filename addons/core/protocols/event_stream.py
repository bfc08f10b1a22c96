"""An answer as an event stream: each event is masked and goes on in its place, also where the stream is none.

1. Blocks that hold no field are no events: a JSON or HTML error with the wrong label. They are one text.
2. Data that is JSON is read by the protocol, or by the paths of its strings.
3. Other data is one text that runs through the events of a type.
4. Everything else in an event (comments, ids, unknown fields) is masked whole.
5. What is held back goes out before the end marker, or at the end.
"""

from collections.abc import Callable
from typing import Protocol

from addons.core.call import Content, Inspected, Json, Text
from addons.core.errors import RefusedError
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_paths import PathReader
from addons.core.protocols.json_leaves import with_decoded
from addons.core.protocols.json_text import dump, is_json_to_some, parse_text
from addons.core.protocols.places import pointer
from addons.core.protocols.protocol import PlacedHit
from addons.core.protocols.sse import Event, SseParser, encode_event
from addons.core.reasons import Reason

END_MARKER = "[DONE]"
PLACE = "event"
"""The place of what an event holds outside of JSON."""

FOREIGN = Key(None)
"""The text of all blocks that are no events."""

DATA_PATH = ("data",)
"""The path of data that is no JSON, below its event type."""

_AMBIGUOUS_EVENT = "An event of the answer is JSON to some parsers only: a client may read what no rule saw."


type NamedEvent = tuple[str, Json]
"""The type of an event, and its value."""


class EventReader(Protocol):
    """What a protocol knows about the JSON events of its streams."""

    @property
    def is_partial(self) -> bool:
        """Whether something was delivered that nobody can read: audio."""

    def read(self, value: Json, name: str) -> tuple[list[NamedEvent], Json] | None:
        """Return events to send first, and ``value``, an event of type ``name``, as it goes on.

        ``None`` says that the shape of ``value`` is not known.
        """

    def flush(self) -> list[NamedEvent]:
        """Return the events that carry what was held back."""

    def content(self, inspected: Inspected) -> Content:
        """Return what was delivered of the events that were read."""


class EventStream:
    """Masks an event stream. See ``AnswerStream``."""

    def __init__(self, channels: Channels, reader: EventReader | None = None) -> None:
        self._channels = channels
        self._reader = reader
        self._paths = PathReader(channels)
        self._parser = SseParser()
        self._is_strange = False
        self._ended = True

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""
        return self._channels.hits

    @property
    def inspected(self) -> Inspected:
        """Partial as soon as one event had a shape that nobody described."""
        is_partial = self._is_strange or not self._channels.is_complete or (self._reader and self._reader.is_partial)
        return Inspected.PARTIAL if is_partial else Inspected.FULL

    @property
    def content(self) -> Content:
        """What was delivered so far."""
        if self._reader is not None:
            return self._reader.content(self.inspected)
        return Content(texts=delivered_texts(self._channels), inspected=self.inspected)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return what may go on."""
        try:
            out = b"".join(self._event(event) for event in self._parser.feed(data))
        except RefusedError:
            self._channels.drop()
            raise
        self._channels.commit()
        return out

    def finish(self) -> bytes:
        """Return what was held back."""
        try:
            out = b"".join(self._event(event) for event in self._parser.finish()) + self._flush()
        except RefusedError:
            self._channels.drop()
            raise
        self._channels.commit()
        return out

    def _event(self, event: Event) -> bytes:
        # 1. What is no event at all
        is_open = FOREIGN in self._channels.open_keys
        if event.is_foreign or (is_open and not event.raw.strip()):
            self._is_strange = True
            self._ended = event.lines[-1].name is None
            return self._foreign(event.raw)
        before = self._close_foreign() if is_open else b""
        # 2. and 3. The data
        data = event.data
        if data is not None and data.startswith(END_MARKER):
            before += self._flush()
            data = self._channels.passing(PLACE, data)
        elif data:
            more, data = self._data(data, event.name)
            before += more
        # 4. The rest
        self._ended = event.lines[-1].name is None
        return before + event.rebuilt(data, self._line)

    def _line(self, text: str) -> str:
        return self._channels.passing(PLACE, text)

    def _data(self, data: str, name: str) -> tuple[bytes, str]:
        """Return events to send first, and the data as it goes on."""
        try:
            value, is_ambiguous = parse_text(data), False
        except RefusedError as error:
            if error.reason is not Reason.BODY_DUPLICATE_KEYS:
                if is_json_to_some(data.encode("utf-8", "replace")):
                    raise RefusedError(Reason.UPSTREAM_MALFORMED, _AMBIGUOUS_EVENT) from None
                return b"", self._plain(data, name)
            value, is_ambiguous = parse_text(data, unique_keys=False), True
        read = self._reader.read(value, name) if self._reader else None
        if read is None:
            self._is_strange = True
            read = [], self._paths.read(value, name)
        before, masked = read
        is_same = masked is value and not is_ambiguous
        return b"".join(encode_event(dump(item), kind) for kind, item in before), data if is_same else dump(masked)

    def _plain(self, data: str, name: str) -> str:
        self._is_strange = True
        return self._channels.feed(Key(name, DATA_PATH), PLACE, data)

    def _foreign(self, raw: bytes) -> bytes:
        text = raw.decode("utf-8", "surrogateescape")
        return self._channels.feed(FOREIGN, PLACE, text).encode("utf-8", "surrogateescape")

    def _close_foreign(self) -> bytes:
        return self._channels.close(FOREIGN).encode("utf-8", "surrogateescape")

    def _flush(self) -> bytes:
        """5. Return what is held back, in events shaped like those that it was taken from."""
        foreign = self._close_foreign() if FOREIGN in self._channels.open_keys else b""
        read = self._reader.flush() if self._reader else []
        events = [encode_event(dump(value), name) for name, value in (*read, *self._paths.flush())]
        tails = [(key.source, self._channels.close(key)) for key in self._channels.open_keys]
        events += [encode_event(tail, str(source)) for source, tail in tails if tail]
        # An event that the upstream left open must not swallow these.
        gap = b"" if self._ended or not events else b"\n\n"
        return foreign + gap + b"".join(events)


def place_of(key: Key) -> str:
    """Return the place of a text that no protocol has read."""
    return PLACE if key.path in {(), DATA_PATH} else pointer(key.path)


def delivered_texts(channels: Channels, place: Callable[[Key], str] = place_of) -> tuple[Text, ...]:
    """Return what was delivered of all texts, also what their escapes hide; ``place`` says where a text stands."""
    texts = [(place(key), text) for key, text in channels.delivered()]
    texts += channels.delivered_wholes()
    return tuple(text for at, leaf in texts for text in with_decoded("", leaf, at))
