"""The two spellings of a field in the JSON of protocol buffers: ``systemInstruction`` and ``system_instruction``.

Google's servers take either, so both are read, and an object that has a field in both is refused: which one counts is
not written anywhere. https://protobuf.dev/programming-guides/json/
"""

import re
from functools import cache

from addons.core.call import Json

_CAPITAL = re.compile(r"[A-Z]")
_AFTER_UNDERSCORE = re.compile(r"_([a-z0-9])")

FREE = frozenset(
    {
        *("args", "response", "properties", "parametersJsonSchema", "responseJsonSchema", "labels", "partMetadata"),
        *("defs", "$defs", "default", "example", "metadata", "details"),
    }
)
"""Members whose keys are the application's or the model's, not fields: there both spellings may well stand."""


@cache
def snake(name: str) -> str:
    """Return the other spelling of the field ``name``, which is in camel case."""
    return _CAPITAL.sub(lambda capital: f"_{capital[0].lower()}", name)


def camel(key: str) -> str:
    """Return the spelling in camel case of the field ``key``."""
    return _AFTER_UNDERSCORE.sub(lambda found: found[1].upper(), key)


def key_of(value: dict[str, Json], name: str) -> str:
    """Return the key under which ``value`` has the field ``name``, or would have it."""
    other = snake(name)
    return other if name not in value and other in value else name


def get(value: Json, name: str) -> Json:
    """Return the field ``name`` of ``value`` in either spelling; ``None`` where it is not there, as for ``null``."""
    return value.get(key_of(value, name)) if isinstance(value, dict) else None


def has_both(value: Json) -> bool:
    """Tell whether an object in ``value`` has a field in both spellings."""
    match value:
        case dict():
            if len({camel(key) for key in value}) != len(value):
                return True
            return any(has_both(item) for key, item in value.items() if camel(key) not in FREE)
        case list():
            return any(has_both(item) for item in value)
        case _:
            return False


def repeated(value: Json, place: str) -> list[tuple[Json, str]] | None:
    """Return the items of a repeated field with their places; ``None`` where it has the wrong type.

    Google's servers take a single object for a list of one, and its own documentation writes it that way.
    """
    match value:
        case None:
            return []
        case dict():
            return [(value, place)]
        case list():
            return [(item, f"{place}/{index}") for index, item in enumerate(value)]
        case _:
            return None
