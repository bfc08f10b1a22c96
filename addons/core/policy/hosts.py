"""Host names and ports: how a policy writes them, how clients do, and when they are the same.

Names are compared in A-labels (RFC 5890), in lower case and without the trailing dot. IDNs are mapped as mitmproxy maps
them (IDNA 2003); names on which IDNA 2008 disagrees must be written in A-labels.
"""

import ipaddress
import re

from addons.core.policy.model import HostPattern

HTTPS_PORT = 443
HTTP_PORT = 80
MAX_PORT = 65_535

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_NAME = 253
_DEVIATIONS = frozenset("ßς\u200c\u200d")
_MIN_WILDCARD_LABELS = 2


class HostError(ValueError):
    """A host that cannot be; the message says why in one clause."""


def canonical(name: str) -> str:
    """Return ``name`` in the form in which hosts are compared; raises ``HostError`` where it is none."""
    bare = name.removesuffix(".").lower()
    address = _address(bare.removeprefix("[").removesuffix("]"))
    if address:
        return address
    if _DEVIATIONS & set(name.casefold() + name):
        raise HostError(f"'{name}' can be read in two ways: write it in its xn-- form")
    try:
        ascii_name = bare.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise HostError(f"'{name}' is not a host name") from error
    labels = ascii_name.split(".")
    if len(ascii_name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise HostError(f"'{name}' is not a host name")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise HostError(f"'{name}' is neither a name nor an address")
    return ascii_name


def _address(text: str) -> str:
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        return ""


def split_port(text: str) -> tuple[str, int | None]:
    """Split ``name:port``; an IPv6 address stands in brackets. Raises ``HostError`` where the port is none."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?", text, re.DOTALL)
    if found is None:
        raise HostError(f"'{text}' is not name:port; put an IPv6 address in brackets")
    name, port = found[1], found[2]
    if port is None:
        return name, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) <= MAX_PORT:
        raise HostError(f"'{port}' is not a port")
    return name, int(port)


def read_pattern(text: str) -> HostPattern:
    """Read ``name``, ``*.name`` or either with a port; raises ``HostError``."""
    if "://" in text:
        raise HostError(f"'{text}' has a scheme: write the host name alone")
    if "/" in text or "@" in text:
        raise HostError(f"'{text}' is not a host name: no path and no user stand here")
    name, port = split_port(text)
    wildcard = name.startswith("*.")
    if "*" in name.removeprefix("*."):
        raise HostError(f"'{text}' is not a host pattern: the wildcard is a whole first label, as in '*.example.com'")
    bare = canonical(name.removeprefix("*."))
    if wildcard and (_address(bare) or bare.count(".") + 1 < _MIN_WILDCARD_LABELS):
        raise HostError(f"'{text}' is too wide: name at least two labels after the wildcard")
    return HostPattern(bare, port, wildcard)


def covers(pattern: HostPattern, name: str) -> bool:
    """Tell whether ``pattern`` covers ``name``, which is canonical. A wildcard covers names of any depth below it."""
    return name.endswith(f".{pattern.name}") if pattern.wildcard else name == pattern.name
