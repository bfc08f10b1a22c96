"""`argument`: what the arguments of a tool call hold, by dotted path."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from addons.core.call import Json, ToolCall
from addons.core.policy.matchers import wording
from addons.core.policy.matchers.wording import Wording
from addons.core.policy.normalise import folded, plain
from addons.core.policy.patterns import NamePatterns
from addons.core.policy.scene import Trial
from addons.core.policy.values import Value

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class ArgumentTest:
    """At ``path`` stands one of ``values`` (in any case, with ``*``), or a text with one of ``wordings``.

    ``path`` is empty for any argument. A mapping or list stands for all that is in it, a list also for its scalars with
    spaces between them, as in a command line.
    """

    path: tuple[str, ...]
    values: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = ()
    _steps: tuple[tuple[tuple[NamePatterns, int], ...], ...] = field(init=False, repr=False, compare=False)
    _exactly: NamePatterns = field(init=False, repr=False, compare=False)
    _anywhere: NamePatterns = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", tuple(_following(self.path, start) for start in range(len(self.path))))
        object.__setattr__(self, "_exactly", NamePatterns(self.values))
        object.__setattr__(self, "_anywhere", NamePatterns(tuple(f"*{value}*" for value in self.values)))

    def holds(self, call: ToolCall, trial: Trial) -> bool:
        """Tell whether the test holds. In arguments that are no JSON object everything is searched for."""
        if call.decoded is None:
            return trial.doubt() and any(
                self._anywhere.match(text) or self._worded(text, trial) for text in _raw_views(call.arguments)
            )
        found = self._at_path(dict(call.decoded), 0)
        return any(
            self._exactly.match(text) or self._worded(text, trial) for value in found for text in _texts_below(value)
        )

    def holds_for_name(self, name: str) -> None:
        """Leave it open: it depends on the arguments."""

    def _at_path(self, value: Json, step: int) -> Iterator[Json]:
        """Yield the values at the path, in each item of a list as well; a name in the value may itself have dots."""
        if step == len(self.path):
            yield value
        elif isinstance(value, list):
            for item in value:
                yield from self._at_path(item, step)
        elif isinstance(value, dict):
            for names, following in self._steps[step]:
                for key, member in value.items():
                    if names.match(key):
                        yield from self._at_path(member, following)

    def _worded(self, text: str, trial: Trial) -> bool:
        views = {text, plain(text)}
        return any(
            one.in_folded(folded(text), trial) or any(one.in_plain(view, trial) for view in views)
            for one in self.wordings
        )


def _following(path: tuple[str, ...], start: int) -> tuple[tuple[NamePatterns, int], ...]:
    """Return the names that may follow at ``start``: of one part of the path or of several, and where each ends."""
    ends = range(start + 1, len(path) + 1)
    return tuple((NamePatterns((".".join(path[start:end]),), fold=False), end) for end in ends)


def read(value: Value) -> tuple[ArgumentTest, ...]:
    """Read a mapping of dotted paths; all of them hold for the same tool call."""
    if value.is_mapping and not value.node.content:
        value.fail("no argument is named")
    return tuple(_read_one(name, member) for name, _, member in value.members())


def _read_one(name: str, value: Value) -> ArgumentTest:
    path = () if name == "*" else tuple(name.split("."))
    if not all(path):
        value.fail(f"'{name}' is not a path of names with dots between them")
    alternatives = value.alternatives()
    wordings = tuple(wording.read(item) for item in alternatives if item.is_mapping)
    values = tuple(_scalar(item) for item in alternatives if not item.is_mapping)
    return ArgumentTest(path, values, wordings)


def _scalar(value: Value) -> str:
    content = value.node.content
    if isinstance(content, list | tuple):
        value.fail("expected a text, a number, true, false or null")
        return ""
    return _as_text(content)


def _texts_below(value: Json) -> Iterator[str]:
    """Yield every scalar in ``value`` as text."""
    pending: list[Json] = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
            if len(one) > 1:
                yield " ".join(_as_text(item) for item in one if not isinstance(item, list | dict))
        else:
            yield _as_text(one)


def _as_text(value: Json) -> str:
    """Return a scalar as JSON writes it, a whole number without a fraction, a text as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "null" if value is None else str(value)


def _raw_views(text: str) -> tuple[str, ...]:
    """Return the text as it is, and with the escapes of JSON (RFC 8259, section 7) read."""
    unescaped = _ESCAPE.sub(_unescaped, text)
    return (text,) if unescaped == text else (text, unescaped)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _ESCAPED.get(found[2], found[2])
