"""Texts to cut in which values stand in every disguise, whole, cut short, side by side and inside each other."""

import random
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

from addons.core.detect.catalogue import DETECTORS

VALUES = tuple(
    example
    for detector in DETECTORS
    for example in (*detector.examples[:6], *detector.counter_examples[:2])
    if len(example) < 200
)

_LOOK_ALIKES = str.maketrans(
    "aceopxyABCEHKMOPTX",
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425",
)
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TAGS = {code: code + 0xE0000 for code in range(0x20, 0x7F)}
_SEPARATORS = (" ", ":", "-", ", 0x", "; ", ".", ",")
_UNSEEN = ("\u200b", "\u2060", "\u00ad", "\u0301", "\x01", "\ufe0f")

type Disguise = Callable[[random.Random, str], str]


def _some(source: random.Random, text: str, spell: Callable[[str], str]) -> str:
    """Spell all characters otherwise, or some of them."""
    share = source.choice((1.0, 1.0, 0.5, 0.1))
    return "".join(spell(char) if source.random() < share else char for char in text)


def _percent(source: random.Random, text: str) -> str:
    return _some(source, text, lambda char: "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace")))


def _reference(source: random.Random, text: str) -> str:
    form = source.choice(("&#{};", "&#x{:x};", "&#X{:X}", "&#000{}", "&#{}"))
    return _some(source, text, lambda char: form.format(ord(char)))


def _backslash(source: random.Random, text: str) -> str:
    form = source.choice(("\\u{:04x}", "\\\\u{:04X}", "\\u{{{:x}}}", "\\U{:08x}", "\\x{:02x}", "\\{:03o}", "%u{:04x}"))
    return _some(source, text, lambda char: form.format(ord(char)) if ord(char) < 0x7F else char)


def _quoted_printable(source: random.Random, text: str) -> str:
    spelled = _some(source, text, lambda char: f"={ord(char):02X}" if " " < char < "\x7f" else char)
    return spelled[: len(spelled) // 2] + source.choice(("", "=\n", "=\r\n")) + spelled[len(spelled) // 2 :]


def _unseen(source: random.Random, text: str) -> str:
    return _some(source, text, lambda char: char + source.choice(_UNSEEN))


def _base64(source: random.Random, text: str) -> str:
    coding = source.choice(("utf-8", "utf-8", "utf-16-le", "utf-16-be"))
    data = text.encode(coding, "replace")
    data = source.randbytes(source.randint(0, 3)) + data if source.random() < 0.4 else data
    written = source.choice((b64encode, urlsafe_b64encode, encodebytes))(data).decode()
    written = written.rstrip("=") if source.random() < 0.5 else written
    return "".join(source.choices("abcXYZ019+/-_", k=source.randint(0, 5))) + written


def _hex(source: random.Random, text: str) -> str:
    data = text.encode(source.choice(("utf-8", "utf-8", "utf-16-le")), "replace")
    written = data.hex(source.choice("- :")) if source.random() < 0.2 else data.hex()
    return source.choice(("", "", "a", "0x", "ff")) + (written.upper() if source.random() < 0.3 else written)


def _spaced_hex(source: random.Random, text: str) -> str:
    separator = source.choice(_SEPARATORS)
    start = "0x" if "x" in separator else ""
    return start + separator.join(f"{byte:02x}" for byte in text.encode("utf-8", "replace"))


def _full_width(source: random.Random, text: str) -> str:
    return _some(source, text, lambda char: char.translate(_FULL_WIDTH))


def _look_alike(source: random.Random, text: str) -> str:
    return _some(source, text, lambda char: char.translate(_LOOK_ALIKES))


def _tags(source: random.Random, text: str) -> str:
    return _some(source, text, lambda char: char.translate(_TAGS))


def _amp(_source: random.Random, text: str) -> str:
    return text.replace("%", "%25").replace("&", "&amp;")


def _url(_source: random.Random, text: str) -> str:
    return quote(text.encode("utf-8", "replace"))


DISGUISES: tuple[Disguise, ...] = (
    *(_percent, _reference, _backslash, _quoted_printable, _unseen, _base64, _base64, _hex, _spaced_hex),
    *(_full_width, _look_alike, _tags, _amp, _url),
)
_PLAIN = (
    *(
        " ",
        " ",
        "  ",
        "\n",
        "\r\n",
        ". ",
        ", ",
        "-",
        "_",
        "@",
        "+",
        "(",
        ".",
        ":",
        "=",
        "\\",
        "%",
        "&",
        "&#",
        "\\u",
        "%2",
    ),
    *("the ", "word", "x", "0", "12", "41", "4111 ", "[EMAIL_", "ABCDEFGHIJ", "sk-", "eyJ", "-----BEGIN "),
    *(
        "\u200b",
        "\u00e9",
        "\u8bf7",
        "\U0001f600",
        "\ud83d",
        "\ude00",
        "\ufffd",
        "\U000e0041",
        "\x00",
        "\u212a",
        "\u017f",
    ),
    *("aHR0cHM6Ly93d3cuZXhhbXBsZS5vcmcv", "41 42 43 44 45 46 47 48 ", "deadbeefdeadbeef", "&amp;amp;", "%252540"),
)


def disguised_text(source: random.Random) -> str:
    """Return a text of up to about 10 pieces, most of them values in up to two disguises, some of them cut short."""
    return "".join(_piece(source) for _ in range(source.randint(1, 10)))


def _piece(source: random.Random) -> str:
    if source.random() < 0.35:
        return source.choice(_PLAIN)
    piece = source.choice(VALUES)
    if source.random() < 0.2:
        piece += source.choice(("", " ", ",")) + source.choice(VALUES)
    cut = source.randint(0, len(piece)) if source.random() < 0.25 else 0
    for _ in range(source.choice((0, 1, 1, 1, 2, 2))):
        piece = piece[:cut] + source.choice(DISGUISES)(source, piece[cut:])
        cut = 0
    if source.random() < 0.15:
        return piece[source.randint(0, len(piece)) :]
    return piece[: source.randint(0, len(piece))] if source.random() < 0.15 else piece
