"""Chat and completion chunks: what each event carries is masked with what came before it in its own text.

1. Each text of a choice is a channel of its own: content, refusal, reasoning, the arguments of each tool call.
2. Tool names are watched as they come together.
3. Token texts stay only where the text beside them went out unchanged and nothing is held back.
4. The event that ends a choice takes along what was held back of it.
5. What no event has ended goes out in chunks of the same shape.
"""

from addons.core.call import Content, Inspected, Json
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_paths import is_streamed
from addons.core.protocols.event_stream import NamedEvent
from addons.core.protocols.json_edit import mapped, with_leaf
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.openai.logprobs import Unchanged, blanked, say_only
from addons.core.protocols.openai.tools_called import ToolsCalled, number_of
from addons.core.protocols.openai.transcript import tokens_of, transcript
from addons.core.protocols.openai.vocabulary import is_protocol_number
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import OfferedTools

_MESSAGES = ("delta", "message")
_NOT_STREAMED = frozenset({"annotations", "audio", "logprobs", "content_filter_results"})
_CALLS = (("tool_calls",), ("function_call",))
_LABELS = ("name", "id")
_TOKEN_LISTS = {"content": "content", "refusal": "refusal", "text": "tokens"}
"""The list of token texts that repeats a text, by the text's name."""


