"""The keys of `when`, one file per family: each file reads its key and says when its test holds."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from addons.core.detect.catalogue import Catalogue
from addons.core.policy.conditions import CallTest, TextTest, ToolTest
from addons.core.policy.matchers import argument, detect, direction, names, path, principal, role, size, text, tool
from addons.core.policy.values import Value

CALL_TESTS: Mapping[str, Callable[[Value], CallTest]] = MappingProxyType(
    {
        "service": lambda value: names.read(value, "service"),
        "operation": lambda value: names.read(value, "operation"),
        "method": lambda value: names.read(value, "method"),
        "model": lambda value: names.read(value, "model"),
        "path": path.read,
        "direction": direction.read,
        "size": size.read,
        "subject": principal.read_subject,
        "groups": principal.read_groups,
    }
)

TOOL_TESTS: Mapping[str, Callable[[Value], tuple[ToolTest, ...]]] = MappingProxyType(
    {"tool": lambda value: (tool.read(value),), "argument": argument.read}
)

TEXT_TESTS: Mapping[str, Callable[[Value, Catalogue], TextTest]] = MappingProxyType(
    {
        "role": lambda value, _: role.read(value),
        "text": lambda value, _: text.read(value),
        "detect": detect.read,
    }
)

LATER: Mapping[str, str] = MappingProxyType(
    {
        "sql": "rules on SQL come with the PostgreSQL protocol",
        "command": "rules on commands come with the Kubernetes protocol; for a tool use `argument: {command: …}`",
    }
)
"""Keys of the design that no protocol fills yet: a rule with one would never match, so it is refused."""
