"""A gateway whose upstreams fail, lie, or are not who they should be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.authority import make_authority
from tests.end_to_end.refusals import bearer, chat, inside, post, read_to_end, request
from tests.gateway import Gateway, Site, free_port, gateway
from tests.simulators.openai_api import Upstream, running

LIMIT_BYTES = 300_000
POLICY = """\
version: 1
identity:
  issuers: [{{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}}]
services:
  openai: {{hosts: [api.openai.com], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{upstream}}}
  closed: {{hosts: [closed.wild.test], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{closed}}}
  misnamed: {{hosts: [misnamed.test], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{upstream}}}
  strange: {{hosts: [a.wild.test], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{strange}}}
  plain: {{hosts: ["b.wild.test:8443"], protocol: openai, credential: env:OPENAI_API_KEY, upstream: 127.0.0.1:{plain}}}
access:
  - groups: [data-science]
    services: {{openai: {{}}, closed: {{}}, misnamed: {{}}, strange: {{}}, plain: {{}}}}
redaction:
  responses: {{detect: [pii, secrets], style: label}}
"""


@dataclass
class Plant:
    """A gateway and the upstreams behind its services."""

    gate: Gateway
    upstream: Upstream
    impostors: tuple[Upstream, ...]
    token: str

    def post(self, text: str, **fields: object) -> httpx.Response:
        return post(self.gate, self.token, chat(text, **fields))

    def raw(self, text: str, **fields: object) -> bytes:
        """Return all that the client gets for one call, to the end of its connection."""
        with inside(self.gate, bearer(self.token)) as opened:
            opened.sendall(request(chat(text, **fields), "Connection: close"))
            return read_to_end(opened)


@contextmanager
def plant_in(folder: Path) -> Iterator[Plant]:
    """Run a gateway and its upstreams."""
    site, strange_folder = Site(folder), folder / "strange"
    strange_folder.mkdir()
    _, strange_certificate = make_authority(strange_folder)
    with (
        running(site.upstream_certificate) as (upstream, port),
        running(strange_certificate) as (strange, strange_port),
        running(None) as (plain, plain_port),
    ):
        site.write_policy(POLICY.format(upstream=port, closed=free_port(), strange=strange_port, plain=plain_port))
        with gateway(site, "--set", f"body_size_limit={LIMIT_BYTES}", reverse="https://api.openai.com") as gate:
            yield Plant(gate, upstream, (strange, plain), site.token())
