"""Finds one plain string as a whole word, without an engine: a call may have hundreds of names to look for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from addons.core.masking.engine import compiled, time_limit
from addons.core.masking.spans import FOREVER
from addons.core.masking.syntax import Literal, Look, Node, OneOf, Sequence

_WORD = compiled(r"\w")
_EDGE = OneOf(r"\w")


@dataclass(frozen=True, slots=True)
class WholeWordMatcher:
    r"""``(?<!\w)value(?!\w)``, or one half of it: ``begins`` and ``ends`` say at which end a word must."""

    value: str
    begins: bool
    ends: bool
    lookback: int = 2

    @property
    def reach(self) -> int:
        """The value's length and the character behind it."""
        return len(self.value) + self.ends

    @property
    def needs(self) -> frozenset[str]:
        """The value."""
        return frozenset((self.value,))

    @property
    def around(self) -> frozenset[str]:
        """Nothing."""
        return frozenset()

    @property
    def alphabet(self) -> str | None:
        """Not worth the while."""
        return None

    def spans(self, text: str, pos: int, before: int = FOREVER) -> Iterator[tuple[int, int]]:
        """Yield where the value stands as a whole word."""
        at = text.find(self.value, pos)
        while 0 <= at < before:
            end = at + len(self.value)
            is_whole = self._begins_at(text, at) and not (self.ends and is_word(text[end : end + 1]))
            if is_whole:
                yield at, end
            at = text.find(self.value, end if is_whole else at + 1)

    def live_start(self, text: str, pos: int, limit: int) -> int:
        """Return the first start from which the rest of the text is a prefix of the value, and no decided match."""
        at = text.find(self.value[0], max(pos, len(text) - self.reach + 1))
        while 0 <= at < limit:
            if self.value.startswith(text[at:]) and self._begins_at(text, at):
                return at
            at = text.find(self.value[0], at + 1)
        return limit

    def _begins_at(self, text: str, at: int) -> bool:
        return not (self.begins and at > 0 and is_word(text[at - 1]))


@lru_cache(maxsize=4096)
def is_word(char: str) -> bool:
    """Tell whether a character, or none, is a part of a word to the engine that runs the other patterns."""
    return _WORD.match(char, 0, timeout=time_limit(char)) is not None


def whole_word(node: Node) -> WholeWordMatcher | None:
    """Return the matcher of a pattern that is a plain string as a whole word, ``None`` where it is anything else."""
    items = list(node.items) if isinstance(node, Sequence) else []
    begins = bool(items) and items[0] == Look(_EDGE, ahead=False, negative=True)
    ends = bool(items) and items[-1] == Look(_EDGE, ahead=True, negative=True)
    chars = [item.char for item in items[begins : len(items) - ends] if isinstance(item, Literal)]
    is_plain = chars and len(chars) == len(items) - begins - ends
    return WholeWordMatcher("".join(chars), begins, ends) if is_plain and (begins or ends) else None
