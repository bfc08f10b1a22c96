"""The text that a candidate is in the middle of: said, or thought.

1. Pieces that follow each other are one text, over all events.
2. Any other part ends it: what was held back goes out before that part.
3. A text of the same kind that follows later may go on where it ended, as a client that joins them sees it. So it is
   masked with that end before it, and what would complete a value there is not delivered.
"""

from addons.core.call import Json
from addons.core.protocols.channels import MAX_KEPT_CHARACTERS, Channels, Key
from addons.core.protocols.gemini.parts import TEXT, THOUGHT, kind_of
from addons.core.protocols.gemini.spellings import key_of
from addons.core.protocols.gemini.transcript import place_of, text_key


def _common_length(one: str, other: str) -> int:
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


class RunningText:
    """The text of one candidate. ``begun`` collects, by key, what was fed before the beginning of a text."""

    def __init__(self, channels: Channels, candidate: int, begun: dict[Key, str]) -> None:
        self._channels = channels
        self._candidate = candidate
        self._begun = begun
        self._key: Key | None = None
        self._due = ""
        self._ends: dict[str, str] = {}
        self._waiting: str | None = ""
        self._said: list[str] = []
        self._said_characters = 0
        self.fed = ""
        self._is_same = True

    @property
    def kind(self) -> str:
        """The kind of the text that goes on; empty where there is none."""
        return str(self._key.path[1]) if self._key else ""

    @property
    def said(self) -> str:
        """What was delivered so far of what the model says; nothing more is added to a text of extreme length."""
        return "".join(self._said)

    def begin_event(self) -> None:
        """Begin another event: ``fed`` will be what it says."""
        self.fed = ""
        self._is_same = self._waiting == ""

    @property
    def went_out(self) -> bool:
        """Whether the event says just what it came with, and nothing is held back before or after it."""
        return self._is_same and self._waiting == ""

    def feed(self, part: int, kind: str, text: str) -> str:
        """Take the next piece of a text of ``kind``, which begins in ``part`` if it begins."""
        if self._key is None:
            self._begin(text_key(self._candidate, part, kind))
        assert self._key is not None
        out = self._new(self._channels.feed(self._key, place_of(self._key), text))
        if kind == TEXT:
            self.fed += text
            self._note(text, out)
        return out

    def _begin(self, key: Key) -> None:
        self._key = key
        end = self._ends.pop(str(key.path[1]), "")
        self._due = end
        if end:
            self._begun[key] = end
            self._new(self._channels.feed(key, place_of(key), end))

    def _new(self, out: str) -> str:
        """Return ``out`` without what the end of an earlier text has delivered already."""
        same = _common_length(self._due, out)
        self._due = self._due[same:] if same == len(out) else ""
        return out[same:]

    def end(self, parts: list[Json]) -> None:
        """End the text: what was held back goes to the last of ``parts``, if it is a piece of it, or into a new one."""
        if self._key is None:
            return
        kind = self.kind
        held = self._channels.close(self._key)
        tail = self._new(held)
        self._key = None
        self._ends[kind] = held
        if kind == TEXT:
            self._note("", tail)
            self._waiting = ""
        if tail:
            _add(parts, kind, tail)

    def _note(self, text: str, out: str) -> None:
        pending = None if self._waiting is None else self._waiting + text
        is_same = pending is not None and pending.startswith(out)
        self._waiting = pending[len(out) :] if pending is not None and is_same else None
        self._is_same = self._is_same and self._waiting is not None
        self._said_characters += len(out)
        if self._said_characters <= MAX_KEPT_CHARACTERS:
            self._said.append(out)


def _add(parts: list[Json], kind: str, tail: str) -> None:
    last = parts[-1] if parts else None
    if isinstance(last, dict) and kind_of(last) == kind:
        key = key_of(last, TEXT)
        parts[-1] = {**last, key: f"{last[key]}{tail}"}
        return
    parts.append({TEXT: tail, THOUGHT: True} if kind == THOUGHT else {TEXT: tail})
