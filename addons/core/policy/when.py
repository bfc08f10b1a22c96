"""Reading a `when`."""

from dataclasses import replace

from addons.core.call import Direction
from addons.core.detect.catalogue import Catalogue
from addons.core.policy.conditions import Clause, Condition, TextTest, ToolTest
from addons.core.policy.matchers import CALL_TESTS, LATER, TEXT_TESTS, TOOL_TESTS
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value

BOTH = frozenset(Direction)
REQUESTS = frozenset({Direction.REQUEST})

_KEYS = frozenset({"not", *CALL_TESTS, *TOOL_TESTS, *TEXT_TESTS})


def read(value: Value, catalogue: Catalogue) -> Condition:
    """Read one conjunction or a list of alternatives. ``catalogue`` holds the detectors that can be named."""
    return _condition(value, catalogue, default_directions=True)


def _condition(value: Value, catalogue: Catalogue, *, default_directions: bool) -> Condition:
    items = value.alternatives()
    return Condition(tuple(_clause(item, catalogue, default_directions=default_directions) for item in items))


def _clause(value: Value, catalogue: Catalogue, *, default_directions: bool) -> Clause:
    clause = Clause(BOTH)
    members = {name: (key, member) for name, key, member in value.members()}
    if value.is_mapping and not members:
        value.fail("a rule without conditions", 'For all calls write `service: "*"`.')
    for name, (key, member) in members.items():
        if name in _KEYS:
            clause = _with_test(clause, name, member, catalogue)
        elif name in LATER:
            key.fail("not available yet", f"{LATER[name][0].upper()}{LATER[name][1:]}.")
        else:
            key.fail("unknown key", closest(name, _KEYS - members.keys()))
    return _limited(clause) if default_directions else clause


def _with_test(clause: Clause, name: str, member: Value, catalogue: Catalogue) -> Clause:
    calls, tools, texts, exclusions = clause.call_tests, clause.tool_tests, clause.text_tests, clause.exclusions
    if name in CALL_TESTS:
        calls = (*calls, CALL_TESTS[name](member))
    elif name in TOOL_TESTS:
        tools = (*tools, *TOOL_TESTS[name](member))
    elif name in TEXT_TESTS:
        texts = (*texts, TEXT_TESTS[name](member, catalogue))
    else:
        exclusions = (*exclusions, _condition(member, catalogue, default_directions=False))
    return Clause(clause.directions, calls, tools, texts, exclusions)


def _limited(clause: Clause) -> Clause:
    """Say which directions a `when` looks at that leaves it open; what is negated twice stands as if it were not."""
    unchanged = _negated_twice(clause)
    if unchanged is not None:
        limited = Condition(tuple(_limited(inner) for inner in unchanged.clauses))
        return Clause(BOTH, exclusions=(Condition((Clause(BOTH, exclusions=(limited,)),)),))
    directions = BOTH if _names_direction(clause) or _about_tools(clause) else REQUESTS
    return replace(clause, directions=directions)


def _negated_twice(clause: Clause) -> Condition | None:
    outer = _only_exclusion(clause)
    return _only_exclusion(outer.clauses[0]) if outer is not None and len(outer.clauses) == 1 else None


def _only_exclusion(clause: Clause) -> Condition | None:
    if clause.call_tests or clause.tool_tests or clause.text_tests or len(clause.exclusions) != 1:
        return None
    return clause.exclusions[0]


def _names_direction(clause: Clause) -> bool:
    return any(test.key == "direction" for test in clause.call_tests) or any(
        _names_direction(inner) for inner in _inner(clause)
    )


def _about_tools(clause: Clause) -> bool:
    """Tests that stand in the clause itself decide; where it has none, those under its `not:`."""
    direct: tuple[ToolTest | TextTest, ...] = (*clause.tool_tests, *clause.text_tests)
    if direct:
        return not clause.text_tests
    return any(_about_tools(inner) for inner in _inner(clause))


def _inner(clause: Clause) -> tuple[Clause, ...]:
    return tuple(inner for exclusion in clause.exclusions for inner in exclusion.clauses)
