"""What a condition may still become before the content is known: for answers that have not come, and for dead rules."""

from collections.abc import Collection
from dataclasses import dataclass

from addons.core.policy.conditions import CallTest, Clause, Condition, ToolTest
from addons.core.policy.scene import Scene, Trial


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known. ``tools`` are the tools that may be called, ``None`` for any; ``known`` the keys that are certain.

    ``known`` is ``None`` where everything about the call is certain, and only its content is not.
    """

    scene: Scene
    tools: Collection[str] | None = None
    known: frozenset[str] | None = None

    def holds(self, test: CallTest) -> bool | None:
        """Tell whether ``test`` holds, ``None`` where that is open."""
        if self.known is not None and test.key not in self.known:
            return None
        trial = Trial()
        holds = test.holds(self.scene, trial)
        return None if trial.faulted else holds


def possible(condition: Condition, outlook: Outlook, tool: str | None = None) -> bool:
    """Tell whether ``condition`` may hold. ``tool`` is the tool that a `when` around it speaks of."""
    return any(_possible_clause(clause, outlook, tool) for clause in condition.clauses)


def certain(condition: Condition, outlook: Outlook, tool: str | None = None) -> bool:
    """Tell whether ``condition`` holds whatever the content is."""
    return any(_certain_clause(clause, outlook, tool) for clause in condition.clauses)


def _possible_clause(clause: Clause, outlook: Outlook, tool: str | None) -> bool:
    if outlook.scene.direction not in clause.directions:
        return False
    if any(outlook.holds(test) is False for test in clause.call_tests):
        return False
    if not all(test.possible_in(outlook.scene.direction) for test in clause.text_tests):
        return False
    return any(
        not any(certain(exclusion, outlook, one) for exclusion in clause.exclusions)
        for one in _candidates(clause, outlook, tool)
    )


def _candidates(clause: Clause, outlook: Outlook, tool: str | None) -> list[str | None]:
    """Return the tools that the clause may speak of; ``None`` stands for one of which nothing is known."""
    if not clause.tool_tests:
        return [tool]
    if tool is None and outlook.tools is None:
        return [None]
    names = outlook.tools or () if tool is None else (tool,)
    return [name for name in names if _all_hold(clause.tool_tests, name) is not False]


def _certain_clause(clause: Clause, outlook: Outlook, tool: str | None) -> bool:
    if outlook.scene.direction not in clause.directions or clause.text_tests:
        return False
    if not all(outlook.holds(test) is True for test in clause.call_tests):
        return False
    if clause.tool_tests and (tool is None or _all_hold(clause.tool_tests, tool) is not True):
        return False
    return not any(possible(exclusion, outlook, tool) for exclusion in clause.exclusions)


def _all_hold(tests: tuple[ToolTest, ...], name: str) -> bool | None:
    results = [test.holds_for_name(name) for test in tests]
    return False if False in results else None if None in results else True
