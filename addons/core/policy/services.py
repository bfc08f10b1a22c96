"""Which service a call goes to: by scheme, host and port, and by nothing that the client could choose freely."""

from collections.abc import Iterator

from addons.core.policy.hosts import HTTP_PORT, HTTPS_PORT, HostError, canonical, covers
from addons.core.policy.model import HostPattern, Policy, Service

_DEFAULT_PORTS = {"https": HTTPS_PORT, "http": HTTP_PORT}


def service_for(policy: Policy, scheme: str, host: str, port: int) -> Service | None:
    """Return the service that claims ``host``: an exact name before a wildcard, a longer wildcard before a shorter.

    A pattern without a port stands for the scheme's own (443; 80 where plain HTTP is allowed). Plain HTTP reaches only
    services with ``plaintext: allowed``. ``None`` where no service claims the host, or the host is no name.
    """
    claims = _claims(policy, scheme.lower(), host, port)
    if scheme.lower() == "http":
        claims = ((service, pattern) for service, pattern in claims if service.plaintext)
    best = max(claims, key=lambda claim: _precision(claim[1]), default=None)
    return None if best is None else best[0]


def plaintext_refused(policy: Policy, host: str, port: int) -> bool:
    """Tell whether plain HTTP to ``host`` is refused only because its service does not allow plain HTTP."""
    return service_for(policy, "http", host, port) is None and any(_claims(policy, "http", host, port))


def _claims(policy: Policy, scheme: str, host: str, port: int) -> Iterator[tuple[Service, HostPattern]]:
    default = _DEFAULT_PORTS.get(scheme)
    if default is None:
        return
    try:
        name = canonical(host)
    except HostError:
        return
    for service in policy.services:
        for pattern in service.hosts:
            if covers(pattern, name) and (default if pattern.port is None else pattern.port) == port:
                yield service, pattern


def _precision(pattern: HostPattern) -> tuple[bool, int, bool]:
    return not pattern.wildcard, len(pattern.name), pattern.port is not None
