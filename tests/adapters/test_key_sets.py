"""Keys from a file and from an issuer on loopback; time is a number that the test moves."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from addons.adapters import key_sets
from addons.adapters.key_sets import FileKeySet, KeySet, RemoteKeySet, Schedule, key_set_of
from addons.core.errors import RefusedError
from addons.core.policy.model import Issuer
from addons.core.reasons import Reason
from tests.core.identity.minting import EC_KEY, OTHER_EC_KEY
from tests.core.identity.test_keys import EC_JWK, OTHER_JWK, RSA_JWK, key_set
from tests.simulators.oidc.key_server import KEYS, METADATA, Answer, KeyServer, key_server
from tests.simulators.oidc.server_certificate import write_server_certificate

SCHEDULE = Schedule(refresh_after=600, usable=3600, min_interval=10)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Remote:
    """A key set of a server, and the clock that it goes by."""

    server: KeyServer
    clock: Clock = field(default_factory=Clock)

    @asynccontextmanager
    async def keys(self, schedule: Schedule = SCHEDULE, jwks_uri: str = "") -> AsyncIterator[RemoteKeySet]:
        issuer = Issuer(self.server.issuer, ("chainwarden",), jwks_uri=jwks_uri)
        keys = RemoteKeySet(issuer, None, schedule, self.clock)
        try:
            yield keys
        finally:
            await keys.close()


@pytest.fixture
def remote() -> Iterator[Remote]:
    with key_server() as server:
        server.publish(EC_JWK)
        yield Remote(server)


async def refusal(keys: KeySet, kid: str | None = "ec", algorithm: str = "ES256") -> Reason:
    with pytest.raises(RefusedError) as caught:
        await keys.find(kid, algorithm)
    return caught.value.reason


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"

    async def scenario() -> None:
        keys = FileKeySet(path)
        keys.start()
        assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE
        path.write_bytes(key_set(EC_JWK))
        assert await keys.find("ec", "ES256") == EC_KEY.public_key()
        assert await refusal(keys, "other") is Reason.TOKEN_KEY_UNKNOWN
        path.write_bytes(key_set(OTHER_JWK, RSA_JWK))
        assert await keys.find("other", "ES256") == OTHER_EC_KEY.public_key()
        assert await refusal(keys, "ec") is Reason.TOKEN_KEY_UNKNOWN
        await keys.close()

    asyncio.run(scenario())


def test_a_file_replaced_by_one_of_equal_size_and_time_is_seen(tmp_path: Path) -> None:
    path, successor = tmp_path / "keys.json", tmp_path / "new.json"

    async def scenario() -> None:
        path.write_bytes(key_set(EC_JWK))
        keys = FileKeySet(path)
        await keys.find("ec", "ES256")
        successor.write_bytes(key_set(EC_JWK | {"kid": "EC"}))
        os.utime(successor, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        successor.replace(path)
        assert await refusal(keys, "ec") is Reason.TOKEN_KEY_UNKNOWN

    asyncio.run(scenario())


@pytest.mark.parametrize("broken", [b"", b"{", key_set(), b" " * (key_sets.MAX_DOCUMENT_BYTES + 1) + key_set(EC_JWK)])
def test_a_broken_file_refuses_until_it_is_repaired(
    tmp_path: Path, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "keys.json"

    async def scenario() -> None:
        path.write_bytes(key_set(EC_JWK))
        keys = FileKeySet(path)
        await keys.find("ec", "ES256")
        path.write_bytes(broken)
        assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE
        assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE
        assert len(caplog.records) == 1
        path.unlink()
        assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE
        path.write_bytes(key_set(EC_JWK))
        assert await keys.find("ec", "ES256") == EC_KEY.public_key()

    asyncio.run(scenario())


def test_keys_are_discovered_and_kept(remote: Remote) -> None:
    async def scenario() -> None:
        async with remote.keys() as keys:
            for _ in range(3):
                assert await keys.find("ec", "ES256") == EC_KEY.public_key()

    asyncio.run(scenario())
    assert remote.server.requests == {METADATA: 1, KEYS: 1}


def test_a_named_address_needs_no_discovery(remote: Remote) -> None:
    async def scenario() -> None:
        async with remote.keys(jwks_uri=remote.server.issuer + KEYS) as keys:
            assert await keys.find(None, "ES256") == EC_KEY.public_key()

    asyncio.run(scenario())
    assert remote.server.requests == {KEYS: 1}


def test_many_callers_share_one_fetch_and_one_may_leave(remote: Remote) -> None:
    async def scenario() -> None:
        remote.server.gate.clear()
        async with remote.keys() as keys:
            callers = [asyncio.create_task(keys.find("ec", "ES256")) for _ in range(20)]
            await _requests(remote, METADATA, 1)
            callers[0].cancel()
            remote.server.gate.set()
            found = await asyncio.gather(*callers, return_exceptions=True)
            assert isinstance(found[0], asyncio.CancelledError)
            assert found[1:] == [EC_KEY.public_key()] * 19

    asyncio.run(scenario())
    assert remote.server.requests == {METADATA: 1, KEYS: 1}


def test_an_unknown_key_id_asks_once_per_interval(remote: Remote) -> None:
    async def scenario() -> None:
        async with remote.keys() as keys:
            await keys.find("ec", "ES256")
            for kid in ("other", "../../etc/passwd", "' OR 1=1", "other"):
                assert await refusal(keys, kid) is Reason.TOKEN_KEY_UNKNOWN
            assert remote.server.requests[KEYS] == 1
            remote.clock.now += SCHEDULE.min_interval
            for _ in range(3):
                assert await refusal(keys, "other") is Reason.TOKEN_KEY_UNKNOWN
            assert remote.server.requests[KEYS] == 2

    asyncio.run(scenario())


def test_a_rotated_key_is_found_and_the_old_one_is_gone(remote: Remote) -> None:
    async def scenario() -> None:
        async with remote.keys() as keys:
            await keys.find("ec", "ES256")
            remote.server.publish(OTHER_JWK)
            remote.clock.now += SCHEDULE.min_interval
            assert await keys.find("other", "ES256") == OTHER_EC_KEY.public_key()
            assert await refusal(keys, "ec") is Reason.TOKEN_KEY_UNKNOWN

    asyncio.run(scenario())


def test_an_issuer_that_is_down_keeps_its_keys_for_a_while(remote: Remote) -> None:
    async def scenario() -> None:
        async with remote.keys() as keys:
            await keys.find("ec", "ES256")
            remote.server.fail()
            remote.clock.now += SCHEDULE.usable - 1
            assert await keys.find("ec", "ES256") == EC_KEY.public_key()
            assert await refusal(keys, "other") is Reason.ISSUER_UNAVAILABLE
            remote.clock.now += SCHEDULE.min_interval
            assert await refusal(keys, "ec") is Reason.ISSUER_UNAVAILABLE
            remote.server.publish(EC_JWK)
            assert await refusal(keys, "ec") is Reason.ISSUER_UNAVAILABLE
            remote.clock.now += SCHEDULE.min_interval
            assert await keys.find("ec", "ES256") == EC_KEY.public_key()
            assert await refusal(keys, "other") is Reason.TOKEN_KEY_UNKNOWN

    asyncio.run(scenario())


def test_keys_are_refreshed_in_the_background_through_an_outage(remote: Remote) -> None:
    async def scenario() -> None:
        async with remote.keys(Schedule(refresh_after=0.01, usable=3600, min_interval=0.01)) as keys:
            keys.start()
            keys.start()
            await _requests(remote, KEYS, 3)
            remote.server.fail()
            await _requests(remote, METADATA, remote.server.requests[METADATA] + 3)
            remote.server.publish(OTHER_JWK)
            await _requests(remote, KEYS, remote.server.requests[KEYS] + 2)
            assert await keys.find("other", "ES256") == OTHER_EC_KEY.public_key()

    asyncio.run(scenario())


async def _requests(remote: Remote, path: str, count: int) -> None:
    while remote.server.requests[path] < count:
        remote.clock.now += 1
        await asyncio.sleep(0.005)


BAD_ANSWERS: dict[str, tuple[str, Answer]] = {
    "metadata missing": (METADATA, Answer(status=404)),
    "metadata not JSON": (METADATA, Answer(b"<html>")),
    "metadata of another issuer": (METADATA, Answer(b'{"issuer":"https://evil.example","jwks_uri":"https://x/"}')),
    "error": (KEYS, Answer(key_set(EC_JWK), status=500)),
    "created": (KEYS, Answer(key_set(EC_JWK), status=201)),
    "redirect": (KEYS, Answer(status=302, headers={"location": "/elsewhere"})),
    "redirect of metadata": (METADATA, Answer(status=307, headers={"location": "/elsewhere"})),
    "empty": (KEYS, Answer()),
    "not JSON": (KEYS, Answer(b"<html>")),
    "too long": (KEYS, Answer(b" " * key_sets.MAX_DOCUMENT_BYTES + key_set(EC_JWK))),
    "compressed": (KEYS, Answer(key_set(EC_JWK), headers={"content-encoding": "gzip"})),
    "cut short": (KEYS, Answer(key_set(EC_JWK), headers={"content-length": "100000"})),
    "only weak keys": (KEYS, Answer(key_set({"kty": "oct", "k": "c2VjcmV0", "kid": "ec"}))),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
def test_a_bad_answer_gives_no_keys(remote: Remote, case: str) -> None:
    path, answer = BAD_ANSWERS[case]
    remote.server.answers["/elsewhere"] = remote.server.answers[path]
    remote.server.answers[path] = answer

    async def scenario() -> None:
        async with remote.keys() as keys:
            assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE

    asyncio.run(scenario())


@pytest.mark.parametrize("drip_s", [0.01, 60.0])
def test_a_slow_issuer_is_given_up(remote: Remote, monkeypatch: pytest.MonkeyPatch, drip_s: float) -> None:
    """The first sends a byte now and then, for ever; the second nothing at all."""
    monkeypatch.setattr(key_sets, "STEP_TIMEOUT_S", 0.2)
    monkeypatch.setattr(key_sets, "FETCH_TIMEOUT_S", 0.3)
    remote.server.answers[KEYS] = Answer(b" " * 10_000, drip_s=drip_s)

    async def scenario() -> None:
        async with remote.keys() as keys:
            assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE

    asyncio.run(scenario())


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:1", "http://login.example.com", "https://[broken", "nonsense"])
def test_an_issuer_that_cannot_be_asked_is_unavailable(issuer: str) -> None:
    async def scenario() -> None:
        keys = RemoteKeySet(Issuer(issuer, ("chainwarden",)))
        assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE
        await keys.close()

    asyncio.run(scenario())


def test_nobody_is_asked_without_tls_beyond_loopback(remote: Remote) -> None:
    """0.0.0.0 reaches the server of the test, and is no loopback address."""
    plain = remote.server.issuer.replace("127.0.0.1", "0.0.0.0")
    remote.server.issuer = plain
    remote.server.publish(EC_JWK)

    async def scenario() -> None:
        for issuer in (
            Issuer(plain, ("chainwarden",)),
            Issuer(plain, ("chainwarden",), jwks_uri=plain + KEYS),
            Issuer("https://login.example.com", ("chainwarden",), jwks_uri=plain + KEYS),
        ):
            keys = RemoteKeySet(issuer)
            assert await refusal(keys) is Reason.ISSUER_UNAVAILABLE
            await keys.close()

    asyncio.run(scenario())
    assert not remote.server.requests


def test_proxies_of_the_environment_are_not_used(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def scenario() -> None:
        async with remote.keys() as keys:
            assert await keys.find("ec", "ES256") == EC_KEY.public_key()

    asyncio.run(scenario())


def test_tls_is_verified_against_the_named_authority(tmp_path: Path) -> None:
    certificate = write_server_certificate(tmp_path)

    async def found(server: KeyServer, ca_file: str) -> bool:
        keys = key_set_of(Issuer(server.issuer, ("chainwarden",), ca_file=ca_file), tmp_path)
        try:
            await keys.find("ec", "ES256")
        except RefusedError as error:
            assert error.reason is Reason.ISSUER_UNAVAILABLE  # noqa: PT017  # both ends are shown in one place
            return False
        finally:
            await keys.close()
        return True

    with key_server(certificate) as server:
        server.publish(EC_JWK)
        assert asyncio.run(found(server, "ca.pem"))
        assert not asyncio.run(found(server, ""))
        assert not asyncio.run(found(server, "missing.pem"))


def test_the_policy_chooses_the_source(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(key_set(EC_JWK))

    async def scenario() -> None:
        keys = key_set_of(Issuer("https://x.example", ("a",), jwks_file="keys.json", jwks_uri="https://y"), tmp_path)
        assert await keys.find("ec", "ES256") == EC_KEY.public_key()

    asyncio.run(scenario())
