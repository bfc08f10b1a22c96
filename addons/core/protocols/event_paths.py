"""Events of a shape that nobody described: texts that look like pieces are masked across events, the rest whole."""

from addons.core.call import Json
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.json_edit import mapped
from addons.core.protocols.places import Path, pointer

STREAMED_NAMES = frozenset(
    {
        "arguments",
        "content",
        "data",
        "delta",
        "input",
        "output",
        "partial_json",
        "reasoning",
        "reasoning_content",
        "refusal",
        "response",
        "summary",
        "text",
        "thinking",
        "token",
        "transcript",
        "value",
    }
)
"""Names under which streaming APIs send pieces of a text. Wrong here costs a delay; missing here costs a leak."""


def is_streamed(path: Path) -> bool:
    """Tell whether what stands at ``path`` may be a piece of a longer text: by its name, or as the root itself."""
    names = [key for key in path if isinstance(key, str)]
    return not names or names[-1] in STREAMED_NAMES


class PathReader:
    """Masks events by the paths of their strings."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._last: dict[Key, Json] = {}

    def read(self, value: Json, name: str) -> Json:
        """Return ``value``, an event of type ``name``, as it goes on."""
        fed: list[Key] = []

        def leaf(path: Path, text: str) -> str:
            if not is_streamed(path):
                return whole(path, text)
            fed.append(Key(name, path))
            return self._channels.feed(fed[-1], pointer(path), text)

        def whole(path: Path, text: str) -> str:
            return self._channels.whole(pointer(path), text)

        masked = mapped(value, leaf, whole)
        self._last.update(dict.fromkeys(fed, masked))
        return masked

    def flush(self) -> list[tuple[str, Json]]:
        """Return name and value of the events that carry what was held back, each shaped like the last of its text."""
        keys = [key for key in self._channels.open_keys if key in self._last]
        tails = [(key, self._channels.close(key)) for key in keys]
        events = [(str(key.source), self._like_last(key, tail)) for key, tail in tails if tail]
        self._last.clear()
        return events

    def _like_last(self, key: Key, tail: str) -> Json:
        def leaf(path: Path, text: str) -> str:
            if path == key.path:
                return tail
            return "" if is_streamed(path) else text

        return mapped(self._last[key], leaf, lambda _path, text: text)
