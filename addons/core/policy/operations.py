"""Which operations each protocol gives to calls, by the protocol's name."""

from collections.abc import Mapping
from types import MappingProxyType

from addons.core.protocols.registry import PROTOCOLS

OPERATIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {protocol.name: frozenset(protocol.operations) for protocol in PROTOCOLS}
)
