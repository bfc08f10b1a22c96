"""The conditions of a rule, and when they hold.

1. A `when` is a conjunction of tests; a list of them is an alternative; `not:` negates what is under it.
2. Tests on tools (`tool`, `argument`) that stand together hold for the same tool call, tests on texts (`role`, `text`,
   `detect`) for the same text. A `not:` beside them speaks of that same tool call or text; a `not:` that stands without
   them says that there is none such. So `not: {not: x}` is `x`.
3. A `when` that says nothing of `direction` looks at both directions if it has tests on tools and none on texts, else
   at requests.
4. What cannot be decided (a timeout, arguments that are no JSON) counts in favour of the rule's match.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from addons.core.call import Direction, ToolCall
from addons.core.policy.scene import Scene, SeenText, Trial

MAX_PAIRS = 10_000
"""Pairs of a tool call and a text that one `when` looks at: only rules that join both with a `not:` need pairs."""


class CallTest(Protocol):
    """A test on the call as a whole. ``key`` is its name in the policy file."""

    @property
    def key(self) -> str:
        """The name of the test in the policy file."""

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds."""


class ToolTest(Protocol):
    """A test on one tool call."""

    def holds(self, call: ToolCall, trial: Trial) -> bool:
        """Tell whether the test holds for ``call``."""

    def holds_for_name(self, name: str) -> bool | None:
        """Tell the same of any call of the tool ``name``, or ``None`` where it depends on the arguments."""


class TextTest(Protocol):
    """A test on one text."""

    def possible_in(self, direction: Direction) -> bool:
        """Tell whether the test can hold for a text that travels in ``direction``."""

    def ruled_out(self, scene: Scene) -> bool:
        """Tell at small cost that the test holds for no text of ``scene``; false where that takes a closer look."""

    def holds(self, text: SeenText, trial: Trial) -> bool:
        """Tell whether the test holds for ``text``."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One `when`: all its tests hold, and nothing in ``exclusions`` does. ``directions`` is what it looks at."""

    directions: frozenset[Direction]
    call_tests: tuple[CallTest, ...] = ()
    tool_tests: tuple[ToolTest, ...] = ()
    text_tests: tuple[TextTest, ...] = ()
    exclusions: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Alternatives."""

    clauses: tuple[Clause, ...]


def place_of(
    condition: Condition, scene: Scene, trial: Trial, tool: ToolCall | None = None, text: SeenText | None = None
) -> str | None:
    """Return where ``condition`` holds, the empty text for the call as a whole, or ``None`` where it does not hold.

    ``tool`` and ``text`` are what a `when` around this one speaks of.
    """
    for clause in condition.clauses:
        place = _place_of_clause(clause, scene, trial, tool, text)
        if place is not None:
            return place
    return None


def _place_of_clause(
    clause: Clause, scene: Scene, trial: Trial, tool: ToolCall | None, text: SeenText | None
) -> str | None:
    if not _may_hold(clause, scene, trial):
        return None
    tools, texts = _tools(clause, scene, trial, tool), _texts(clause, scene, trial, text)
    if not clause.exclusions:
        first = next(zip(tools, texts, strict=False), None)
        return None if first is None else _place(*first)
    for number, (one_tool, one_text) in enumerate(product(list(tools), list(texts)), start=1):
        if number > MAX_PAIRS:
            return _place(one_tool, one_text) if trial.fault("too many pairs of tool calls and texts") else None
        if not _excluded(clause, scene, trial, one_tool, one_text):
            return _place(one_tool, one_text)
    return None


def _may_hold(clause: Clause, scene: Scene, trial: Trial) -> bool:
    if scene.direction not in clause.directions or not all(test.holds(scene, trial) for test in clause.call_tests):
        return False
    return not any(test.ruled_out(scene) for test in clause.text_tests)


def _place(tool: ToolCall | None, text: SeenText | None) -> str:
    if tool is not None:
        return tool.place
    return "" if text is None else text.text.place


def _tools(clause: Clause, scene: Scene, trial: Trial, bound: ToolCall | None) -> Iterator[ToolCall | None]:
    if not clause.tool_tests:
        yield bound
        return
    candidates: Iterable[ToolCall] = scene.tool_calls if bound is None else (bound,)
    for call in candidates:
        if all(test.holds(call, trial) for test in clause.tool_tests):
            yield call


def _texts(clause: Clause, scene: Scene, trial: Trial, bound: SeenText | None) -> Iterator[SeenText | None]:
    if not clause.text_tests:
        yield bound
        return
    candidates: Iterable[SeenText] = scene.texts if bound is None else (bound,)
    for text in candidates:
        if all(test.holds(text, trial) for test in clause.text_tests):
            yield text


def _excluded(clause: Clause, scene: Scene, trial: Trial, tool: ToolCall | None, text: SeenText | None) -> bool:
    under = trial.negated()
    return any(place_of(exclusion, scene, under, tool, text) is not None for exclusion in clause.exclusions)
