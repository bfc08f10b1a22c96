"""However a text is cut, a view reads the same characters from the same places."""

from base64 import b64encode, encodebytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.core.masking.views.catalogue import VIEWS
from tests.core.masking.views.reading import MakeView, characters

SECRET = b"ivan@example.com and 4111111111111111"
LINES = encodebytes(SECRET * 4).decode()
FRAGMENTS = [
    *"%&#;\\=u0x41a{}-_/+ :,\n\ré\u200b漢а가ﬁ②\x00\ud800😀",
    *("%40", "%25", "%C3%A9", "%C3", "%F0%9F%98%80", "%u0040", "%26%2364%3B", "%%34%30", "%E0%80%80"),
    *("&#64;", "&#x40", "&#0", "00000000", "&amp;", "&amp", "&commat", "&#1;", "&#99999999"),
    *(r"\u0040", r"\\u0040", r"\ud83d", r"\ude00", r"\u{40}", r"\U00000040", r"\x40", r"\100", r"\u0025\u0034\u0030"),
    *("=40", "=\n", "=\r\n", "\r\n", "\n", "Hello wor", "be ", "==", "ﷺ", "e\u0301"),
    *(chr(0xE0000 + code) for code in b"a4@"),
    *(b64encode(SECRET).decode(), b64encode(SECRET.decode().encode("utf-16-le")).decode(), "abc", "4141"),
    *(b64encode(bytes(range(120, 170))).decode(), LINES, LINES[3:]),
    *(SECRET.hex(), SECRET[:9].hex(" "), SECRET[:9].hex(":"), ", ".join(map(hex, SECRET[:9])), "41 00 42 00 43"),
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join) | st.text(
    st.sampled_from("%&#;\\=u0x4125a {}") | st.characters(), max_size=40
)


@pytest.mark.parametrize("make", [kind.begin for kind in VIEWS])
@given(data=st.data(), text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_cuts_do_not_matter(make: MakeView, data: st.DataObject, text: str) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[first:last] for first, last in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = characters(make(), [text])
    assert characters(make(), pieces) == whole
    assert characters(make(), text) == whole


@pytest.mark.parametrize("make", [kind.begin for kind in VIEWS])
@pytest.mark.parametrize("size", [7, 100, 5000])
def test_cuts_do_not_matter_in_long_runs(make: MakeView, size: int) -> None:
    """Here a run has many slabs, of which some are text, some are not, and some have another start."""
    noise = bytes((at * at * 7 + at * 31) % 251 for at in range(900))
    data = SECRET * 80 + noise + SECRET.decode().encode("utf-16-le") * 30 + noise + SECRET * 5
    for text in (
        b64encode(data).decode(),
        "ab" + b64encode(data).decode() + "!",
        data.hex(),
        encodebytes(data).decode(),
    ):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert characters(make(), pieces) == characters(make(), [text])


@pytest.mark.parametrize("make", [kind.begin for kind in VIEWS])
@pytest.mark.parametrize(
    "text",
    ["", "Hello, world.\n", '{"a": "b\\n", "c": [1, 2]}', "for i in range(10):\n\tx += 1  # 100%\n", "Straße 漢字"],
)
def test_ordinary_text_is_not_even_looked_at(make: MakeView, text: str) -> None:
    view = make()
    assert view.feed(text) is None
    assert view.finish() is None


@pytest.mark.parametrize("make", [kind.begin for kind in VIEWS])
def test_any_character_is_read(make: MakeView) -> None:
    """Also surrogates, what is not assigned, and what stands in private areas."""
    text = "".join(
        map(chr, (*range(0x3000), *range(0xD700, 0xE100), *range(0xF900, 0x10400), *range(0xDFF00, 0xE0200)))
    )
    assert characters(make(), [text])
