"""What an answer has cost in tokens."""

from collections.abc import Mapping

from addons.core.call import Json
from addons.core.protocols.json_shapes import as_object

_IN = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_OUT = "output_tokens"


def counted(answer: Mapping[str, Json], known: Mapping[str, int]) -> dict[str, int]:
    """Return the counts in the ``usage`` of ``answer``, and the ``known`` ones that it leaves out."""
    usage = as_object(answer.get("usage"))
    return {**known, **{name: count for name in (*_IN, _OUT) if isinstance(count := usage.get(name), int)}}


def tokens_of(counts: Mapping[str, int]) -> tuple[int | None, int | None]:
    """Return the tokens in, with those that came from a cache or went into it, and out."""
    tokens_in = [counts[name] for name in _IN if name in counts]
    return sum(tokens_in) if tokens_in else None, counts.get(_OUT)
