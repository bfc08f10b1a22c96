"""Rules that could never match: they look like guards and guard nothing, so they are problems."""

from collections.abc import Iterator, Mapping

from addons.core.call import Call, Content, Direction, RequestHead
from addons.core.exchange import Principal
from addons.core.policy.conditions import Clause, Condition
from addons.core.policy.matchers.direction import DirectionTest
from addons.core.policy.operations import OPERATIONS
from addons.core.policy.patterns import NamePatterns
from addons.core.policy.reach import Outlook, possible
from addons.core.policy.scene import Scene
from addons.core.policy.sections.access import check_operation
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value

_KNOWN = frozenset({"service", "operation", "direction"})
_NOBODY = Principal("", "", (), "", 0.0)
_HEAD = RequestHead("", "", "", 0, "", "", ())


def check_names(value: Value, protocols: Mapping[str, str]) -> None:
    """Report services that do not exist, and operations that the services meant do not have."""
    for clause in value.alternatives():
        members = {name: member for name, _, member in clause.members()} if clause.is_mapping else {}
        meant = _services(members["service"], protocols) if "service" in members else protocols
        for item in members["operation"].alternatives() if "operation" in members else ():
            check_operation(item, list(meant.values()))
        if "not" in members:
            check_names(members["not"], meant or protocols)


def check(value: Value, condition: Condition, protocols: Mapping[str, str]) -> None:
    """Report alternatives of ``condition`` that hold for no service, operation and direction."""
    # A service whose protocol is a problem of its own may have any operation.
    is_known = all(protocol in OPERATIONS for protocol in protocols.values())
    scenes = list(_scenes(protocols)) if is_known else []
    for item, clause in zip(value.alternatives(), condition.clauses, strict=True):
        alone = Condition((clause,))
        if _in_requests_only(clause):
            item.fail("these detectors look at requests only", "In answers their shape is too common.")
            continue
        reachable = any(possible(alone, Outlook(scene, known=_KNOWN)) for scene in scenes)
        if (scenes and not reachable) or _contradicts_itself(clause):
            item.fail("these conditions can never hold together", "Remove the one that contradicts the others.")


def _services(value: Value, protocols: Mapping[str, str]) -> Mapping[str, str]:
    meant: dict[str, str] = {}
    for item in value.alternatives():
        pattern = item.node.content
        if not isinstance(pattern, str):
            continue
        names = NamePatterns((pattern,))
        found = {name: protocol for name, protocol in protocols.items() if names.match(name)}
        if not found:
            item.fail(f"unknown service '{pattern}'", closest(pattern, protocols))
        meant |= found
    return meant


def _scenes(protocols: Mapping[str, str]) -> Iterator[Scene]:
    for service, protocol in protocols.items():
        for operation in OPERATIONS.get(protocol, frozenset({""})):
            call = Call(service, protocol, operation, _HEAD, Content())
            for direction in Direction:
                yield Scene(_NOBODY, call, Content(), direction)


def _in_requests_only(clause: Clause) -> bool:
    """Tell whether a `when` on answers asks for detectors that are not for answers."""
    directions = {one for test in clause.call_tests if isinstance(test, DirectionTest) for one in test.directions}
    return directions == {Direction.RESPONSE} and not all(
        test.possible_in(Direction.RESPONSE) for test in clause.text_tests
    )


def _contradicts_itself(clause: Clause) -> bool:
    tests = {*clause.call_tests, *clause.tool_tests, *clause.text_tests}
    return any(
        not inner.exclusions and tests >= {*inner.call_tests, *inner.tool_tests, *inner.text_tests}
        for exclusion in clause.exclusions
        for inner in exclusion.clauses
    )