class ChatReader:
    """Reads the events of chat and completion streams. See ``EventReader``."""

    def __init__(self, channels: Channels, tools: OfferedTools) -> None:
        self._channels = channels
        self._tools = ToolsCalled(tools)
        self._envelope: dict[str, Json] = {}
        self._unchanged = Unchanged()
        self._said: dict[str, str] = {}
        self._labelled: set[Key] = set()
        self._tokens: tuple[int | None, int | None] = (None, None)
        self.is_partial = False

    def read(self, value: Json, name: str) -> tuple[list[NamedEvent], Json] | None:
        """Return events to send first, and ``value`` as it goes on; ``None`` where it is no chunk and no error."""
        if not isinstance(value, dict):
            return None
        choices = value.get("choices")
        if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
            return ([], self._plain(value, ())) if "error" in value else None
        rest = {key: item for key, item in value.items() if key != "choices"}
        masked_rest = as_object(self._plain(rest, ()))
        self._envelope = {key: item for key, item in masked_rest.items() if key != "usage"}
        self._tokens = tokens_of(rest, self._tokens)
        before: list[Json] = []
        masked: list[Json] = [self._choice(as_object(item), at, before) for at, item in enumerate(choices)]
        if masked_rest is rest and all(new is old for new, old in zip(masked, choices, strict=True)):
            return [(name, item) for item in before], value
        return [(name, item) for item in before], {**_in_place(value, rest, masked_rest), "choices": masked}

    def flush(self) -> list[NamedEvent]:
        """5. Return chunks that carry what was held back."""
        events: list[NamedEvent] = []
        for index in dict.fromkeys(key.source for key in self._channels.open_keys if isinstance(key.source, int)):
            choice = self._with_tails({"index": index}, index)
            if len(choice) > 1:
                events.append(("", self._chunk(choice)))
        self._unchanged.clear()
        return events

    def content(self, inspected: Inspected) -> Content:
        """Return what was delivered, as one message for each choice."""
        return transcript(self._channels, inspected, self._tokens)

    def _plain(self, value: Json, path: Path) -> Json:
        def whole(at: Path, text: str) -> str:
            place = pointer(at)
            return text if is_protocol_number(place) and text.isdigit() else self._channels.whole(place, text)

        return mapped(value, whole, whole, path)

    def _chunk(self, choice: dict[str, Json]) -> Json:
        return {**self._envelope, "choices": [{**choice, "finish_reason": None}]}

    def _choice(self, choice: dict[str, Json], position: int, before: list[Json]) -> dict[str, Json]:
        number = choice.get("index")
        index = number if isinstance(number, int) else position
        # 2. Tool names
        for part in _MESSAGES:
            for again in self._tools.take(index, choice.get(part)):
                before += self._before_again(again)
            self.is_partial = self.is_partial or bool(as_object(as_object(choice.get(part)).get("audio")).get("data"))
        # 1. The texts
        self._said = {}
        readable = {key: item for key, item in choice.items() if key != "logprobs"}
        masked = as_object(self._texts(readable, index, choice))
        # 3. Token texts
        logprobs = choice.get("logprobs")
        tokens = self._token_texts(logprobs) if logprobs is not None else None
        changed = masked is not readable or tokens is not logprobs
        out = {**_in_place(choice, readable, masked), "logprobs": tokens} if "logprobs" in choice else masked
        out = out if changed else choice
        # 4. The end of the choice
        return out if choice.get("finish_reason") is None else self._with_tails(out, index)

    def _texts(self, readable: Json, index: int, choice: dict[str, Json]) -> Json:
        def leaf(path: Path, text: str) -> str:
            key = Key(index, *self._normal(path, index, choice))
            place = f"/choices/{index}{pointer(key.path)}"
            if key.path[1:2] in _CALLS and path[-1] in _LABELS:
                return self._label(key, place, text)
            if not is_streamed(path) or (path[-1] != "transcript" and not _NOT_STREAMED.isdisjoint(path)):
                return self._channels.whole(place, text)
            out = self._channels.feed(key, place, text)
            if self._unchanged.passes(key, text, out):
                self._said[_TOKEN_LISTS.get(str(key.path[-1]), "")] = text
            return out

        def whole(path: Path, text: str) -> str:
            return self._channels.whole(f"/choices/{index}{pointer(path)}", text)

        return mapped(readable, leaf, whole)

    def _label(self, key: Key, place: str, text: str) -> str:
        """Mask a part of a tool call's name, or its id, which some servers repeat."""
        masked = self._channels.passing(place, text)
        if key not in self._labelled or key.path[-1] == "name":
            self._channels.keep(key, masked)
            self._labelled.add(key)
        return masked

    def _normal(self, path: Path, index: int, choice: dict[str, Json]) -> tuple[Path, int]:
        """Return ``path`` with a tool call's own number for its position, and how many calls came before it there."""
        match path:
            case (("delta" | "message") as part, "tool_calls", int() as position, *_):
                number = number_of(as_list(as_object(choice[part]).get("tool_calls"))[position], position)
                return (part, "tool_calls", number, *path[3:]), self._tools.generation((index, number))
            case _:
                return path, 0

    def _token_texts(self, logprobs: Json) -> Json:
        if not say_only(logprobs, self._said):
            return blanked(logprobs)
        return mapped(logprobs, self._token_text, self._token_text)

    def _token_text(self, path: Path, text: str) -> str:
        return self._channels.passing(f"/choices/logprobs{pointer(path)}", text)

    def _before_again(self, number: tuple[int, int]) -> list[Json]:
        """Return a chunk with what is held back of a call whose number another call takes over."""
        index, call = number
        choice: dict[str, Json] = {"index": index}
        for key in self._channels.open_keys:
            if key.source == index and key.path[1:3] == ("tool_calls", call):
                choice = self._with_tail(choice, key)
        return [self._chunk(choice)] if len(choice) > 1 else []

    def _with_tails(self, choice: dict[str, Json], index: int) -> dict[str, Json]:
        """Return ``choice`` with all that is held back of it."""
        for key in self._channels.open_keys:
            if key.source == index and isinstance(key.source, int):
                choice = self._with_tail(choice, key)
                self._unchanged.forget(key)
        return choice

    def _with_tail(self, choice: dict[str, Json], key: Key) -> dict[str, Json]:
        tail = self._channels.close(key)
        if not tail:
            return choice
        path = key.path
        if path[1:2] == ("tool_calls",) and isinstance(path[2], int):
            choice, path = _with_call(choice, path, path[2])
        return as_object(with_leaf(choice, path, lambda text: text + tail))


def _with_call(choice: dict[str, Json], path: Path, number: int) -> tuple[dict[str, Json], Path]:
    """Return ``choice`` with an entry for tool call ``number``, and ``path`` with the entry's position."""
    part = str(path[0])
    message = as_object(choice.get(part))
    calls = as_list(message.get("tool_calls"))
    numbers = [number_of(entry, at) for at, entry in enumerate(calls)]
    if number not in numbers:
        calls = [*calls, {"index": number}]
        choice = {**choice, part: {**message, "tool_calls": calls}}
        numbers.append(number)
    return choice, (part, "tool_calls", numbers.index(number), *path[3:])


def _in_place(value: dict[str, Json], part: dict[str, Json], masked: dict[str, Json]) -> dict[str, Json]:
    """Return ``value`` with the members of ``part`` replaced by those of ``masked``, all in their old order."""
    members = dict(zip(part, masked.items(), strict=True))
    return dict(members.get(key, (key, item)) for key, item in value.items())
