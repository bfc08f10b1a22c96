"""Step 0: where a call wants to go. One target, said the same way everywhere, on an address that it may have."""

import ipaddress
from weakref import WeakKeyDictionary, WeakSet

from mitmproxy import http
from mitmproxy.connection import Client, Server
from mitmproxy.net.http import url
from mitmproxy.proxy.mode_specs import ReverseMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from addons.core.errors import RefusedError
from addons.core.policy.evaluate import service_for
from addons.core.policy.model import Service
from addons.core.reasons import Reason
from addons.exchange_of import exchange_of
from addons.runtime import Plant
from addons.wire import ADDRESS_NOT_NAMED, ERROR_MESSAGES, close_server

DNS_PORTS = (53, 5353)
"""mitmproxy reads name lookups on these ports of a tunnel; they are a channel out that no service stands for."""


class Target:
    """Finds the service of a call and refuses requests that name more than one target."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._led: WeakKeyDictionary[Server, tuple[str, int]] = WeakKeyDictionary()
        self._led_astray: WeakSet[Client] = WeakSet()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Refuse tunnels to ports where mitmproxy would speak something else than HTTP."""
        if flow.request.port in DNS_PORTS:
            raise RefusedError(Reason.PROTOCOL_REFUSED, "Tunnels to a name server are not allowed.")

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin the call's exchange and find its service.

        Raises:
            RefusedError: it is not valid HTTP, CONNECT target, SNI and Host disagree, or it asks for another protocol.
        """
        exchange, request = exchange_of(flow), flow.request
        scheme, host, port = _target(flow)
        exchange.method, exchange.host = request.method, host
        exchange.path = request.path.partition("?")[0]
        policy = self._plant.runtime.in_force.policy
        service = service_for(policy, scheme, host, port)
        if service is not None:
            self._plant.runtime.services[flow] = service
            exchange.service, exchange.protocol = service.name, service.protocol
        if flow.error is not None:
            raise RefusedError(Reason.REQUEST_MALFORMED, ERROR_MESSAGES[Reason.REQUEST_MALFORMED])
        _refuse_two_targets(flow)
        if "upgrade" in request.headers:
            raise RefusedError(
                Reason.PROTOCOL_REFUSED, "Upgrades of the connection (WebSocket, h2c) are not inspected yet."
            )

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Lead the connection to where the service really is, and nowhere that no service names."""
        service = self._service(data)
        if service is None:
            data.server.error = ADDRESS_NOT_NAMED
        elif service.upstream is not None and data.server.address is not None:
            self._led[data.server] = data.server.address[:2]
            data.server.address = service.upstream

    def server_connected(self, data: ServerConnectionHookData) -> None:
        """Close connections that a name led to loopback, private, link-local or metadata addresses."""
        named = self._led.pop(data.server, None)
        if named is not None:
            # mitmproxy finds an open connection again by the address that the client named. Without it each call on one
            # client connection would open another one, and the sixth would wait for ever. Its setter refuses this.
            data.server.__dict__["address"] = named
            return
        peer = data.server.peername
        if peer is None or not _may_connect(data, ipaddress.ip_address(peer[0].partition("%")[0])):
            data.server.error = ADDRESS_NOT_NAMED
            self._led_astray.add(data.client)
            close_server(data.client, data.server)

    def error(self, flow: http.HTTPFlow) -> None:
        """Say why a connection ended that was closed here; to mitmproxy it looks like a failure of TLS."""
        if flow.client_conn in self._led_astray:
            self._led_astray.discard(flow.client_conn)
            exchange_of(flow).refuse(Reason.ADDRESS_REFUSED, ERROR_MESSAGES[Reason.ADDRESS_REFUSED])

    def _service(self, data: ServerConnectionHookData) -> Service | None:
        if data.server.address is None:
            return None
        host, port = data.server.address[:2]
        scheme = "https" if data.server.tls else "http"
        return service_for(self._plant.runtime.in_force.policy, scheme, host, port)


def _may_connect(data: ServerConnectionHookData, peer: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether ``peer`` is public, or was named in the policy as a host.

    ``server_connect`` has checked the address against the policy; a name that is not an address (but ``localhost``) may
    lead to public addresses only.
    """
    named = data.server.address[0] if data.server.address else ""
    if named == "localhost":
        return True
    try:
        return ipaddress.ip_address(named) == peer
    except ValueError:
        return peer.is_global


def _target(flow: http.HTTPFlow) -> tuple[str, str, int]:
    """Return scheme, host and port; those of the tunnel for a request that mitmproxy gave up before it looked."""
    request, tunnel = flow.request, flow.server_conn.address
    if request.host or tunnel is None:
        return request.scheme, request.host, request.port
    return "https" if flow.client_conn.tls else "http", tunnel[0], tunnel[1]


def _refuse_two_targets(flow: http.HTTPFlow) -> None:
    request = flow.request
    if len(request.headers.get_all("host")) > 1:
        raise RefusedError(Reason.HOST_MISMATCH, "The request has more than one Host header.")
    if request.host_header is None and request.http_version == "HTTP/1.1":  # RFC 9112 section 3.2
        raise RefusedError(Reason.REQUEST_MALFORMED, "The request has no Host header.")
    # An upstream believes the target of an absolute request line before the Host header (RFC 9112 section 3.2.2).
    default = 443 if request.scheme == "https" else 80
    for named in (request.host_header, request.authority or None):
        if named is None:
            continue
        host, port = url.parse_authority(named, check=False)
        if (_plain(host), port or default) != (_plain(request.host), request.port):
            raise RefusedError(Reason.HOST_MISMATCH, "The Host header names another target than the connection.")
    sni = flow.client_conn.sni
    if sni and not isinstance(flow.client_conn.proxy_mode, ReverseMode) and _plain(sni) != _plain(request.host):
        raise RefusedError(Reason.HOST_MISMATCH, "The TLS server name is another one than the connection's target.")


def _plain(host: str) -> str:
    return host.lower().rstrip(".").strip("[]")
