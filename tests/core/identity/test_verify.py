"""The attacks of RFC 8725 and their kin, and the tokens that must get through."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from addons.core.errors import RefusedError
from addons.core.exchange import Principal
from addons.core.identity.compact import MAX_TOKEN_BYTES, TokenHead, decode_segment
from addons.core.identity.keys import PublicKey
from addons.core.identity.verify import unverified, verify
from addons.core.policy.model import DEFAULT_CLOCK_SKEW_S
from tests.core.identity.attacks import (
    ALGORITHM,
    ATTACKS,
    EARLY,
    EC_PEM,
    EC_PUBLIC,
    EXPIRED,
    GOOD,
    HALF,
    ISSUER_UNKNOWN,
    MALFORMED,
    MISSING,
    P256_ORDER,
    WRONG,
    hmac_signed,
)
from tests.core.identity.minting import (
    EC_KEY,
    ED_KEY,
    GOOD_CLAIMS,
    ISSUER,
    NOW,
    OTHER_EC_KEY,
    P384_KEY,
    RSA_KEY,
    WEAK_RSA_KEY,
    Mint,
    PrivateKey,
    segment,
    token,
    token_with_header,
)

RSA_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
RSA_JWK = RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True)


def check(value: str, key: PublicKey = EC_PUBLIC, now: float = NOW, **issuer: Any) -> Principal:
    return verify(value, replace(ISSUER, **issuer), key, now)


def refusal(value: str, key: PublicKey = EC_PUBLIC, now: float = NOW, **issuer: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        check(value, key, now, **issuer)
    return caught.value


@pytest.mark.parametrize("case", ATTACKS)
def test_an_attack_is_refused(case: str) -> None:
    attack, reason = ATTACKS[case]
    assert refusal(attack).reason is reason


@pytest.mark.parametrize("case", ATTACKS)
def test_a_refusal_says_nothing_of_the_token(case: str) -> None:
    """Messages go to the client and the ledger; the exception must not drag the token along as its cause either."""
    attack, _ = ATTACKS[case]
    error = refusal(attack)
    parts = {part for part in (*attack.split("."), "alice", "evil", "root", "somebody-else") if len(part) > 3}
    assert not [part for part in parts if part in error.message]
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


ACCEPTED: dict[str, str] = {
    "plain": GOOD,
    "no typ": token_with_header(typ=None),
    "access token": token_with_header(typ="at+jwt"),
    "typ in lower case": token_with_header(typ="jwt"),
    "no kid": token_with_header(kid=None),
    "foreign keys in the header are ignored": token_with_header(jku="https://evil.example", x5u="https://evil.example"),
    "audience in a list": token(aud=["other", "chainwarden"]),
    "second audience": token(aud="chainwarden-dev"),
    "expired within the skew": token(exp=NOW - DEFAULT_CLOCK_SKEW_S + 1),
    "begins within the skew": token(nbf=NOW + DEFAULT_CLOCK_SKEW_S, iat=NOW + DEFAULT_CLOCK_SKEW_S),
    "exp a float": token(exp=NOW + 0.5),
    "no iat": token(iat=None),
    "longest subject": token(sub="a" * 256),
    "subject in another script": token(sub="Ελένη Παπαδοπούλου"),
    "unknown claims": token(extra={"a": [1, None]}),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_good_token_is_accepted(case: str) -> None:
    assert check(ACCEPTED[case]).issuer == ISSUER.issuer


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (EC_KEY, "ES256"),
        (P384_KEY, "ES384"),
        (ED_KEY, "EdDSA"),
        (RSA_KEY, "RS256"),
        (RSA_KEY, "RS512"),
        (RSA_KEY, "PS256"),
    ],
)
def test_each_algorithm_verifies_with_its_own_type_of_key_only(key: PrivateKey, algorithm: str) -> None:
    made = Mint(key=key, algorithm=algorithm).token()
    allowed = (algorithm,)
    assert check(made, key.public_key(), algorithms=allowed).subject == "alice"
    for other in (EC_KEY, P384_KEY, ED_KEY, RSA_KEY):
        if type(other) is not type(key) or (other is not key and isinstance(key, type(EC_KEY))):
            assert refusal(made, other.public_key(), algorithms=allowed).reason is ALGORITHM


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512", "ES256K", "ES521"])
def test_a_policy_cannot_allow_a_bad_algorithm(algorithm: str) -> None:
    attack = hmac_signed(EC_PEM, algorithm)
    assert refusal(attack, algorithms=(algorithm,)).reason is ALGORITHM
    assert refusal(attack, RSA_KEY.public_key(), algorithms=(algorithm,)).reason is ALGORITHM


def test_a_good_algorithm_that_the_policy_does_not_allow_is_refused() -> None:
    assert refusal(GOOD, algorithms=("RS256", "ES384")).reason is ALGORITHM
    assert refusal(GOOD, algorithms=()).reason is ALGORITHM


@pytest.mark.parametrize("secret", [RSA_PEM, orjson.dumps(RSA_JWK), RSA_JWK["n"].encode()])
def test_an_rsa_key_is_no_hmac_secret(secret: bytes) -> None:
    assert refusal(hmac_signed(secret), RSA_KEY.public_key()).reason is ALGORITHM


def test_a_weak_rsa_key_verifies_nothing() -> None:
    signed = f"{segment({'alg': 'RS256'})}.{segment(GOOD_CLAIMS)}"
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(signed.encode(), WEAK_RSA_KEY)
    assert refusal(f"{signed}.{segment(signature)}", WEAK_RSA_KEY.public_key()).reason is ALGORITHM


@pytest.mark.parametrize(
    ("groups", "path", "expected"),
    [
        (["a", "b", "a"], "groups", ("a", "b")),
        ("a b  c", "groups", ("a", "b", "c")),
        ([], "groups", ()),
        ("", "groups", ()),
        (None, "groups", ()),
        (["with space"], "groups", ("with space",)),
        (["a"], "realm_access.roles", ()),
    ],
)
def test_groups(groups: object, path: str, expected: tuple[str, ...]) -> None:
    assert check(token(groups=groups), groups=path).groups == expected


def test_claims_are_found_by_dotted_path_and_by_full_name() -> None:
    made = token(**{"realm_access": {"roles": ["admin"]}, "https://example.com/groups": ["named"], "flat": "text"})
    assert check(made, groups="realm_access.roles").groups == ("admin",)
    assert check(made, groups="https://example.com/groups").groups == ("named",)
    assert check(made, groups="flat.roles").groups == ()
    assert check(made, subject="flat").subject == "text"
    assert refusal(made, subject="realm_access.name").reason is MISSING


def test_the_session_is_sid_then_jti_then_a_digest() -> None:
    assert check(token(sid="s-1")).session == "s-1"
    assert check(token(act={"session": "s-2"}), session="act.session").session == "s-2"
    assert check(token()).session == "token-1"
    assert len(check(token(jti=None)).session) == 32


def test_the_second_form_of_a_signature_is_no_second_session() -> None:
    """(r, n-s) verifies as (r, s) does: whoever holds a revoked token could make it look like a new one."""
    made = token(jti=None)
    head, _, signature = made.rpartition(".")
    raw = decode_segment(signature)
    mirrored = P256_ORDER - int.from_bytes(raw[HALF:])
    twin = f"{head}.{segment(raw[:HALF] + mirrored.to_bytes(HALF))}"
    assert twin != made
    assert check(twin).session == check(made).session


def test_time_is_a_parameter() -> None:
    made = token()
    assert check(made, now=NOW + 329).expires_at == NOW + 300
    assert refusal(made, now=NOW + 330).reason is EXPIRED
    assert refusal(made, now=NOW - 41).reason is EARLY


def test_unverified_reads_and_trusts_nothing() -> None:
    assert unverified(GOOD) == TokenHead(ISSUER.issuer, "key-1", "ES256")
    assert unverified(Mint(key=OTHER_EC_KEY, header={"kid": None}).token()).kid is None
    injected = "../../etc/passwd' UNION SELECT 'key"
    assert unverified(token_with_header(kid=injected)).kid == injected


@given(st.text(max_size=200))
def test_any_text_is_refused_cleanly(text: str) -> None:
    assert refusal(text).reason in {MALFORMED, ALGORITHM, WRONG}


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_any_three_parts_are_refused_cleanly(header: bytes, claims: bytes, signature: bytes) -> None:
    assert refusal(f"{segment(header)}.{segment(claims)}.{segment(signature)}").reason is MALFORMED


@given(st.integers(0, len(GOOD) - 1), st.sampled_from("Aa9_-.= \0é"))
def test_a_changed_character_is_refused(at: int, character: str) -> None:
    changed = GOOD[:at] + character + GOOD[at + 1 :]
    if changed != GOOD:
        assert refusal(changed).reason in {MALFORMED, WRONG, ALGORITHM, ISSUER_UNKNOWN}


def test_the_longest_token_is_read() -> None:
    filler = (MAX_TOKEN_BYTES - len(token(filler=""))) * 3 // 4 - 4
    longest = token(filler="a" * filler)
    assert MAX_TOKEN_BYTES - 8 < len(longest) <= MAX_TOKEN_BYTES
    assert check(longest).subject == "alice"
