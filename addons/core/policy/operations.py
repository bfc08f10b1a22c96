"""Which operations each protocol gives to calls."""

from collections.abc import Mapping
from types import MappingProxyType

from addons.core.protocols.openai.operations import OPERATIONS as OPENAI

OPERATIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"openai": frozenset(OPENAI), "http": frozenset({"get", "head", "post", "put", "patch", "delete", "options"})}
)
