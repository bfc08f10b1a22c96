"""Token texts beside the whole texts of a response's items."""

from collections.abc import Callable

from addons.core.call import Json
from addons.core.protocols.json_shapes import as_text
from addons.core.protocols.openai.logprobs import blanked, say_only


def without_told(value: Json, hides: Callable[[str], bool]) -> Json:
    """Return ``value`` with those token texts blanked that do not just say the text beside them, or what it hides.

    Where nothing is blanked the identical object is returned.
    """
    if isinstance(value, list):
        items = [without_told(item, hides) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if not isinstance(value, dict):
        return value
    members = {key: without_told(item, hides) for key, item in value.items()}
    tokens = members.get("logprobs")
    if isinstance(tokens, list) and tokens:
        said = as_text(members.get("text"))
        if not say_only({"content": tokens}, {"content": said}) or hides(said):
            members["logprobs"] = blanked(tokens)
    return value if all(members[key] is item for key, item in value.items()) else members
