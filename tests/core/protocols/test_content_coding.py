import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # the package ships no types
import pytest
import zstandard

from addons.core.errors import RefusedError
from addons.core.protocols.content_coding import StreamDecoder, decode
from addons.core.reasons import Reason

LIMIT = 1_000_000
TEXT = b"A body of some length. " * 40

type Encode = Callable[[bytes], bytes]


def _raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


def _brotli(data: bytes) -> bytes:
    compressed: bytes = brotli.compress(data)
    return compressed


CODINGS: list[tuple[str, Encode]] = [
    ("gzip", gzip.compress),
    ("X-GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("br", _brotli),
    ("zstd", zstandard.compress),
    ("identity", bytes),
    ("", bytes),
    ("gzip, identity, br", lambda data: _brotli(gzip.compress(data))),
    ("zstd,gzip,deflate", lambda data: zlib.compress(gzip.compress(zstandard.compress(data)))),
    ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    ("zstd", lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:])),
]
IDS = range(len(CODINGS))


@pytest.mark.parametrize(("name", "encode"), CODINGS, ids=IDS)
def test_a_body_comes_out_whole(name: str, encode: Encode) -> None:
    assert decode(encode(TEXT), name, LIMIT) == TEXT
    assert decode(b"", name, LIMIT) == b""


@pytest.mark.parametrize(("name", "encode"), CODINGS, ids=IDS)
def test_cuts_do_not_matter(name: str, encode: Encode) -> None:
    body = encode(TEXT)
    for size in (1, 2, 3, 7):
        decoder = StreamDecoder(name, LIMIT)
        out = b"".join(decoder.feed(body[at : at + size]) for at in range(0, len(body), size))
        assert out + decoder.finish() == TEXT


def test_a_body_without_coding_is_the_same_object() -> None:
    assert decode(TEXT, "", LIMIT) is TEXT


REFUSED = [
    ("gzip", gzip.compress(TEXT)[:-1]),
    ("gzip", gzip.compress(TEXT)[:15]),
    ("gzip", gzip.compress(TEXT) + b"more"),
    ("gzip", TEXT),
    ("gzip", zlib.compress(TEXT)),
    ("deflate", zlib.compress(TEXT)[:-1]),
    ("deflate", zlib.compress(TEXT) + b"x"),
    ("deflate", _raw_deflate(TEXT) + b"x"),
    ("deflate", b"x"),
    ("br", _brotli(TEXT)[:-1]),
    ("br", _brotli(TEXT) + b"x"),
    ("br", TEXT),
    ("zstd", zstandard.compress(TEXT)[:-1]),
    ("zstd", zstandard.compress(TEXT) + b"more than four bytes"),
    ("zstd", TEXT),
    ("zstd", gzip.compress(TEXT)),
    ("compress", TEXT),
    ("aws-chunked", TEXT),
    ("gzip, gzip, gzip, gzip", TEXT),
    ("gzip, br", gzip.compress(TEXT)),
]


