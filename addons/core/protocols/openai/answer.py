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
from addons.core.protocols.openai.responses import answer as responses
from addons.core.protocols.openai.responses.images import images_in
from addons.core.protocols.openai.transcript import tokens_of
from addons.core.protocols.openai.vocabulary import VOCABULARY, is_protocol_number
from addons.core.protocols.places import below
from addons.core.protocols.protocol import MaskedBody, Masker

_TYPED = responses.TYPED | {
    "chat",
    "completions",
    "embeddings",
    "moderations",
    "models.list",
    "models.get",
    "models.delete",
}

# Where a token's text stands in an answer to chat, to completions, or in a part of a response's item, and which arrays
# are made of tokens. The part before ``logprobs`` holds the text that the tokens repeat.
_TOKENS = re.compile(
    r"""
    (?P<said>/choices/\d+)/logprobs/
        (?:(?:content|refusal)/\d+/(?:top_logprobs/\d+/)?(?:token|bytes)|tokens/\d+|top_logprobs)
    | (?P<part>(?:/[a-z]+(?:/\d+)?)*/content/\d+)/logprobs/\d+/(?:top_logprobs/\d+/)?(?:token|bytes)
    """,
    re.VERBOSE,
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
    messages += responses.messages_in(operation, answer)
    tokens_in, tokens_out = tokens_of(answer)
    is_opaque = any(as_object(as_object(choice.get("message")).get("audio")).get("data") for choice in choices)
    is_opaque = is_opaque or not responses.is_read_in_full(operation, answer)
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
    """Mask ``body``, a JSON text; token texts are emptied where they would say what the mask beside them hides.

    Generated images stay as they are.
    """
    value = parse(body, unique_keys=False)
    told = {place for place, beside in _with_tokens(value) if _tokens_tell(beside, masker)}

    def empty(place: str) -> bool:
        found = _TOKENS.fullmatch(place)
        return found is not None and (found["said"] or found["part"]) in told

    kept = VOCABULARY.keys | frozenset(images_in(as_object(value)))
    return mask_json(body, masker, keep_number=is_protocol_number, empty=empty, structure=kept)


def _with_tokens(value: Json, place: str = "") -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield place and value of each object that holds token texts."""
    if isinstance(value, dict):
        if value.get("logprobs"):
            yield place, value
        for key, item in value.items():
            yield from _with_tokens(item, below(place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _with_tokens(item, below(place, index))


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
    for place, beside in _with_tokens(value):
        for _, spelled in spelled_lists(_by_name(beside)):
            if spelled:
                yield Text("", spelled, f"{place}/logprobs")


def _by_name(beside: dict[str, Json]) -> Json:
    """Return the lists of tokens in ``beside`` by their names; a response's part has one without a name."""
    logprobs = beside.get("logprobs")
    return {"content": logprobs} if isinstance(logprobs, list) else logprobs


def _tokens_tell(beside: dict[str, Json], masker: Masker) -> bool:
    """Tell whether the token texts in ``beside``, or what they repeat, hold something that is masked."""
    message = as_object(beside.get("message"))
    said = [joined_text(message.get("content")), as_text(message.get("refusal")), as_text(beside.get("text"))]
    spelled = [text for _, text in spelled_lists(_by_name(beside))]
    return any(mask_leaf(masker, text)[0] != text for text in (*said, *spelled))
