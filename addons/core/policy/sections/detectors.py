"""`detectors`: what a policy looks for beside the shipped detectors."""

import re
from collections.abc import Mapping
from dataclasses import replace

from addons.core.detect.catalogue import SHIPPED, custom
from addons.core.detect.detector import Detector
from addons.core.detect.validators import VALIDATORS
from addons.core.masking.masker import Masker
from addons.core.masking.ruleset import OVERFLOW, TIMEOUT
from addons.core.masking.syntax import PatternError
from addons.core.masking.tokens import TOKEN_LABEL
from addons.core.policy.matchers.wording import phrase_pattern, read_words, spaced
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value, optional

MAX_CONTEXT = 200
"""Characters before a match in which a word may be asked for: two lines, looked through for each."""
DEFAULT_CONTEXT = 40
"""Characters in which a word is looked for where the policy does not say: about half a line."""
TAKEN = frozenset(
    {"held_credential", "other", "rule", "timeout", "overflow", "token", "token_garbled", "token_unknown"}
)
"""What findings are called that come from no detector."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FLAGS = re.compile(r"\(\?([ims]+)\)")
_OPTIONAL = (
    *("regex", "words", "validator", "context", "label", "groups", "requests_only"),
    *("examples", "counter_examples"),
)
_HARMLESS = "never"
"""The pattern of a detector with a problem: it is never used, but what names the detector is right to do so."""


def read(value: Value) -> tuple[Detector, ...]:
    """Read the section. The examples are tried."""
    return tuple(_detector(name, key, member) for name, key, member in value.members() if _is_free(name, key))


def _is_free(name: str, key: Value) -> bool:
    if name in SHIPPED.names() or name in TAKEN:
        key.fail(f"the name '{name}' is taken", "Give the detector another one.")
        return False
    if not _NAME.fullmatch(name):
        key.fail(f"'{name}' is not a name for a detector", "Use up to 40 of a-z, 0-9 and '_', a letter first.")
    return True


def _detector(name: str, key: Value, value: Value) -> Detector:
    members = value.mapping(optional=_OPTIONAL)
    problems = len(value.report.problems)
    detector = Detector(
        name=name,
        label=optional(members, "label", _label, name.upper()),
        pattern=_pattern(key, value, members),
        groups=_groups(members.get("groups")),
        validate=VALIDATORS.get(optional(members, "validator", lambda one: one.choice(VALIDATORS), "")),
        examples=optional(members, "examples", Value.texts, ()),
        counter_examples=optional(members, "counter_examples", Value.texts, ()),
        requests_only=optional(members, "requests_only", Value.flag, default=False),
    )
    if len(value.report.problems) == problems:
        _try(detector, members)
    return detector


def _label(value: Value) -> str:
    label = value.text()
    if label and not TOKEN_LABEL.fullmatch(label):
        value.fail(f"'{label}' is not a label", "Use up to 40 of A-Z, 0-9 and '_', a letter first.")
    return label


def _groups(value: Value | None) -> tuple[str, ...]:
    known = SHIPPED.groups()
    for item in _items(value):
        name = item.text()
        if name and name not in known:
            item.fail(f"unknown group '{name}'", closest(name, known))
    return value.texts() if value else ()


def _pattern(key: Value, value: Value, members: Mapping[str, Value]) -> str:
    """Return what is looked for as one pattern; a harmless one where there is a problem."""
    written = [members[one] for one in ("regex", "words") if one in members]
    if len(written) != 1:
        if value.is_mapping:
            key.fail("expected either 'regex' or 'words'", "They say what the detector looks for.")
        return _HARMLESS
    pattern = _of_words(written[0]) if "words" in members else written[0].text()
    if not pattern or not _usable(pattern, written[0]):
        return _HARMLESS
    if "context" not in members:
        return pattern
    return _in_context(pattern, members["context"])


def _of_words(value: Value) -> str:
    words = read_words(value)
    return f"(?i:{'|'.join(map(phrase_pattern, words))})" if words else ""


def _usable(pattern: str, value: Value) -> bool:
    try:
        custom("detector", "DETECTOR", pattern)
    except PatternError as error:
        value.fail(f"this cannot be looked for: {error}")
        return False
    return True


def _in_context(pattern: str, value: Value) -> str:
    """Return ``pattern`` where one of the words stands before it.

    The engine looks for the shape first: words that are looked for at each place cost a hundred times as much.
    """
    members = value.mapping(required=("words",), optional=("within",))
    words = read_words(members["words"]) if "words" in members else ()
    within = optional(members, "within", lambda one: one.integer(minimum=1, maximum=MAX_CONTEXT), DEFAULT_CONTEXT)
    flags = _FLAGS.match(pattern)
    shape = f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else f"(?:{pattern})"
    before = f"(?<=(?i:{'|'.join(map(spaced, words))})(?s:.{{0,{within}}}))"
    whole = f"(?={shape}){before}{shape}"
    return whole if words and _usable(whole, value) else _HARMLESS


def _try(detector: Detector, members: Mapping[str, Value]) -> None:
    masker = Masker((replace(detector, requests_only=False),))
    for item in _items(members.get("examples")):
        found = {hit.detector for hit in masker.find(item.text())}
        if found & {TIMEOUT, OVERFLOW}:
            item.fail("the detector takes too long on this example", "Make its pattern simpler.")
        elif not found:
            item.fail("the detector does not find this example")
    for item in _items(members.get("counter_examples")):
        if masker.find(item.text()):
            item.fail("the detector finds this counter-example")


def _items(value: Value | None) -> list[Value]:
    return value.alternatives() if value else []
