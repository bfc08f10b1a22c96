"""No good token, no call: whatever is wrong with it and wherever it stands, and it shows nowhere afterwards."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from addons.adapters.local_issuer import KEY_FILE, key_id, load_key
from addons.core.policy.model import DEFAULT_CLOCK_SKEW_S
from addons.core.reasons import Reason
from tests.core.identity.minting import OTHER_EC_KEY, segment, sign
from tests.end_to_end.conftest import trust
from tests.end_to_end.refusals import (
    HOST,
    URL,
    WAIT_SECONDS,
    chat,
    connection,
    flow,
    inside,
    post,
    raw,
    read_answer,
    read_to_end,
    refused,
    request,
)
from tests.gateway import Gateway, Site
from tests.simulators.openai_api import Upstream

PEM = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
HEADERS = {"authorization": "Bearer {}", "x-api-key": "{}", "x-goog-api-key": "{}"}
PLACES = ["connect-basic", "connect-bearer", *HEADERS]


def mint(site: Site, header: dict[str, object] | None = None, **claims: object) -> str:
    """Return a token of the site's issuer that is good but for ``header`` and ``claims``."""
    key, now = load_key(site.folder / KEY_FILE), time.time()
    head = {"alg": "ES256", "typ": "JWT", "kid": key_id(key.public_key())} | (header or {})
    good = {"iss": "https://chainwarden.local", "aud": "chainwarden", "sub": "alice", "groups": ["data-science"]}
    return sign(head, good | {"iat": now - 60, "exp": now + 600} | claims, key)


def unsigned(site: Site, algorithm: str, signature: str) -> str:
    head, claims, _ = mint(site, {"alg": algorithm}).split(".")
    return f"{head}.{claims}.{signature}"


def signed_with_the_public_key(site: Site) -> str:
    secret = load_key(site.folder / KEY_FILE).public_key().public_bytes(*PEM)
    head, claims, _ = mint(site, {"alg": "HS256"}).split(".")
    return f"{head}.{claims}.{segment(hmac.digest(secret, f'{head}.{claims}'.encode(), hashlib.sha256))}"


def signed_by_a_stranger(site: Site) -> str:
    head, claims, _ = mint(site).split(".")
    return f"{head}.{claims}.{sign({}, {}, OTHER_EC_KEY).rpartition('.')[2]}"


BAD: dict[str, tuple[Callable[[Site], str], Reason]] = {
    "expired": (lambda site: mint(site, exp=time.time() - 3600), Reason.TOKEN_EXPIRED),
    "not yet valid": (lambda site: mint(site, nbf=time.time() + 3600), Reason.TOKEN_NOT_YET_VALID),
    "another audience": (lambda site: mint(site, aud="payroll"), Reason.TOKEN_AUDIENCE_WRONG),
    "another issuer": (lambda site: mint(site, iss="https://evil.example"), Reason.TOKEN_ISSUER_UNKNOWN),
    "unknown kid": (lambda site: mint(site, {"kid": "nobody"}), Reason.TOKEN_KEY_UNKNOWN),
    "alg none": (lambda site: unsigned(site, "none", "AAAA"), Reason.TOKEN_ALGORITHM_REFUSED),
    "HS256 with the public key": (signed_with_the_public_key, Reason.TOKEN_ALGORITHM_REFUSED),
    "signed by a stranger": (signed_by_a_stranger, Reason.TOKEN_SIGNATURE_WRONG),
    "64 KB": (lambda site: mint(site, padding="a" * 65_536), Reason.TOKEN_TOO_LONG),
    "no expiry": (lambda site: mint(site, exp=None), Reason.TOKEN_CLAIMS_MISSING),
    "garbage": (lambda _: "garbage-that-is-no-token", Reason.TOKEN_MALFORMED),
}


def send(gate: Gateway, place: str, token: str) -> httpx.Response:
    """Make a call with ``token`` at ``place`` and no other."""
    body = chat("hi")
    if place in HEADERS:
        return raw(gate, None, request(body, f"{place}: {HEADERS[place].format(token)}"))
    basic = base64.b64encode(f"me:{token}".encode()).decode()
    with inside(gate, f"Basic {basic}" if place == "connect-basic" else f"Bearer {token}") as opened:
        opened.sendall(request(body))
        return read_answer(opened)


