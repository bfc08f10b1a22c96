"""`identity`: whose tokens count."""

import ipaddress
import re
from urllib.parse import urlsplit

from addons.core.policy.model import IdentityPolicy, Issuer
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value, optional

ALGORITHMS = (
    *(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "EdDSA",
    "Ed25519",
)
"""Signatures that a public key verifies (RFC 7518, 8037, 9864). With HMAC our own key could forge tokens."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CLAIM_PATH = re.compile(r"[^\s.]+(?:\.[^\s.]+)*")
_ISSUER_KEYS = ("jwks_file", "jwks_uri", "ca_file", "algorithms", "groups", "subject", "session")


def read(value: Value) -> IdentityPolicy:
    """Read the section."""
    members = value.mapping(required=("issuers",), optional=("tokens_from",))
    items = members["issuers"].items() if "issuers" in members else []
    if "issuers" in members and members["issuers"].is_list and not items:
        members["issuers"].fail("no issuer: nobody could call anything")
    issuers = tuple(_issuer(item) for item in items)
    _check_unique(items, issuers)
    if "tokens_from" not in members:
        return IdentityPolicy(issuers)
    return IdentityPolicy(issuers, tuple(_header(item) for item in members["tokens_from"].alternatives()))


def _issuer(value: Value) -> Issuer:
    members = value.mapping(required=("issuer", "audience"), optional=_ISSUER_KEYS)
    if "jwks_file" in members and "jwks_uri" in members:
        members["jwks_uri"].fail("keys come from 'jwks_file' already", "Remove one of the two.")
    for key in ("issuer", "jwks_uri"):
        if key in members:
            _check_url(members[key])
    default = Issuer("", ())
    return Issuer(
        issuer=optional(members, "issuer", Value.text, ""),
        audience=optional(members, "audience", Value.texts, ()),
        jwks_file=optional(members, "jwks_file", Value.text, ""),
        jwks_uri=optional(members, "jwks_uri", Value.text, ""),
        ca_file=optional(members, "ca_file", Value.text, ""),
        algorithms=optional(members, "algorithms", _algorithms, default.algorithms),
        groups=optional(members, "groups", _claim, default.groups),
        subject=optional(members, "subject", _claim, default.subject),
        session=optional(members, "session", _claim, default.session),
    )


def _check_url(value: Value) -> None:
    text = value.text()
    if not text:
        return
    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError:
        value.fail(f"'{text}' is not a URL")
        return
    if not host or url.scheme not in ("https", "http"):
        value.fail(f"'{text}' is not an https URL")
    elif url.scheme == "http" and not _is_loopback(host):
        value.fail("plain http: whoever sits in between could mint tokens", "Use https.")
    elif url.username or url.password or url.fragment:
        value.fail("a user, a password or a fragment has no place in this URL")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _claim(value: Value) -> str:
    text = value.text()
    if text and not _CLAIM_PATH.fullmatch(text):
        value.fail(f"'{text}' is not a claim path", "Write it as `groups` or `realm_access.roles`.")
    return text


def _algorithms(value: Value) -> tuple[str, ...]:
    return tuple(_algorithm(item) for item in value.alternatives())


def _algorithm(value: Value) -> str:
    text = value.text()
    if text in ALGORITHMS or not text:
        return text
    if text.lower() == "none":
        value.fail("'none' accepts tokens that nobody signed")
    elif re.fullmatch(r"HS\d+", text, re.IGNORECASE):
        value.fail(f"'{text}' is symmetric: whoever can verify a token could forge one", "Use ES256 or RS256.")
    else:
        value.fail(f"unknown algorithm '{text}'", closest(text, ALGORITHMS))
    return ""


def _header(value: Value) -> str:
    text = value.text()
    if text and not _HEADER.fullmatch(text):
        value.fail(f"'{text}' is not a header name")
    return text.lower()


def _check_unique(items: list[Value], issuers: tuple[Issuer, ...]) -> None:
    seen: set[str] = set()
    for item, issuer in zip(items, issuers, strict=True):
        if issuer.issuer and issuer.issuer in seen:
            item.fail(f"the issuer '{issuer.issuer}' stands here twice", "Put all of its settings into one entry.")
        seen.add(issuer.issuer)
