"""The authenticator on a key file, and against a real OpenID Connect provider."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from addons.adapters import authenticator as module
from addons.adapters.authenticator import CACHED_FOR_S, Authenticator
from addons.adapters.key_sets import MIN_REFRESH_INTERVAL_S
from addons.core.errors import ChainwardenError, RefusedError
from addons.core.policy.model import DEFAULT_CLOCK_SKEW_S, IdentityPolicy, Issuer
from addons.core.reasons import Reason
from tests.core.identity.attacks import ATTACKS
from tests.core.identity.minting import ISSUER, NOW, OTHER_EC_KEY, Mint, token, token_with_header
from tests.core.identity.test_keys import EC_JWK, OTHER_JWK, key_set
from tests.simulators.oidc.key_server import key_server
from tests.simulators.oidc.provider import AUDIENCE, GROUPS, OidcProvider, running_provider

KEY_1 = EC_JWK | {"kid": "key-1"}
LOCAL = replace(ISSUER, jwks_file="keys.json")


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def authenticating(folder: Path, clock: Clock, *issuers: Issuer) -> AsyncIterator[Authenticator]:
    (folder / "keys.json").write_bytes(key_set(KEY_1))
    made = Authenticator(IdentityPolicy(issuers or (LOCAL,)), folder, clock)
    await made.start()
    try:
        yield made
    finally:
        await made.close()


async def refusal(authenticator: Authenticator, value: str) -> Reason:
    with pytest.raises(RefusedError) as caught:
        await authenticator.authenticate(value)
    return caught.value.reason


def test_a_good_token_is_a_principal(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with authenticating(tmp_path, Clock()) as made:
            principal = await made.authenticate(token())
            assert (principal.subject, principal.groups) == ("alice", ("data-science",))
            assert await made.authenticate(token(sub="bob")) != principal

    asyncio.run(scenario())


def test_every_attack_is_refused_again_and_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with authenticating(tmp_path, Clock()) as made:
            for attack, _ in ATTACKS.values():
                first = await refusal(made, attack)
                assert await refusal(made, attack) is first
                assert first is not Reason.ISSUER_UNAVAILABLE

    asyncio.run(scenario())


def test_an_unknown_key_id_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with authenticating(tmp_path, Clock()) as made:
            for kid in ("key-2", "../keys.json", "key-1' OR '1'='1"):
                assert await refusal(made, token_with_header(kid=kid)) is Reason.TOKEN_KEY_UNKNOWN

    asyncio.run(scenario())


def test_a_verified_token_is_remembered_for_a_while_only(tmp_path: Path) -> None:
    """What is remembered is seen by taking the key away: a new verification then fails."""

    async def scenario() -> None:
        clock, made_token = Clock(), token(exp=NOW + 3600)
        async with authenticating(tmp_path, clock) as made:
            first = await made.authenticate(made_token)
            (tmp_path / "keys.json").write_bytes(key_set(OTHER_JWK))
            assert await made.authenticate(made_token) is first
            clock.now -= 3600
            assert await refusal(made, made_token) is Reason.TOKEN_KEY_UNKNOWN
            clock.now += 3600 + CACHED_FOR_S - 1
            assert await made.authenticate(made_token) is first
            clock.now += 1
            assert await refusal(made, made_token) is Reason.TOKEN_KEY_UNKNOWN

    asyncio.run(scenario())


def test_a_remembered_token_still_expires(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock, made_token = Clock(), token(exp=NOW + 5)
        async with authenticating(tmp_path, clock) as made:
            await made.authenticate(made_token)
            clock.now += 4 + DEFAULT_CLOCK_SKEW_S
            await made.authenticate(made_token)
            clock.now += 1
            assert await refusal(made, made_token) is Reason.TOKEN_EXPIRED

    asyncio.run(scenario())


def test_only_the_tokens_used_last_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CACHED_TOKENS", 2)

    async def scenario() -> None:
        first, second, third = (token(sub=name) for name in ("a", "b", "c"))
        async with authenticating(tmp_path, Clock()) as made:
            for value in (first, second, first, third):
                await made.authenticate(value)
            (tmp_path / "keys.json").unlink()
            await made.authenticate(first)
            await made.authenticate(third)
            assert await refusal(made, second) is Reason.ISSUER_UNAVAILABLE

    asyncio.run(scenario())


def test_no_token_is_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with authenticating(tmp_path, Clock()) as made:
            value = token()
            await made.authenticate(value)
            assert value not in repr(vars(made))

    asyncio.run(scenario())


def test_each_issuer_has_its_own_keys_and_audience(tmp_path: Path) -> None:
    other = Issuer("https://other.example", ("other",), jwks_file="other.json")
    (tmp_path / "other.json").write_bytes(key_set(OTHER_JWK | {"kid": "key-1"}))
    claims = {"iss": other.issuer, "aud": "other"}

    async def scenario() -> None:
        async with authenticating(tmp_path, Clock(), LOCAL, other) as made:
            assert (await made.authenticate(token())).issuer == LOCAL.issuer
            assert (await made.authenticate(Mint(OTHER_EC_KEY, claims=claims).token())).issuer == other.issuer
            assert await refusal(made, token(**claims)) is Reason.TOKEN_SIGNATURE_WRONG
            assert await refusal(made, Mint(OTHER_EC_KEY).token()) is Reason.TOKEN_SIGNATURE_WRONG
            assert await refusal(made, token(aud="other")) is Reason.TOKEN_AUDIENCE_WRONG
            assert await refusal(made, token(iss="https://third.example")) is Reason.TOKEN_ISSUER_UNKNOWN

    asyncio.run(scenario())


def test_an_issuer_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ChainwardenError, match="twice"):
        Authenticator(IdentityPolicy((LOCAL, replace(LOCAL, audience=("x",)))), tmp_path)


def test_a_hopeless_token_does_not_make_us_ask_the_issuer(tmp_path: Path) -> None:
    async def scenario() -> None:
        with key_server() as server:
            server.publish(KEY_1)
            issuer = Issuer(server.issuer, ("chainwarden",))
            made = Authenticator(IdentityPolicy((issuer,)), tmp_path, Clock())
            hopeless = Mint(header={"alg": "none"}, claims={"iss": server.issuer}).token()
            assert await refusal(made, hopeless) is Reason.TOKEN_ALGORITHM_REFUSED
            assert await refusal(made, token()) is Reason.TOKEN_ISSUER_UNKNOWN
            assert not server.requests
            assert (await made.authenticate(token(iss=server.issuer))).subject == "alice"
            await made.close()

    asyncio.run(scenario())


def test_an_issuer_that_is_down_refuses_its_own_tokens_only(tmp_path: Path) -> None:
    down = Issuer("http://127.0.0.1:1", ("chainwarden",))

    async def scenario() -> None:
        async with authenticating(tmp_path, Clock(), down, LOCAL) as made:
            assert (await made.authenticate(token())).subject == "alice"
            assert await refusal(made, token(iss=down.issuer)) is Reason.ISSUER_UNAVAILABLE

    asyncio.run(scenario())


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with running_provider() as running:
        yield running


def test_a_real_provider(provider: OidcProvider, tmp_path: Path) -> None:
    """Discovery, keys, a rotation, an outage and a restart with new keys, as a gateway lives through them."""
    issuer = Issuer(provider.issuer, (AUDIENCE,))
    monotonic = Clock()

    async def scenario() -> None:
        made = Authenticator(IdentityPolicy((issuer,)), tmp_path, monotonic=monotonic)
        before = await asyncio.to_thread(provider.token)
        principal = await made.authenticate(before)
        assert (principal.subject, principal.groups, principal.issuer) == ("app", GROUPS, provider.issuer)

        await asyncio.to_thread(provider.rotate_keys)
        rotated = await asyncio.to_thread(provider.token)
        assert await refusal(made, rotated) is Reason.TOKEN_KEY_UNKNOWN
        monotonic.now += MIN_REFRESH_INTERVAL_S
        assert (await made.authenticate(rotated)).session != principal.session

        during = await asyncio.to_thread(provider.token)
        await asyncio.to_thread(provider.stop)
        monotonic.now += MIN_REFRESH_INTERVAL_S
        assert (await made.authenticate(during)).subject == "app"

        await asyncio.to_thread(provider.start)
        monotonic.now += MIN_REFRESH_INTERVAL_S
        after = await asyncio.to_thread(provider.token)
        assert (await made.authenticate(after)).subject == "app"
        await made.close()

    asyncio.run(scenario())


def test_a_real_provider_that_starts_after_the_gateway(provider: OidcProvider, tmp_path: Path) -> None:
    issuer = Issuer(provider.issuer, (AUDIENCE,))
    monotonic = Clock()

    async def scenario() -> None:
        value = await asyncio.to_thread(provider.token)
        await asyncio.to_thread(provider.stop)
        made = Authenticator(IdentityPolicy((issuer,)), tmp_path, monotonic=monotonic)
        await made.start()
        assert await refusal(made, value) is Reason.ISSUER_UNAVAILABLE
        await asyncio.to_thread(provider.start)
        monotonic.now += MIN_REFRESH_INTERVAL_S
        assert (await made.authenticate(await asyncio.to_thread(provider.token))).subject == "app"
        await made.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ({"audience": ("somebody-else",)}, Reason.TOKEN_AUDIENCE_WRONG),
        ({"algorithms": ("RS256",)}, Reason.TOKEN_ALGORITHM_REFUSED),
        ({"subject": "email"}, Reason.TOKEN_CLAIMS_MISSING),
    ],
)
def test_a_real_token_under_another_policy(
    provider: OidcProvider, tmp_path: Path, issuer: dict[str, object], reason: Reason
) -> None:
    async def scenario() -> None:
        policy = replace(Issuer(provider.issuer, (AUDIENCE,)), **issuer)  # type: ignore[arg-type]  # a table of fields
        made = Authenticator(IdentityPolicy((policy,)), tmp_path)
        assert await refusal(made, await asyncio.to_thread(provider.token)) is reason
        await made.close()

    asyncio.run(scenario())
