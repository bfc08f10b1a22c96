"""Examples of calls, as they stand in a rule's `tests`, made into calls and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from addons.core.call import Call, Content, Direction, Json, RequestHead, Text, ToolCall
from addons.core.exchange import Principal
from addons.core.policy.judge import match_of
from addons.core.policy.model import Guardrail, Policy, RuleTest
from addons.core.policy.scene import Scene

EXAMPLE_SUBJECT = "example"


@dataclass(frozen=True, slots=True)
class Example:
    """A call, who makes it, and the directions that it is judged in."""

    principal: Principal
    call: Call
    directions: tuple[Direction, ...]


def passes(policy: Policy, rule: Guardrail, test: RuleTest) -> bool:
    """Tell whether ``rule`` alone does on the test's example what the test says."""
    example = example_of(policy, test.example)
    scenes = (Scene(example.principal, example.call, example.call.content, one) for one in example.directions)
    return any(match_of(rule, scene) is not None for scene in scenes) is test.must_match


def example_of(policy: Policy, fields: Mapping[str, object]) -> Example:
    """Return the call that ``fields`` describe; they have passed `sections.examples`.

    Without ``service`` the policy's only service is meant. ``text`` and ``tool`` stand in what travels in
    ``direction``; without a direction, the call is judged as if they stood in both.
    """
    service = _text(fields, "service") or (policy.services[0].name if len(policy.services) == 1 else "")
    found = next((one for one in policy.services if one.name == service), None)
    protocol = found.protocol if found else ""
    operation, method = _text(fields, "operation"), _text(fields, "method")
    if protocol == "http":
        operation, method = operation or method.lower(), method or operation.upper()
    host = found.hosts[0].name if found and found.hosts else ""
    size = fields.get("size", 0)
    call = Call(
        service=service,
        protocol=protocol,
        operation=operation,
        head=RequestHead(method or "POST", "https", host, 443, _text(fields, "path") or "/", "", ()),
        content=_content(fields),
        model=_text(fields, "model"),
        tools=_texts(fields, "tools"),
        size=size if isinstance(size, int) else 0,
    )
    groups = _texts(fields, "groups")
    principal = Principal(_text(fields, "subject") or EXAMPLE_SUBJECT, "", groups, "", 0.0)
    direction = _text(fields, "direction")
    return Example(principal, call, (Direction(direction),) if direction else tuple(Direction))


def _content(fields: Mapping[str, object]) -> Content:
    text = _text(fields, "text")
    tool = _text(fields, "tool")
    return Content(
        texts=(Text(_text(fields, "role") or "user", text, "/text"),) if text or "role" in fields else (),
        tool_calls=(_tool_call(tool, fields.get("argument", {})),) if tool else (),
    )


def _tool_call(name: str, argument: object) -> ToolCall:
    if isinstance(argument, dict):
        decoded: dict[str, Json] = argument
        return ToolCall(name, str(argument), decoded, "/tool")
    return ToolCall(name, str(argument), None, "/tool")


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields.get(key, "")
    return value if isinstance(value, str) else ""


def _texts(fields: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = fields.get(key, ())
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, Sequence) else ()
