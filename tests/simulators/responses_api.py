"""The Responses endpoint of the simulated OpenAI API: whole responses, and the events that build them.

Beside the commands of ``openai_api`` it knows:

- ``think: SUMMARY => TEXT``: a reasoning item with SUMMARY, then the assistant says TEXT.
- ``run: COMMAND``: the assistant calls OpenAI's own shell tool.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

USAGE = {
    "input_tokens": 11,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 18,
}


def last_input(body: dict[str, Any]) -> dict[str, Any]:
    """Return the last item of a request's input, in which a text is the user's message."""
    given = body.get("input") or ""
    if isinstance(given, str):
        return {"role": "user", "content": given}
    return given[-1] if isinstance(given[-1], dict) else {}


def output(last: dict[str, Any], text: str, greeting: str) -> list[dict[str, Any]]:
    """Return the items that answer ``text``, which is what the ``last`` item of the input says."""
    if last.get("type") == "function_call_output":
        return [_message(f"The tool said: {last.get('output')}")]
    command, _, rest = text.partition(": ")
    if command == "repeat":
        return [_message(rest)]
    if command == "think":
        summary, _, said = rest.partition(" => ")
        return [{"id": "rs_1", "type": "reasoning", "summary": [_part("summary_text", summary)]}, _message(said)]
    if command == "run":
        action = {"commands": [rest], "timeout_ms": None, "max_output_length": None}
        return [{"id": "sh_1", "type": "shell_call", "status": "completed", "call_id": "call_s", "action": action}]
    if command.startswith("call "):
        name = command.removeprefix("call ")
        head = {"id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1"}
        return [head | {"name": name, "arguments": rest}]
    return [_message(greeting)]


def _message(text: str) -> dict[str, Any]:
    content = [_part("output_text", text) | {"annotations": [], "logprobs": []}]
    return {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": content}


def _part(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": text}


_SERIAL = count(1)


def new_id() -> str:
    """Return the id of another response."""
    return f"resp_{next(_SERIAL)}"


def whole(items: list[dict[str, Any]], body: dict[str, Any], own: str, status: str = "completed") -> dict[str, Any]:
    """Return the response with the id ``own``."""
    return {
        "id": own,
        "object": "response",
        "created_at": 1760000000,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "metadata": body.get("metadata") or {},
        "model": body.get("model", "m"),
        "output": items if status == "completed" else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "usage": USAGE if status == "completed" else None,
    }


def events(items: list[dict[str, Any]], body: dict[str, Any], piece: int) -> Iterator[dict[str, Any]]:
    """Yield the events of a streamed response."""
    numbers = count()
    for event in _events(items, body, piece):
        yield event | {"sequence_number": next(numbers)}


def _events(items: list[dict[str, Any]], body: dict[str, Any], piece: int) -> Iterator[dict[str, Any]]:
    own = new_id()
    yield {"type": "response.created", "response": whole(items, body, own, "in_progress")}
    yield {"type": "response.in_progress", "response": whole(items, body, own, "in_progress")}
    for index, item in enumerate(items):
        empty = {"content": [], "summary": [], "arguments": "", "status": "in_progress"}
        begun = item | {key: value for key, value in empty.items() if key in item}
        yield {"type": "response.output_item.added", "output_index": index, "item": begun}
        at = {"item_id": item["id"], "output_index": index}
        for number, part in enumerate(item.get("content") or ()):
            yield from _text("content_part", "output_text", at | {"content_index": number}, part, piece)
        for number, part in enumerate(item.get("summary") or ()):
            where = at | {"summary_index": number}
            yield from _text("reasoning_summary_part", "reasoning_summary_text", where, part, piece)
        if "arguments" in item:
            yield from _deltas("function_call_arguments", at, "arguments", item["arguments"], piece)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": whole(items, body, own)}


def _text(
    part_event: str, text_event: str, at: dict[str, Any], part: dict[str, Any], piece: int
) -> Iterator[dict[str, Any]]:
    yield {"type": f"response.{part_event}.added", **at, "part": part | {"text": ""}}
    more: dict[str, Any] = {"logprobs": []} if text_event == "output_text" else {}
    yield from _deltas(text_event, at | more, "text", part["text"], piece)
    yield {"type": f"response.{part_event}.done", **at, "part": part}


def _deltas(event: str, at: dict[str, Any], member: str, text: str, piece: int) -> Iterator[dict[str, Any]]:
    for start in range(0, len(text), piece):
        yield {"type": f"response.{event}.delta", **at, "delta": text[start : start + piece]}
    yield {"type": f"response.{event}.done", **at, member: text}
