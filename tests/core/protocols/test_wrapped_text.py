import gzip
import json
from base64 import b64encode, encodebytes, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.protocols.json_leaves import with_decoded
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.wrapped_text import MIN_CHARACTERS, holds_unread_file, unwrapped
from tests.core.protocols.masks import MASKER

TEXT = "Write to jane.doe@example.com today?>~"
MASKED = TEXT.replace("jane.doe@example.com", "[EMAIL]")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


def packed(text: str | bytes) -> str:
    return b64encode(text.encode() if isinstance(text, str) else text).decode()


# a text, and what goes on
HIDING = {
    "base64": (packed(TEXT), packed(MASKED)),
    "for URLs": (urlsafe_b64encode(TEXT.encode()).decode(), urlsafe_b64encode(MASKED.encode()).decode()),
    "unpadded": (packed(TEXT).rstrip("="), packed(MASKED).rstrip("=")),
    "lines": (encodebytes(TEXT.encode() * 3).decode(), packed(MASKED * 3)),
    "UTF-16": (packed(TEXT.encode("utf-16")), packed(MASKED.encode("utf-16"))),
    "UTF-16, other way": (
        packed(("\ufeff" + TEXT).encode("utf-16-be")),
        packed(("\ufeff" + MASKED).encode("utf-16-be")),
    ),
    "gzip": (packed(gzip.compress(TEXT.encode())), packed(gzip.compress(MASKED.encode(), mtime=0))),
    "a data URL": (f"data:text/plain;base64,{packed(TEXT)}", f"data:text/plain;base64,{packed(MASKED)}"),
    "a data URL of a picture": (f"data:image/png;base64,{packed(TEXT)}", f"data:image/png;base64,{packed(MASKED)}"),
    "a data URL's name": (
        f"data:text/plain;name=jane.doe@example.com;base64,{packed(TEXT)}",
        f"data:text/plain;name=[EMAIL];base64,{packed(MASKED)}",
    ),
    "only a data URL's name": (
        f"data:text/plain;name=jane.doe@example.com;base64,{packed('nothing in here')}",
        f"data:text/plain;name=[EMAIL];base64,{packed('nothing in here')}",
    ),
    "a data URL in percent": ("data:text/plain,jane.doe%40example.com", "data:text/plain,%5BEMAIL%5D"),
    "a data URL in percent and base64": (
        "DATA:;BASE64," + "".join(f"%{byte:02x}" for byte in packed(TEXT).encode()),
        f"DATA:;BASE64,{packed(MASKED)}",
    ),
    "base64 in base64": (packed(packed(TEXT)), packed(packed(MASKED))),
    "base64 in JSON": (json.dumps({"a": packed(TEXT)}), json.dumps({"a": packed(MASKED)})),
    "JSON in base64": (packed('{"a": "jane.doe\\u0040example.com"}'), packed('{"a": "[EMAIL]"}')),
}


@pytest.mark.parametrize("name", HIDING)
def test_a_file_is_masked_and_stays_a_file(name: str) -> None:
    text, masked = HIDING[name]
    found, hits = mask_leaf(MASKER, text)
    assert found == masked
    assert hits["email"] > 0


@pytest.mark.parametrize("name", [name for name in HIDING if "name" not in name])
def test_rules_see_what_is_in_a_file(name: str) -> None:
    texts = with_decoded("user", HIDING[name][0], "/x")
    assert "jane.doe@example.com" in texts[-1].text
    assert {text.role for text in texts} == {"user"}


# What is not a file: it is left alone, and counts as unread or not
OTHERS: list[tuple[str, bool]] = [
    (packed("short"), False),
    ("InternationalizationOfManyThings", False),
    ("0123456789abcdef" * 4, False),
    ("chatcmpl-B0123456789abcdefghijklmnop", False),
    ("Data: hello, world and jane", False),
    ("data:text/plain,hello world", False),
    (packed(PNG[:50]), False),
    (packed(PNG), True),
    (packed(PNG) + "\n", True),
    (packed(PNG) + " and a word", False),
    (f"data:image/png;base64,{packed(PNG[:20])}", True),
    (f"data:application/zip;base64,{packed(b'PK' + bytes(30))}", True),
    ("data:application/octet-stream,%00%01", True),
    (packed(gzip.compress(bytes(100)) + bytes(300)), True),
    ("", False),
]


@pytest.mark.parametrize(("text", "is_unread"), OTHERS, ids=range(len(OTHERS)))
def test_what_is_no_text_stays(text: str, *, is_unread: bool) -> None:
    assert unwrapped(text) is None
    assert holds_unread_file(text) is is_unread
    assert mask_leaf(MASKER, text)[0] == text


def test_a_file_that_unpacks_without_end_is_not_read() -> None:
    bomb = packed(gzip.compress(b"jane.doe@example.com " * 1_000_000))
    assert unwrapped(bomb) is None
    assert holds_unread_file(bomb)


def test_no_file_without_anything_to_mask_is_changed() -> None:
    text = encodebytes(b"a text with nothing to hide in it").decode()
    assert mask_leaf(MASKER, text) == (text, {})


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=MIN_CHARACTERS))
def test_what_was_packed_is_read_and_packed_again(text: str) -> None:
    for letters in (packed(text), urlsafe_b64encode(text.encode()).decode().rstrip("=")):
        wrapped = unwrapped(letters)
        assert wrapped is not None
        assert wrapped.text == text
        assert wrapped.around(text) == letters
