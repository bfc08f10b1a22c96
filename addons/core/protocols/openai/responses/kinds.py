"""The kinds of texts that come in pieces: which events carry them, and where they stand in their items."""

from dataclasses import dataclass

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.places import Path
from addons.core.reasons import Reason


def malformed(what: str) -> RefusedError:
    """Return the refusal of a stream that could be put together in two ways."""
    return RefusedError(Reason.UPSTREAM_MALFORMED, f"The answer's stream is refused: {what}.")


def number_in(value: dict[str, Json], member: str) -> int:
    """Return the number in ``member`` of an event; 0 where it has none.

    Raises:
        RefusedError: it is no number, or below 0.
    """
    number = value.get(member, 0)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise malformed(f"'{member}' of an event is not a number from 0 on")
    return number


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of text. Its events are called ``event`` with ``.added``, ``.delta`` or ``.done`` behind it.

    ``path`` leads to the text in its item; a name that ends in ``_index`` stands for the number of that name in the
    event. ``member`` holds the whole text in the event that ends it.
    """

    event: str
    path: tuple[str, ...]
    member: str = "text"

    def path_in(self, value: dict[str, Json]) -> Path:
        """Return the path of the text that the event ``value`` is about."""
        return tuple(number_in(value, name) if name.endswith("_index") else name for name in self.path)

    def envelope(self, path: Path) -> dict[str, Json]:
        """Return the members of an event that say that it is about the text at ``path``."""
        numbers: dict[str, Json] = {
            name: number for name, number in zip(self.path, path, strict=False) if name.endswith("_index")
        }
        return {"type": f"{self.event}.delta", **numbers, "delta": "", **({"logprobs": []} if self is OUTPUT else {})}


OUTPUT = Kind("response.output_text", ("content", "content_index", "text"))
REFUSAL = Kind("response.refusal", ("content", "content_index", "refusal"), "refusal")
REASONING = Kind("response.reasoning_text", ("content", "content_index", "text"))
SUMMARY = Kind("response.reasoning_summary_text", ("summary", "summary_index", "text"))
ARGUMENTS = Kind("response.function_call_arguments", ("arguments",), "arguments")
MCP_ARGUMENTS = Kind("response.mcp_call_arguments", ("arguments",), "arguments")
INPUT = Kind("response.custom_tool_call_input", ("input",), "input")
CODE = Kind("response.code_interpreter_call_code", ("code",), "code")
COMMAND = Kind("response.shell_call_command", ("action", "commands", "command_index"), "command")
PRINTED = Kind("response.shell_call_output_content", ("output", "command_index"), "")
DIFF = Kind("response.apply_patch_call_operation_diff", ("operation", "diff"), "diff")
TRANSCRIPT = Kind("response.audio.transcript", ("transcript",), "")

KINDS = {
    kind.event: kind
    for kind in (
        OUTPUT,
        REFUSAL,
        REASONING,
        SUMMARY,
        ARGUMENTS,
        MCP_ARGUMENTS,
        INPUT,
        CODE,
        COMMAND,
        PRINTED,
        DIFF,
        TRANSCRIPT,
    )
}

_OF_PARTS = {"output_text": OUTPUT, "refusal": REFUSAL, "reasoning_text": REASONING, "summary_text": SUMMARY}
_OF_ITEMS = {
    ("function_call", "arguments"): ARGUMENTS,
    ("mcp_call", "arguments"): MCP_ARGUMENTS,
    ("custom_tool_call", "input"): INPUT,
    ("code_interpreter_call", "code"): CODE,
}


def kind_in_part(part: Json, member: str) -> Kind | None:
    """Return the kind of the text ``member`` of a part, or ``None`` where it does not come in pieces."""
    kind = _OF_PARTS.get(as_text(as_object(part).get("type")))
    return kind if kind and kind.path[-1] == member else None


def kind_in_item(item: Json, path: Path) -> Kind | None:
    """Return the kind of the text at ``path`` in an item, or ``None`` where it does not come in pieces."""
    members = as_object(item)
    own = as_text(members.get("type"))
    match path:
        case (("content" | "summary") as member, int() as index, str() as leaf):
            kind = kind_in_part(as_list(members.get(member))[index], leaf)
            return kind if kind and kind.path[0] == member else None
        case (str() as member,):
            return _OF_ITEMS.get((own, member))
        case ("action", "commands", int()) if own == "shell_call":
            return COMMAND
        case ("operation", "diff") if own == "apply_patch_call":
            return DIFF
        case ("output", int(), "stdout" | "stderr") if own == "shell_call_output":
            return PRINTED
        case _:
            return None
