import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.errors import RefusedError
from addons.core.identity.compact import MAX_TOKEN_BYTES
from addons.core.identity.places import choose, find_token, looks_like_jwt, strip_tokens
from addons.core.policy.model import IdentityPolicy
from addons.core.reasons import Reason
from tests.core.identity.minting import EC_KEY, GOOD_CLAIMS, segment, sign, token

PLACES = IdentityPolicy(()).tokens_from
JWT = token()
OTHER_JWT = token(sub="bob")

AMBIGUOUS, MALFORMED, TOO_LONG = Reason.TOKEN_AMBIGUOUS, Reason.TOKEN_MALFORMED, Reason.TOKEN_TOO_LONG

type Headers = list[tuple[str, str]]


def basic(text: str | bytes) -> str:
    return "Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


FOUND: dict[str, tuple[Headers, str | None]] = {
    "nothing": ([("accept", "*/*")], None),
    "no headers": ([], None),
    "proxy bearer": ([("proxy-authorization", f"Bearer {JWT}")], JWT),
    "proxy basic": ([("proxy-authorization", basic(f"me:{JWT}"))], JWT),
    "basic without a user": ([("proxy-authorization", basic(f":{JWT}"))], JWT),
    "basic, password with a colon": ([("proxy-authorization", basic("me:a:b"))], "a:b"),
    "authorization bearer": ([("authorization", f"Bearer {JWT}")], JWT),
    "scheme in any case": ([("authorization", f"bEaReR  {JWT} ")], JWT),
    "authorization basic": ([("authorization", basic(f"x:{JWT}"))], JWT),
    "x-api-key": ([("x-api-key", JWT)], JWT),
    "x-goog-api-key": ([("x-goog-api-key", f" {JWT}\t")], JWT),
    "name in any case": ([("X-Api-Key", JWT)], JWT),
    "a dummy key": ([("x-api-key", "sk-dummy")], "sk-dummy"),
    "the first of two dummies": ([("x-api-key", "second"), ("authorization", "Bearer first")], "first"),
    "a JWT before a dummy": ([("authorization", "Bearer sk-dummy"), ("x-goog-api-key", JWT)], JWT),
    "the same JWT twice": ([("authorization", f"Bearer {JWT}"), ("x-api-key", JWT)], JWT),
    "other headers are not looked at": ([("cookie", JWT), ("x-token", OTHER_JWT)], None),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_token_is_found(case: str) -> None:
    headers, expected = FOUND[case]
    assert find_token(headers, PLACES) == expected


REFUSED: dict[str, tuple[Headers, Reason]] = {
    "one header twice": ([("authorization", f"Bearer {JWT}"), ("Authorization", f"Bearer {JWT}")], AMBIGUOUS),
    "two dummies in one place": ([("x-api-key", "a"), ("x-api-key", "b")], AMBIGUOUS),
    "two tokens": ([("authorization", f"Bearer {JWT}"), ("x-api-key", OTHER_JWT)], AMBIGUOUS),
    "two tokens, one in Basic": ([("proxy-authorization", basic(f"a:{JWT}")), ("x-api-key", OTHER_JWT)], AMBIGUOUS),
    "two tokens in one line": ([("authorization", f"Bearer {JWT}, Bearer {OTHER_JWT}")], MALFORMED),
    "unknown scheme": ([("authorization", f"Token {JWT}")], MALFORMED),
    "no scheme": ([("authorization", JWT)], MALFORMED),
    "scheme only": ([("proxy-authorization", "Bearer")], MALFORMED),
    "scheme and space": ([("proxy-authorization", "Bearer ")], MALFORMED),
    "scheme and tab": ([("authorization", f"Bearer\t{JWT}")], MALFORMED),
    "negotiate": ([("proxy-authorization", "Negotiate YII=")], MALFORMED),
    "empty": ([("x-api-key", "")], MALFORMED),
    "space": ([("x-api-key", " ")], MALFORMED),
    "bad base64": ([("proxy-authorization", "Basic !!!")], MALFORMED),
    "base64 without padding": ([("proxy-authorization", "Basic bWU6dG9rZW4")], MALFORMED),
    "base64 of nothing": ([("proxy-authorization", "Basic ")], MALFORMED),
    "basic without a colon": ([("proxy-authorization", basic(JWT))], MALFORMED),
    "basic without a password": ([("proxy-authorization", basic(f"{JWT}:"))], MALFORMED),
    "basic not ASCII": ([("proxy-authorization", basic("me:pässword"))], MALFORMED),
    "basic with a newline": ([("proxy-authorization", basic(f"me:{JWT}\n"))], MALFORMED),
    "NUL": ([("x-api-key", f"{JWT}\0")], MALFORMED),
    "inner newline": ([("x-api-key", f"a\n{JWT}")], MALFORMED),
    "inner space": ([("x-api-key", f"Bearer {JWT}")], MALFORMED),
    "not ASCII": ([("x-api-key", "schlüssel")], MALFORMED),
    "full-width": ([("x-api-key", "\uff41\uff42")], MALFORMED),
    "token too long": ([("x-api-key", "a" * (MAX_TOKEN_BYTES + 1))], TOO_LONG),
    "64 KB": ([("authorization", f"Bearer {'a' * 65_536}")], TOO_LONG),
    "64 KB in Basic": ([("proxy-authorization", basic(b"a:" + b"a" * 65_536))], TOO_LONG),
    "64 KB of user name": ([("proxy-authorization", basic(f"{'a' * 65_536}:{JWT}"))], TOO_LONG),
    "a bad header beside a token": ([("proxy-authorization", "Digest x"), ("x-api-key", JWT)], MALFORMED),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_one_token_is_refused(case: str) -> None:
    headers, reason = REFUSED[case]
    with pytest.raises(RefusedError) as caught:
        find_token(headers, PLACES)
    assert caught.value.reason is reason
    assert JWT[:20] not in caught.value.message


@pytest.mark.parametrize("case", REFUSED)
def test_on_an_identified_connection_malformed_values_are_the_applications_own(case: str) -> None:
    headers, reason = REFUSED[case]
    if reason is MALFORMED:
        assert find_token(headers, PLACES, identified=True) in {None, JWT}
    else:
        with pytest.raises(RefusedError) as caught:
            find_token(headers, PLACES, identified=True)
        assert caught.value.reason is reason


def test_only_the_configured_places_count() -> None:
    headers = [("x-api-key", JWT), ("authorization", f"Bearer {OTHER_JWT}")]
    assert find_token(headers, ("authorization",)) == OTHER_JWT
    assert find_token(headers, ("x-api-key",)) == JWT
    assert find_token(headers, ()) is None


def test_a_token_of_full_length_fits_into_basic() -> None:
    longest = "a" * MAX_TOKEN_BYTES
    assert find_token([("proxy-authorization", basic(f"somebody@example.com:{longest}"))], PLACES) == longest


@pytest.mark.parametrize(
    ("request_token", "connection_token", "expected"),
    [
        (JWT, None, JWT),
        (JWT, OTHER_JWT, JWT),
        (None, JWT, JWT),
        ("sk-dummy", JWT, JWT),
        (None, None, Reason.TOKEN_MISSING),
        ("sk-dummy", None, MALFORMED),
    ],
)
def test_choose(request_token: str | None, connection_token: str | None, expected: str | Reason) -> None:
    if not isinstance(expected, Reason):
        assert choose(request_token, connection_token) == expected
        return
    with pytest.raises(RefusedError) as caught:
        choose(request_token, connection_token)
    assert caught.value.reason is expected
    assert "HTTPS_PROXY" in caught.value.message
    assert "\n" not in caught.value.message
    assert "sk-dummy" not in caught.value.message


SIGNATURE = JWT.rpartition(".")[2]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (JWT, True),
        (sign(b'{"alg":"ES256","alg":"none"}', GOOD_CLAIMS, EC_KEY), True),
        (f"{segment({})}.e.s", True),
        (f"{segment([])}.e.s", False),
        (f"{segment(b'text')}.e.s", False),
        ("a.b.c", False),
        ("sk-proj-1.2.3", False),
        ("", False),
        ("..", False),
        (f"{segment({})}..s", False),
        (f"{segment({})}.e.", False),
        (f"{segment({})}.e", False),
        (f"{segment({})}.e.s.x", False),
        (f"{JWT}\n", False),
        (f"{JWT},{JWT}", False),
    ],
)
def test_looks_like_jwt(value: str, expected: bool) -> None:
    assert looks_like_jwt(value) is expected


def test_every_place_is_stripped_whatever_it_holds() -> None:
    headers = [("host", "x"), ("Authorization", "Token x"), ("x-api-key", ""), ("X-API-KEY", JWT), ("x-other", "y")]
    assert strip_tokens(headers, PLACES) == (("host", "x"), ("x-other", "y"))


HEADER_VALUES = st.one_of(st.text(max_size=40), st.sampled_from([JWT, f"Bearer {JWT}", basic(f"a:{JWT}"), "Basic "]))


@given(st.lists(st.tuples(st.sampled_from([*PLACES, "X-API-Key", "cookie"]), HEADER_VALUES), max_size=5))
def test_any_headers_are_read_or_refused_and_nothing_of_a_token_remains(headers: Headers) -> None:
    reason = None
    try:
        found = find_token(headers, PLACES)
    except RefusedError as error:
        found, reason = None, error.reason
    assert reason in {None, AMBIGUOUS, MALFORMED}
    assert found is None or (found.isascii() and found.isprintable() and found != "")
    assert {name.lower() for name, _ in strip_tokens(headers, PLACES)} <= {"cookie"}
