"""A call goes to one service, on an address that the policy names, over TLS, as HTTP, and to nowhere before."""

import json
import ssl
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest

from addons.core.reasons import Reason, http_status
from tests.end_to_end.conftest import trust
from tests.end_to_end.refusals import (
    HOST,
    PATH,
    bearer,
    chat,
    connection,
    flow,
    inside,
    post,
    raw,
    read_answer,
    read_head,
    read_to_end,
    refused,
    request,
    tunnel,
)
from tests.gateway import Gateway, Site, gateway, records
from tests.simulators.listener import Listener
from tests.simulators.openai_api import Upstream, running

POLICY = """\
version: 1
identity:
  issuers: [{{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}}]
services:
  openai: {{hosts: [api.openai.com], protocol: openai, upstream: 127.0.0.1:{upstream}}}
  other: {{hosts: [other.wild.test], protocol: openai, upstream: 127.0.0.1:{upstream}}}
  watched: {{hosts: [watched.test], protocol: openai, upstream: 127.0.0.1:{watched}}}
  rebound: {{hosts: ["rebound.test:{watched}"], protocol: openai}}
  plain: {{hosts: ["plain.test:{watched}"], protocol: openai, plaintext: allowed}}
access:
  - groups: [data-science]
    services: {{openai: {{}}, other: {{}}, watched: {{}}, rebound: {{}}, plain: {{}}}}
"""


@dataclass
class Plant:
    """A gateway, an upstream and a port that is watched."""

    gate: Gateway
    upstream: Upstream
    watched: Listener
    token: str

    def refused(self, answer: httpx.Response, reason: Reason) -> None:
        """Check a refusal of something that is no service, and so has no provider's shape."""
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert (answer.status_code, problem["reason"]) == (http_status(reason), reason), answer.text
        assert flow(self.gate.site, problem["record"])["reason"] == reason
        self.nothing_arrived()

    def nothing_arrived(self) -> None:
        assert self.upstream.received == []
        assert self.watched.heard() == []


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    site, watched = Site(tmp_path_factory.mktemp("targets")), Listener()
    names = dict.fromkeys(("rebound.test", "plain.test", "unknown.test"), "127.0.0.1")
    command = [sys.executable, "-m", "tests.end_to_end.resolving", json.dumps(names), "-s", "addons/"]
    with running(site.upstream_certificate) as (upstream, port):
        site.write_policy(POLICY.format(upstream=port, watched=watched.port))
        with gateway(site, command=command) as gate:
            yield Plant(gate, upstream, watched, site.token())
    watched.close()


@pytest.fixture
def plant(started: Plant) -> Iterator[Plant]:
    started.upstream.received.clear()
    started.watched.heard()
    yield started
    assert started.gate.process.poll() is None


@pytest.mark.parametrize("host", [HOST, HOST.upper(), "other.wild.test"])
def test_a_named_service_is_reached(plant: Plant, host: str) -> None:
    assert post(plant.gate, plant.token, chat("hi"), f"https://{host}{PATH}").status_code == 200
    assert len(plant.upstream.received) == 1


TWO_TARGETS: dict[str, tuple[str, ...]] = {
    "Host of another service": ("Host: other.wild.test",),
    "Host of nobody": ("Host: evil.test",),
    "Host with another port": (f"Host: {HOST}:8443",),
    "Host with a user": (f"Host: {HOST}@evil.test",),
    "Host with a list": (f"Host: {HOST}, evil.test",),
    "Host with a path": (f"Host: {HOST}/evil.test",),
    "an empty Host": ("Host: ",),
    "Host twice": (f"Host: {HOST}", f"Host: {HOST}"),
    "two Hosts": (f"Host: {HOST}", "Host: other.wild.test"),
}


@pytest.mark.parametrize("case", TWO_TARGETS)
def test_a_request_that_names_two_targets_is_refused(plant: Plant, case: str) -> None:
    with inside(plant.gate, bearer(plant.token)) as opened:
        opened.sendall(request(chat("hi"), *TWO_TARGETS[case]))
        answer = read_answer(opened)
    assert answer.status_code in {400, 421}
    record = answer.headers["x-chainwarden-record"]
    assert flow(plant.gate.site, record)["reason"] in {Reason.HOST_MISMATCH, Reason.REQUEST_MALFORMED}
    plant.nothing_arrived()


def test_a_request_without_a_host_is_refused_and_on_record(plant: Plant) -> None:
    data = request(chat("hi")).replace(f"Host: {HOST}\r\n".encode(), b"")
    answer = raw(plant.gate, plant.token, data)
    assert answer.status_code == 400
    assert flow(plant.gate.site, answer.headers["x-chainwarden-record"])["reason"] == Reason.REQUEST_MALFORMED
    plant.nothing_arrived()