@pytest.mark.parametrize("place", PLACES)
def test_a_good_token_counts_in_every_place(live: Gateway, upstream: Upstream, place: str) -> None:
    token = mint(live.site)
    assert send(live, place, token).status_code == 200
    assert token not in upstream.received[-1].as_json()


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", PLACES)
def test_a_bad_token_is_refused_in_every_place(live: Gateway, upstream: Upstream, place: str, bad: str) -> None:
    make, reason = BAD[bad]
    row = refused(live.site, send(live, place, make(live.site)), reason)
    assert (row["subject"], row["service"]) == (None, "openai")
    assert upstream.received == []


def test_no_token_is_refused(live: Gateway, upstream: Upstream) -> None:
    refused(live.site, post(live, None, chat("hi")), Reason.TOKEN_MISSING)
    assert upstream.received == []


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("bad", BAD)
def test_the_sdk_raises_its_authentication_error(live: Gateway, upstream: Upstream, bad: str) -> None:
    make, reason = BAD[bad]
    with (
        openai.OpenAI(api_key=make(live.site), base_url=f"http://127.0.0.1:{live.reverse_port}/v1") as sdk,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        sdk.models.list()
    assert caught.value.code == reason
    record = caught.value.response.headers["x-chainwarden-record"]
    assert f"(Chainwarden record {record})" in caught.value.message
    assert flow(live.site, record)["reason"] == reason
    assert upstream.received == []


TWO: dict[str, Callable[[str, str], tuple[str, ...]]] = {
    "two places": lambda one, other: (f"Authorization: Bearer {one}", f"X-Api-Key: {other}"),
    "two headers": lambda one, other: (f"Authorization: Bearer {one}", f"Authorization: Bearer {other}"),
    "the same twice": lambda one, _: (f"X-Api-Key: {one}", f"X-Api-Key: {one}"),
    "joined by a comma": lambda one, other: (f"Authorization: Bearer {one}, Bearer {other}",),
}


@pytest.mark.parametrize("identified", [False, True])
@pytest.mark.parametrize("two", ["two places", "two headers", "the same twice"])
def test_two_tokens_in_one_request_are_refused(
    live: Gateway, upstream: Upstream, alice: str, two: str, *, identified: bool
) -> None:
    headers = TWO[two](mint(live.site), mint(live.site, sub="carol"))
    answer = raw(live, alice if identified else None, request(chat("hi"), *headers))
    refused(live.site, answer, Reason.TOKEN_AMBIGUOUS)
    assert upstream.received == []


def test_two_tokens_in_one_header_are_refused(live: Gateway, upstream: Upstream) -> None:
    headers = TWO["joined by a comma"](mint(live.site), mint(live.site, sub="carol"))
    refused(live.site, raw(live, None, request(chat("hi"), *headers)), Reason.TOKEN_MALFORMED)
    assert upstream.received == []


def test_two_tokens_on_the_connection_are_refused(live: Gateway, upstream: Upstream) -> None:
    twice = f"Bearer {mint(live.site)}\r\nProxy-Authorization: Bearer {mint(live.site, sub='carol')}"
    with inside(live, twice) as opened:
        opened.sendall(request(chat("hi")))
        refused(live.site, read_answer(opened), Reason.TOKEN_AMBIGUOUS)
    assert upstream.received == []


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad != "garbage"])
def test_a_bad_token_of_a_request_is_not_saved_by_its_connection(
    live: Gateway, upstream: Upstream, alice: str, bad: str
) -> None:
    make, reason = BAD[bad]
    answer = raw(live, alice, request(chat("hi"), f"Authorization: Bearer {make(live.site)}"))
    refused(live.site, answer, reason)
    assert upstream.received == []


def test_a_bad_connection_is_not_saved_by_a_good_request_token_that_nobody_can_tell(
    live: Gateway, upstream: Upstream, alice: str
) -> None:
    with inside(live, "Digest nonsense") as opened:
        opened.sendall(request(chat("hi"), f"Authorization: Bearer {alice}"))
        refused(live.site, read_answer(opened), Reason.TOKEN_MALFORMED)
    assert upstream.received == []


