"""Base58 with a checksum, as Bitcoin and its kin write addresses and keys."""

from hashlib import sha256

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_CHECKSUM = 4
"""Bytes."""


def decoded(text: str, alphabet: str = BITCOIN) -> bytes:
    """Return the bytes of ``text``, all of whose characters are in ``alphabet``."""
    number = 0
    for char in text:
        number = number * 58 + alphabet.index(char)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def payload(text: str, alphabet: str = BITCOIN) -> bytes:
    """Return what ``text`` says, version first; nothing where its checksum is wrong."""
    if not set(text) <= set(alphabet):
        return b""
    raw = decoded(text, alphabet)
    content, checksum = raw[:-_CHECKSUM], raw[-_CHECKSUM:]
    return content if sha256(sha256(content).digest()).digest()[:_CHECKSUM] == checksum else b""
