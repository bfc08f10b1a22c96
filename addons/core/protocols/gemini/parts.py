"""Parts: what the contents of requests and answers are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from addons.core.call import Json, ToolCall
from addons.core.protocols.gemini.json_path import put_together
from addons.core.protocols.gemini.spellings import camel, get, key_of, repeated, snake
from addons.core.protocols.json_shapes import as_object, as_text
from addons.core.protocols.json_text import dump
from addons.core.protocols.places import below
from addons.core.protocols.tools import tool_call

TEXT = "text"
THOUGHT = "thought"
"""The two kinds of text: what the model says, and what it thinks."""

FUNCTION_CALL = "functionCall"

_READ = frozenset(
    {
        *("text", "thought", "thoughtSignature", "functionCall", "functionResponse", "executableCode"),
        *("codeExecutionResult", "toolCall", "toolResponse", "videoMetadata", "partMetadata", "mediaResolution"),
    }
)
"""Members whose strings are all that they say. Media, inside or elsewhere, say more."""

RESULTS = frozenset({"functionResponse", "toolResponse", "codeExecutionResult"})
"""Members that hold what a tool has answered."""

CODE_EXECUTION = "code_execution"
"""The name of Google's own tool that runs code, as in what a request offers."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part, and its place."""

    value: dict[str, Json]
    place: str

    @property
    def text(self) -> str | None:
        """Its text."""
        text = get(self.value, TEXT)
        return text if isinstance(text, str) else None

    @property
    def text_place(self) -> str:
        """The place of its text."""
        return f"{self.place}/{TEXT}"


def kind_of(part: dict[str, Json]) -> str:
    """Return which kind of text ``part`` has; empty where it has none."""
    if not isinstance(get(part, TEXT), str):
        return ""
    return THOUGHT if get(part, THOUGHT) is True else TEXT


def parts_of(content: Json, place: str) -> list[Part]:
    """Return the parts of ``content``; what is none is left out."""
    at = below(place, key_of(as_object(content), "parts"))
    items = repeated(get(content, "parts"), at) or []
    return [Part(value, where) for value, where in items if isinstance(value, dict)]


def is_read(part: Json) -> bool:
    """Tell whether the strings of ``part`` are all that it says."""
    if not isinstance(part, dict) or not _READ.issuperset(camel(key) for key, item in part.items() if item is not None):
        return False
    return not get(get(part, "functionResponse"), "parts")


def has_result(part: dict[str, Json]) -> bool:
    """Tell whether ``part`` holds what a tool has answered."""
    return any(get(part, name) is not None for name in RESULTS)


def text_runs(parts: list[Part]) -> Iterator[list[Part]]:
    """Yield parts that follow each other and whose texts a client joins."""
    for kind, run in groupby(parts, lambda part: kind_of(part.value)):
        if kind:
            yield list(run)


def said(parts: list[Part]) -> str:
    """Return what ``parts`` say to people: texts but no thoughts, code, and what tools have answered."""
    pieces: list[str] = []
    for kind, run in groupby(parts, lambda part: kind_of(part.value)):
        values = [part.value for part in run]
        if kind == TEXT:
            pieces.append("".join(as_text(get(value, TEXT)) for value in values))
        elif not kind:
            pieces += [text for value in values for text in _told(value)]
    return "\n".join(pieces)


def _told(part: dict[str, Json]) -> Iterator[str]:
    for name in ("functionResponse", "toolResponse"):
        response = get(get(part, name), "response")
        if response is not None:
            yield dump(response)
    for member, name in (("executableCode", "code"), ("codeExecutionResult", "output")):
        if text := as_text(get(get(part, member), name)):
            yield text


def calls_in(part: dict[str, Json]) -> Iterator[tuple[str, str, str, str]]:
    """Yield member, name, arguments as JSON text and id of each call of a tool in ``part``."""
    call = get(part, FUNCTION_CALL)
    if isinstance(call, dict):
        yield FUNCTION_CALL, as_text(get(call, "name")), dump(arguments_of(call)), as_text(get(call, "id"))
    call = get(part, "toolCall")
    if isinstance(call, dict):
        yield "toolCall", _type_name(get(call, "toolType")), dump(get(call, "args") or {}), as_text(get(call, "id"))
    code = get(part, "executableCode")
    if isinstance(code, dict):
        yield "executableCode", CODE_EXECUTION, dump({camel(key): item for key, item in code.items()}), ""


def arguments_of(call: dict[str, Json]) -> Json:
    """Return the arguments of a function call, also where they came one by one."""
    arguments, pieces = get(call, "args"), repeated(get(call, "partialArgs"), "") or []
    if not pieces:
        return {} if arguments is None else arguments
    whole = put_together((as_text(get(piece, "jsonPath")), value_of(piece)) for piece, _ in pieces)
    return [piece for piece, _ in pieces] if whole is None or arguments else whole


def value_of(piece: Json) -> Json:
    """Return the value in a piece of a function call's arguments."""
    for name in ("stringValue", "numberValue", "boolValue"):
        if (value := get(piece, name)) is not None:
            return value
    return None


def _type_name(kind: Json) -> str:
    """Return the name of a tool of Google's that runs on Google's side; a number is an enum's."""
    return kind.lower() if isinstance(kind, str) else f"tool_type_{dump(kind)}"


def tool_calls(parts: list[Part]) -> Iterator[ToolCall]:
    """Yield the calls of tools in ``parts``."""
    for part in parts:
        for member, name, arguments, call_id in calls_in(part.value):
            yield tool_call(name, arguments, below(part.place, key_of(part.value, member)), call_id)


def offered_name(member: str) -> str:
    """Return the name of a tool of Google's, by the member that offers it: ``google_search``."""
    return snake(camel(member))
