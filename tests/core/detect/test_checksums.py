"""Hashes and codings of cryptocurrencies, against published values."""

import pytest

from addons.core.detect.base58 import BITCOIN, RIPPLE, decoded, payload
from addons.core.detect.keccak import keccak256

WALLET = "5HueCGU8rMjxEXxiPuD5" + "BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"),
    ],
)
def test_keccak_gives_the_published_digest(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


@pytest.mark.parametrize("size", [134, 135, 136, 137, 271, 272, 273])
def test_keccak_tells_texts_apart_at_the_edge_of_a_block(size: int) -> None:
    digests = {keccak256(bytes(size)), keccak256(bytes(size - 1) + b"\x01"), keccak256(bytes(size + 1))}
    assert len(digests) == 3
    assert {len(digest) for digest in digests} == {32}


@pytest.mark.parametrize(
    ("text", "raw"),
    [("", b""), ("1", b"\0"), ("11", b"\0\0"), ("2", b"\x01"), ("z", b"\x39"), ("StV1DL6CwTryKyV", b"hello world")],
)
def test_base58_is_decoded(text: str, raw: bytes) -> None:
    assert decoded(text) == raw


@pytest.mark.parametrize(
    ("text", "alphabet", "size"),
    [
        (WALLET, BITCOIN, 33),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", BITCOIN, 21),
        ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", RIPPLE, 21),
    ],
)
def test_a_right_checksum_gives_the_payload(text: str, alphabet: str, size: int) -> None:
    assert len(payload(text, alphabet)) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        WALLET[:-1] + "K",
        WALLET[1:],
        WALLET[::-1],
        WALLET[:-1] + "0",
        WALLET + "\u00e9",
        "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    assert payload(text) == b""
