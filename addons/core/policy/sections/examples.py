"""`tests`: the examples that a rule carries."""

from collections.abc import Iterator, Mapping

from addons.core.call import Direction
from addons.core.policy.model import RuleTest
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value

TEXT_KEYS = ("operation", "method", "path", "model", "tool", "text", "role", "subject")
LIST_KEYS = ("groups", "tools")
KEYS = ("service", "argument", "direction", "size", *TEXT_KEYS, *LIST_KEYS)

_MAX_SIZE = 1 << 40


def read(value: Value, protocols: Mapping[str, str]) -> Iterator[RuleTest]:
    """Read the list; each item is ``match: {…}`` or ``pass: {…}``."""
    for item in value.items():
        for kind, example in item.either("match", "pass").items():
            yield RuleTest(kind == "match", read_example(example, protocols), item.node.line)


def read_example(value: Value, protocols: Mapping[str, str]) -> dict[str, object]:
    """Read the description of a call."""
    members = value.mapping(optional=KEYS)
    for key, member in members.items():
        if key in TEXT_KEYS:
            member.text()
        elif key in LIST_KEYS:
            member.texts()
        elif key == "direction":
            member.choice(Direction)
        elif key == "size":
            member.integer(minimum=0, maximum=_MAX_SIZE)
        elif key == "argument":
            _check_argument(member, members)
        elif (name := member.text()) and name not in protocols:
            member.fail(f"unknown service '{name}'", closest(name, protocols))
    return {key: member.plain() for key, member in members.items()}


def _check_argument(value: Value, members: Mapping[str, Value]) -> None:
    if "tool" not in members:
        value.fail("arguments of no tool", "Name the 'tool' as well.")
    if not value.is_mapping:
        value.text()
