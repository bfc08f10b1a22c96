"""`services`: what calls go to."""

import re
from dataclasses import replace

from addons.core.policy.hosts import HTTP_PORT, HTTPS_PORT, HostError, canonical, read_pattern, split_port
from addons.core.policy.model import CredentialSource, HostPattern, Service
from addons.core.policy.operations import OPERATIONS
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value, optional
from addons.core.policy.yaml_tree import Node

type Claims = dict[tuple[str, int, bool], tuple[str, Node]]
"""Who claims a name, a port, and all names below it or not, and where that stands in the file."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_OPTIONAL = ("credential", "uninspected", "plaintext", "upstream")
_FRAMING_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade"})
"""Headers that decide where a message goes or ends (RFC 9110, 9112): a credential in one would break the proxy."""


def read(value: Value) -> tuple[Service, ...]:
    """Read the section."""
    claimed: Claims = {}
    services = []
    for name, key, member in value.members():
        if not _NAME.fullmatch(name):
            key.fail(f"'{name}' is not a service name", "Use lower-case letters, digits, - and _.")
        services.append(_service(name, member, claimed))
    return tuple(services)


def _service(name: str, value: Value, claimed: Claims) -> Service:
    members = value.mapping(required=("hosts", "protocol"), optional=_OPTIONAL)
    plaintext = optional(members, "plaintext", lambda one: one.choice(("refused", "allowed")), "") == "allowed"
    ports = (HTTPS_PORT, HTTP_PORT) if plaintext else (HTTPS_PORT,)
    items = members["hosts"].alternatives() if "hosts" in members else []
    hosts = [_host(item, name, ports, claimed) for item in items]
    return Service(
        name=name,
        hosts=tuple(host for host in hosts if host),
        protocol=optional(members, "protocol", _protocol, ""),
        credential=optional(members, "credential", _credential, None),
        uninspected=optional(members, "uninspected", lambda one: one.choice(("block", "observe")), "block"),
        plaintext=plaintext,
        upstream=optional(members, "upstream", _upstream, None),
    )


def _protocol(value: Value) -> str:
    name = value.text()
    if name and name not in OPERATIONS:
        value.fail(f"unknown protocol '{name}'", closest(name, OPERATIONS))
        return ""
    return name


def _host(value: Value, service: str, ports: tuple[int, ...], claimed: Claims) -> HostPattern | None:
    """Read a pattern; without a port it claims all of ``ports``."""
    text = value.text()
    if not text:
        return None
    try:
        pattern = read_pattern(text)
    except HostError as error:
        value.fail(str(error))
        return None
    for port in ports if pattern.port is None else (pattern.port,):
        other = claimed.setdefault((pattern.name, port, pattern.wildcard), (service, value.node))
        if other[1] is not value.node:
            claimant = "this service" if other[0] == service else f"the service '{other[0]}'"
            value.fail(f"{claimant} claims '{text}' already", "A host belongs to one service, once.")
    return pattern


def _upstream(value: Value) -> tuple[str, int] | None:
    text = value.text()
    if not text:
        return None
    try:
        name, port = split_port(text)
        if port is None:
            value.fail(f"'{text}' has no port", "Write it as host:port.")
            return None
        return canonical(name), port
    except HostError as error:
        value.fail(str(error))
        return None


def _credential(value: Value) -> CredentialSource | None:
    if not value.is_mapping:
        return _source(value)
    members = value.mapping(required=("source",), optional=("header", "template"))
    source = optional(members, "source", _source, None)
    if source is None:
        source = CredentialSource("", "")
    return replace(
        source,
        header=optional(members, "header", _header, source.header),
        template=optional(members, "template", _template, source.template),
    )


def _header(value: Value) -> str:
    header = value.text().lower()
    if header and not _HEADER.fullmatch(header):
        value.fail("not a header name")
    elif header in _FRAMING_HEADERS:
        value.fail(f"'{header}' belongs to the proxy")
    return header


def _template(value: Value) -> str:
    template = value.text()
    if template and (template.count("{}") != 1 or not template.isprintable()):
        value.fail("a template holds {} once and no control characters", 'As in "Bearer {}".')
    return template


def _source(value: Value) -> CredentialSource | None:
    """Read where the credential is. What stands here by mistake may be the credential itself: it is not repeated."""
    content = value.node.content
    kind, _, location = content.partition(":") if isinstance(content, str) else ("", "", "")
    if kind not in ("env", "file"):
        value.fail("not a source of a credential", "Write env:NAME or file:PATH, never the credential itself.")
        return None
    if kind == "env" and not _VARIABLE.fullmatch(location):
        value.fail("not the name of an environment variable", "Write it as env:OPENAI_API_KEY.")
    elif not location.strip():
        value.fail("no path", "Write it as file:/run/secrets/NAME.")
    return CredentialSource(kind, location)
