"""Whole answers of the Gemini API: what they say, and how they are masked.

A stream that was not asked for as events comes as one array of chunks, and is read here, too.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from addons.core.call import Content, Inspected, Json, Text
from addons.core.errors import RefusedError
from addons.core.protocols.bodies import json_value
from addons.core.protocols.channels import Channels
from addons.core.protocols.gemini.logprobs import spelled
from addons.core.protocols.gemini.running import answer_runs, candidates_of
from addons.core.protocols.gemini.spellings import get
from addons.core.protocols.gemini.stream import ChunkReader
from addons.core.protocols.gemini.vocabulary import VOCABULARY
from addons.core.protocols.tools import OfferedTools
from addons.core.protocols.unmasked import Unmasked
from addons.core.reasons import Reason

_TYPED = frozenset(
    {
        *("generateContent", "streamGenerateContent", "countTokens", "computeTokens", "embedContent"),
        *("batchEmbedContents", "models.list", "models.get"),
    }
)

TOKENS = re.compile(r"(?:/\d+)?/candidates/\d+/logprobs(?:R|_r)esult/(?:chosen|top)(?:C|_c)andidates(?:/.*)?")
"""Where tokens stand in an answer, or in an array of chunks."""


def parse_json_answer(operation: str, body: bytes) -> Content:
    """Return what an answer says; ``body`` is a JSON text.

    Raises:
        RefusedError: it has an object with the same key twice, a field in two spellings, or too many texts to keep.
    """
    value = json_value(body)
    chunks = value if isinstance(value, list) else [value]
    channels = Channels(Unmasked(), VOCABULARY.keys)
    reader = ChunkReader(channels, OfferedTools((), lambda _: False))
    is_error = False
    for chunk in chunks:
        reader.read(chunk, "")
        is_error = is_error or get(chunk, "error") is not None
    reader.flush()
    channels.commit()
    if not channels.is_complete:
        raise RefusedError(Reason.UPSTREAM_TOO_LARGE, "The answer has more text than is kept for its inspection.")
    is_known = (operation in _TYPED or is_error) and not reader.is_partial
    content = reader.content(Inspected.FULL if is_known else Inspected.PARTIAL)
    return replace(content, texts=tuple(_texts(value)))


def _texts(value: Json) -> Iterator[Text]:
    """Yield every string; texts in several parts joined, too, and tokens only so: one by one they say nothing."""
    for text in VOCABULARY.texts(value, role="assistant"):
        if not TOKENS.fullmatch(text.place) and not text.place.endswith("/modelVersion"):
            yield text
    for run in answer_runs(value).values():
        if len(run) > 1:
            yield Text("assistant", "".join(part.text or "" for part in run), run[0].text_place)
    for _, candidate, place in candidates_of(value):
        if tokens := spelled(get(candidate, "logprobsResult")):
            yield Text("assistant", tokens, f"{place}/logprobsResult")
