"""Parts of JSON values by the type that they should have; what has another type counts as empty."""

from addons.core.call import Json


def as_object(value: Json) -> dict[str, Json]:
    """Return ``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Json]:
    """Return ``value`` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: Json) -> str:
    """Return ``value`` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""
