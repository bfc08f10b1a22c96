from base64 import b64encode
from collections import Counter
from collections.abc import Callable

import pytest

from addons.core.protocols.forms import mask_file_name, mask_form
from addons.core.protocols.head_values import mask_cookies, mask_set_cookie, mask_target, mask_value
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.query import query_texts
from tests.core.protocols.masks import MASKER

MAIL = "jane.doe@example.com"
FILE = b64encode(f"to {MAIL}, and more".encode()).decode()
MASKED_FILE = b64encode(b"to [EMAIL], and more").decode()


def mask(text: str) -> str:
    return mask_leaf(MASKER, text)[0]


def target(text: str) -> str:
    return mask_target(text, mask, mask)


def form(text: str) -> str:
    return mask_form(text, MASKER)[0]


def cookies(text: str) -> str:
    return mask_cookies(text, mask)


def set_cookie(text: str) -> str:
    return mask_set_cookie(text, mask)


def value(text: str) -> str:
    return mask_value(text, mask)


def file_name(text: str) -> str:
    return mask_file_name(text, mask)


# how it is read, what it is, what goes on
CASES: list[tuple[Callable[..., str], str, str]] = [
    (target, f"/a%2Fb/{MAIL}/c", "/a%2Fb/%5BEMAIL%5D/c"),
    (target, "/jane.doe%40example.com", "/%5BEMAIL%5D"),
    (target, "/jane.doe%2540example.com", "/%255BEMAIL%255D"),
    (target, "/jane.doe%252540example.com", "/%25255BEMAIL%25255D"),
    (target, "/x;to=jane.doe%40example.com/y", "/x%3Bto%3D%5BEMAIL%5D/y"),
    (target, f"/{MAIL}.txt", "/%5BEMAIL%5D.txt"),
    (target, "/%E9/%ff%40", "/%E9/%ff%40"),
    (target, "/%E9jane.doe%40example.com", "/%E9%5BEMAIL%5D"),
    (target, f"/{FILE}", f"/{MASKED_FILE.replace('=', '%3D')}"),
    (target, "/x?a=jane.doe%40example.com&b=%2f&b=+&c&=&&", "/x?a=%5BEMAIL%5D&b=%2f&b=+&c&=&&"),
    (target, "/x?jane.doe%40example.com", "/x?%5BEMAIL%5D"),
    (target, "/x?jane.doe%40example.com=1", "/x?%5BEMAIL%5D=1"),
    (target, "/x?n=4111+1111%201111+1111", "/x?n=%5BCARD%5D"),
    (target, "/x?a=b=jane.doe@example.com", "/x?a=b%3D%5BEMAIL%5D"),
    (target, f"/x?a#{MAIL}", "/x?a%23%5BEMAIL%5D"),
    (target, "/x?q=%7B%22a%22%3A%22jane.doe%5Cu0040example.com%22%7D", "/x?q=%7B%22a%22%3A%22%5BEMAIL%5D%22%7D"),
    (target, "/", "/"),
    (target, "*", "*"),
    (form, "a=%2B4111111111111111+", "a=%2B%5BCARD%5D+"),
    (form, "a=+b&a=%20&c", "a=+b&a=%20&c"),
    (form, "a=%252Bjane.doe%2540example.com", "a=%252B%255BEMAIL%255D"),
    (cookies, f"a=1;  b={MAIL}; c=2", "a=1;  b=%5BEMAIL%5D; c=2"),
    (cookies, 'a="jane.doe%40example.com" ; b', 'a="%5BEMAIL%5D"; b'),
    (cookies, f"{MAIL}=1", "%5BEMAIL%5D=1"),
    (cookies, f"s={FILE}; t=j:%7B%22a%22%3A1%7D", f"s={MASKED_FILE.replace('=', '%3D')}; t=j:%7B%22a%22%3A1%7D"),
    (cookies, "", ""),
    (
        set_cookie,
        f"s={MAIL}; Path=/{MAIL}; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; HttpOnly; SameSite=Lax",
        "s=%5BEMAIL%5D; Path=%2F%5BEMAIL%5D; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; HttpOnly; SameSite=Lax",
    ),
    (value, f"<https://x/?a=jane.doe%40example.com>; rel=n, <{MAIL}>", "<https://x/?a=%5BEMAIL%5D>; rel=n, <[EMAIL]>"),
    (value, "attachment; filename*=UTF-8''jane.doe%40example.com", "attachment; filename*=UTF-8''%5BEMAIL%5D"),
    (value, "=?utf-8?q?jane.doe=40example.com?= x", "=?utf-8?B?W0VNQUlMXQ==?= x"),
    (value, "=?utf-8?q?jane.doe?=\t=?iso-8859-1*en?B?QGV4YW1wbGUuY29t?=", "=?utf-8?B?W0VNQUlMXQ==?="),
    (value, "=?utf-7?q?jane?= =?utf-8?b?%?=", "=?utf-7?q?jane?= =?utf-8?b?%?="),
    (value, f"Basic {b64encode(f'{MAIL}:p'.encode()).decode()}", f"Basic {b64encode(b'[EMAIL]:p').decode()}"),
    (value, "Basic dXNlcjpwYXNzd29yZA==", "Basic dXNlcjpwYXNzd29yZA=="),
    (value, "Basic abcde", "Basic abcde"),
    (value, '{"a": "jane.doe\\u0040example.com"}', '{"a": "[EMAIL]"}'),
    (value, "caf\udce9 jane.doe@example.com", "caf\udce9 [EMAIL]"),
    (value, "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"),
    (file_name, f"{MAIL}.csv", "[EMAIL].csv"),
    (file_name, "report.v2.csv", "report.v2.csv"),
]


@pytest.mark.parametrize(("read", "text", "masked"), CASES, ids=range(len(CASES)))
def test_heads_are_masked_in_the_spelling_that_they_have(read: Callable[[str], str], text: str, masked: str) -> None:
    assert read(text) == masked


def test_each_value_is_counted_once() -> None:
    found: Counter[str] = Counter()

    def counted(text: str) -> str:
        masked, hits = mask_leaf(MASKER, text)
        found.update(hits)
        return masked

    mask_target("/jane.doe%2540example.com?a=jane.doe%40example.com", counted, counted)
    mask_value(f"<https://x/?a=jane.doe%40example.com>; {MAIL}", counted)
    assert found == {"email": 4}


def test_rules_see_what_a_query_hides() -> None:
    texts = [text.text for text in query_texts(f"q={FILE}")]
    assert texts == ["q", FILE, f"to {MAIL}, and more"]
