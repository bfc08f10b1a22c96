"""Calls of tools among the items of a response: of the application's tools, of MCP servers', and of OpenAI's own."""

from collections.abc import Collection

from addons.core.call import Json, ToolCall
from addons.core.protocols.json_shapes import as_text
from addons.core.protocols.json_text import dump
from addons.core.protocols.tools import tool_call

_NAMED = frozenset({"function_call", "custom_tool_call", "mcp_call", "mcp_approval_request"})
"""Types of items that say themselves which tool they call."""

_VARIANTS = {
    "computer_call": ("computer", "computer_use_preview"),
    "web_search_call": (
        "web_search",
        "web_search_preview",
        "web_search_2025_08_26",
        "web_search_preview_2025_03_11",
    ),
    "program": ("programmatic_tool_calling",),
}
"""The types of the tools that such items may call, the present one first; others call what they are named after."""

_BOOKKEEPING_TEXT = """
id type status call_id created_by caller fingerprint environment container_id pending_safety_checks results output
outputs result error max_output_length background output_format quality size svg_usage execution
"""
_BOOKKEEPING = frozenset(_BOOKKEEPING_TEXT.split())
"""Members of calls of OpenAI's tools that are not what the tool is told to do."""

_WRAPPERS = ("action", "operation", "arguments")
"""Members that hold what the tool is told to do as an object of its own."""


def is_call(item: dict[str, Json]) -> bool:
    """Tell whether ``item`` calls a tool; also of a type that nobody described."""
    kind = as_text(item.get("type"))
    return kind.endswith("_call") or kind in _VARIANTS or _is_named(item)


def names_of(item: dict[str, Json]) -> tuple[str, ...]:
    """Return every name under which a policy may know the tool that ``item`` calls."""
    if _is_named(item):
        return (as_text(item.get("name")),)
    kind = as_text(item.get("type"))
    return _VARIANTS.get(kind, (kind.removesuffix("_call"),))


def called(item: dict[str, Json], place: str, offered: Collection[str]) -> ToolCall:
    """Return the call in ``item``.

    A tool of OpenAI's goes by the type under which it was ``offered``. Its arguments, a JSON value on the wire, are
    written as JSON text.
    """
    names = names_of(item)
    name = next((name for name in names if name in offered), names[0])
    arguments = item.get("arguments", item.get("input", "")) if _is_named(item) else _told(item)
    text = arguments if isinstance(arguments, str) else dump(arguments)
    return tool_call(name, text, place, as_text(item.get("call_id")) or as_text(item.get("id")))


def _is_named(item: dict[str, Json]) -> bool:
    if as_text(item.get("type")) in _NAMED:
        return True
    return isinstance(item.get("name"), str) and ("arguments" in item or "input" in item)


def _told(item: dict[str, Json]) -> dict[str, Json]:
    """Return what a tool of OpenAI's is told to do.

    The shell's ``commands`` also stand in ``command``, where rules look for those of every other shell.
    """
    told: dict[str, Json] = {key: value for key, value in item.items() if key not in _BOOKKEEPING and value is not None}
    for wrapper in _WRAPPERS:
        inner = told.get(wrapper)
        if isinstance(inner, dict):
            del told[wrapper]
            told |= inner
    if "commands" in told:
        told.setdefault("command", told["commands"])
    return told
