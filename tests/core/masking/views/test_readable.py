from itertools import repeat

import pytest

from addons.core.masking.views.readable import PENDING_MAX, Readable
from tests.core.masking.views.reading import most_pending, read, source

ESCAPED = [
    ("ivan%40example.com", "ivan@example.com"),
    ("ivan%2540example.com", "ivan@example.com"),
    ("ivan%252540example.com", "ivan@example.com"),
    ("%26%2364%3B", "@"),
    ("%%34%30", "@"),
    ("%u0040", "@"),
    ("%ud83d%ude00", "😀"),
    ("caf%C3%A9", "cafe"),
    ("%E2%80%8B4", "4"),
    ("%F0%9D%9F%98", "0"),
    ("%69%76%61%6e", "ivan"),
    ("a%C3%40b %ud83d%u0041", "a%C3@b %ud83dA"),
    ("&#64;&#x40;&#X40;&#064;&#64 &#x40 ", "@@@@@ @ "),
    ("&amp;#64;", "@"),
    ("&amp;amp;#64;", "@"),
    ("&commat;&period;&hyphen;&lowbar;&plus;&sol;&colon;&lpar;", "@.-_+/:("),
    ("4111&nbsp;1111&ensp;1", "4111 1111 1"),
    ("41&shy;11&zwj;&#8203;1", "41111"),
    ("&ampfoo", "&foo"),
    ("&#150;&#0;&#1;&#55296;&#1114112;", "-\ufffd\ufffd\ufffd"),
    (r"\u0040\u{40}\u{000040}\U00000040\x40\100", "@@@@@@"),
    (r"\\u0040 \\\\u0040 \\x40", "@ @ @"),
    (r"\ud83d\ude00 \\ud83d\\ude00", "😀 😀"),
    (r"\u0069\u0076\u0061\u006e", "ivan"),
    (r"\u0025\u0034\u0030", "@"),
    (r"\u200b4\u0031", "41"),
    ("ivan=40exa=\nmple=2Ecom=\r\n", "ivan@example.com"),
]

FOLDED = [
    ("４１１１", "4111"),
    ("ivan＠example。com ﹫ ．｡․", "ivan@example.com @ ..."),
    ("41\u200b1\u2060\u00ad\ufeff1\u202e\u2066\u180e\ufe0f\U000e0041\U000e0101", "4111"),
    ("4\u03011\u20dd1\u0336", "411"),
    ("4\x001\x081\x7f1\x9f", "4111"),
    ("٤١١١ ۴۱ ४१ ④①① ⓿➊ 𝟒𝟙 ⁴₁ ⒋", "4111 41 41 411 01 41 41 4"),
    ("іvаn ехаmрlе ΑΒΕ ѕсоре օ ⅼ ı ɑ Ꭺ", "ivan example ABE scope o l i a A"),
    ("𝒊𝓿𝔞𝕟 ⓘⓥⓐⓝ ⒤⒱ 🅘🅥 🄸 🇮 ﬁ ǆ", "ivan ivan iv IV I I fi dz"),
    ("4‐1‑1‒1–2—3−4﹣5－6ー7", "4-1-1-1-2-3-4-5-6-7"),
    ("4\u00a01\u20031\u30001\u2028\x85", "4 1 1 1\n\n"),
    ("‘a’ “b” ＇", "'a' \"b\" '"),
    ("1∕2⁄3：4＿5＋6", "1/2/3:4_5+6"),
    ("Jürgen Ångström Łódź Đà", "Jurgen Angstrom Lodz Da"),
    ("%D1%96v&#1072;n", "ivan"),
    ("４%EF%BC%91", "41"),
]

STANDS = [
    "100% of 5%, 50%off, %zz %4 %",
    "%C3 %C3%C3 %E0%80%80 %ED%A0%80 %F5%80%80%80 %C1%80 %FF",
    "%u004 %uD83D",
    "AT&T R&D &foo; &period &#; &#x; &#xg &#99999999999999999999;",
    r"C:\new\table \d+ \u00 \x4 \ud83d \u{} \u{110000} \U00110000 \9 \18",
    "a = b, c == d, e=f, g=4, h=4a =zz x= y",
    "漢字 ひらカタ 한국어 ß æ €5 😀 « »",
    "\t\r\n ~!@#$^*()[]{}|<>?'\"",
    "\ud83d alone \udc00",
]


@pytest.mark.parametrize(("text", "expected"), [*ESCAPED, *FOLDED])
def test_disguises_are_read(text: str, expected: str) -> None:
    assert read(Readable(), text) == expected


@pytest.mark.parametrize("text", STANDS)
def test_what_only_looks_like_it_is_read_as_it_stands(text: str) -> None:
    assert read(Readable(), text) == text


def test_more_than_three_levels_are_left() -> None:
    assert read(Readable(), "%25252540") == "%40"


@pytest.mark.parametrize(
    ("text", "value", "stood"),
    [
        ("to ivan%40example.com now", "ivan@example.com", "ivan%40example.com"),
        ("x%2540y", "@", "%2540"),
        ("x%2540%2541y", "A", "%2541"),
        ("a%41%42%43d", "BC", "%42%43"),
        (r"a\u0041\u0042d", "B", r"\u0042"),
        ("a&amp;#64;b", "@", "&amp;#64;"),
        ("4\u200b\u200b1 1", "41", "4\u200b\u200b1"),
        ("\u200b41\u200b", "41", "41"),
        ("xﷺy", "y", "y"),
        ("aﬁb", "i", "ﬁ"),
        ("%EF%AC%81b", "i", "%EF%AC%81"),
        ("J\u0308u", "J", "J"),
        ("é%40", "@", "%40"),
    ],
)
def test_origin(text: str, value: str, stood: str) -> None:
    assert source(Readable(), text, value) == stood


@pytest.mark.parametrize(
    "unit", ["%", "&#0", "&", "\\", "=", "%25", "&amp;", "%C3", r"\u", r"\ud83d", "&#x0", "a", "=\n", "%%", "25"]
)
def test_pending_is_bounded(unit: str) -> None:
    assert most_pending(Readable(), repeat(unit, 2000)) <= PENDING_MAX


@pytest.mark.parametrize("unit", ["%", "&#0", "\\", "a", "4", "=", "&a"])
def test_a_megabyte_of_it(unit: str) -> None:
    text = unit * (100_000 // len(unit)) if unit != "a" else unit * 1_000_000
    view = Readable()
    view.feed(text)
    assert len(text) - view.pending <= PENDING_MAX
    view.finish()
    assert view.pending == len(text)


@pytest.mark.parametrize("text", ["The word", "word &", "x =", r"path\ ", "100%"])
def test_only_what_may_have_begun_is_pending(text: str) -> None:
    view = Readable()
    assert view.feed(text) is None
    assert len(text) - view.pending <= 1
    assert view.feed(" next") is None
    assert view.pending == len(text) + 5
