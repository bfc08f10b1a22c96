"""Tokens that must be refused, each with the reason: RFC 8725 section 2, and what else has been tried on JWTs."""

import base64
import hashlib
import hmac
from dataclasses import replace

import orjson
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from addons.core.identity.compact import decode_segment
from addons.core.policy.model import DEFAULT_CLOCK_SKEW_S
from addons.core.reasons import Reason
from tests.core.identity.minting import (
    EC_KEY,
    ED_KEY,
    GOOD_CLAIMS,
    ISSUER,
    NOW,
    OTHER_EC_KEY,
    RSA_KEY,
    Mint,
    segment,
    sign,
    token,
    token_with_header,
)

GOOD = token()
HEADER, CLAIMS, SIGNATURE = GOOD.split(".")
RAW_SIGNATURE = decode_segment(SIGNATURE)
HALF = len(RAW_SIGNATURE) // 2
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

EC_PUBLIC = EC_KEY.public_key()
EC_PEM = EC_PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
EC_DER = EC_PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
EC_JWK = ECAlgorithm.to_jwk(EC_PUBLIC, as_dict=True)


def with_signature(signature: bytes) -> str:
    return f"{HEADER}.{CLAIMS}.{segment(signature)}"


def hmac_signed(secret: bytes, algorithm: str = "HS256") -> str:
    """Sign with an HMAC over a public key: PyJWT itself would refuse to."""
    signed = f"{segment({'alg': algorithm, 'kid': 'key-1'})}.{segment(GOOD_CLAIMS)}"
    return f"{signed}.{segment(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def raw_claims(text: bytes) -> str:
    return sign({"alg": "ES256", "kid": "key-1"}, text, EC_KEY)


def raw_exp(digits: bytes) -> str:
    return raw_claims(orjson.dumps(GOOD_CLAIMS | {"exp": 7}).replace(b'"exp":7', b'"exp":' + digits))


def raw_header(text: bytes) -> str:
    return sign(text, GOOD_CLAIMS, EC_KEY)


MALFORMED, EXPIRED, EARLY = Reason.TOKEN_MALFORMED, Reason.TOKEN_EXPIRED, Reason.TOKEN_NOT_YET_VALID
ALGORITHM, WRONG = Reason.TOKEN_ALGORITHM_REFUSED, Reason.TOKEN_SIGNATURE_WRONG
AUDIENCE, ISSUER_UNKNOWN, MISSING = (
    Reason.TOKEN_AUDIENCE_WRONG,
    Reason.TOKEN_ISSUER_UNKNOWN,
    Reason.TOKEN_CLAIMS_MISSING,
)

