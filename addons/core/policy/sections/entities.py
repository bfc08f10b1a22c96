"""`entities`: which names a language model looks for, beside what patterns find."""

import re
from collections.abc import Collection

from addons.core.detect.entity import TYPES, entity
from addons.core.policy import durations
from addons.core.policy.model import Entities
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value, optional

MAX_TIMEOUT_S = 60
"""Seconds for one body: clients give up after that."""
MAX_WORKERS = 16
"""Processes that hold a model each: a large one takes 1 GB."""

_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PACKAGE = re.compile(r"[a-z][a-z0-9_]*")


def read(value: Value, taken: Collection[str]) -> Entities:
    """Read the section. ``taken`` are the names of detectors, groups and other findings."""
    members = value.mapping(required=("types",), optional=("language", "model", "score", "timeout", "workers"))
    default = Entities(())
    return Entities(
        types=_types(members["types"], taken) if "types" in members else (),
        language=optional(members, "language", _language, default.language),
        model=optional(members, "model", _model, default.model),
        score=optional(members, "score", _score, default.score),
        timeout=optional(
            members, "timeout", lambda one: durations.read(one, minimum=1, maximum=MAX_TIMEOUT_S), default.timeout
        ),
        workers=optional(members, "workers", lambda one: one.integer(minimum=1, maximum=MAX_WORKERS), default.workers),
    )


def _types(value: Value, taken: Collection[str]) -> tuple[str, ...]:
    found = {}
    for item in value.alternatives():
        name = item.text()
        if name and not _TYPE.fullmatch(name):
            item.fail(f"'{name}' is not a type of entity", closest(name, TYPES) or "Write it as PERSON.")
        elif entity(name).name in taken:
            item.fail(f"the name '{entity(name).name}' is taken", "A detector is called that.")
        elif name in found:
            item.fail(f"'{name}' is there twice")
        elif name:
            found[name] = item
    return tuple(found)


def _language(value: Value) -> str:
    language = value.text()
    if language and not _LANGUAGE.fullmatch(language):
        value.fail(f"'{language}' is not a language", "Write it as two or three small letters, such as en.")
    return language


def _model(value: Value) -> str:
    """Return the name of an installed package, or a path with a slash in it."""
    model = value.text()
    if model and not _PACKAGE.fullmatch(model) and "/" not in model:
        value.fail(f"'{model}' is not a model", "Name a spaCy package, or a folder by a path with a slash.")
    return model


def _score(value: Value) -> float:
    content = value.node.content
    if isinstance(content, bool) or not isinstance(content, int | float):
        value.fail("expected a number between 0 and 1")
        return 0.0
    if not 0 <= content <= 1:
        value.fail(f"{content} is not between 0 and 1")
    return float(content)
