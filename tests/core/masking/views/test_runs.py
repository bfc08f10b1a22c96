from base64 import b64encode, encodebytes, urlsafe_b64encode
from functools import partial

import pytest

from addons.core.masking.views.codings import BASE64, BASE64_URL, HEX, Coding
from addons.core.masking.views.runs import BLOCK, Runs
from tests.core.masking.views.reading import in_pieces, most_pending, read, source

SECRET = "ivan.petrov@example.com"
CARD = "4111111111111111"
STANDARD, URL, DIGITS = partial(Runs, BASE64), partial(Runs, BASE64_URL), partial(Runs, HEX)
NOISE = bytes((at * at * 7 + at * 31) % 251 for at in range(5000))
TRICKY = ">>>???" + SECRET + "~~~>>>"  # has both special characters


def standard(text: str, encoding: str = "utf-8") -> str:
    return b64encode(text.encode(encoding)).decode()


def url(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("coding", "text", "value"),
    [
        (BASE64, standard(SECRET), SECRET),
        (BASE64, standard(CARD).rstrip("="), CARD),
        (BASE64, f'{{"data":"{standard(SECRET)}"}}', SECRET),
        (BASE64, standard(TRICKY), TRICKY),
        (BASE64_URL, url(TRICKY), TRICKY),
        (BASE64, f"key-{standard(TRICKY)}", TRICKY),
        (BASE64_URL, f"https://host.example/path/{url(SECRET)}", SECRET),
        (BASE64, f"https://host.example/path/{standard(TRICKY * 3)}", TRICKY * 2),
        *((BASE64, prefix + standard(SECRET * 2), SECRET * 2) for prefix in ("x", "xy", "xyz", "xyzxy")),
        *((BASE64_URL, prefix + url(SECRET * 2), SECRET * 2) for prefix in ("a_", "id-", "my_key-")),
        (BASE64, "Q" * 50 + standard(SECRET * 3), SECRET * 2),
        (BASE64, standard(SECRET, "utf-16-le"), SECRET),
        (BASE64, standard(SECRET, "utf-16-be"), SECRET),
        (BASE64, standard("“" + SECRET * 2 + "”", "utf-16-le"), SECRET),
        (BASE64, "xyz" + standard(SECRET * 2, "utf-16-le"), SECRET),
        (BASE64, encodebytes((SECRET * 9).encode()).decode(), SECRET * 9),
        (BASE64, encodebytes((SECRET * 9).encode()).decode().replace("\n", "\r\n"), SECRET * 9),
        (BASE64, encodebytes((SECRET * 9).encode("utf-16-le")).decode(), SECRET * 9),
        (BASE64, standard("é" * 20 + SECRET), SECRET),
        (HEX, SECRET.encode().hex(), SECRET),
        (HEX, SECRET.encode().hex().upper(), SECRET),
        (HEX, "0x" + SECRET.encode().hex(), SECRET),
        (HEX, "a" + SECRET.encode().hex(), SECRET),
        (HEX, SECRET.encode("utf-16-le").hex(), SECRET),
        (HEX, "ab" + SECRET.encode("utf-16-be").hex(), SECRET),
    ],
)
def test_runs_are_decoded(coding: Coding, text: str, value: str) -> None:
    assert value in read(Runs(coding), text)


@pytest.mark.parametrize(
    ("coding", "text"),
    [
        (BASE64, "aGVsbG8gd29ybGQhISE"),  # 19 characters
        (BASE64, "Hello, world. The quick brown fox."),
        (BASE64, url(">>>>>>>>???")),
        (BASE64, "the-quick-brown-fox-jumps_over_the_lazy_dog"),
        (BASE64, "aGVsbG8g d29ybGQh\naGVsbG8g d29ybGQh"),
        (BASE64_URL, "/usr/local/share/ca-certs/mine"),
        (BASE64_URL, "漢字" * 30 + "\ud800"),
        (HEX, "cafe deadbeef 2026-11-20 123456789012345"),
        (HEX, "ｃａｆｅ" * 10),
        (HEX, "g" * 40),
    ],
)
def test_what_is_no_run_is_read_as_it_stands(coding: Coding, text: str) -> None:
    assert read(Runs(coding), text) == text


def test_what_stands_around_a_run_stays() -> None:
    assert read(STANDARD(), f"a b: {standard(SECRET)} c\nd") == f"a b: {SECRET}= c\nd"


def test_binary_separates() -> None:
    """A byte that is no text reads as one character that is part of no value."""
    assert read(STANDARD(), b64encode(b"\x00\xff4111\xc3\xa9 1111\x80.....").decode()) == "��4111�� 1111�.....=="


def test_a_short_line_ends_a_run() -> None:
    text = encodebytes((SECRET * 3).encode()).decode() + "word\n"
    assert read(STANDARD(), text).endswith("\nword\n")


@pytest.mark.parametrize(
    ("make", "text", "value", "stood"),
    [
        (STANDARD, "x " + standard("abc" + "def" * 9), "d", standard("def")),
        (STANDARD, standard("abcdef" * 5), "fabcdefa", standard("defabcdefabc")),
        (STANDARD, "!" + standard("abc" * 6 + "x"), "x", "eA"),
        (STANDARD, standard("abc" * 8, "utf-16-le"), "cabca", standard("abcabcabc", "utf-16-le")),
        (DIGITS, "12345678: " + b"abcdefghij".hex(), "cd", "6364"),
        (DIGITS, "abcdefghij".encode("utf-16-le").hex(), "cd", "63006400"),
    ],
)
def test_origin(make: partial[Runs], text: str, value: str, stood: str) -> None:
    assert source(make(), text, value) == stood


def test_a_line_break_is_part_of_what_stood() -> None:
    text = encodebytes(b"abc" * 40).decode()
    assert source(STANDARD(), text, "abc" * 40) == text[:-1]


@pytest.mark.parametrize("make", [STANDARD, URL, DIGITS])
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_pending_is_bounded(make: partial[Runs], size: int) -> None:
    text = NOISE[:3000].hex() + "\r\n" + "a" * 3000 + " word\n\n" + "F" * 100
    assert most_pending(make(), in_pieces(text, size)) < BLOCK


@pytest.mark.parametrize("make", [STANDARD, URL, DIGITS])
def test_a_megabyte_streams_through(make: partial[Runs]) -> None:
    text = b64encode(b"\x00" * 300_000 + NOISE * 40 + SECRET.encode() * 12_000).decode()
    assert most_pending(make(), in_pieces(text, 8192)) < BLOCK
    assert most_pending(make(), ["4" * 1_000_000]) < BLOCK


def test_a_word_is_pending_until_it_ends() -> None:
    view = STANDARD()
    assert view.feed("Hello wor") is None
    assert view.pending == len("Hello ")
    assert view.feed("ld.") is None
    assert view.pending == len("Hello world.")
