"""JSON texts one after another, masked while they pass: JSON Lines, NDJSON, JSON text sequences (RFC 7464).

1. Each line, or record, goes on as soon as it is complete, with its strings masked decoded.
2. What is no JSON text is masked as text, together with what follows it, up to the next JSON text.
3. A line that only some parsers read, or that is longer than a line may be, ends the answer.

A whole body is read by the same code, so that it is masked as it would be in pieces.
"""

import re

from addons.core.call import Content, Inspected
from addons.core.errors import RefusedError
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_stream import delivered_texts
from addons.core.protocols.headers import MediaType
from addons.core.protocols.json_rewrite import rewrite
from addons.core.protocols.json_text import is_json_to_some, parse
from addons.core.protocols.protocol import PlacedHit
from addons.core.protocols.wrapped_text import holds_unread_file
from addons.core.reasons import Reason

JSON_LINES = frozenset(
    {
        *("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl", "text/x-ndjson"),
        *("application/json-lines", "application/jsonlines", "application/x-jsonlines", "application/json-seq"),
        *("application/stream+json", "application/x-json-stream", "text/jsonl", "application/geo+json-seq"),
    }
)

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Bytes of one line, which is held until it ends: a model's whole answer with a file of 3 MB in it."""

_CODEC, _ERRORS = "utf-8", "surrogateescape"
_FOREIGN = Key("lines")
_PLACE = "line"
_LINES = re.compile(rb"\n")
_RECORDS = re.compile(rb"[\n\x1e]")
_RECORD = b"\x1e"
"""Begins each text of a sequence, which may have line ends inside."""
_BLANK = b" \t\r\n\x1e\xef\xbb\xbf"
_STARTS = frozenset(bytes([start]) for start in b'{["-0123456789tfn')


def is_json_lines(kind: MediaType) -> bool:
    """Tell whether ``kind`` labels JSON texts one after another."""
    return kind.name in JSON_LINES or kind.name.endswith("+json-seq")


def looks_like_json_lines(body: bytes) -> bool:
    """Tell whether ``body`` has several lines, each of them a JSON text or blank."""
    texts = [line for line in body.split(b"\n") if line.strip(_BLANK)]
    return len(texts) > 1 and all(_is_json(line) for line in texts)


class JsonLines:
    """Masks an answer of JSON texts, which ``kind`` may label as a sequence. See ``AnswerStream``."""

    def __init__(self, channels: Channels, kind: MediaType) -> None:
        self._channels = channels
        self._separators = _RECORDS if kind.name.endswith("json-seq") else _LINES
        self._rest = bytearray()
        self._searched = 0
        self._is_partial = False

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""
        return self._channels.hits

    @property
    def inspected(self) -> Inspected:
        """Partial as soon as one line was no JSON text, or had a file in it that nobody read."""
        return Inspected.PARTIAL if self._is_partial or not self._channels.is_complete else Inspected.FULL

    @property
    def content(self) -> Content:
        """What was delivered so far."""
        return Content(texts=delivered_texts(self._channels, lambda _: _PLACE), inspected=self.inspected)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return what may go on.

        Raises:
            RefusedError: ``BODY_TOO_LARGE`` for a line that does not end, ``BODY_MALFORMED`` or
                ``BODY_DUPLICATE_KEYS`` for one that only some parsers read, or read alike.
        """
        self._rest += data
        out: list[bytes] = []
        start = 0
        for separator in self._separators.finditer(bytes(self._rest), self._searched):
            end = self._end_at(start, separator)
            if end > start:
                out.append(self._line(bytes(self._rest[start:end])))
                start = end
        del self._rest[:start]
        self._searched = len(self._rest)
        if len(self._rest) > MAX_LINE_BYTES:
            self._channels.drop()
            raise RefusedError(Reason.BODY_TOO_LARGE, f"A line of the body is longer than {MAX_LINE_BYTES} bytes.")
        self._channels.commit()
        return b"".join(out)

    def finish(self) -> bytes:
        """Return what was held back."""
        rest, self._rest = bytes(self._rest), bytearray()
        out = self._line(rest) if rest else b""
        out += self._close_foreign()
        self._channels.commit()
        return out

    def _end_at(self, start: int, separator: re.Match[bytes]) -> int:
        """Return where a line that begins at ``start`` ends by ``separator``; ``start`` where it goes on."""
        if separator[0] == _RECORD:
            return separator.start()
        if not self._rest.startswith(_RECORD, start):
            return separator.end()
        # A record in one line need not wait for the next one. Others are looked at once only.
        is_first = self._rest.find(b"\n", start) == separator.start()
        is_whole = is_first and _is_json(bytes(self._rest[start : separator.end()]))
        return separator.end() if is_whole else start

    def _line(self, line: bytes) -> bytes:
        # 1. JSON texts, and what is between them
        body = line.strip(_BLANK)
        if not body:
            return self._blank(line)
        if _is_json(body):
            before, after = line[: line.index(body)], line[line.index(body) + len(body) :]
            return self._close_foreign() + before + self._json(body) + after
        # 3. What only some parsers read
        if is_json_to_some(body):
            self._channels.drop()
            raise RefusedError(
                Reason.BODY_MALFORMED,
                "A line of the body is JSON to some parsers only: they may read what no rule saw.",
            )
        # 2. Text
        self._is_partial = True
        return self._foreign(line)

    def _json(self, body: bytes) -> bytes:
        try:
            parse(body)
        except RefusedError:
            self._channels.drop()
            raise
        text = body.decode()
        changed = rewrite(text, self._leaf)
        return body if changed is text else changed.encode()

    def _leaf(self, place: str, value: str) -> str:
        self._is_partial = self._is_partial or holds_unread_file(value)
        return self._channels.whole(place, value)

    def _blank(self, line: bytes) -> bytes:
        return self._foreign(line) if _FOREIGN in self._channels.open_keys else line

    def _foreign(self, line: bytes) -> bytes:
        return self._channels.feed(_FOREIGN, _PLACE, line.decode(_CODEC, _ERRORS)).encode(_CODEC, _ERRORS)

    def _close_foreign(self) -> bytes:
        if _FOREIGN not in self._channels.open_keys:
            return b""
        return self._channels.close(_FOREIGN).encode(_CODEC, _ERRORS)


def _is_json(line: bytes) -> bool:
    body = line.strip(_BLANK)
    if body[:1] not in _STARTS:
        return False
    try:
        parse(body, unique_keys=False)
    except RefusedError:
        return False
    return True
