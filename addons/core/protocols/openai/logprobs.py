"""Token texts beside an answer: they repeat it piece by piece, so they must not say what the answer's mask hides."""

from collections.abc import Hashable, Iterator, Mapping

from addons.core.call import Json
from addons.core.protocols.json_shapes import as_list, as_object, as_text

_NUMBERS = frozenset({"logprob", "token_logprobs", "text_offset"})
_TEXTS = frozenset({"content", "refusal", "top_logprobs", "tokens", "token"})


def blanked(value: Json) -> Json:
    """Return ``value``, a ``logprobs`` object or a part of it, with its numbers and without any text.

    Tokens become empty, bytes an empty array, and objects with tokens as keys (the deprecated ``top_logprobs``) empty.
    """
    match value:
        case dict():
            known = {key: item for key, item in value.items() if key in _NUMBERS | _TEXTS | {"bytes"}}
            return {key: _blanked_member(key, item) for key, item in known.items()}
        case list():
            return [blanked(item) for item in value]
        case str():
            return ""
        case _:
            return value


def _blanked_member(key: str, value: Json) -> Json:
    if key == "bytes":
        return None if value is None else []
    return _without_texts(value) if key in _NUMBERS else blanked(value)


def _without_texts(value: Json) -> Json:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, int | float | None)]
    return value if isinstance(value, int | float) else None


def spelled_lists(logprobs: Json) -> Iterator[tuple[str, str]]:
    """Yield name and text of each list of tokens: once as the tokens spell it, once as their bytes do."""
    members = as_object(logprobs)
    for name in ("content", "refusal"):
        tokens = [as_object(item) for item in as_list(members.get(name))]
        yield name, "".join(as_text(token.get("token")) for token in tokens)
        octets = [item for token in tokens for item in as_list(token.get("bytes"))]
        yield (
            name,
            bytes(item for item in octets if isinstance(item, int) and item in range(256)).decode("utf-8", "replace"),
        )
    yield "tokens", "".join(as_text(token) for token in as_list(members.get("tokens")))


def say_only(logprobs: Json, said: Mapping[str, str]) -> bool:
    """Tell whether each list of tokens spells just what was ``said`` beside it, or nothing."""
    return all(text in {"", said.get(name, "")} for name, text in spelled_lists(logprobs))


class Unchanged:
    """Knows of texts that come in pieces which pieces went out just as they came."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, str | None] = {}

    def passes(self, key: Hashable, piece: str, out: str) -> bool:
        """Take the next piece of text ``key`` and what went out; tell whether it is that piece and nothing is held."""
        waiting = self._waiting.get(key, "")
        pending = None if waiting is None else waiting + piece
        self._waiting[key] = pending[len(out) :] if pending is not None and pending.startswith(out) else None
        return waiting == "" and self._waiting[key] == ""

    def forget(self, key: Hashable) -> None:
        """Text ``key`` has ended."""
        self._waiting.pop(key, None)

    def clear(self) -> None:
        """All texts have ended."""
        self._waiting.clear()
