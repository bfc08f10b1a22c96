"""One candidate of an answer, chunk by chunk.

1. Its texts run over all chunks; every other part ends the one that is open, which goes out before it.
2. The chunk that ends the candidate takes along what was held back of it.
3. Token texts stay only where the text beside them went out unchanged and nothing is held back.
4. Texts of grounding repeat what was said: they stay only where it was delivered like that.
"""

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.gemini.function_calls import FunctionCalls
from addons.core.protocols.gemini.logprobs import blanked, spelled
from addons.core.protocols.gemini.parts import TEXT, calls_in, is_read, kind_of
from addons.core.protocols.gemini.running_text import RunningText
from addons.core.protocols.gemini.spellings import camel, get, key_of, repeated
from addons.core.protocols.json_edit import mapped
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import OfferedTools
from addons.core.reasons import Reason

_LOGPROBS = "logprobsResult"
_SEGMENT = ("groundingMetadata", "groundingSupports", "segment", "text")

type Members = dict[str, Json]


class CandidateReader:
    """Masks one candidate. ``begun`` is as in ``RunningText``."""

    def __init__(self, channels: Channels, tools: OfferedTools, index: int, begun: dict[Key, str]) -> None:
        self._channels = channels
        self._place = f"/candidates/{index}"
        self._text = RunningText(channels, index, begun)
        self._calls = FunctionCalls(channels, tools, index)
        self._parts = 0
        self.is_partial = False

    def read(self, candidate: Members) -> Members:
        """Return what a chunk says of the candidate, as it goes on.

        Raises:
            RefusedError: the model calls a tool that is watched and was not offered.
        """
        self._text.begin_event()
        # 1. and 2. Parts
        changed = self._content(candidate)
        # 3. Token texts
        name = key_of(candidate, _LOGPROBS)
        result = candidate.get(name)
        fits = spelled(result) in {"", self._text.fed} and self._text.went_out
        if result is not None and not fits:
            changed[name] = blanked(result)
        # 4. and the rest
        rest = {key: item for key, item in candidate.items() if key not in changed}
        return in_place(candidate, rest, self._masked(rest), changed)

    def held(self) -> list[Json]:
        """Return parts with all that is held back."""
        parts: list[Json] = []
        self._end(parts)
        return parts

    def _content(self, candidate: Members) -> Members:
        """Return the content of a chunk as it goes on, by its key; nothing where there is none that can be read."""
        name = key_of(candidate, "content")
        value = candidate.get(name)
        content = as_object(value)
        parts_name = key_of(content, "parts")
        items = repeated(content.get(parts_name), "")
        parts = [item for item, _ in items or [] if isinstance(item, dict)]
        if items is None or len(parts) != len(items) or not isinstance(value, dict | None):
            self.is_partial = True
            return {}
        out = self._taken(parts)
        if get(candidate, "finishReason") is not None:
            self._end(out)
        if not out:
            return {}
        if value is None:
            return {name: {"parts": out, "role": "model"}}
        is_same = len(out) == len(parts) and all(new is old for new, old in zip(out, parts, strict=True))
        rest = {key: item for key, item in content.items() if key != parts_name}
        new: Members = {parts_name: content[parts_name] if is_same else out}
        return {name: in_place(content, rest, self._masked(rest), new)}

    def _taken(self, parts: list[Members]) -> list[Json]:
        """Return ``parts`` as they go on."""
        out: list[Json] = []
        goes_on = bool(parts) and kind_of(parts[0]) == self._text.kind != ""
        first = self._parts - goes_on
        for index, part in enumerate(parts, first):
            self.is_partial = self.is_partial or not is_read(part)
            if get(part, TEXT):
                self._take_text(index, part, out)
            else:
                if not kind_of(part):  # an empty text, which may carry a signature, ends nothing
                    self._text.end(out)
                self._calls.take(index, part, out)
        self._parts = first + len(parts)
        return out

    def _take_text(self, index: int, part: Members, out: list[Json]) -> None:
        kind = kind_of(part)
        if not kind or any(calls_in(part)):
            raise RefusedError(
                Reason.UPSTREAM_MALFORMED, "A part of the answer has a text that is none, or that comes with a call."
            )
        if self._text.kind != kind:
            self._text.end(out)
        name = key_of(part, TEXT)

        def leaf(path: Path, text: str) -> str:
            return self._text.feed(index, kind, text) if path == (name,) else whole(path, text)

        def whole(path: Path, text: str) -> str:
            return self._channels.whole(f"{self._place}/content/parts/{index}{pointer(path)}", text)

        out.append(mapped(part, leaf, whole))

    def _end(self, parts: list[Json]) -> None:
        self._text.end(parts)
        self._calls.end(parts)

    def _masked(self, rest: Members) -> Members:
        def leaf(path: Path, text: str) -> str:
            names = tuple(camel(key) for key in path if isinstance(key, str))
            if names[:1] == (_LOGPROBS,):
                return self._channels.passing(self._place + pointer(path), text)
            if names != _SEGMENT:
                return whole(path, text)
            masked = self._channels.passing(self._place + pointer(path), text)
            return masked if masked in self._text.said else ""

        def whole(path: Path, text: str) -> str:
            return self._channels.whole(self._place + pointer(path), text)

        return as_object(mapped(rest, leaf, whole))


def in_place(value: Members, rest: Members, masked: Members, changed: Members) -> Members:
    """Return ``value`` with the members of ``rest`` replaced by ``masked``, and those of ``changed``, in their order.

    It is the identical object where nothing is another one.
    """
    if masked is rest and all(value.get(key) is item for key, item in changed.items()):
        return value
    members = dict(zip(rest, masked.items(), strict=True))
    known = dict(members.get(key) or (key, changed[key]) for key in value)
    return {**known, **changed}
