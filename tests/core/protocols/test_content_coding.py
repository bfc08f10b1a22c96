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
