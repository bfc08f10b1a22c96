"""Texts to cut: pieces that look like values, that nearly do, and that begin like one."""

import os
import random

from addons.core.detect.catalogue import DETECTORS

STREAM_CASES = int(os.environ.get("CHAINWARDEN_STREAM_CASES", "2000"))
"""Random texts and cuts in all; 100,000 and more before a release."""

_PLAIN = (
    *(" ", "  ", "\n", ". ", ", ", "-", "_", "@", "+", "(", ")", ".", ":", "'", "]", "\\n", "\\u00e9", "%20"),
    *("0", "1", "00", "12", "2024", "4111 ", "1.2.3", "::", "fe80", "GB82"),
    *("the ", "word", "x.y", "co", "a@", "@b.", "sk-", "ghp_", "eyJ", "[EMAIL_", "ABCDEFGHIJ"),
    *("-----", "-----BEGIN ", "RSA PRIVATE KEY-----", "-----END "),
    *("caf\u00e9", "\u8bf7", "\U0001f600", "\ud83d", "\ude00", "\u200b"),
)
_VALUES = tuple(example for detector in DETECTORS for example in (*detector.examples, *detector.counter_examples))


def random_text(source: random.Random) -> str:
    """Return a text of up to about 20 pieces, some of them cut short."""
    return "".join(_piece(source) for _ in range(source.randint(1, 20)))


def _piece(source: random.Random) -> str:
    piece = source.choice(_VALUES if source.random() < 0.5 else _PLAIN)
    if source.random() < 0.2:
        return piece[: source.randint(0, len(piece))]
    return piece


def random_cuts(source: random.Random, text: str) -> list[str]:
    """Return ``text`` in pieces: characters, small ones, large ones, some of them empty."""
    largest = source.choice((1, 2, 3, 7, 20, 100, 1000))
    pieces = []
    at = 0
    while at < len(text):
        size = source.randint(0, largest)
        pieces.append(text[at : at + size])
        at += size
    return pieces
