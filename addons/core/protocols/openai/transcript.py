"""What a stream has delivered, as the content of an answer."""

from collections import defaultdict

from addons.core.call import Content, Inspected, Json, Message, Text, ToolCall
from addons.core.protocols import event_stream
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.openai.vocabulary import VOCABULARY
from addons.core.protocols.places import pointer
from addons.core.protocols.tools import tool_call

type Tokens = tuple[int | None, int | None]


def tokens_of(answer: dict[str, Json], known: Tokens = (None, None)) -> Tokens:
    """Return the tokens in and out that ``answer`` counts, or else the ``known`` ones."""
    usage = as_object(answer.get("usage"))
    tokens_in = usage.get("prompt_tokens", usage.get("input_tokens"))
    tokens_out = usage.get("completion_tokens", usage.get("output_tokens"))
    return (
        tokens_in if isinstance(tokens_in, int) else known[0],
        tokens_out if isinstance(tokens_out, int) else known[1],
    )


def transcript(channels: Channels, inspected: Inspected, tokens: Tokens) -> Content:
    """Return what was delivered: one message for each choice, with its tool calls."""
    choices: dict[int, dict[Key, str]] = defaultdict(dict)
    for key, text in channels.delivered():
        if isinstance(key.source, int):
            choices[key.source][key] = text
    messages = tuple(_message(index, choices[index]) for index in sorted(choices))
    return Content(
        messages=messages,
        texts=_texts(channels),
        tool_calls=tuple(call for message in messages for call in message.tool_calls),
        inspected=inspected,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
    )


def _message(index: int, texts: dict[Key, str]) -> Message:
    place = f"/choices/{index}"
    content = [text for key, text in texts.items() if _is_content(key, "delta")]
    content = content or [text for key, text in texts.items() if _is_content(key, "message")]  # a whole answer at once
    refusals = [text for key, text in texts.items() if key.path[1:] == ("refusal",)]
    return Message("assistant", "".join(content or refusals), _tool_calls(place, texts), place)


def _is_content(key: Key, part: str) -> bool:
    is_text = key.path[:2] == (part, "content") and key.path[-1] in {"content", "text", "refusal"}
    return is_text or key.path == ("text",)


def _tool_calls(place: str, texts: dict[Key, str]) -> tuple[ToolCall, ...]:
    calls: dict[Key, dict[str, str]] = defaultdict(dict)
    for key, text in texts.items():
        if key.path[1:2] == ("tool_calls",) and len(key.path) > 3:  # noqa: PLR2004  # part, tool_calls, number, member
            calls[Key(key.source, key.path[:3], key.call)][str(key.path[-1])] = text
        elif key.path[1:2] == ("function_call",):
            calls[Key(key.source, key.path[:2], key.call)][str(key.path[-1])] = text
    return tuple(
        tool_call(
            parts.get("name", ""),
            parts.get("arguments", parts.get("input", "")),
            place + pointer(call.path),
            parts.get("id", ""),
        )
        for call, parts in calls.items()
        if parts.keys() & {"name", "arguments", "input"}
    )


def _texts(channels: Channels) -> tuple[Text, ...]:
    texts = (
        text
        for text in event_stream.delivered_texts(channels, place_of)
        if not VOCABULARY.is_constant(text.place, text.text)
    )
    return tuple(Text("assistant", text.text, text.place) for text in texts if text.place != "/model")


def place_of(key: Key) -> str:
    """Return the place of a text, where a whole answer would have it."""
    if isinstance(key.source, int):
        return f"/choices/{key.source}{pointer(key.path)}"
    return event_stream.place_of(key)
