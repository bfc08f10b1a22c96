"""One gateway and one upstream for all tests that do not harm them; a site of its own for those that do."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateway import POLICY, Gateway, Site, gateway
from tests.simulators.openai_api import Upstream, running


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def _upstream(shared_site: Site) -> Iterator[tuple[Upstream, int]]:
    with running(shared_site.upstream_certificate) as started:
        yield started


@pytest.fixture(scope="session")
def live(shared_site: Site, _upstream: tuple[Upstream, int]) -> Iterator[Gateway]:
    """A gateway for the test policy: proxy on ``port``, base URL of the OpenAI API on ``reverse_port``."""
    shared_site.write_policy(POLICY.format(upstream=_upstream[1]))
    with gateway(shared_site, reverse="https://api.openai.com") as started:
        yield started


@pytest.fixture
def upstream(_upstream: tuple[Upstream, int]) -> Upstream:
    """The upstream of ``live``, with nothing received yet."""
    _upstream[0].received.clear()
    return _upstream[0]


@pytest.fixture(scope="session")
def alice(shared_site: Site) -> str:
    """A token of somebody who may chat."""
    return shared_site.token("alice", "data-science")


@pytest.fixture(scope="session")
def bob(shared_site: Site) -> str:
    """A token of an approver."""
    return shared_site.token("bob", "security")


@pytest.fixture
def own_site(tmp_path: Path) -> Site:
    """A site for a test that breaks its gateway."""
    return Site(tmp_path)


def trust(site: Site) -> ssl.SSLContext:
    """Return a client's TLS settings: the gateway's CA and nothing else."""
    return ssl.create_default_context(cafile=site.ca)


@pytest.fixture
def client(live: Gateway) -> Iterator[Callable[[str | None], httpx.Client]]:
    """Make HTTP clients that go through ``live`` with a token on the connection."""
    opened: list[httpx.Client] = []

    def connect(token: str | None) -> httpx.Client:
        opened.append(httpx.Client(proxy=live.proxy(token), verify=trust(live.site), timeout=30))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()
