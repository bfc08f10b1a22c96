"""Streams of the OpenAI API: each event says itself whether it belongs to a response or to chat and completions."""

from dataclasses import replace

from addons.core.call import Content, Inspected, Json
from addons.core.protocols.channels import Channels
from addons.core.protocols.event_stream import NamedEvent
from addons.core.protocols.openai.responses.stream import ResponseReader
from addons.core.protocols.openai.stream import ChatReader
from addons.core.protocols.tools import OfferedTools

_OWN = frozenset({"error", "keepalive"})


class OpenAIReader:
    """Reads the events of one answer. See ``EventReader``.

    An event that belongs to both is described by neither: clients of either kind would read it.
    """

    def __init__(self, channels: Channels, tools: OfferedTools) -> None:
        self._chat = ChatReader(channels, tools)
        self._responses = ResponseReader(channels, tools)

    @property
    def is_partial(self) -> bool:
        """Whether something was delivered that nobody can read."""
        return self._chat.is_partial or self._responses.is_partial

    def read(self, value: Json, name: str) -> tuple[list[NamedEvent], Json] | None:
        """Return events to send first, and ``value`` as it goes on; ``None`` where nobody described its shape."""
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(kind, str):
            return self._chat.read(value, name)
        if not kind.startswith("response.") and kind not in _OWN:
            return self._chat.read(value, name)
        return None if "choices" in value else self._responses.read(value, name)

    def flush(self) -> list[NamedEvent]:
        """Return events that carry what was held back."""
        return self._chat.flush() + self._responses.flush()

    def content(self, inspected: Inspected) -> Content:
        """Return what was delivered."""
        chat = self._chat.content(inspected)
        if not self._responses.has_read:
            return chat
        own = self._responses.content(inspected)
        return replace(own, messages=chat.messages + own.messages, tool_calls=chat.tool_calls + own.tool_calls)