@pytest.mark.parametrize(("name", "body"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_what_its_header_says_must_be_refused(name: str, body: bytes) -> None:
    with pytest.raises(RefusedError) as error:
        decode(body, name, LIMIT)
    assert error.value.reason is Reason.BODY_ENCODING_WRONG


ZEROS = bytes(30_000_000)
BOMBS = [
    ("gzip", gzip.compress(ZEROS)),
    ("gzip, gzip", gzip.compress(gzip.compress(ZEROS))),
    ("deflate", zlib.compress(ZEROS)),
    ("br", _brotli(ZEROS)),
    ("zstd", zstandard.compress(ZEROS)),
    ("zstd, br", _brotli(zstandard.compress(ZEROS))),
    ("gzip", b"".join(gzip.compress(bytes(100_000)) for _ in range(30))),
    ("", bytes(LIMIT + 1)),
]


@pytest.mark.parametrize(("name", "body"), BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_must_be_refused_at_the_limit(name: str, body: bytes) -> None:
    with pytest.raises(RefusedError) as error:
        decode(body, name, LIMIT)
    assert error.value.reason is Reason.BODY_TOO_LARGE


@pytest.mark.parametrize(("name", "encode"), CODINGS[:8], ids=IDS[:8])
def test_a_body_of_exactly_the_limit_passes(name: str, encode: Encode) -> None:
    assert len(decode(encode(bytes(LIMIT)), name, LIMIT)) == LIMIT
    with pytest.raises(RefusedError):
        decode(encode(bytes(LIMIT + 1)), name, LIMIT)


def _zeros(codec: Encode, megabytes: int) -> bytes:
    return codec(bytes(megabytes << 20))


def _wide_zstd(data: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=24)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


def _skippable(data: bytes) -> bytes:
    return b"\x50\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


# coding, body, why it must be refused, or else what it decodes to
TABLE: dict[str, tuple[str, bytes, Reason | None, bytes]] = {
    "gzip": ("gzip", gzip.compress(TEXT), None, TEXT),
    "gzip with a name and a comment": (
        "gzip",
        b"\x1f\x8b\x08\x18" + bytes(4) + b"\0\x03jane\0doe\0" + gzip.compress(TEXT)[10:],
        None,
        TEXT,
    ),
    "gzip in members": ("gzip", gzip.compress(TEXT) * 3, None, TEXT * 3),
    "gzip padded with zeros": ("gzip", gzip.compress(TEXT) + bytes(8), Reason.BODY_ENCODING_WRONG, b""),
    "gzip with a wrong sum": (
        "gzip",
        gzip.compress(TEXT)[:-8] + b"\1" * 4 + gzip.compress(TEXT)[-4:],
        Reason.BODY_ENCODING_WRONG,
        b"",
    ),
    "deflate that is gzip": ("deflate", gzip.compress(TEXT), Reason.BODY_ENCODING_WRONG, b""),
    "identity twice": ("identity, identity", TEXT, None, TEXT),
    "an empty name": (", gzip,", gzip.compress(TEXT), None, TEXT),
    "two, the other way round": ("br, gzip", _brotli(gzip.compress(TEXT)), Reason.BODY_ENCODING_WRONG, b""),
    "two, one of them missing": ("gzip, gzip", gzip.compress(TEXT), Reason.BODY_ENCODING_WRONG, b""),
    "compress": ("compress", TEXT, Reason.BODY_ENCODING_WRONG, b""),
    "aws-chunked": ("aws-chunked", TEXT, Reason.BODY_ENCODING_WRONG, b""),
    "a quality": ("gzip;q=1", gzip.compress(TEXT), Reason.BODY_ENCODING_WRONG, b""),
    "a dictionary": ("dcb", TEXT, Reason.BODY_ENCODING_WRONG, b""),
    "zstd with a skipped frame": ("zstd", _skippable(b"hidden") + zstandard.compress(TEXT), None, TEXT),
    "zstd with a wide window": ("zstd", _wide_zstd(bytes(9 << 20)), Reason.BODY_ENCODING_WRONG, b""),
    "ordinary growth": ("gzip", gzip.compress(TEXT * 2000), None, TEXT * 2000),
    "a gzip bomb": ("gzip", _zeros(gzip.compress, 4), Reason.BODY_TOO_LARGE, b""),
    "a zlib bomb": ("deflate", _zeros(zlib.compress, 4), Reason.BODY_TOO_LARGE, b""),
    "a brotli bomb": ("br", _zeros(_brotli, 4), Reason.BODY_TOO_LARGE, b""),
    "a zstd bomb": ("zstd", _zeros(zstandard.compress, 4), Reason.BODY_TOO_LARGE, b""),
    "a bomb in a bomb": ("gzip, gzip", gzip.compress(_zeros(gzip.compress, 64)), Reason.BODY_TOO_LARGE, b""),
    "nothing": ("br", b"", None, b""),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_case_whole_and_in_pieces(name: str) -> None:
    coding, body, reason, decoded = TABLE[name]
    for size in (len(body) or 1, 1000, 7):
        if reason is None:
            assert _in_pieces(coding, body, size) == decoded
            continue
        with pytest.raises(RefusedError) as error:
            _in_pieces(coding, body, size)
        assert error.value.reason is reason


def _in_pieces(coding: str, body: bytes, size: int) -> bytes:
    decoder = StreamDecoder(coding, 64 << 20)
    out = b"".join(decoder.feed(body[at : at + size]) for at in range(0, len(body), size))
    return out + decoder.finish()
