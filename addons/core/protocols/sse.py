"""Event streams, as the WHATWG HTML standard reads them (section 9.2.6), cut anywhere.

Each block of lines up to an empty one is an ``Event`` that keeps its bytes, so that what nobody changes is written back
as it came. Comments, unknown fields and an unfinished block at the end are kept too: other clients may read them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from addons.core.errors import RefusedError
from addons.core.reasons import Reason

MAX_EVENT_BYTES = 8 * 1024 * 1024
"""Bytes of one event: an image in base64 fits; a stream without empty lines must not fill the memory."""

FIELDS = frozenset({"data", "event", "id", "retry"})
BOM = b"\xef\xbb\xbf"

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its ending. ``name`` is empty for a comment, ``None`` for a line that is empty."""

    raw: bytes
    name: str | None
    value: str


def _line(raw: bytes) -> Line:
    text = raw.rstrip(b"\r\n").decode("utf-8", "replace")
    if not text:
        return Line(raw, None, "")
    name, _, value = text.partition(":")
    return Line(raw, name, value.removeprefix(" "))


@dataclass(frozen=True, slots=True)
class Event:
    """One block of a stream. ``raw`` are its bytes, with all line endings."""

    raw: bytes
    lines: tuple[Line, ...]

    @property
    def data(self) -> str | None:
        """The data lines, joined; ``None`` where there is none."""
        values = [line.value for line in self.lines if line.name == "data"]
        return "\n".join(values) if values else None

    @property
    def name(self) -> str:
        """The event type: the last ``event`` field."""
        return next((line.value for line in reversed(self.lines) if line.name == "event"), "")

    @property
    def is_foreign(self) -> bool:
        """Whether the block has text, but no field and no comment: it is no part of an event stream."""
        names = {line.name for line in self.lines if line.name is not None}
        return bool(names) and not names & (FIELDS | {""})

    def rebuilt(self, data: str | None, mask: Callable[[str], str]) -> bytes:
        """Return the event with other data and with each other line's text passed through ``mask``.

        Lines that stay the same keep their bytes.
        """
        out, data_written = [], False
        for line in self.lines:
            if line.name == "data":
                if data == self.data:
                    out.append(line.raw)
                elif not data_written:
                    out.append(_data_lines(data or "", line))
                data_written = True
            else:
                out.append(_masked_line(line, mask))
        return b"".join(out)


def _ending(line: Line) -> bytes:
    return line.raw[len(line.raw.rstrip(b"\r\n")) :]


def _data_lines(data: str, like: Line) -> bytes:
    """Return ``data`` as data lines spelled like ``like``."""
    raw = like.raw.removeprefix(BOM)
    start = raw[: len(b"data:") + raw.startswith(b"data: ")] if raw.startswith(b"data:") else b"data: "
    prefix = BOM if like.raw.startswith(BOM) else b""
    ending = _ending(like)
    pieces = re.split("\r\n|\n|\r", data)
    lines = (start + piece.encode("utf-8", "replace") for piece in pieces)
    return prefix + (ending or b"\n").join(lines) + ending


def _masked_line(line: Line, mask: Callable[[str], str]) -> bytes:
    if line.name is None:
        return line.raw
    text = line.raw.rstrip(b"\r\n").decode("utf-8", "replace")
    masked = mask(text)
    return line.raw if masked == text else masked.encode("utf-8", "replace") + _ending(line)


def encode_event(data: str, name: str = "") -> bytes:
    """Return a new event."""
    head = f"event: {name}\n" if name else ""
    lines = "".join(f"data: {piece}\n" for piece in re.split("\r\n|\n|\r", data))
    return f"{head}{lines}\n".encode("utf-8", "replace")


class SseParser:
    """Bytes in, events out. The bytes of all events, joined, are the bytes that went in."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._searched = 0
        self._lines: list[Line] = []
        self._size = 0
        self._after_return = False
        self._is_first = True

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes and return the blocks that they complete.

        Raises:
            RefusedError: an event is longer than ``MAX_EVENT_BYTES``.
        """
        self._pending += data
        events: list[Event] = []
        self._take_line_feed(events)
        while (end := self._line_end()) is not None:
            self._take_line(end, events)
            self._take_line_feed(events)
        self._check_size(self._size + len(self._pending))
        return events

    def finish(self) -> list[Event]:
        """Return what stands after the last empty line, if anything."""
        if self._pending:
            self._add(bytes(self._pending))
            self._pending.clear()
        return [self._event()] if self._lines else []

    def _line_end(self) -> int | None:
        """Return where the first pending line ends, or ``None`` where that is not known yet."""
        found = _LINE_END.search(self._pending, self._searched)
        if found is None:
            self._searched = len(self._pending)
            return None
        if found[0] == b"\r" and found.end() == len(self._pending) and found.start() > 0:
            self._searched = found.start()
            return None
        return found.end()

    def _take_line(self, end: int, events: list[Event]) -> None:
        raw = bytes(self._pending[:end])
        del self._pending[:end]
        self._searched = 0
        self._add(raw)
        if self._lines[-1].name is None:
            self._after_return = raw == b"\r"
            events.append(self._event())

    def _take_line_feed(self, events: list[Event]) -> None:
        """Take the line feed that belongs to the carriage return which has ended the last event at once.

        It is a block of its own: what is sent before the next event must not come before it.
        """
        if self._after_return and self._pending:
            self._after_return = False
            if self._pending[0] == ord("\n"):
                self._add(b"\n")
                del self._pending[:1]
                events.append(self._event())

    def _add(self, raw: bytes) -> None:
        line = _line(raw.removeprefix(BOM) if self._is_first else raw)
        self._lines.append(Line(raw, line.name, line.value))
        self._is_first = False
        self._size += len(raw)
        self._check_size(self._size)

    @staticmethod
    def _check_size(size: int) -> None:
        if size > MAX_EVENT_BYTES:
            raise RefusedError(
                Reason.UPSTREAM_TOO_LARGE, f"An event of the answer's stream is longer than {MAX_EVENT_BYTES} bytes."
            )

    def _event(self) -> Event:
        lines = tuple(self._lines)
        self._lines, self._size = [], 0
        return Event(b"".join(line.raw for line in lines), lines)
