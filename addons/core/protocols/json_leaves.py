"""Every string of a JSON value, with its place."""

import re
from collections.abc import Iterator

from addons.core.call import Json, Text
from addons.core.errors import RefusedError
from addons.core.protocols.json_rewrite import number_text
from addons.core.protocols.json_text import parse_text
from addons.core.protocols.places import below
from addons.core.protocols.wrapped_text import unwrapped

MAX_INNER_LEVELS = 4
"""JSON texts inside strings of JSON texts that are read: a tool call that carries a tool call needs two."""

_JSON_STARTS = ("{", "[", '"')
_HIDING = re.compile(r"\\|[A-Za-z0-9+/_\-]{24}|data:")
"""What only a JSON text has in which something is spelled otherwise than it stands there: an escape, or base64."""


def leaves(value: Json, place: str = "") -> Iterator[tuple[str, str, bool]]:
    """Yield place, text and whether it is a key, for each string, key and long number of ``value``.

    A key comes at the place of its object. Long numbers come as ``number_text`` spells them.
    """
    match value:
        case str():
            yield place, value, False
        case bool() | None:
            return
        case int() | float():
            if digits := number_text(repr(value)):
                yield place, digits, False
        case list():
            for index, item in enumerate(value):
                yield from leaves(item, below(place, index))
        case dict():
            for key, item in value.items():
                yield place, key, True
                yield from leaves(item, below(place, key))


def decoded_leaves(text: str, place: str, level: int = 0) -> Iterator[tuple[str, str]]:
    """Yield place and text of what ``text`` hides: the file that it is, or the strings of a JSON text.

    A place goes on from ``place``, as if the inner value stood there.
    """
    if level == MAX_INNER_LEVELS:
        return
    if (wrapped := unwrapped(text)) is not None:
        yield place, wrapped.text
        yield from decoded_leaves(wrapped.text, place, level + 1)
        return
    if not text.lstrip().startswith(_JSON_STARTS) or not _HIDING.search(text):
        return
    try:
        value = parse_text(text, unique_keys=False)
    except RefusedError:
        return
    for inner_place, leaf, _ in leaves(value, place):
        yield inner_place, leaf
        yield from decoded_leaves(leaf, inner_place, level + 1)


def texts_of(value: Json, place: str = "", role: str = "", *, structure: frozenset[str] = frozenset()) -> list[Text]:
    """Return every string, key and long number of ``value`` as texts; keys in ``structure`` are the protocol's own."""
    texts = []
    for leaf_place, leaf, is_key in leaves(value, place):
        if is_key and leaf in structure:
            continue
        texts.extend(with_decoded(role, leaf, leaf_place))
    return texts


def with_decoded(role: str, text: str, place: str) -> list[Text]:
    """Return ``text``, and the texts inside it that its escapes or its base64 hide."""
    return [Text(role, text, place), *(Text(role, leaf, at) for at, leaf in decoded_leaves(text, place))]
