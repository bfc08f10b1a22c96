"""Content blocks: what messages are made of, in requests and in answers."""

from collections.abc import Iterator

from addons.core.call import Json, Message, ToolCall
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.json_text import dump
from addons.core.protocols.tools import tool_call

_READ_TEXT = """
text thinking document search_result tool_use tool_result tool_reference server_tool_use mcp_tool_use mcp_tool_result
web_search_tool_result web_search_result web_search_tool_result_error web_fetch_tool_result web_fetch_result
web_fetch_tool_result_error code_execution_tool_result code_execution_result code_execution_tool_result_error
bash_code_execution_tool_result bash_code_execution_result bash_code_execution_tool_result_error
text_editor_code_execution_tool_result text_editor_code_execution_view_result
text_editor_code_execution_create_result text_editor_code_execution_str_replace_result
text_editor_code_execution_tool_result_error tool_search_tool_result tool_search_tool_search_result
tool_search_tool_result_error
"""

READ_TYPES = frozenset(_READ_TEXT.split())
"""Types of blocks whose strings are all that they say. Images, encrypted thoughts and uploaded files say more."""

_ENCRYPTED = frozenset({"encrypted_content", "encrypted_stdout"})
"""Members that only Anthropic can read."""


def is_call(block: dict[str, Json]) -> bool:
    """Tell whether ``block`` is a call of a tool: of the application's, of Anthropic's, or of an MCP server's."""
    return as_text(block.get("type")).endswith("tool_use")


def is_read(block: Json) -> bool:
    """Tell whether the strings of ``block`` are all that it says, also of the blocks inside it."""
    if not isinstance(block, dict) or as_text(block.get("type")) not in READ_TYPES or not _ENCRYPTED.isdisjoint(block):
        return False
    if block["type"] == "document" and not _is_readable(block.get("source")):
        return False
    return all(is_read(inner) for inner in _inner(block.get("content")))


def _is_readable(source: Json) -> bool:
    """Tell whether a document is text: its own, or blocks of it. Any other is elsewhere, or a file in base64."""
    match source:
        case {"type": "text"}:
            return True
        case {"type": "content", "content": content}:
            return all(is_read(inner) for inner in _inner(content))
        case _:
            return False


def _inner(content: Json) -> list[Json]:
    """Return the blocks in ``content``: a list of them, or one."""
    return [content] if isinstance(content, dict) else as_list(content)


def tool_calls(content: Json, place: str) -> Iterator[ToolCall]:
    """Yield the tool calls among the blocks ``content``, which stands at ``place``."""
    for index, item in enumerate(as_list(content)):
        block = as_object(item)
        if is_call(block):
            yield called(block, f"{place}/{index}")


def called(block: dict[str, Json], place: str) -> ToolCall:
    """Return the call in ``block``; its arguments, a JSON value on the wire, are written as JSON text."""
    arguments = block.get("input", {})
    text = arguments if isinstance(arguments, str) else dump(arguments)
    return tool_call(as_text(block.get("name")), text, place, as_text(block.get("id")))


def joined_text(content: Json) -> str:
    """Return the text of a message's content: a string, or blocks of which those with text count."""
    return content if isinstance(content, str) else "\n".join(_said(content))


def _said(content: Json) -> Iterator[str]:
    for item in _inner(content):
        match item:
            case {"type": "text", "text": str() as text} | {"content": str() as text}:
                yield text
            case {"content": list() | dict() as inner} | {"source": {"content": list() as inner}}:
                yield from _said(inner)
            case {"source": {"type": "text", "data": str() as text}} | {"source": {"content": str() as text}}:
                yield text


def message_of(value: dict[str, Json], place: str) -> Message:
    """Return one turn of a conversation."""
    content = value.get("content")
    calls = tuple(tool_calls(content, f"{place}/content"))
    return Message(as_text(value.get("role")), joined_text(content), calls, place)
