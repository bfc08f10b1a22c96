"""The tool calls of a stream, which come in pieces and number by number."""

from dataclasses import dataclass

from addons.core.call import Json
from addons.core.protocols.json_shapes import as_list, as_object, as_text
from addons.core.protocols.tools import OfferedTools

type Number = tuple[int, int]
"""A choice, and the place of a tool call in it; ``FUNCTION_CALL`` for the deprecated single one."""

FUNCTION_CALL = -1

_MAX_NAME = 1024
"""Characters of a tool's name that are kept; OpenAI allows 64."""


@dataclass(slots=True)
class _Called:
    id: str = ""
    name: str = ""
    generation: int = 0


def number_of(entry: Json, position: int) -> int:
    """Return the number of a tool call's piece; some servers leave it out and send whole calls."""
    index = as_object(entry).get("index")
    return index if isinstance(index, int) else position


class ToolsCalled:
    """Puts names together, and checks them."""

    def __init__(self, tools: OfferedTools) -> None:
        self._tools = tools
        self._calls: dict[Number, _Called] = {}

    def generation(self, number: Number) -> int:
        """Return how many calls have come under ``number`` before the present one."""
        call = self._calls.get(number)
        return call.generation if call else 0

    def take(self, choice: int, message: Json) -> list[Number]:
        """Take the pieces in ``message``; return the numbers under which another call begins.

        Raises:
            RefusedError: the model calls a tool that is watched and was not offered.
        """
        again = []
        for position, entry in enumerate(as_list(as_object(message).get("tool_calls"))):
            number = (choice, number_of(entry, position))
            if self._begins_again(number, as_text(as_object(entry).get("id"))):
                again.append(number)
            for kind in ("function", "custom"):
                self._name(number, as_object(entry).get(kind))
        self._name((choice, FUNCTION_CALL), as_object(message).get("function_call"))
        return again

    def _begins_again(self, number: Number, call_id: str) -> bool:
        call = self._calls.setdefault(number, _Called(call_id))
        if not call_id or call_id == call.id:
            return False
        if not call.id:
            call.id = call_id
            return False
        self._calls[number] = _Called(call_id, generation=call.generation + 1)
        return True

    def _name(self, number: Number, called: Json) -> None:
        piece = as_text(as_object(called).get("name"))
        if not piece:
            return
        call = self._calls.setdefault(number, _Called())
        call.name += piece[: _MAX_NAME - len(call.name)]
        for name in {call.name, piece}:
            self._tools.check(name)