def test_a_request_with_a_token_of_its_own_is_that_persons_call(live: Gateway, upstream: Upstream, alice: str) -> None:
    carol = mint(live.site, sub="carol")
    with httpx.Client(proxy=live.proxy(alice), verify=trust(live.site), timeout=WAIT_SECONDS) as client:
        for headers in ({"authorization": f"Bearer {carol}"}, {}):
            assert client.post(URL, json=chat("hi"), headers=headers).status_code == 200
    rows = live.site.query("SELECT subject FROM flows ORDER BY seq DESC LIMIT 2")
    assert [row["subject"] for row in rows] == ["alice", "carol"]
    assert all(carol not in received.as_json() for received in upstream.received)


def test_a_token_that_expires_on_an_open_connection_is_refused_from_then_on(live: Gateway, upstream: Upstream) -> None:
    seconds_left = 2
    token = mint(live.site, exp=time.time() + seconds_left - DEFAULT_CLOCK_SKEW_S)
    deadline, sent = time.monotonic() + WAIT_SECONDS, 0
    with httpx.Client(proxy=live.proxy(token), verify=trust(live.site), timeout=WAIT_SECONDS) as client:
        answer = client.post(URL, json=chat("hi"))
        assert answer.status_code == 200
        while answer.status_code == 200 and time.monotonic() < deadline:
            time.sleep(0.1)
            sent = len(upstream.received)
            answer = client.post(URL, json=chat("hi"))
    refused(live.site, answer, Reason.TOKEN_EXPIRED)
    assert len(upstream.received) == sent


def parts_of(token: str) -> list[bytes]:
    """Return what must not show: claims and signature; the header of all tokens is the same."""
    basic = base64.b64encode(f"me:{token}".encode())
    return [part.encode() for part in token.split(".")[1:]] + [basic[16:-16]]


def forwarded_in_plain(gate: Gateway, token: str) -> None:
    """Call over plain HTTP, where mitmproxy would forward the proxy's own header."""
    with connection(gate) as opened:
        opened.sendall(
            request(chat("hi"), f"Proxy-Authorization: Bearer {token}", "Connection: close", path=f"http://{HOST}/v1")
        )
        assert b"HTTP/1.1 4" in read_to_end(opened)


def torn(gate: Gateway, token: str) -> None:
    """Leave in the middle of a request's head, before and inside a tunnel; and send a head that is none."""
    for head in (
        f"CONNECT {HOST}:443 HTTP/1.1\r\nProxy-Authorization: Bearer {token}\r\n",
        f"CONNECT {HOST}:443 HTTP/1.1\r\nProxy-Authorization Bearer {token}\r\n\r\n",
        f"Bearer {token}\r\n\r\n",
        f"GET http://{HOST}/ {token} HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: {token}\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nBearer {token}: {token}\r\n\r\n",
    ):
        with connection(gate) as opened:
            opened.sendall(head.encode())
            opened.shutdown(1)
            read_to_end(opened)
    with inside(gate, None) as encrypted:
        encrypted.sendall(f"POST /v1 HTTP/1.1\r\nAuthorization: Bearer {token}\r\n".encode())


WAYS: list[Callable[[Gateway, str], Any]] = [
    *(lambda gate, token, place=place: send(gate, place, token) for place in PLACES),
    forwarded_in_plain,
    torn,
]


def test_no_part_of_a_token_shows_anywhere(live: Gateway, upstream: Upstream) -> None:
    tokens = []
    for number, way in enumerate(WAYS):
        for audience in ("chainwarden", "payroll"):
            tokens.append(mint(live.site, jti=f"seen-{number}", aud=audience))
            way(live, tokens[-1])
    assert upstream.received
    places = {
        "the upstream": b"".join(received.as_json().encode() for received in upstream.received),
        "the log": live.log.encode(),
        "the ledger": b"".join(path.read_bytes() for path in live.site.ledger.rglob("*") if path.is_file()),
    }
    shown = [name for name, seen in places.items() if any(part in seen for token in tokens for part in parts_of(token))]
    assert shown == []
