"""Content codings (RFC 9110 section 8.4): gzip, deflate, br and zstd, stacked, and never more output than allowed.

Every byte must belong to a complete coding: a body that is cut short, goes on after its end, or has another coding than
its header says is refused, because the receiver could read it otherwise than we did.
"""

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # the package ships no types
import zstandard

from addons.core.errors import RefusedError
from addons.core.reasons import Reason

MAX_CODINGS = 3
"""Codings on one body. Real ones have one; each more multiplies what a small body can grow to."""

MAX_ZSTD_WINDOW = 8 * 1024 * 1024
"""Bytes of a Zstandard window, which decoders for HTTP must support and may limit to (RFC 9659)."""

MAX_RATIO = 200
"""How many times its size a body may grow to: JSON that repeats itself grows 10 to 50 times, a bomb 1000 times."""

MIN_RATED_BYTES = 2 * 1024 * 1024
"""Bytes up to which a body may grow however small it was: no harm to memory, and room for test data."""

_ZSTD_BLOCK = 128 * 1024
"""Bytes that one Zstandard block decodes to at most (RFC 8878 section 3.1.1.2.4)."""

_ZSTD_SMALLEST_BLOCK = 4
"""Bytes of the smallest block that decodes to a whole ``_ZSTD_BLOCK``: a header of 3, and the byte it repeats."""

_MAX_PIECE = 4096
"""Bytes of Zstandard input taken at once, however much room there is."""

_WRONG = "The body is not what its content-encoding header says"


def _wrong(what: str) -> RefusedError:
    return RefusedError(Reason.BODY_ENCODING_WRONG, f"{_WRONG}: {what}.")


def _too_large(limit: int) -> RefusedError:
    return RefusedError(Reason.BODY_TOO_LARGE, f"The body grows beyond {limit} bytes when it is decompressed.")


class _Coding(Protocol):
    """One decompressor; ``decode`` refuses what decodes to more than ``room`` bytes."""

    def decode(self, data: bytes, room: int) -> bytes: ...

    def check_complete(self) -> None: ...


class _Zlib:
    """gzip (RFC 1952, several members) and deflate (RFC 1950, or bare RFC 1951 as some servers send)."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._begun = b""
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None

    def decode(self, data: bytes, room: int) -> bytes:
        if self._inflate is None:
            data = self._begun + data
            if len(data) < 2:  # noqa: PLR2004  # the two bytes of a zlib header
                self._begun = data
                return b""
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(data) else -zlib.MAX_WBITS)
        out = bytearray()
        while data:
            if self._inflate.eof:
                if not self._gzip:
                    raise _wrong("bytes follow the end of the deflate data")
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                out += self._inflate.decompress(data, room - len(out) + 1)
            except zlib.error:
                raise _wrong("it cannot be inflated") from None
            if len(out) > room:
                raise _too_large(room)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
        return bytes(out)

    def check_complete(self) -> None:
        if self._inflate is None or not self._inflate.eof:
            raise _wrong("it ends too early")


def _is_zlib(data: bytes) -> bool:
    return data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0


class _Brotli:
    """br (RFC 7932)."""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def decode(self, data: bytes, room: int) -> bytes:
        out = bytearray()
        while True:
            if data and self._decompressor.is_finished():
                raise _wrong("bytes follow the end of the brotli data")
            try:
                piece: bytes = self._decompressor.process(data, output_buffer_limit=room - len(out) + 1)
            except brotli.error:
                raise _wrong("it is not brotli") from None
            out += piece
            if len(out) > room:
                raise _too_large(room)
            data = b""
            if self._decompressor.is_finished() or (self._decompressor.can_accept_more_data() and not piece):
                return bytes(out)

    def check_complete(self) -> None:
        if not self._decompressor.is_finished():
            raise _wrong("it ends too early")


class _Zstd:
    """zstd (RFC 8878, several frames).

    The library has no limit on output, so input goes in by pieces that are too small to overrun the room by more than
    one block.
    """

    def __init__(self) -> None:
        self._frame = self._new_frame()

    @staticmethod
    def _new_frame() -> "zstandard.ZstdDecompressionObj":
        return zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW).decompressobj()

    def decode(self, data: bytes, room: int) -> bytes:
        out = bytearray()
        at = 0
        while at < len(data):
            if self._frame.eof:
                self._frame = self._new_frame()
            size = (room - len(out)) // _ZSTD_BLOCK * _ZSTD_SMALLEST_BLOCK
            piece = data[at : at + min(max(size, 1), _MAX_PIECE)]
            try:
                out += self._frame.decompress(piece)
            except zstandard.ZstdError:
                raise _wrong("it is not zstd") from None
            if len(out) > room:
                raise _too_large(room)
            at += len(piece) - len(self._frame.unused_data)
        return bytes(out)

    def check_complete(self) -> None:
        if not self._frame.eof:
            raise _wrong("it ends too early")


def _coding(name: str) -> _Coding:
    match name:
        case "gzip" | "x-gzip":
            return _Zlib(gzip=True)
        case "deflate":
            return _Zlib(gzip=False)
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
        case _:
            raise RefusedError(
                Reason.BODY_ENCODING_WRONG,
                "The body has a content-encoding that the gateway cannot read. Use gzip, deflate, br, zstd or none.",
            )


class StreamDecoder:
    """Takes the content codings off a body that comes in pieces.

    Args:
        content_encoding: the header's value, codings in the order in which they were put on; may be empty.
        limit: bytes that the body, and each layer below it, may grow to.

    Raises:
        RefusedError: a coding is unknown, or there are more than ``MAX_CODINGS``.

    A body that comes in pieces may not grow to more than ``MAX_RATIO`` times of what has come so far.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        if len(names) > MAX_CODINGS:
            raise RefusedError(Reason.BODY_ENCODING_WRONG, f"The body has more than {MAX_CODINGS} content codings.")
        self._layers = [_coding(name) for name in reversed(names)]
        self._limit = limit
        self._room = [limit] * (len(names) + 1)
        self._begun = False
        self._taken = 0

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return what they decode to.

        Raises:
            RefusedError: ``BODY_ENCODING_WRONG``, or ``BODY_TOO_LARGE`` beyond the limit.
        """
        self._begun = self._begun or bool(data)
        self._taken += len(data)
        for index, layer in enumerate(self._layers):
            try:
                data = layer.decode(data, self._room[index]) if data else data
            except RefusedError as error:
                raise _too_large(self._limit) if error.reason is Reason.BODY_TOO_LARGE else error from None
            self._room[index] -= len(data)
            grown = self._limit - self._room[index]
            if grown > MIN_RATED_BYTES and grown > MAX_RATIO * self._taken:
                raise _too_large(MAX_RATIO * self._taken)
        if not self._layers:
            self._room[0] -= len(data)
            if self._room[0] < 0:
                raise _too_large(self._limit)
        return data

    def finish(self) -> bytes:
        """Check that every coding has come to its end; an empty body has none (RFC 9110 section 6.4).

        Raises:
            RefusedError: the body was cut short.
        """
        if self._begun:
            for layer in self._layers:
                layer.check_complete()
        return b""


def decode(body: bytes, content_encoding: str, limit: int) -> bytes:
    """Return ``body`` without its content codings; the identical object where it has none.

    Raises:
        RefusedError: ``BODY_ENCODING_WRONG``, or ``BODY_TOO_LARGE`` beyond ``limit`` bytes.
    """
    decoder = StreamDecoder(content_encoding, limit)
    return decoder.feed(body) + decoder.finish()
