"""The paths (RFC 9535, singular ones) by which arguments of a function call come one by one."""

import re
from collections.abc import Iterable
from itertools import pairwise

from addons.core.call import Json
from addons.core.protocols.json_shapes import as_text
from addons.core.protocols.places import Path

_STEP = re.compile(r"""\.([^\W\d]\w*)|\[(\d{1,4})\]|\['((?:[^'\\]|\\['\\])*)'\]|\["((?:[^"\\]|\\["\\])*)"\]""")


def path_of(text: str) -> Path | None:
    """Return the path that ``text`` writes; ``None`` where it cannot be read."""
    path: list[str | int] = []
    at = 1
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            return None
        quoted = step[3] if step[3] is not None else step[4]
        key = step[1] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        path.append(int(step[2]) if key is None else key)
        at = step.end()
    return tuple(path) if text.startswith("$") and path else None


def put_together(pieces: Iterable[tuple[str, Json]]) -> dict[str, Json] | None:
    """Return the object that ``pieces`` of values at their paths make, strings at the same path joined.

    ``None`` says that they make none.
    """
    whole: dict[str, Json] = {}
    for text, value in pieces:
        path = path_of(text)
        if path is None or not isinstance(path[0], str) or not _put(whole, path, value):
            return None
    return whole


def _put(root: dict[str, Json], path: Path, value: Json) -> bool:
    """Put ``value`` at ``path``; say whether it fits there."""
    at: Json = root
    for key, after in pairwise(path):
        made: Json = [] if isinstance(after, int) else {}
        if isinstance(at, dict) and isinstance(key, str):
            at = at.setdefault(key, made)
        elif isinstance(at, list) and isinstance(key, int) and key <= len(at):
            at += [made] if key == len(at) else []
            at = at[key]
        else:
            return False
    key = path[-1]
    if isinstance(at, dict) and isinstance(key, str):
        at[key] = _joined(at.get(key), value)
    elif isinstance(at, list) and isinstance(key, int) and key <= len(at):
        at[key:] = [_joined(at[key] if key < len(at) else None, value), *at[key + 1 :]]
    else:
        return False
    return True


def _joined(known: Json, value: Json) -> Json:
    return as_text(known) + value if isinstance(value, str) and known is not None else value
