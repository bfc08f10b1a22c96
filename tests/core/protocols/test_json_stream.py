import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.protocols.json_stream import LeafStream, mask_leaf
from addons.core.protocols.unmasked import Unmasked
from tests.core.protocols.masks import MASKER

# text, what goes on
CASES = [
    ("mail jane.doe@example.com now", "mail [EMAIL] now"),
    (r'{"a": "jane.doe\u0040example.com\n", "b": "caf\u00e9\/"}', r'{"a": "[EMAIL]\n", "b": "caf\u00e9\/"}'),
    (r'{"a": "{\"b\": \"jane.doe\\u0040example.com\"}"}', r'{"a": "{\"b\": \"[EMAIL]\"}"}'),
    (r'{"a": "\u005cu0040 \ud83d\ude00 \ud83d x"}', r'{"a": "\u005cu0040 \ud83d\ude00 \ud83d x"}'),
    ('{"card": 4111111111111111, "n": [4111111111111111]}', '{"card": "[CARD]", "n": ["[CARD]"]}'),
    ('{"card": 4.111111111111111e15}', '{"card": "[CARD]"}'),
    ('{"jane.doe@example.com": 1}', '{"[EMAIL]": 1}'),
    ("[see](x) 4111111111111111 and 4111 1111 1111 1111", "[see](x) [CARD] and [CARD]"),
    ('{"never closed jane.doe@example.com', '{"never closed [EMAIL]'),
    ('{"cut in an escape \\u00', '{"cut in an escape \\u00'),
    ('"jane.doe@example.com" jane.doe@example.com', '"[EMAIL]" [EMAIL]'),
    ('\ufeff  {"a": "jane.doe\\u0040example.com"}', '\ufeff  {"a": "[EMAIL]"}'),
    ("lone \ud800 jane.doe@example.com", "lone \ud800 [EMAIL]"),
    ("{bad \\u0040 \\x jane.doe@example.com}", "{bad \\u0040 \\x [EMAIL]}"),
    ("", ""),
    ("{}", "{}"),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_escapes_hide_nothing_and_the_rest_keeps_its_spelling(text: str, masked: str) -> None:
    assert mask_leaf(MASKER, text)[0] == masked


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_every_cut_gives_the_same(text: str, masked: str) -> None:
    hits = mask_leaf(MASKER, text)[1]
    for at in range(len(text) + 1):
        stream = LeafStream(MASKER)
        assert stream.feed(text[:at]) + stream.feed(text[at:]) + stream.finish() == masked
        assert stream.hits == hits
    stream = LeafStream(MASKER)
    assert "".join(stream.feed(character) for character in text) + stream.finish() == masked


_PIECES = st.lists(
    st.sampled_from(
        [
            *'{}[]":, ab0-\\u',
            "\\u0040",
            '\\"',
            "\\\\",
            "jane.doe",
            "@",
            "example.com",
            "4111111111111111",
            "\\ud83d",
            "\ud800",
        ]
    ),
    max_size=25,
)


@given(_PIECES, _PIECES)
def test_any_cut_of_anything_gives_the_same(one: list[str], other: list[str]) -> None:
    text = "".join(one + other)
    stream = LeafStream(MASKER)
    cut = "".join(stream.feed(piece) for piece in (*one, *other)) + stream.finish()
    whole = LeafStream(MASKER)
    assert cut == whole.feed(text) + whole.finish()
    assert stream.hits == whole.hits


@given(_PIECES)
def test_what_is_not_masked_stays_as_it_is(pieces: list[str]) -> None:
    stream = LeafStream(Unmasked())
    assert "".join(map(stream.feed, pieces)) + stream.finish() == "".join(pieces)


def _restored_or_masked(detector: Detector, _value: str) -> str:
    return "jane.doe@example.com" if detector.name == "token" else "[MASKED]"


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        (r'{"to": "TOKEN_1", "cc": "a@b.com"}', r'{"to": "jane.doe@example.com", "cc": "[MASKED]"}'),
        (r'{"in": "{\"to\": \"TOKEN_1\"}", "n": 5}', r'{"in": "{\"to\": \"jane.doe@example.com\"}", "n": 5}'),
        ("TOKEN_1 a@b.com", "jane.doe@example.com [MASKED]"),
    ],
)
def test_what_is_put_in_the_place_of_a_value_is_not_masked_again(text: str, restored: str) -> None:
    """A token is restored to a value that other detectors would mask."""
    detectors = (Detector("token", "T", r"TOKEN_\d"), Detector("email", "EMAIL", r"[a-z.]{1,20}@[a-z]{1,20}\.com"))
    masker = Masker(detectors, _restored_or_masked)
    for at in range(len(text) + 1):
        stream = LeafStream(masker)
        assert stream.feed(text[:at]) + stream.feed(text[at:]) + stream.finish() == restored
