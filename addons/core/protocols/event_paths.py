"""Events of a shape that nobody described: texts that look like pieces are masked across events, the rest whole."""

from dataclasses import dataclass

from addons.core.call import Json
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.json_edit import mapped
from addons.core.protocols.places import Path, pointer

STREAMED_NAMES = frozenset(
    {
        "arguments",
        "completion",
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


_INDEX_NAMES = ("output_index", "content_index", "summary_index")
"""Names that tell texts apart which share a path. A plain ``index`` does so in an array only: elsewhere it may count
the events, and a text that changes its channel with each event would not be held back."""


@dataclass(frozen=True, slots=True)
class _Last:
    """The last event of a text, as it went on: its type, where the text stands in it, and its value."""

    name: str
    path: Path
    value: Json


def _text_of(value: Json, path: Path) -> tuple[tuple[int, ...], Path]:
    """Return what tells the text at ``path`` apart: numbers beside it, and the path with an entry's own index in it."""
    numbers: list[int] = []
    own: list[str | int] = []
    for key in path:
        if isinstance(value, list) and isinstance(key, int):
            value = value[key]
            index = value.get("index") if isinstance(value, dict) else None
            own.append(index if isinstance(index, int) else key)
        else:
            members = value if isinstance(value, dict) else {}
            beside = (members.get(name) for name in _INDEX_NAMES)
            numbers += [number for number in beside if isinstance(number, int)]
            own.append(key)
            value = members.get(str(key))  # not there where the key is a mask
    return tuple(numbers), tuple(own)


class PathReader:
    """Masks events by the paths of their strings."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._last: dict[Key, _Last] = {}

    def read(self, value: Json, name: str) -> Json:
        """Return ``value``, an event of type ``name``, as it goes on."""
        fed: dict[Key, Path] = {}

        def leaf(path: Path, text: str) -> str:
            if not is_streamed(path):
                return whole(path, text)
            numbers, own = _text_of(value, path)
            key = Key((name, numbers), own)
            fed[key] = path
            return self._channels.feed(key, pointer(own), text)

        def whole(path: Path, text: str) -> str:
            return self._channels.whole(pointer(path), text)

        masked = mapped(value, leaf, whole)
        self._last.update({key: _Last(name, path, masked) for key, path in fed.items()})
        return masked

    def flush(self) -> list[tuple[str, Json]]:
        """Return name and value of the events that carry what was held back, each shaped like the last of its text."""
        keys = [key for key in self._channels.open_keys if key in self._last]
        tails = [(self._last[key], self._channels.close(key)) for key in keys]
        self._last.clear()
        return [(last.name, _like(last, tail)) for last, tail in tails if tail]


def _like(last: _Last, tail: str) -> Json:
    def leaf(path: Path, text: str) -> str:
        if path == last.path:
            return tail
        return "" if is_streamed(path) else text

    return mapped(last.value, leaf, lambda _path, text: text)
