"""Whole answers of Anthropic's API: what they say."""

from addons.core.call import Content, Inspected, Json, Message
from addons.core.protocols.anthropic.blocks import is_read, message_of
from addons.core.protocols.anthropic.usage import counted, tokens_of
from addons.core.protocols.anthropic.vocabulary import VOCABULARY
from addons.core.protocols.bodies import json_value
from addons.core.protocols.json_shapes import as_list, as_object

_TYPED = frozenset({"messages", "messages.count_tokens", "models.list", "models.get"})


def parse_json_answer(operation: str, body: bytes) -> Content:
    """Return what an answer says; ``body`` is a JSON text.

    Raises:
        RefusedError: it has an object with the same key twice.
    """
    value = json_value(body)
    answer = as_object(value)
    messages = _messages(answer)
    is_known = operation in _TYPED or "error" in answer
    tokens_in, tokens_out = tokens_of(counted(answer, {}))
    return Content(
        messages=messages,
        texts=tuple(text for text in VOCABULARY.texts(value) if text.place != "/model"),
        tool_calls=tuple(call for message in messages for call in message.tool_calls),
        inspected=Inspected.FULL if is_known and _is_read(answer) else Inspected.PARTIAL,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


def _messages(answer: dict[str, Json]) -> tuple[Message, ...]:
    if not isinstance(answer.get("content"), list):
        return ()
    return (message_of({"role": "assistant", "content": answer["content"]}, ""),)


def _is_read(answer: dict[str, Json]) -> bool:
    return all(is_read(block) for block in as_list(answer.get("content")))
