"""Token texts beside an answer: they repeat it piece by piece, so they must not say what the answer's mask hides."""

from addons.core.call import Json
from addons.core.protocols.gemini.spellings import get, key_of
from addons.core.protocols.json_shapes import as_list, as_text

_LISTS = ("chosenCandidates", "topCandidates")


def spelled(result: Json) -> str:
    """Return what the chosen tokens of a ``logprobsResult`` say together."""
    return "".join(as_text(get(token, "token")) for token in as_list(get(result, "chosenCandidates")))


def blanked(result: Json) -> Json:
    """Return ``result`` without its tokens; sums stay."""
    if not isinstance(result, dict):
        return None
    numbers = {key: item for key, item in result.items() if isinstance(item, int | float)}
    return {**{key_of(result, name): [] for name in _LISTS if get(result, name) is not None}, **numbers}
