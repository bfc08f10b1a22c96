from typing import Any

import orjson
import pytest
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from addons.core.identity.keys import MAX_KEYS, KeySetError, fits, parse_key_set
from tests.core.identity.minting import EC_KEY, ED_KEY, OTHER_EC_KEY, P384_KEY, RSA_KEY, WEAK_RSA_KEY

EC_JWK: dict[str, Any] = {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ec"}
OTHER_JWK: dict[str, Any] = {**ECAlgorithm.to_jwk(OTHER_EC_KEY.public_key(), as_dict=True), "kid": "other"}
P384_JWK: dict[str, Any] = {**ECAlgorithm.to_jwk(P384_KEY.public_key(), as_dict=True), "kid": "p384"}
RSA_JWK: dict[str, Any] = {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "rsa"}
ED_JWK: dict[str, Any] = {**OKPAlgorithm.to_jwk(ED_KEY.public_key(), as_dict=True), "kid": "ed"}
WEAK_JWK: dict[str, Any] = {**RSAAlgorithm.to_jwk(WEAK_RSA_KEY.public_key(), as_dict=True), "kid": "weak"}
PRIVATE_JWK: dict[str, Any] = {**ECAlgorithm.to_jwk(EC_KEY, as_dict=True), "kid": "private"}
SECRET_JWK = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "secret"}


def key_set(*jwks: object) -> bytes:
    return orjson.dumps({"keys": list(jwks)})


@pytest.mark.parametrize(
    ("jwk", "algorithm"),
    [
        (EC_JWK, "ES256"),
        (P384_JWK, "ES384"),
        (ED_JWK, "EdDSA"),
        (RSA_JWK, "RS256"),
        (RSA_JWK, "PS512"),
        (EC_JWK | {"use": "sig", "alg": "ES256", "key_ops": ["verify"]}, "ES256"),
        (EC_JWK | {"x5c": ["ignored"], "x5u": "https://evil.example", "unknown": 1}, "ES256"),
    ],
)
def test_a_usable_key_is_found_by_its_id(jwk: dict[str, Any], algorithm: str) -> None:
    ring = parse_key_set(key_set(OTHER_JWK, jwk))
    key = ring.find(jwk["kid"], algorithm)
    assert key is not None
    assert fits(key, algorithm)


UNUSABLE: dict[str, object] = {
    "for encryption": EC_JWK | {"use": "enc"},
    "use of a wrong type": EC_JWK | {"use": 1},
    "signs only": EC_JWK | {"key_ops": ["sign"]},
    "key_ops of a wrong type": EC_JWK | {"key_ops": "verify"},
    "weak RSA": WEAK_JWK | {"kid": "ec"},
    "huge RSA": {"kty": "RSA", "kid": "ec", "e": "AQAB", "n": "_" * 1400},
    "RSA with exponent 1": RSA_JWK | {"kid": "ec", "e": "AQ"},
    "RSA without modulus": {"kty": "RSA", "kid": "ec", "e": "AQAB"},
    "symmetric": SECRET_JWK | {"kid": "ec"},
    "private": PRIVATE_JWK | {"kid": "ec"},
    "point not on the curve": EC_JWK | {"x": EC_JWK["y"]},
    "coordinate not base64": EC_JWK | {"x": "ü" * 43},
    "coordinate a number": EC_JWK | {"x": 1},
    "curve with no algorithm here": EC_JWK | {"crv": "secp256k1"},
    "curve of another kind": ED_JWK | {"kid": "ec", "crv": "Ed448"},
    "alg of another kind": EC_JWK | {"alg": "RS256"},
    "alg symmetric": EC_JWK | {"alg": "HS256"},
    "alg of a wrong type": EC_JWK | {"alg": ["ES256"]},
    "kid of a wrong type": EC_JWK | {"kid": ["ec"]},
    "kid too long": EC_JWK | {"kid": "k" * 257},
    "kty missing": {"kid": "ec"},
    "kty a list": EC_JWK | {"kty": ["EC"]},
    "no object": "ec",
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_an_unusable_key_is_left_out_and_the_others_stay(case: str) -> None:
    ring = parse_key_set(key_set(UNUSABLE[case], OTHER_JWK))
    assert [entry.kid for entry in ring.keys] == ["other"]


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_set_without_a_usable_key_is_refused(case: str) -> None:
    with pytest.raises(KeySetError):
        parse_key_set(key_set(UNUSABLE[case]))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys":null}',
        b'{"keys":{}}',
        b'{"keys":[]}',
        b'{"keys":[],"keys":[]}',
        key_set(*[EC_JWK | {"kid": str(n)} for n in range(MAX_KEYS + 1)]),
        key_set(EC_JWK).replace(b'"kid":"ec"', b'"kid":"ec","kid":"ec"'),
        key_set(EC_JWK) + b"x",
        key_set(EC_JWK, OTHER_JWK | {"kid": "ec"}),
    ],
)
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(KeySetError):
        parse_key_set(document)


def test_an_id_that_stands_twice_is_nobodys() -> None:
    ring = parse_key_set(key_set(EC_JWK, P384_JWK | {"kid": "ec"}, OTHER_JWK))
    assert ring.find("ec", "ES256") is None
    assert ring.find("ec", "ES384") is None
    assert ring.find("other", "ES256") is not None


def test_a_token_without_id_needs_exactly_one_fitting_key() -> None:
    assert parse_key_set(key_set(EC_JWK, RSA_JWK, P384_JWK)).find(None, "ES256") == EC_KEY.public_key()
    assert parse_key_set(key_set(EC_JWK, OTHER_JWK)).find(None, "ES256") is None
    assert parse_key_set(key_set(RSA_JWK)).find(None, "ES256") is None


def test_a_key_without_id_is_for_tokens_without_id() -> None:
    ring = parse_key_set(key_set({name: value for name, value in EC_JWK.items() if name != "kid"}))
    assert ring.find(None, "ES256") == EC_KEY.public_key()
    assert ring.find("ec", "ES256") is None


@pytest.mark.parametrize("kid", ["../../dev/null", "' OR '1'='1", "ec\0", "EC", "k" * 5000])
def test_an_injected_id_finds_nothing(kid: str) -> None:
    assert parse_key_set(key_set(EC_JWK)).find(kid, "ES256") is None


def test_a_key_serves_only_the_algorithm_that_the_set_names() -> None:
    ring = parse_key_set(key_set(RSA_JWK | {"alg": "PS256"}))
    assert ring.find("rsa", "PS256") is not None
    assert ring.find("rsa", "RS256") is None
    assert ring.find("rsa", "HS256") is None
