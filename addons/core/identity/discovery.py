"""Where an issuer's keys are: OpenID Connect Discovery 1.0 and RFC 8414."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from addons.core.identity.keys import KeySetError
from addons.core.identity.strict_json import StrictJsonError, parse_object

WELL_KNOWN = "/.well-known/openid-configuration"


def discovery_url(issuer: str) -> str:
    """Return the address of the issuer's metadata (OpenID Connect Discovery section 4.1)."""
    return issuer.rstrip("/") + WELL_KNOWN


def key_set_url(document: bytes, issuer: str) -> str:
    """Return ``jwks_uri`` of the issuer's metadata.

    Raises:
        KeySetError: where the metadata is of another issuer (RFC 8414 section 3.3), or has no safe ``jwks_uri``.
    """
    try:
        metadata = parse_object(document)
    except StrictJsonError as error:
        raise KeySetError(f"The metadata of {issuer} is {error}.") from None
    if metadata.get("issuer") != issuer:
        raise KeySetError(f"The metadata of {issuer} names another issuer: write the policy's issuer exactly like it.")
    url = metadata.get("jwks_uri")
    if not isinstance(url, str):
        raise KeySetError(f"The metadata of {issuer} has no jwks_uri.")
    require_safe(url, issuer)
    return url


def require_safe(url: str, issuer: str) -> None:
    """Refuse a ``url`` that keys must not come from: without TLS anybody on the way is the issuer.

    Raises:
        KeySetError: unless ``url`` is https, or http on loopback while ``issuer`` is so too.
    """
    target, origin = _split(url), _split(issuer)
    if target.hostname and target.scheme == "https":
        return
    if _is_plain_loopback(target) and _is_plain_loopback(origin):
        return
    raise KeySetError(f"The keys of {issuer} must come over https (http only from loopback to a loopback issuer).")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise KeySetError("An address of the issuer is not a URL.") from None


def _is_plain_loopback(url: SplitResult) -> bool:
    if url.scheme != "http":
        return False
    if url.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.hostname or "").is_loopback
    except ValueError:
        return False
