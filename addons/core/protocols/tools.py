"""Calls of tools by a model."""

from collections.abc import Callable

from addons.core.call import ToolCall
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import parse_text
from addons.core.reasons import Reason


def tool_call(name: str, arguments: str, place: str, call_id: str = "") -> ToolCall:
    """Return a tool call with its arguments decoded, where they are one JSON object that reads in one way only."""
    try:
        decoded = parse_text(arguments)
    except RefusedError:
        decoded = None
    return ToolCall(name, arguments, decoded if isinstance(decoded, dict) else None, place, call_id)


class OfferedTools:
    """Asks ``watched`` about each tool that the model calls and that is not among the ``offered`` ones."""

    def __init__(self, offered: tuple[str, ...], watched: Callable[[str], bool]) -> None:
        self._offered = frozenset(offered)
        self._watched = watched

    def check(self, name: str) -> None:
        """Check that a call of ``name`` may pass.

        Raises:
            RefusedError: ``GUARDRAIL``: the tool is watched and was not offered.
        """
        if name not in self._offered and self._watched(name):
            raise RefusedError(
                Reason.GUARDRAIL, "The model called a tool that a rule watches and that the request did not offer."
            )
