import pytest

from addons.core.masking.views.spaced_hex import HELD_MAX, SpacedHex
from tests.core.masking.views.reading import in_pieces, most_pending, read, source

SECRET = b"4111-1111"


@pytest.mark.parametrize("separator", [" ", ":", ",", "-", ";", ".", ", ", " 0x", ",0x", ", 0x", ", 0X"])
def test_pairs_are_decoded(separator: str) -> None:
    run = separator.join(f"{byte:02x}" for byte in SECRET)
    assert read(SpacedHex(), f"> {run}!") == f"> {SECRET.decode()}!"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48", "\ufffdABCDEFGH"),
        ("41 00 42 00 43 00 44 00", "ABCD"),
        ("41 42 43 44 45 46 47 48 ff 49 4", "ABCDEFGH\ufffdI 4"),
        ("41 42 43 44 45 46 47 48:49", "ABCDEFGH:49"),
        ("41 42 43 44 45 46 47 48 words", "ABCDEFGH words"),
    ],
)
def test_edges(text: str, expected: str) -> None:
    assert read(SpacedHex(), text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "41 42 43 44 45 46 47",
        "41 42:43 44 45:46 47 48 49",
        "2026-11-20 10:30:00, 1.50, 2.75",
        "be a bad cafe, add dad",
        "００ ００ ００ ００ ００ ００ ００ ００",
        "411 422 433 444 455 466 477 488 499",
        "aa:bb:cc:dd:ee:ff",
    ],
)
def test_what_is_no_run_is_read_as_it_stands(text: str) -> None:
    assert read(SpacedHex(), text) == text


def test_origin() -> None:
    """A pair stood from its separator on."""
    assert source(SpacedHex(), "x 41 42 43 44 45 46 47 48 y", "CD") == " 43 44"
    assert source(SpacedHex(), "x 41 42 43 44 45 46 47 48 y", "AB") == "41 42"


@pytest.mark.parametrize("text", ["41 " * 500, "4" * 1000, "0x" * 500, ", " * 500, "be, " * 300, "41, 0x" * 7 + "4"])
@pytest.mark.parametrize("size", [1, 13])
def test_pending_is_bounded(text: str, size: int) -> None:
    assert most_pending(SpacedHex(), in_pieces(text, size)) <= HELD_MAX


def test_a_megabyte_streams_through() -> None:
    assert most_pending(SpacedHex(), in_pieces("41 " * 333_333, 8192)) <= HELD_MAX
