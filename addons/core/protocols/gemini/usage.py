"""What an answer has cost in tokens."""

from collections.abc import Mapping

from addons.core.call import Json
from addons.core.protocols.gemini.spellings import get

_IN = ("promptTokenCount", "toolUsePromptTokenCount")
_OUT = ("candidatesTokenCount", "thoughtsTokenCount")


def counted(answer: Json, known: Mapping[str, int]) -> dict[str, int]:
    """Return the counts in the usage of ``answer``, and the ``known`` ones that it leaves out."""
    usage = get(answer, "usageMetadata")
    return {**known, **{name: count for name in (*_IN, *_OUT) if isinstance(count := get(usage, name), int)}}


def tokens_of(counts: Mapping[str, int]) -> tuple[int | None, int | None]:
    """Return the tokens in, with what Google's own tools have added, and out, with what was thought."""
    tokens_in = [counts[name] for name in _IN if name in counts]
    tokens_out = [counts[name] for name in _OUT if name in counts]
    return sum(tokens_in) if tokens_in else None, sum(tokens_out) if tokens_out else None
