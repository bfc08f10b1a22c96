"""A site with an upstream, and what it means that a gateway enforces there, or does not start."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.end_to_end.calls import WAIT_SECONDS, post, said
from tests.gateway import POLICY, Gateway, Site
from tests.simulators.openai_api import Upstream, running


@dataclass
class Place:
    """A site, its upstream, and somebody who may call."""

    site: Site
    upstream: Upstream
    token: str

    def assert_enforced(self, gate: Gateway) -> None:
        """Assert that calls are identified, judged and forwarded."""
        received = len(self.upstream.received)
        for token, text, status in ((None, "hello", 401), (self.token, "pirate treasure", 403)):
            assert post(gate, token, said(text)).status_code == status
        assert len(self.upstream.received) == received
        assert post(gate, self.token, said("hello")).status_code == 200
        assert len(self.upstream.received) == received + 1

    def assert_does_not_start(self, gate: Gateway) -> str:
        """Call the gateway until it has ended; return what it said since it was launched."""
        received = len(self.upstream.received)
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            while gate.process.poll() is None and time.monotonic() < deadline:
                with suppress(httpx.TransportError):
                    assert post(gate, self.token, said("hello")).status_code != 200
            assert gate.process.poll() == 1
        finally:
            gate.stop()
        assert len(self.upstream.received) == received
        return gate.log


@contextmanager
def prepared(folder: Path) -> Iterator[Place]:
    """Prepare a place in ``folder``, with an upstream that runs for the length of the block."""
    site = Site(folder)
    with running(site.upstream_certificate) as (upstream, port):
        site.write_policy(POLICY.format(upstream=port))
        yield Place(site, upstream, site.token())
