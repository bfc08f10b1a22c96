"""Items: what inputs, outputs and conversations of the Responses API are made of."""

from collections.abc import Collection, Iterator

from addons.core.call import Json, Message
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.openai.messages import is_data_url, is_opaque, joined_text
from addons.core.protocols.openai.responses.calls import called, is_call

_READ_TEXT = """
message function_call function_call_output custom_tool_call custom_tool_call_output reasoning item_reference
computer_call computer_call_output local_shell_call local_shell_call_output shell_call shell_call_output
apply_patch_call apply_patch_call_output mcp_call mcp_list_tools mcp_approval_request mcp_approval_response
web_search_call file_search_call code_interpreter_call image_generation_call tool_search_call tool_search_output
additional_tools configuration_update compaction compaction_trigger program program_output
"""
_READ = frozenset(_READ_TEXT.split())
"""Types of items whose strings are all that they say, but for what ``is_read`` looks for."""

_READ_PARTS = frozenset(
    [
        "input_text",
        "output_text",
        "text",
        "refusal",
        "input_image",
        "input_file",
        "reasoning_text",
        "summary_text",
        "computer_screenshot",
        "logs",
        "image",
    ]
)

_PARTS = ("content", "summary", "output", "outputs")
_OUTPUTS = ("_output", "list_tools")
"""How the types of items end that say what a tool or its server has answered."""

MESSAGE = "message"
REFERENCE = "item_reference"


def kind_of(item: dict[str, Json]) -> str:
    """Return the type of ``item``; messages and references may leave it out."""
    kind = item.get("type")
    if kind is None:
        return MESSAGE if "role" in item else REFERENCE
    return as_text(kind)


def is_read(item: Json) -> bool:
    """Tell whether the strings of ``item`` are all that it says."""
    if not isinstance(item, dict) or kind_of(item) not in _READ or item.get("encrypted_content"):
        return False
    if kind_of(item) == "image_generation_call" and item.get("result"):
        return False
    return all(is_read_part(part) for member in _PARTS for part in _listed(item.get(member)))


def is_read_part(part: Json) -> bool:
    """Tell whether the strings of a part are all that it says: files and images inside the body say more."""
    if isinstance(part, str) or part is None:
        return True
    if not isinstance(part, dict) or as_text(part.get("type", "text")) not in _READ_PARTS:
        return False
    return not (is_opaque(part) or part.get("file_data") or is_data_url(as_text(part.get("url"))))


def _listed(value: Json) -> list[Json]:
    return [value] if isinstance(value, dict) else as_list(value)


def role_of(item: dict[str, Json]) -> str:
    """Return who has written ``item``; what tools have answered has the role ``tool``, as in other APIs."""
    kind = kind_of(item)
    if kind == MESSAGE:
        return as_text(item.get("role"))
    if kind.endswith(_OUTPUTS):
        return "tool"
    if is_call(item) or kind in {"reasoning", "compaction"}:
        return "assistant"
    return "user" if kind == "mcp_approval_response" else ""


def messages_of(item: dict[str, Json], place: str, offered: Collection[str]) -> Iterator[Message]:
    """Yield what ``item`` is in a conversation: a message, the call of a tool, what the tool answered, or nothing."""
    if kind_of(item) == MESSAGE:
        yield Message(role_of(item), joined_text(item.get("content")), place=place)
        return
    if is_call(item):
        yield Message("assistant", "", (called(item, place, offered),), place)
        if not isinstance(item.get("output"), str | list):
            return
    elif not kind_of(item).endswith("_output"):
        return
    yield Message("tool", _answered(item), place=place)


def _answered(item: dict[str, Json]) -> str:
    output = item.get("output", item.get("result"))
    printed = (as_object(part).get(name) for part in as_list(output) for name in ("stdout", "stderr"))
    return "\n".join(text for text in (joined_text(output), *printed) if isinstance(text, str) and text)


def tool_types(tools: Json) -> frozenset[str]:
    """Return the types of the tools that a body offers: OpenAI's own go by them."""
    return frozenset(as_text(as_object(tool).get("type")) for tool in as_list(tools))
