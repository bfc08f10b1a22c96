"""YAML as a tree of nodes that know their place.

Built from ruamel.yaml's events, which need no recursion, so that depth and size are checked before a tree exists.
Scalars follow the core schema of YAML 1.2 (section 10.3.2), read narrowly: `yes` and dates are text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from addons.core.policy.problems import PolicyError, Problem

MAX_POLICY_BYTES = 1 << 20
"""Bytes of a policy file. A thousand rules take about 300 KB; a file beyond this is not a policy."""

MAX_NODES = 100_000
"""Nodes after aliases are followed: nine nested aliases of nine items each (a "billion laughs") pass any byte limit."""

MAX_DEPTH = 32
"""Levels of nesting. The schema needs eight; what reads the tree is recursive."""

type Scalar = bool | int | float | str | None
type Members = tuple[tuple["Node", "Node"], ...]

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?|[-+]?[0-9]+[eE][-+]?[0-9]{1,3}")
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Node:
    """A value, a sequence or a mapping, with its place counted from one. ``weight`` counts the nodes in it."""

    content: "Scalar | list[Node] | Members"
    line: int
    column: int
    weight: int = 1


def read_tree(text: bytes, *, name: str) -> Node:
    """Return the root of the one document in ``text``, which is UTF-8.

    Raises:
        PolicyError: not UTF-8, not YAML, too large, too deep, more than one document, tags or directives.
    """
    if len(text) > MAX_POLICY_BYTES:
        raise PolicyError((Problem(name, 0, 0, "", f"the file is larger than {MAX_POLICY_BYTES} bytes"),))
    try:
        stream = YAML(typ="rt", pure=True).parse(text.decode("utf-8-sig"))
        return _Builder(name).document(stream)
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise PolicyError((Problem(name, line, 1, "", "not UTF-8", "Save the file as UTF-8."),)) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        message = f"not YAML: {error.problem or error.context}"
        raise PolicyError((Problem(name, line, column, "", message),)) from error
    except YAMLError as error:
        message = str(error).splitlines()[0]
        raise PolicyError((Problem(name, 0, 0, "", f"not YAML: {message}"),)) from error


class _Builder:
    """Turns events into nodes; a node is offered to aliases only when it is complete, so no cycle can be built."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.anchors: dict[str, Node] = {}
        self.nodes = 0

    def fail(self, event: events.Event, message: str, suggestion: str = "") -> PolicyError:
        mark = event.start_mark
        return PolicyError((Problem(self.name, mark.line + 1, mark.column + 1, "", message, suggestion),))

    def document(self, stream: Iterator[events.Event]) -> Node:
        root: Node | None = None
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                if root is not None:
                    raise self.fail(event, "a second document", "A policy is one document: remove the `---`.")
                if event.version or event.tags:
                    raise self.fail(event, "YAML directives are not allowed", "Remove the line that starts with `%`.")
                first = next(stream)
                assert isinstance(first, events.NodeEvent)
                root = self.node(first, stream, 1)
        if root is None:
            raise PolicyError((Problem(self.name, 0, 0, "", "the file is empty"),))
        return root

    def node(self, event: events.NodeEvent, stream: Iterator[events.Event], depth: int) -> Node:
        if isinstance(event, events.AliasEvent):
            return self.alias(event)
        tag = event.tag if isinstance(event, events.ScalarEvent | events.CollectionStartEvent) else None
        if tag is not None:
            raise self.fail(event, f"the tag {tag} is not allowed", "Remove it.")
        if depth > MAX_DEPTH:
            raise self.fail(event, f"nested deeper than {MAX_DEPTH} levels")
        content: Scalar | list[Node] | Members
        if isinstance(event, events.ScalarEvent):
            content, weight = _scalar(event), 1
        elif isinstance(event, events.SequenceStartEvent):
            content = self.children(stream, depth)
            weight = 1 + sum(child.weight for child in content)
        else:
            flat = self.children(stream, depth)
            content = tuple(zip(flat[::2], flat[1::2], strict=True))
            weight = 1 + sum(child.weight for child in flat)
        self.count(event)
        node = Node(content, event.start_mark.line + 1, event.start_mark.column + 1, weight)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def children(self, stream: Iterator[events.Event], depth: int) -> list[Node]:
        children: list[Node] = []
        for event in stream:
            if isinstance(event, events.SequenceEndEvent | events.MappingEndEvent):
                break
            assert isinstance(event, events.NodeEvent)
            children.append(self.node(event, stream, depth + 1))
        return children

    def alias(self, event: events.AliasEvent) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise self.fail(event, f"no anchor '{event.anchor}'", "Put a text that starts with * in quotes.")
        self.count(event, node.weight)
        return Node(node.content, event.start_mark.line + 1, event.start_mark.column + 1, node.weight)

    def count(self, event: events.Event, weight: int = 1) -> None:
        self.nodes += weight
        if self.nodes > MAX_NODES:
            raise self.fail(event, f"more than {MAX_NODES} nodes")


def _scalar(event: events.ScalarEvent) -> Scalar:
    """Only plain scalars are anything but text."""
    text = str(event.value)
    if event.style is not None:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
