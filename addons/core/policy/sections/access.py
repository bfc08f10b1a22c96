"""`access`: who may use which services."""

from collections.abc import Mapping

from addons.core.policy.model import Grant, ServiceGrant
from addons.core.policy.operations import OPERATIONS
from addons.core.policy.patterns import NamePatterns
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value, optional


def read(value: Value, protocols: Mapping[str, str]) -> tuple[Grant, ...]:
    """Read the section. ``protocols`` holds the protocol of each service by the service's name."""
    return tuple(_grant(item, protocols) for item in value.items())


def _grant(value: Value, protocols: Mapping[str, str]) -> Grant:
    members = value.mapping(required=("services",), optional=("groups", "subjects"))
    if value.is_mapping and not members.keys() & {"groups", "subjects"}:
        value.fail("a grant to nobody", "Name 'groups' or 'subjects'.")
    services = []
    for name, key, member in members["services"].members() if "services" in members else ():
        if name not in protocols:
            key.fail(f"unknown service '{name}'", closest(name, protocols))
        services.append(_service_grant(name, member, protocols.get(name, "")))
    if "services" in members and members["services"].is_mapping and not services:
        members["services"].fail("a grant of nothing", "Name a service.")
    return Grant(
        groups=optional(members, "groups", Value.texts, ()),
        subjects=optional(members, "subjects", Value.texts, ()),
        services=tuple(services),
    )


def _service_grant(name: str, value: Value, protocol: str) -> ServiceGrant:
    if value.is_null:
        return ServiceGrant(name)
    members = value.mapping(optional=("operations", "models", "tools"))
    if "operations" in members:
        for item in members["operations"].alternatives():
            check_operation(item, [protocol])
    return ServiceGrant(name, **{key: member.texts() for key, member in members.items()})


def check_operation(value: Value, protocols: list[str]) -> None:
    """Report a pattern of operations that fits none of any of ``protocols``."""
    known = {name for protocol in protocols for name in OPERATIONS.get(protocol, ())}
    pattern = value.node.content
    if known and isinstance(pattern, str) and pattern and not NamePatterns((pattern,)).any_of(known):
        value.fail(f"no operation '{pattern}' in {' or '.join(sorted(set(protocols)))}", closest(pattern, known))
