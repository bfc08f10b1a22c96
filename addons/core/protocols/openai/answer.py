"""Whole answers of the OpenAI API: what they say, and how they are masked."""

import re
from collections.abc import Iterator

from addons.core.call import Content, Inspected, Json, Message, Text
from addons.core.protocols.bodies import json_value, mask_json
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.json_text import parse
from addons.core.protocols.openai.logprobs import spelled_lists
from addons.core.protocols.openai.messages import joined_text, message_of
from addons.core.protocols.openai.transcript import tokens_of
from addons.core.protocols.openai.vocabulary import VOCABULARY, is_protocol_number
from addons.core.protocols.protocol import MaskedBody, Masker

_TYPED = frozenset({"chat", "completions", "embeddings", "moderations", "models.list", "models.get", "models.delete"})

# Where a token's text stands in an answer to chat, or to completions, and which arrays are made of tokens.
_TOKENS = re.compile(
    r"/choices/(?P<choice>\d+)/logprobs/"
    r"(?:(?:content|refusal)/\d+/(?:top_logprobs/\d+/)?(?:token|bytes)|tokens/\d+|top_logprobs)"
)


def parse_json_answer(operation: str, body: bytes) -> Content:
    """Return what an answer says; ``body`` is a JSON text.

    Raises:
        RefusedError: it has an object with the same key twice.
    """
    value = json_value(body)
    answer = as_object(value)
    choices = _choices(answer)
    messages = tuple(_message(choice, f"/choices/{index}") for index, choice in enumerate(choices))
    tokens_in, tokens_out = tokens_of(answer)
    is_opaque = any(as_object(as_object(choice.get("message")).get("audio")).get("data") for choice in choices)
    is_known = operation in _TYPED or "error" in answer
    return Content(
        messages=messages,
        texts=tuple(_texts(value)),
        tool_calls=tuple(call for message in messages for call in message.tool_calls),
        inspected=Inspected.FULL if is_known and not is_opaque else Inspected.PARTIAL,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


def mask_openai_json(body: bytes, masker: Masker) -> MaskedBody:
    """Mask ``body``, a JSON text; token texts of a choice are emptied where they would say what its mask hides."""
    answer = as_object(parse(body, unique_keys=False))
    told = {str(index) for index, choice in enumerate(_choices(answer)) if _tokens_tell(choice, masker)}

    def empty(place: str) -> bool:
        found = _TOKENS.fullmatch(place)
        return found is not None and found["choice"] in told

    return mask_json(body, masker, keep_number=is_protocol_number, empty=empty, structure=VOCABULARY.keys)


def _choices(answer: dict[str, Json]) -> list[dict[str, Json]]:
    return [as_object(choice) for choice in as_list(answer.get("choices"))]


def _message(choice: dict[str, Json], place: str) -> Message:
    if isinstance(choice.get("message"), dict):
        return message_of(as_object(choice["message"]), f"{place}/message")
    return Message("assistant", as_text(choice.get("text")), place=place)


def _texts(value: Json) -> Iterator[Text]:
    """Yield every string; token texts joined, because one by one they say nothing."""
    for text in VOCABULARY.texts(value):
        if text.place != "/model" and not _TOKENS.fullmatch(text.place):
            yield text
    for index, choice in enumerate(_choices(as_object(value))):
        for _, spelled in spelled_lists(choice.get("logprobs")):
            if spelled:
                yield Text("", spelled, f"/choices/{index}/logprobs")


def _tokens_tell(choice: dict[str, Json], masker: Masker) -> bool:
    """Tell whether the token texts of ``choice``, or what they repeat, hold something that is masked."""
    if not choice.get("logprobs"):
        return False
    message = as_object(choice.get("message"))
    said = [joined_text(message.get("content")), as_text(message.get("refusal")), as_text(choice.get("text"))]
    spelled = [text for _, text in spelled_lists(choice["logprobs"])]
    return any(mask_leaf(masker, text)[0] != text for text in (*said, *spelled))
