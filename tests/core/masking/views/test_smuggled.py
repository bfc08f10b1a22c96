import pytest

from addons.core.masking.views.smuggled import Smuggled
from tests.core.masking.views.reading import read, source


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(character)) for character in text)


def selectors(text: str) -> str:
    return "".join(chr(0xE0100 + ord(character) - 16) for character in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tags("ivan@example.com"), "\ufffdivan@example.com"),
        ("Hi" + tags("4111") + "there", "Hi\ufffd4111\ufffdthere"),
        ("😀" + selectors("ivan@example.com"), "😀\ufffdivan@example.com"),
        (tags("41") + selectors("11"), "\ufffd4111"),
    ],
)
def test_hidden_text_is_read(text: str, expected: str) -> None:
    assert read(Smuggled(), text) == expected


@pytest.mark.parametrize("text", ["", "abc", "漢字 😀 é", "❤\ufe0f", "\U000e007f\U000e0001", "\U000e0100", "\ud800"])
def test_what_hides_nothing_is_read_as_it_stands(text: str) -> None:
    assert read(Smuggled(), text) == text
    assert Smuggled().feed(text) is None


def test_origin() -> None:
    assert source(Smuggled(), "Hi" + tags("4111") + "there", "4111") == tags("4111")
    assert source(Smuggled(), "Hi" + tags("4111") + "there", "there") == "there"
