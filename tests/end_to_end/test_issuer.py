"""A real OpenID Connect provider behind the gateway: discovery, rotation, and what happens while it is down."""

import time
from collections.abc import Iterator

import httpx
import pytest

from addons.core.reasons import Reason
from tests.end_to_end.refusals import chat, ended, post, refused
from tests.gateway import Gateway, Site, gateway
from tests.simulators.oidc.provider import OidcProvider, running_provider
from tests.simulators.openai_api import Upstream, running

POLICY = """\
version: 1
identity:
  issuers: [{{issuer: "{issuer}", audience: chainwarden}}]
services:
  openai: {{hosts: [api.openai.com], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{upstream}}}
access:
  - {{groups: [data-science], services: {{openai: {{}}}}}}
"""
ROTATION_SECONDS = 30
"""The gateway asks an issuer again for an unknown key every ten seconds at most."""


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with running_provider() as started:
        yield started


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory, provider: OidcProvider) -> Iterator[tuple[Gateway, Upstream]]:
    site = Site(tmp_path_factory.mktemp("issuer"))
    with running(site.upstream_certificate) as (upstream, port):
        site.write_policy(POLICY.format(issuer=provider.issuer, upstream=port))
        with gateway(site) as gate:
            yield gate, upstream


def until_accepted(gate: Gateway, token: str, seconds: float) -> tuple[httpx.Response, list[httpx.Response]]:
    """Call until a call passes; return its answer and the refusals before."""
    deadline, before = time.monotonic() + seconds, []
    while (answer := post(gate, token, chat("hi"))).status_code != 200 and time.monotonic() < deadline:
        before.append(answer)
        time.sleep(0.5)
    return answer, before


def test_a_token_of_a_real_provider_is_accepted(plant: tuple[Gateway, Upstream], provider: OidcProvider) -> None:
    gate, upstream = plant
    token = provider.token()
    assert post(gate, token, chat("hi")).status_code == 200
    row = ended(gate.site)[0]
    assert (row["issuer"], row["groups"], row["reason"]) == (provider.issuer, ["data-science", "research"], "allowed")
    assert token not in upstream.received[-1].as_json() + gate.log


def test_a_rotated_key_is_found_while_the_gateway_runs(plant: tuple[Gateway, Upstream], provider: OidcProvider) -> None:
    gate, upstream = plant
    old = provider.token()
    assert post(gate, old, chat("hi")).status_code == 200
    provider.rotate_keys()
    new = provider.token()
    upstream.received.clear()
    answer, before = until_accepted(gate, new, ROTATION_SECONDS)
    assert answer.status_code == 200
    for refusal in before:
        refused(gate.site, refusal, Reason.TOKEN_KEY_UNKNOWN)
    assert len(upstream.received) == 1


def test_known_keys_work_on_while_the_provider_is_down(plant: tuple[Gateway, Upstream], provider: OidcProvider) -> None:
    gate, _ = plant
    known, fresh = provider.token(), provider.token()
    assert post(gate, known, chat("hi")).status_code == 200
    provider.stop()
    try:
        assert post(gate, known, chat("hi")).status_code == 200
        assert post(gate, fresh, chat("hi")).status_code == 200, "never seen, but its key is known"
    finally:
        provider.start()


def test_a_gateway_that_starts_before_its_provider_refuses_until_it_is_there(
    own_site: Site, provider: OidcProvider
) -> None:
    token = provider.token()
    provider.stop()
    with running(own_site.upstream_certificate) as (upstream, port):
        own_site.write_policy(POLICY.format(issuer=provider.issuer, upstream=port))
        with gateway(own_site) as gate:
            answer = post(gate, token, chat("hi"))
            refused(own_site, answer, Reason.ISSUER_UNAVAILABLE)
            assert (answer.status_code, answer.headers["x-should-retry"]) == (503, "true")
            assert int(answer.headers["retry-after"]) > 0
            assert upstream.received == []
            provider.start()
            answer, _ = until_accepted(gate, provider.token(), ROTATION_SECONDS)
    assert answer.status_code == 200
    assert len(upstream.received) == 1


def test_an_issuer_that_nobody_named_is_refused_without_asking_it(plant: tuple[Gateway, Upstream]) -> None:
    gate, upstream = plant
    upstream.received.clear()
    with running_provider() as stranger:
        answer = post(gate, stranger.token(), chat("hi"))
    refused(gate.site, answer, Reason.TOKEN_ISSUER_UNKNOWN)
    assert upstream.received == []
