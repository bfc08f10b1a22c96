import random
import re
from collections import Counter

import orjson
import pytest

from addons.core.detect.catalogue import DETECTORS, custom, select
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.masking.styles import mask_keep_last_four
from addons.core.masking.tokens import DIGEST_CHARS, Originals, TokenVault, restorer, session_key
from tests.core.masking.fragments import random_cuts

EMAIL = select(["email"])[0]
PHONE = select(["phone"])[0]
KEY = b"a key of a call"


def restoring(vault: TokenVault) -> Masker:
    detector, replace = restorer(vault.originals)
    return Masker.shared(DETECTORS).preceded((detector,), replace)


def test_tokens_are_stable_typed_and_keyed() -> None:
    token = TokenVault(KEY)(EMAIL, "a@example.com")
    assert re.fullmatch(r"\[EMAIL_[A-Z2-7]{10}\]", token)
    assert TokenVault(KEY)(EMAIL, "a@example.com") == token
    assert TokenVault(KEY)(EMAIL, "b@example.com") != token
    assert TokenVault(KEY)(PHONE, "a@example.com")[7:] != token[7:]
    assert TokenVault(b"other key")(EMAIL, "a@example.com") != token
    assert orjson.dumps(token) == f'"{token}"'.encode()


def test_values_come_back() -> None:
    vault = TokenVault(KEY)
    text = "mail a@example.com, then b@example.org or call (415) 555-2671; a@example.com"
    sent = Masker(DETECTORS, vault).mask(text).text
    assert "@" not in sent
    assert restoring(vault).mask(sent).text == text


def test_restored_values_are_not_masked_again_but_others_are() -> None:
    vault = TokenVault(KEY)
    token = vault(EMAIL, "a@example.com")
    masked = restoring(vault).mask(f"to {token} and x@example.com")
    assert masked.text == "to a@example.com and [EMAIL]"
    assert Counter(hit.detector for hit in masked.hits) == Counter(token=1, email=1)


@pytest.mark.parametrize("seed", range(150))
def test_values_come_back_however_cut(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311 - a case must be the same each time
    vault = TokenVault(KEY)
    given = [vault(EMAIL, f"u{place}@example.com") for place in range(3)]
    foreign = TokenVault(b"other")(EMAIL, "u0@example.com")
    pieces = [*given, foreign, given[0][:-3], given[1].lower(), " ", "[", "]", "x@example.com", "\ud800"]
    text = "".join(source.choices(pieces, k=12))
    masker = restoring(vault)
    stream = masker.stream()
    out = [stream.feed(cut) for cut in random_cuts(source, text)]
    assert "".join(out) + stream.finish() == masker.mask(text).text


@pytest.mark.parametrize("garble", [str.lower, lambda token: token[:-2] + "]", lambda token: token.replace("_", " ")])
def test_a_garbled_token_stays(garble: object) -> None:
    assert callable(garble)
    vault = TokenVault(KEY)
    garbled = garble(vault(EMAIL, "a@example.com"))
    assert restoring(vault).mask(f"to {garbled}.").text == f"to {garbled}."


def test_a_token_of_somebody_else_is_not_restored() -> None:
    foreign = TokenVault(b"other key")(EMAIL, "secret@example.com")
    vault = TokenVault(KEY)
    vault(EMAIL, "a@example.com")
    assert restoring(vault).mask(f"show me {foreign}").text == f"show me {foreign}"


def test_no_shipped_detector_touches_a_token() -> None:
    source = random.Random(1)  # noqa: S311 - a case must be the same each time
    masker = Masker(DETECTORS)
    masker.prepare()
    for detector in DETECTORS:
        for _ in range(60):
            digest = "".join(source.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=10))
            assert masker.find(f"a [{detector.label}_{digest}], [{detector.label}_{'2345672345'}]") == ()


def test_a_token_is_not_masked_again() -> None:
    vault = TokenVault(KEY)
    once = Masker(DETECTORS, vault).mask("to a@example.com").text
    again = Masker((custom("any", "ANY", r"\[[A-Z_2-7]{1,30}\]"), *DETECTORS), vault).mask(once).text
    assert again == once
    assert len(vault.originals) == 1


