"""Typed reading of a policy file. A wrong value is reported and replaced by a harmless one, so that all are found.

The replacements never leave `parse`: it raises when there is a single report.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from addons.core.policy.problems import PolicyError, Problem
from addons.core.policy.suggestions import closest
from addons.core.policy.yaml_tree import Node

MAX_TEXT_CHARS = 4096
"""Characters of one text of the file: longer than any sensible message or pattern."""

type Plain = bool | int | float | str | list[Plain] | dict[str, Plain] | None


class Report:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def add(self, node: Node, key: str, message: str, suggestion: str = "") -> None:
        """Add a problem at ``node``, once."""
        problem = Problem(self.file, node.line, node.column, key, message, suggestion)
        if problem not in self.problems:
            self.problems.append(problem)

    def warn(self, node: Node, key: str, message: str, suggestion: str = "") -> None:
        """Add what somebody should know who reads the file, though it stops nothing."""
        self.warnings.append(Problem(self.file, node.line, node.column, key, message, suggestion))

    def check(self) -> None:
        """Raise ``PolicyError`` where there is a problem."""
        if self.problems:
            raise PolicyError(tuple(sorted(self.problems, key=lambda problem: (problem.line, problem.column))))


@dataclass(frozen=True, slots=True)
class Value:
    """A node with the path that leads to it."""

    node: Node
    key: str
    report: Report

    def fail(self, message: str, suggestion: str = "") -> None:
        """Report a problem at this value."""
        self.report.add(self.node, self.key, message, suggestion)

    def warn(self, message: str, suggestion: str = "") -> None:
        """Say something about this value that stops nothing."""
        self.report.warn(self.node, self.key, message, suggestion)

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.node.content, tuple)

    @property
    def is_list(self) -> bool:
        """Whether this is a sequence."""
        return isinstance(self.node.content, list)

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return self.node.content is None

    def members(self) -> Iterator[tuple[str, "Value", "Value"]]:
        """Yield name, key and value of each member; keys are unique texts."""
        if not isinstance(self.node.content, tuple):
            self.fail(f"expected a mapping, got {_kind(self.node)}")
            return
        first: dict[str, Node] = {}
        for key_node, node in self.node.content:
            name = key_node.content
            here = Value(key_node, self._below(str(name)), self.report)
            if not isinstance(name, str):
                here.fail(f"expected a name, got {_kind(key_node)}", "Put it in quotes.")
            elif name in first:
                here.fail(f"duplicate key, first on line {first[name].line}", "Remove one of them.")
            else:
                first[name] = key_node
                place = key_node if node.content is None else node  # nothing has no place of its own
                yield name, here, Value(replace(node, line=place.line, column=place.column), here.key, self.report)

    def mapping(self, *, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Mapping[str, "Value"]:
        """Return the members of a mapping whose keys are known."""
        needed, known = set(required), {*required, *optional}
        members = list(self.members())
        found = {name: value for name, _, value in members if name in known}
        for name, key, _ in members:
            if name not in known:
                key.fail("unknown key", closest(name, known - found.keys()))
        if self.is_mapping:
            for name in sorted(needed - found.keys()):
                self.fail(f"missing key '{name}'")
        return found

    def either(self, one: str, other: str) -> Mapping[str, "Value"]:
        """Return the one member of a mapping that has one of two keys."""
        found = self.mapping(optional=(one, other))
        if len(found) != 1 and isinstance(self.node.content, tuple) and len(self.node.content) == len(found):
            self.fail(f"expected either '{one}' or '{other}'")
        return found

    def items(self) -> list["Value"]:
        """Return the items of a sequence."""
        if not isinstance(self.node.content, list):
            self.fail(f"expected a list, got {_kind(self.node)}")
            return []
        return [Value(item, f"{self.key}[{index}]", self.report) for index, item in enumerate(self.node.content)]

    def alternatives(self) -> list["Value"]:
        """Return the items of a sequence, or this value alone."""
        if not self.is_list:
            return [self]
        items = self.items()
        if not items:
            self.fail("the list is empty")
        return items

    def text(self) -> str:
        """Return a text that is not empty."""
        content = self.node.content
        if not isinstance(content, str):
            self.fail(f"expected a text, got {_kind(self.node)}", _quoting(self.node))
            return ""
        if not content.strip():
            self.fail("the text is empty")
        elif len(content) > MAX_TEXT_CHARS:
            self.fail(f"the text has more than {MAX_TEXT_CHARS} characters")
        return content

    def texts(self) -> tuple[str, ...]:
        """Return one text or a list of texts, as a tuple without repetitions."""
        return tuple(dict.fromkeys(value.text() for value in self.alternatives()))

    def choice(self, known: Iterable[str]) -> str:
        """Return a text that is one of ``known``, or the empty text."""
        text, names = self.text(), tuple(known)
        if text and text not in names:
            self.fail(f"unknown value '{text}'", closest(text, names))
            return ""
        return text

    def integer(self, *, minimum: int, maximum: int) -> int:
        """Return a whole number within bounds."""
        content = self.node.content
        if not isinstance(content, int) or isinstance(content, bool):
            self.fail(f"expected a whole number, got {_kind(self.node)}")
            return minimum
        if not minimum <= content <= maximum:
            self.fail(f"{content} is not between {minimum} and {maximum}")
            return minimum
        return content

    def flag(self) -> bool:
        """Return true or false."""
        content = self.node.content
        if not isinstance(content, bool):
            self.fail(f"expected true or false, got {_kind(self.node)}")
        return content is True

    def plain(self) -> Plain:
        """Return the value as plain Python data."""
        content = self.node.content
        if isinstance(content, tuple):
            return {name: value.plain() for name, _, value in self.members()}
        return [item.plain() for item in self.items()] if isinstance(content, list) else content

    def _below(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def optional[T](members: Mapping[str, Value], key: str, read: Callable[[Value], T], default: T) -> T:
    """Return what ``read`` makes of the member ``key``, or ``default`` where there is none."""
    return read(members[key]) if key in members else default


def _kind(node: Node) -> str:
    content = node.content
    if isinstance(content, tuple):
        return "a mapping"
    if isinstance(content, list):
        return "a list"
    if isinstance(content, bool):
        return str(content).lower()
    if isinstance(content, int | float):
        return f"the number {content}"
    return "nothing" if content is None else "a text"


def _quoting(node: Node) -> str:
    return "Put it in quotes." if isinstance(node.content, bool | int | float) else ""
