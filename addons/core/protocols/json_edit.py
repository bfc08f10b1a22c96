"""Changed copies of JSON values. What does not change is the identical object, so ``is`` tells if one is changed."""

from collections.abc import Callable

from addons.core.call import Json
from addons.core.protocols.json_rewrite import number_text
from addons.core.protocols.places import Path

type Replace = Callable[[Path, str], str]


def unique_key(key: str, taken: set[str]) -> str:
    """Return ``key``, or with a number behind it where it is taken: two keys that are masked alike stay two."""
    written, number = key, 2
    while written in taken:
        written = f"{key} {number}"
        number += 1
    return written


def mapped(value: Json, leaf: Replace, whole: Replace, path: Path = ()) -> Json:
    """Return ``value`` with each string replaced by ``leaf`` and each key and long number by ``whole``.

    A key is replaced at the path of its object, and stands in paths as it is replaced.
    """
    match value:
        case str():
            text = leaf(path, value)
            return value if text == value else text
        case bool() | None:
            return value
        case int() | float():
            digits = number_text(repr(value))
            text = whole(path, digits) if digits else digits
            return value if text == digits else text
        case list():
            items = [mapped(item, leaf, whole, (*path, index)) for index, item in enumerate(value)]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        case dict():
            return _mapped_object(value, leaf, whole, path)


def _mapped_object(value: dict[str, Json], leaf: Replace, whole: Replace, path: Path) -> Json:
    out: dict[str, Json] = {}
    changed = False
    for key, item in value.items():
        masked = whole(path, key)
        written = key if masked == key else unique_key(masked, out.keys() | value.keys())
        out[written] = mapped(item, leaf, whole, (*path, written))
        changed = changed or written != key or out[written] is not item
    return out if changed else value


def with_leaf(value: Json, path: Path, change: Callable[[str], str]) -> Json:
    """Return ``value`` with the string at ``path`` changed; containers and a first empty string are made as needed."""
    if not path:
        return change(value if isinstance(value, str) else "")
    key, rest = path[0], path[1:]
    if isinstance(key, str):
        members = dict(value) if isinstance(value, dict) else {}
        members[key] = with_leaf(members.get(key), rest, change)
        return members
    items = list(value) if isinstance(value, list) else []
    items += [{} for _ in range(key + 1 - len(items))]
    items[key] = with_leaf(items[key], rest, change)
    return items
