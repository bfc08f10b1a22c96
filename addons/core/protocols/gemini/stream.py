"""Chunks of an answer: each is a whole response that goes on with the one before.

1. An error ends the stream: what was held back goes out before it.
2. Each candidate is read on its own.
3. What no chunk has ended goes out in chunks of the same shape.
"""

from addons.core.call import Content, Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.channels import MAX_CHANNELS, Channels, Key
from addons.core.protocols.event_stream import NamedEvent
from addons.core.protocols.gemini.candidate import CandidateReader, in_place
from addons.core.protocols.gemini.spellings import get, has_both, key_of
from addons.core.protocols.gemini.transcript import transcript
from addons.core.protocols.gemini.usage import counted
from addons.core.protocols.json_edit import mapped
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import OfferedTools
from addons.core.reasons import Reason

_KNOWN = ("candidates", "usageMetadata", "promptFeedback", "error")
_ENVELOPE = ("modelVersion", "responseId", "createTime")


def _malformed(what: str) -> RefusedError:
    return RefusedError(Reason.UPSTREAM_MALFORMED, f"The answer is refused: {what}.")


class ChunkReader:
    """Reads the chunks of one answer. See ``EventReader``."""

    def __init__(self, channels: Channels, tools: OfferedTools) -> None:
        self._channels = channels
        self._tools = tools
        self._candidates: dict[int, CandidateReader] = {}
        self._begun: dict[Key, str] = {}
        self._envelope: dict[str, Json] = {}
        self._usage: dict[str, int] = {}
        self._is_partial = False

    @property
    def is_partial(self) -> bool:
        """Whether something was delivered that nobody can read: media, or a part of an unknown kind."""
        return self._is_partial or any(candidate.is_partial for candidate in self._candidates.values())

    def read(self, value: Json, name: str) -> tuple[list[NamedEvent], Json] | None:
        """Return events to send first, and ``value`` as it goes on; ``None`` where it is no chunk and no error."""
        del name  # Google's events have none
        if not isinstance(value, dict) or all(get(value, known) is None for known in _KNOWN):
            return None
        candidates = get(value, "candidates")
        if not isinstance(candidates, list | None) or any(not isinstance(item, dict) for item in as_list(candidates)):
            return None
        if has_both(value):
            raise _malformed("a field stands in it twice, in two spellings")
        # 1. An error
        before = self.flush() if get(value, "error") is not None else []
        # 2. The candidates
        self._usage = counted(value, self._usage)
        key = key_of(value, "candidates")
        rest = {name: item for name, item in value.items() if name != key}
        masked = self._masked(rest)
        self._envelope = {**self._envelope, **{name: masked[name] for name in _ENVELOPE if name in masked}}
        if candidates is None:
            return before, value if masked is rest else in_place(
                value, rest, masked, {key: None} if key in value else {}
            )
        out: list[Json] = [self._candidate(as_object(item), at) for at, item in enumerate(candidates)]
        is_same = all(new is old for new, old in zip(out, candidates, strict=True))
        return before, in_place(value, rest, masked, {key: candidates if is_same else out})

    def flush(self) -> list[NamedEvent]:
        """3. Return chunks that carry what was held back."""
        events: list[NamedEvent] = []
        for index, candidate in self._candidates.items():
            if parts := candidate.held():
                content: Json = {"parts": parts, "role": "model"}
                events.append(("", {"candidates": [{"content": content, "index": index}], **self._envelope}))
        return events

    def content(self, inspected: Inspected) -> Content:
        """Return what was delivered, as one message for each candidate."""
        return transcript(self._channels, inspected, self._usage, self._begun)

    def _candidate(self, value: dict[str, Json], position: int) -> dict[str, Json]:
        number = get(value, "index")
        index = number if isinstance(number, int) and not isinstance(number, bool) else position
        if index not in self._candidates and len(self._candidates) >= MAX_CHANNELS:
            raise _malformed(f"it has more than {MAX_CHANNELS} candidates")
        reader = self._candidates.setdefault(index, CandidateReader(self._channels, self._tools, index, self._begun))
        return reader.read(value)

    def _masked(self, rest: dict[str, Json]) -> dict[str, Json]:
        def whole(path: Path, text: str) -> str:
            return self._channels.whole(pointer(path), text)

        return as_object(mapped(rest, whole, whole))