def test_a_request_to_the_proxy_itself_is_refused_and_on_record(plant: Plant) -> None:
    with connection(plant.gate) as opened:
        opened.sendall(request(chat("hi")).replace(f"Host: {HOST}\r\n".encode(), b""))
        plant.refused(read_answer(opened), Reason.REQUEST_MALFORMED)


@pytest.mark.parametrize("host", [HOST, "other.wild.test"])
def test_an_absolute_target_inside_of_a_tunnel_to_another_host_is_refused(plant: Plant, host: str) -> None:
    data = request(chat("hi"), f"Host: {host}", path=f"https://other.wild.test{PATH}")
    refused(plant.gate.site, raw(plant.gate, plant.token, data), Reason.HOST_MISMATCH)
    plant.nothing_arrived()


def test_a_tls_name_other_than_the_tunnels_host_is_refused(plant: Plant) -> None:
    answer = raw(plant.gate, plant.token, request(chat("hi")), sni="other.wild.test")
    refused(plant.gate.site, answer, Reason.HOST_MISMATCH)
    plant.nothing_arrived()


def test_what_is_no_service_is_refused(plant: Plant) -> None:
    places = [
        ("unknown.test", 443),
        ("unknown.test", plant.watched.port),
        (HOST, 8443),
        ("127.0.0.1", plant.watched.port),
        ("127.1", plant.watched.port),
        ("2130706433", plant.watched.port),
        ("localhost", plant.watched.port),
        ("169.254.169.254", 443),
        ("0.0.0.0", plant.watched.port),
        ("watched.test", plant.watched.port),
    ]
    for host, port in places:
        data = request(chat("hi"), f"Host: {host}:{port}")
        with inside(plant.gate, bearer(plant.token), host=host, port=port) as opened:
            opened.sendall(data)
            plant.refused(read_answer(opened), Reason.SERVICE_UNKNOWN)


def test_an_ipv6_literal_is_refused(plant: Plant) -> None:
    name = f"[::1]:{plant.watched.port}"
    context = trust(plant.gate.site)
    context.check_hostname = False  # the gateway makes a certificate for the address
    with connection(plant.gate) as opened:
        opened.sendall(f"CONNECT {name} HTTP/1.1\r\nProxy-Authorization: Bearer {plant.token}\r\n\r\n".encode())
        assert b" 200 " in read_head(opened)
        with context.wrap_socket(opened) as encrypted:
            encrypted.sendall(request(chat("hi"), f"Host: {name}"))
            plant.refused(read_answer(encrypted), Reason.SERVICE_UNKNOWN)


PLAIN = {
    "no port": (f"http://{HOST}{PATH}", HOST, Reason.PLAINTEXT_REFUSED),
    "port 443": (f"http://{HOST}:443{PATH}", f"{HOST}:443", Reason.SERVICE_UNKNOWN),
}


@pytest.mark.parametrize("case", PLAIN)
def test_a_service_with_tls_is_not_called_without(plant: Plant, case: str) -> None:
    path, host, reason = PLAIN[case]
    with connection(plant.gate) as opened:
        opened.sendall(request(chat("hi"), f"Host: {host}", f"Proxy-Authorization: Bearer {plant.token}", path=path))
        plant.refused(read_answer(opened), reason)


def test_a_tunnel_without_tls_does_not_reach_a_service_with_tls(plant: Plant) -> None:
    with tunnel(plant.gate, bearer(plant.token)) as opened:
        opened.sendall(request(chat("hi"), f"Host: {HOST}:443"))
        plant.refused(read_answer(opened), Reason.SERVICE_UNKNOWN)


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_name_that_leads_to_a_private_address_gets_no_byte(plant: Plant, scheme: str) -> None:
    name = {"https": "rebound.test", "http": "plain.test"}[scheme]
    answer = post(plant.gate, plant.token, chat("hi"), f"{scheme}://{name}:{plant.watched.port}{PATH}")
    refused(plant.gate.site, answer, Reason.ADDRESS_REFUSED)
    assert all(heard == b"" for heard in plant.watched.heard())


@pytest.mark.parametrize("token", ["none", "bad", "good"])
def test_nothing_is_connected_before_the_call_is_granted(plant: Plant, token: str) -> None:
    value = {"none": None, "bad": "garbage", "good": plant.gate.site.token("eve", "nobodies")}[token]
    with inside(plant.gate, bearer(value), host="watched.test") as opened:
        plant.nothing_arrived()
        opened.sendall(request(chat("hi"), "Host: watched.test"))
        reason = {"none": Reason.TOKEN_MISSING, "bad": Reason.TOKEN_MALFORMED, "good": Reason.NOT_GRANTED}[token]
        refused(plant.gate.site, read_answer(opened), reason)
    plant.nothing_arrived()


