"""What looks like a token and is none of the call's."""

import random

import pytest

from addons.core.detect.catalogue import select
from addons.core.detect.detector import Detector
from addons.core.masking.stray_tokens import GARBLED, MAX_COMPARED, UNKNOWN, StrayTokens
from addons.core.masking.tokens import TokenVault

EMAIL, US_SSN = select(["email"])[0], select(["us_ssn"])[0]
VAULT = TokenVault(b"a key of a call")
TOKEN, SSN = VAULT(EMAIL, "a@example.com"), VAULT(US_SSN, "123-45-6789")
DIGEST = TOKEN.removeprefix("[EMAIL_").removesuffix("]")
STRAYS = StrayTokens(VAULT.originals, {"EMAIL", "US_SSN", "PHONE"})

SEEN = [
    (TOKEN.lower(), [GARBLED]),
    (TOKEN[1:-1], [GARBLED]),
    (TOKEN[:-1], [GARBLED]),
    (f"({TOKEN[1:-1]})", [GARBLED]),
    (rf"\[{TOKEN[1:-1]}\]", [GARBLED]),
    (rf"\[EMAIL\_{DIGEST}\]", [GARBLED]),
    (rf"\\[{TOKEN[1:-1]}\\]", [GARBLED]),
    (f"[ {TOKEN[1:-1]} ]", [GARBLED]),
    (f"[EMAIL {DIGEST}]", [GARBLED]),
    (f"[EMAIL-{DIGEST}]", [GARBLED]),
    (f"[EMAIL_{DIGEST[:4]} {DIGEST[4:]}]", [GARBLED]),
    (f"[EMAIL_{DIGEST[:5]}{DIGEST[6:]}]", [GARBLED]),
    (f"[EMAIL_{DIGEST[:5]}9{DIGEST[5:]}]", [GARBLED]),
    (f"[EMAIL_89{DIGEST[2:]}]", [GARBLED]),
    (f"[EMAIL_{DIGEST[1]}{DIGEST[0]}{DIGEST[2:]}]", [GARBLED]),
    (f"[EMIAL_{DIGEST}]", [GARBLED]),
    (f"[{DIGEST}]", [GARBLED]),
    (f"%5B{TOKEN[1:-1]}%5D", [GARBLED]),
    (SSN.lower().replace("_", " "), [GARBLED]),
    (f"{TOKEN[1:-1]} {SSN[1:-1]}", [GARBLED, GARBLED]),
    (TokenVault(b"other")(EMAIL, "a@example.com"), [UNKNOWN]),
    ("[PHONE_ABCDEFGHIJ]", [UNKNOWN]),
]
UNSEEN = [
    TOKEN,
    f"**{TOKEN}**{SSN}{TOKEN}",
    f"\\{TOKEN}",
    f"EMAIL {TOKEN}",
    f"[EMAIL_999{DIGEST[3:]}",
    "[EMAIL]",
    "[TODO_REFACTORING]",
    "[see the chapter on electronic mail](#email)",
    "Send an email to the address that you were given, and an E-MAIL_ADDRESS of yours.",
    DIGEST,
]


@pytest.mark.parametrize(("text", "kinds"), SEEN)
def test_a_stray_token_is_seen(text: str, kinds: list[str]) -> None:
    assert STRAYS.find(text) == kinds
    assert STRAYS.find(f"Write to {text}, please. {TOKEN}") == kinds


@pytest.mark.parametrize("text", UNSEEN)
def test_other_text_is_not(text: str) -> None:
    assert STRAYS.find(text) == []
    assert STRAYS.find(f"Write to {text}, please.") == []


def test_any_two_wrong_characters_are_seen() -> None:
    source = random.Random(3)  # noqa: S311 - a case must be the same each time
    for _ in range(300):
        garbled = list(DIGEST)
        for place in source.sample(range(len(garbled)), 2):
            garbled[place] = source.choice("0189ABC")
        token = f"[EMAIL_{''.join(garbled)}]"
        assert STRAYS.find(token) == ([] if token == TOKEN else [GARBLED])


def test_of_many_tokens_the_later_ones_are_seen_where_all_characters_are_right() -> None:
    vault = TokenVault(b"key")
    last = [vault(EMAIL, str(number)) for number in range(MAX_COMPARED + 50)][-1]
    strays = StrayTokens(vault.originals, {"EMAIL"})
    assert strays.find(last[1:-1]) == [GARBLED]
    assert strays.find(f"[EMAIL_{'9' * 2}{last[9:]}") == []


def test_short_tokens_and_none_are_nothing_to_compare_with() -> None:
    vault = TokenVault(b"key", chars=1)
    token = vault(Detector("x", "X", "x"), "value")
    assert StrayTokens(vault.originals, {"X"}).find(token.lower()) == []
    assert StrayTokens({}, {"EMAIL"}).find(f"{TOKEN} {TOKEN.lower()}") == [UNKNOWN]