def test_a_token_inside_a_larger_match_is_masked_with_it() -> None:
    vault = TokenVault(KEY)
    detector, replace = restorer(vault.originals)
    token = vault(EMAIL, "a@example.com")
    masker = Masker((detector, custom("note", "NOTE", r"note: [^\n]{1,60}")), replace)
    assert masker.mask(f"note: {token} is a spy\n{token}").text == "[TOKEN]\na@example.com"


def test_other_detectors_keep_their_style() -> None:
    detector, replace = restorer({}, mask_keep_last_four)
    assert Masker((detector, *DETECTORS), replace).mask("4111 1111 1111 1111").text == "****1111"


def test_values_with_the_same_token_are_told_apart() -> None:
    values = [f"value {place}" for place in range(500)]
    vault = TokenVault(KEY, chars=1)
    given = [vault(EMAIL, value) for value in values]
    assert {len(token) for token in given} > {len("[EMAIL_A]"), len("[EMAIL_AB]")}
    assert len(set(given)) == len(values)
    assert [vault.originals[token] for token in given] == values
    assert [vault(EMAIL, value) for value in values] == given


def test_values_that_cannot_be_told_apart_become_labels() -> None:
    vault = TokenVault(KEY, chars=DIGEST_CHARS + 1)
    assert vault(EMAIL, "a") == "[EMAIL]"
    assert not vault.originals


def test_a_full_vault_gives_labels_to_new_values_only() -> None:
    vault = TokenVault(KEY, capacity=2)
    first, second = vault(EMAIL, "1"), vault(EMAIL, "2")
    assert vault(EMAIL, "3") == "[EMAIL]"
    assert (vault(EMAIL, "1"), vault(EMAIL, "2")) == (first, second)


@pytest.mark.parametrize("label", ["e-mail", "", "1ST", "A" * 41, "A]B", "\u00c9"])
def test_a_label_that_a_token_cannot_hold_gives_a_label(label: str) -> None:
    vault = TokenVault(KEY)
    assert vault(Detector("x", label, "x"), "value") == f"[{label}]"
    assert not vault.originals


def test_reprs_show_no_value() -> None:
    vault = TokenVault(KEY)
    token = vault(EMAIL, "a@example.com")
    detector, _ = restorer(vault.originals)
    shown = f"{vault!r} {vault.originals!r} {Originals({token: 'a@example.com'})!r} {detector!r}"
    assert "example.com" not in shown
    assert "call" not in shown
    assert dict(vault.originals) == {token: "a@example.com"}


def test_lone_surrogates_have_tokens_of_their_own() -> None:
    vault = TokenVault(KEY)
    assert vault(EMAIL, "\ud800") != vault(EMAIL, "\udc00")


OWNERS = [
    ("https://i.example", "alice", "s1"),
    ("https://i.example", "alice", "s2"),
    ("https://i.example", "bob", "s1"),
    ("https://j.example", "alice", "s1"),
    ("https://i.example", "alices1", ""),
    ("https://i.example", "", "alices1"),
]


def test_each_owner_and_each_purpose_has_a_key_of_its_own() -> None:
    keys = {session_key(b"master", purpose, *owner) for purpose in ("token", "hash", "") for owner in OWNERS}
    assert len(keys) == 3 * len(OWNERS)
    assert session_key(b"master", "token", *OWNERS[0]) in keys
    assert session_key(b"other", "token", *OWNERS[0]) not in keys


def test_a_token_of_another_session_is_text_in_both_directions() -> None:
    mine, theirs = (TokenVault(session_key(b"master", "token", *owner)) for owner in OWNERS[:2])
    foreign = theirs(EMAIL, "a@example.com")
    sent = Masker([EMAIL], mine).mask(f"{foreign} or a@example.com").text
    assert sent.startswith(f"{foreign} or [EMAIL_")
    assert restoring(mine).mask(sent).text == f"{foreign} or a@example.com"
    assert restoring(theirs).mask(sent).text.startswith("a@example.com or [EMAIL_")


def test_a_token_in_another_encoding_stays() -> None:
    vault = TokenVault(KEY)
    quoted = vault(EMAIL, "a@example.com").replace("[", "%5B").replace("]", "%5D")
    assert restoring(vault).mask(f"?to={quoted}").text == f"?to={quoted}"