ATTACKS: dict[str, tuple[str, Reason]] = {
    # Not a token at all
    "empty": ("", MALFORMED),
    "garbage": ("garbage", MALFORMED),
    "dots": ("..", MALFORMED),
    "two parts": (f"{HEADER}.{CLAIMS}", MALFORMED),
    "four parts": (f"{GOOD}.{SIGNATURE}", MALFORMED),
    "JWE": (f"{segment({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d", MALFORMED),
    "two tokens": (f"{GOOD},{GOOD}", MALFORMED),
    "two tokens with a space": (f"{GOOD} {GOOD}", MALFORMED),
    "trailing newline": (f"{GOOD}\n", MALFORMED),
    "padding": (f"{HEADER}=.{CLAIMS}.{SIGNATURE}", MALFORMED),
    "plain base64 alphabet": (f"{HEADER}.{segment(b'?>?>')}+/.{SIGNATURE}", MALFORMED),
    "non-canonical signature": (GOOD[:-1] + ("B" if GOOD[-1] == "A" else "f"), MALFORMED),
    "non-ASCII": (f"{HEADER}.{CLAIMS}.ä{SIGNATURE}", MALFORMED),
    "non-ASCII digits": (f"{HEADER}.{CLAIMS}.\uff11{SIGNATURE}", MALFORMED),
    "lone surrogate": (f"{HEADER}.{CLAIMS}.\ud800", MALFORMED),
    "NUL": (f"{HEADER}.{CLAIMS}.\0", MALFORMED),
    "64 KB": ("a" * 65_536, Reason.TOKEN_TOO_LONG),
    "64 KB and well signed": (token(padding="a" * 65_536), Reason.TOKEN_TOO_LONG),
    # Headers
    "header not JSON": (raw_header(b"{"), MALFORMED),
    "header a list": (raw_header(b"[]"), MALFORMED),
    "header with duplicate alg": (raw_header(b'{"alg":"ES256","alg":"ES256"}'), MALFORMED),
    "header with escaped duplicate": (raw_header(b'{"alg":"none","\\u0061lg":"ES256"}'), MALFORMED),
    "header deeply nested": (raw_header(b'{"a":' * 1000 + b"1" + b"}" * 1000), MALFORMED),
    "header not UTF-8": (raw_header(b'{"alg":"ES256","x":"\xff"}'), MALFORMED),
    "header with BOM": (raw_header(b'\xef\xbb\xbf{"alg":"ES256"}'), MALFORMED),
    "no alg": (raw_header(b'{"kid":"key-1"}'), MALFORMED),
    "alg a list": (raw_header(b'{"alg":["ES256"]}'), MALFORMED),
    "crit": (token_with_header(crit=["exp"], exp=1), MALFORMED),
    "crit empty": (token_with_header(crit=[]), MALFORMED),
    "crit b64": (token_with_header(crit=["b64"], b64=False), MALFORMED),
    "b64 alone": (token_with_header(b64=True), MALFORMED),
    "kid a number": (token_with_header(kid=1), MALFORMED),
    "kid a list": (token_with_header(kid=["key-1"]), MALFORMED),
    "kid empty": (token_with_header(kid=""), MALFORMED),
    "kid very long": (token_with_header(kid="k" * 5000), MALFORMED),
    "kid with NUL": (token_with_header(kid="key-1\0"), MALFORMED),
    "kid with newline": (token_with_header(kid="key-1\nadmin"), MALFORMED),
    "logout token": (token_with_header(typ="logout+jwt"), MALFORMED),
    "DPoP proof": (token_with_header(typ="dpop+jwt"), MALFORMED),
    "typ a number": (token_with_header(typ=1), MALFORMED),
    "nested by cty": (token_with_header(cty="JWT"), MALFORMED),
    "nested by claims": (raw_claims(GOOD.encode()), MALFORMED),
    # Algorithms
    **{
        f"alg {name} with{'out' if not tail else ''} signature": (
            f"{segment({'alg': name})}.{CLAIMS}.{tail}",
            ALGORITHM,
        )
        for name in ("none", "None", "NONE", "nOnE", "none ", "")
        for tail in ("", SIGNATURE)
    },
    "alg in other case": (token_with_header(alg="es256"), ALGORITHM),
    "HS256 with the PEM": (hmac_signed(EC_PEM), ALGORITHM),
    "HS256 with the stripped PEM": (hmac_signed(EC_PEM.strip()), ALGORITHM),
    "HS256 with the DER": (hmac_signed(EC_DER), ALGORITHM),
    "HS256 with the JWK": (hmac_signed(orjson.dumps(EC_JWK)), ALGORITHM),
    "HS256 with the JWK's x": (hmac_signed(EC_JWK["x"].encode()), ALGORITHM),
    "HS384 with the PEM": (hmac_signed(EC_PEM, "HS384"), ALGORITHM),
    "HS256 with nothing": (hmac_signed(b""), ALGORITHM),
    "RS256 by another key": (Mint(key=RSA_KEY, algorithm="RS256").token(), ALGORITHM),
    "ES384 on our key": (token_with_header(alg="ES384"), ALGORITHM),
    "ES512 not allowed": (token_with_header(alg="ES512"), ALGORITHM),
    "EdDSA by another key": (Mint(key=ED_KEY, algorithm="EdDSA").token(), ALGORITHM),
    # Signatures
    "signed by another key": (Mint(key=OTHER_EC_KEY).token(), WRONG),
    "embedded jwk": (
        replace(
            Mint(key=OTHER_EC_KEY), header={"jwk": ECAlgorithm.to_jwk(OTHER_EC_KEY.public_key(), as_dict=True)}
        ).token(),
        WRONG,
    ),
    "jku and x5u": (
        replace(Mint(key=OTHER_EC_KEY), header={"jku": "https://evil.example", "x5u": "https://evil.example"}).token(),
        WRONG,
    ),
    "x5c": (replace(Mint(key=OTHER_EC_KEY), header={"x5c": [base64.b64encode(EC_DER).decode()]}).token(), WRONG),
    "no signature": (f"{HEADER}.{CLAIMS}.", WRONG),
    "truncated signature": (with_signature(RAW_SIGNATURE[:-1]), WRONG),
    "half a signature": (with_signature(RAW_SIGNATURE[:HALF]), WRONG),
    "longer signature": (with_signature(RAW_SIGNATURE + b"\0"), WRONG),
    "DER signature": (
        with_signature(
            encode_dss_signature(int.from_bytes(RAW_SIGNATURE[:HALF]), int.from_bytes(RAW_SIGNATURE[HALF:]))
        ),
        WRONG,
    ),
    "zero signature": (with_signature(bytes(2 * HALF)), WRONG),
    "zero r": (with_signature(bytes(HALF) + RAW_SIGNATURE[HALF:]), WRONG),
    "zero s": (with_signature(RAW_SIGNATURE[:HALF] + bytes(HALF)), WRONG),
    "r and s the order": (with_signature(P256_ORDER.to_bytes(HALF) * 2), WRONG),
    "other claims under the signature": (f"{HEADER}.{segment(GOOD_CLAIMS | {'sub': 'root'})}.{SIGNATURE}", WRONG),
    "other header over the signature": (f"{segment({'alg': 'ES256'})}.{CLAIMS}.{SIGNATURE}", WRONG),
    # Claims
    "claims a list": (raw_claims(b"[]"), MALFORMED),
    "claims a string": (raw_claims(b'"alice"'), MALFORMED),
    "claims null": (raw_claims(b"null"), MALFORMED),
    "claims empty": (raw_claims(b""), MALFORMED),
    "claims with duplicate sub": (
        raw_claims(orjson.dumps(GOOD_CLAIMS)[:-1] + b',"sub":"root"}'),
        MALFORMED,
    ),
    "claims with a duplicate inside": (raw_claims(orjson.dumps(GOOD_CLAIMS)[:-1] + b',"a":{"b":1,"b":2}}'), MALFORMED),
    "claims with NaN": (raw_claims(orjson.dumps(GOOD_CLAIMS)[:-1] + b',"nbf":NaN}'), MALFORMED),
    "claims with trailing text": (raw_claims(orjson.dumps(GOOD_CLAIMS) + b"{}"), MALFORMED),
    "issuer wrong": (token(iss="https://evil.example"), ISSUER_UNKNOWN),
    "issuer with a slash more": (token(iss=ISSUER.issuer + "/"), ISSUER_UNKNOWN),
    "issuer a list": (token(iss=[ISSUER.issuer]), MALFORMED),
    "issuer missing": (token(iss=None), MALFORMED),
    "audience wrong": (token(aud="somebody-else"), AUDIENCE),
    "audience a prefix": (token(aud="chainwarden2"), AUDIENCE),
    "audience in other case": (token(aud="Chainwarden"), AUDIENCE),
    "audience a list of others": (token(aud=["a", "b"]), AUDIENCE),
    "audience an empty list": (token(aud=[]), AUDIENCE),
    "audience a number": (token(aud=1), AUDIENCE),
    "audience an object": (token(aud={"chainwarden": 1}), AUDIENCE),
    "audience a nested list": (token(aud=[["chainwarden"]]), AUDIENCE),
    "audience missing": (token(aud=None), MISSING),
    "expired": (token(exp=NOW - 3600), EXPIRED),
    "expired by the skew": (token(exp=NOW - DEFAULT_CLOCK_SKEW_S), EXPIRED),
    "exp zero": (token(exp=0), EXPIRED),
    "exp missing": (token(exp=None), MISSING),
    "exp null": (raw_claims(orjson.dumps(GOOD_CLAIMS | {"exp": None})), MISSING),
    "exp a string": (token(exp=str(NOW + 300)), MALFORMED),
    "exp true": (token(exp=True), MALFORMED),
    "exp negative": (token(exp=-1), MALFORMED),
    "exp in milliseconds": (token(exp=NOW * 1000), MALFORMED),
    "exp huge": (
        raw_exp(b"9" * 300),
        MALFORMED,
    ),
    "exp beyond int parsing": (raw_exp(b"9" * 5000), MALFORMED),
    "exp infinite": (raw_exp(b"1e999"), MALFORMED),
    "exp a list": (token(exp=[NOW + 300]), MALFORMED),
    "nbf in the future": (token(nbf=NOW + 3600), EARLY),
    "nbf a string": (token(nbf=str(NOW)), MALFORMED),
    "nbf false": (token(nbf=False), MALFORMED),
    "iat in the future": (token(iat=NOW + 3600), EARLY),
    "iat a string": (token(iat="now"), MALFORMED),
    "sub missing": (token(sub=None), MISSING),
    "sub a number": (token(sub=7), MALFORMED),
    "sub empty": (token(sub=""), MALFORMED),
    "sub a space": (token(sub=" "), MALFORMED),
    "sub with space at the end": (token(sub="alice "), MALFORMED),
    "sub with newline": (token(sub="alice\nbob"), MALFORMED),
    "sub with zero-width space": (token(sub="alice\u200b"), MALFORMED),
    "sub with bidi override": (token(sub="\u202ealice"), MALFORMED),
    "sub with a lone surrogate": (raw_claims(orjson.dumps(GOOD_CLAIMS).replace(b"alice", b"\\ud800")), MALFORMED),
    "sub too long": (token(sub="a" * 257), MALFORMED),
    "groups a number": (token(groups=1), MALFORMED),
    "groups an object": (token(groups={"admin": True}), MALFORMED),
    "groups with a number": (token(groups=["a", 1]), MALFORMED),
    "groups with an empty name": (token(groups=["a", ""]), MALFORMED),
    "groups with a newline": (token(groups="a b\nadmin"), MALFORMED),
    "groups too many": (token(groups=[f"g{n}" for n in range(513)]), MALFORMED),
    "group too long": (token(groups=["g" * 257]), MALFORMED),
    "sid a number": (token(sid=1), MALFORMED),
    "jti too long": (token(jti="j" * 257), MALFORMED),
}