UPGRADES: dict[str, tuple[str, ...]] = {
    "WebSocket": (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    "HTTP/2 in clear": ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"),
    "TLS": ("Upgrade: TLS/1.3", "Connection: upgrade"),
    "without Connection": ("Upgrade: websocket",),
}


@pytest.mark.parametrize("case", UPGRADES)
def test_an_upgrade_is_refused(plant: Plant, case: str) -> None:
    data = request(b"", *UPGRADES[case], method="GET", path="/v1/realtime?model=gpt-4o-mini")
    refused(plant.gate.site, raw(plant.gate, plant.token, data), Reason.PROTOCOL_REFUSED)
    plant.nothing_arrived()


NOT_HTTP: dict[str, bytes] = {
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "zeros": bytes(200),
    "PostgreSQL": b"\0\0\0\x08\x04\xd2\x16\x2f",
    "SMTP": b"EHLO evil.test\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "a line": b"hello\r\n\r\n",
    "random": bytes(range(128, 256)) * 4,
}


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("case", NOT_HTTP)
def test_what_is_not_http_goes_nowhere(plant: Plant, case: str, *, encrypted: bool) -> None:
    opener = inside if encrypted else tunnel
    with opener(plant.gate, bearer(plant.token), host="watched.test") as opened:
        opened.sendall(NOT_HTTP[case])
        opened.settimeout(0.4)
        try:
            answer = opened.recv(1000)
        except (TimeoutError, ConnectionError, ssl.SSLError):
            answer = b""
    assert answer[:12] in {b"", b"HTTP/1.1 400"}
    plant.nothing_arrived()


def test_tls_inside_of_tls_goes_nowhere(plant: Plant) -> None:
    with inside(plant.gate, bearer(plant.token), host="watched.test") as outer:
        ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
        inner = trust(plant.gate.site).wrap_bio(theirs, ours, server_hostname=HOST)
        with pytest.raises(ssl.SSLWantReadError):
            inner.do_handshake()
        outer.sendall(ours.read())
        outer.settimeout(0.5)
        answer = _heard(outer)
        if answer:  # the gateway speaks TLS once more: then it judges what comes inside
            theirs.write(answer)
            inner.do_handshake()
            inner.write(request(chat("hi"), "Host: watched.test"))
            outer.sendall(ours.read())
            while answer := _heard(outer):
                theirs.write(answer)
                with suppress(ssl.SSLWantReadError):
                    assert b" 421 " in inner.read(1000)
                    break
            assert answer
    plant.nothing_arrived()


def _heard(opened: ssl.SSLSocket) -> bytes:
    try:
        return opened.recv(65_536)
    except (TimeoutError, ConnectionError, ssl.SSLError):
        return b""


def test_a_tunnel_in_a_tunnel_goes_nowhere(plant: Plant) -> None:
    with inside(plant.gate, bearer(plant.token)) as opened:
        opened.sendall(b"CONNECT watched.test:443 HTTP/1.1\r\nHost: watched.test:443\r\n\r\n")
        head = read_head(opened)
        opened.sendall(bytes(range(128, 256)))
        opened.settimeout(0.4)
        assert b" 200 " not in head or _heard(opened) == b""
    plant.nothing_arrived()


@pytest.mark.parametrize("port", [53, 5353])
def test_a_tunnel_to_a_name_server_is_refused_and_on_record(plant: Plant, port: int) -> None:
    with connection(plant.gate) as opened:
        head = f"CONNECT {HOST}:{port} HTTP/1.1\r\nHost: {HOST}:{port}\r\nProxy-Authorization: Bearer {plant.token}"
        opened.sendall(f"{head}\r\n\r\n".encode())
        answer = read_answer(opened)
    assert (answer.status_code, answer.json()["reason"]) == (403, Reason.PROTOCOL_REFUSED)
    last = records(plant.gate.site)[-1]
    assert answer.json()["record"] in json.dumps(last)
    assert Reason.PROTOCOL_REFUSED in json.dumps(last)
    plant.nothing_arrived()


CONNECTS: dict[str, str] = {
    "a user": f"{HOST}@watched.test:443",
    "no port": "watched.test",
    "a path": "watched.test:443/x",
    "a scheme": "https://watched.test:443",
    "port 0": "watched.test:0",
    "a large port": "watched.test:65536",
    "a zero byte": "watched.test\0.openai.com:443",
    "an empty host": ":443",
}


@pytest.mark.parametrize("case", CONNECTS)
def test_a_strange_connect_goes_nowhere(plant: Plant, case: str) -> None:
    with connection(plant.gate) as opened:
        opened.sendall(
            f"CONNECT {CONNECTS[case]} HTTP/1.1\r\nProxy-Authorization: Bearer {plant.token}\r\n\r\n".encode()
        )
        opened.settimeout(2)
        head = read_head(opened)
        if b" 200 " in head:
            opened.sendall(request(chat("hi"), "Host: watched.test", "Connection: close"))
            assert b"HTTP/1.1 4" in read_to_end(opened)
    plant.nothing_arrived()
