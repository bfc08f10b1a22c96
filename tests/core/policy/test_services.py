"""Which service a host belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.policy.evaluate import plaintext_refused, service_for
from addons.core.policy.hosts import HostError, canonical
from addons.core.policy.parse import parse

POLICY = parse(
    """\
version: 1
identity: {issuers: [{issuer: https://i.example, audience: x}]}
services:
  exact: {hosts: [API.Example.com.], protocol: http}
  wide: {hosts: ["*.example.com"], protocol: http}
  deep: {hosts: ["*.eu.example.com"], protocol: http}
  port: {hosts: ["api.example.com:8443"], protocol: http}
  plain: {hosts: [plain.example.com, "plain.example.com:8080"], protocol: http, plaintext: allowed}
  idn: {hosts: [bücher.example], protocol: http}
  local: {hosts: ["127.0.0.1:6333", "[::1]:6333", "qdrant:6333"], protocol: http}
""".encode(),
    name="policies.yaml",
)

CASES = [
    ("https", "api.example.com", 443, "exact"),
    ("https", "API.EXAMPLE.COM", 443, "exact"),
    ("https", "api.example.com.", 443, "exact"),
    ("https", "api.example.com", 8443, "port"),
    ("https", "x.example.com", 443, "wide"),
    ("https", "a.b.example.com", 443, "wide"),
    ("https", "a.eu.example.com", 443, "deep"),
    ("https", "plain.example.com", 443, "plain"),
    ("http", "plain.example.com", 80, "plain"),
    ("http", "plain.example.com", 8080, "plain"),
    ("https", "bücher.example", 443, "idn"),
    ("https", "BÜCHER.example", 443, "idn"),
    ("https", "xn--bcher-kva.example", 443, "idn"),
    ("https", "127.0.0.1", 6333, "local"),
    ("https", "[::1]", 6333, "local"),
    ("https", "0:0:0:0:0:0:0:1", 6333, "local"),
    ("https", "qdrant", 6333, "local"),
]

REFUSED = [
    ("https", "api.example.com", 444),
    ("https", "api.example.com", 80),
    ("http", "api.example.com", 80),
    ("http", "api.example.com", 443),
    ("http", "plain.example.com", 443),
    ("ftp", "api.example.com", 443),
    ("https", "example.com", 443),
    ("https", "badexample.com", 443),
    ("https", "api.example.com.evil.example", 443),
    ("https", "api.example.com..", 443),
    ("https", "api.example.com\n", 443),
    ("https", "api.example.com\0.x.example.com", 443),
    ("https", "api.example.com:443", 443),
    ("https", "user@x.example.com", 443),
    ("https", "", 443),
    ("https", ".", 443),
    ("https", "*.example.com", 443),
    ("https", "127.1", 6333),
    ("https", "2130706433", 6333),
    ("https", "0x7f.0.0.1", 6333),
    ("https", "127.0.0.1", 443),
    ("https", "-x.example.com", 443),
    ("https", "x" * 64 + ".example.com", 443),
]


@pytest.mark.parametrize(("scheme", "host", "port", "expected"), CASES)
def test_a_host_belongs_to_its_service(scheme: str, host: str, port: int, expected: str) -> None:
    service = service_for(POLICY, scheme, host, port)
    assert service is not None
    assert service.name == expected


@pytest.mark.parametrize(("scheme", "host", "port"), REFUSED)
def test_another_host_belongs_to_none(scheme: str, host: str, port: int) -> None:
    assert service_for(POLICY, scheme, host, port) is None


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("api.example.com", 80, True),
        ("api.example.com", 81, False),
        ("plain.example.com", 80, False),
        ("unknown.example", 80, False),
    ],
)
def test_a_refusal_of_plain_http_is_told_apart(host: str, port: int, *, expected: bool) -> None:
    assert plaintext_refused(POLICY, host, port) is expected


@given(st.text())
def test_a_canonical_name_stays_as_it_is(name: str) -> None:
    try:
        once = canonical(name)
    except HostError:
        return
    assert canonical(once) == once
    assert once == once.lower()
