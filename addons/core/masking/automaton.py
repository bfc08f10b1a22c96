"""All patterns at once, character by character: what a stream's text may have become, and may still become.

An automaton of sets of positions, built as texts need it (Thompson 1968; lazily, as RE2 does). It says a little too
much, never too little (see ``positions``): where it is quiet, no pattern can have begun that is not over; what it did
not come across, no pattern can have matched.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from addons.core.masking.engine import Pattern, compiled, time_limit
from addons.core.masking.positions import CharacterClass, Positions
from addons.core.masking.syntax import Node

MAX_STEPS = 50_000
"""Steps that are remembered, about 10 MB. Ordinary text needs some thousands; then everything is forgotten."""


class State(dict[str, "State"]):
    """Which positions have taken the last character; as a mapping: the state after one more. Made by ``Automaton``."""

    __slots__ = ("_automaton", "is_quiet", "is_remarkable", "live", "matched", "positions")

    def __init__(self, automaton: "Automaton", positions: frozenset[int]) -> None:
        super().__init__()
        self._automaton = automaton
        self.positions = positions
        self.live = automaton.live_in(positions)
        """Patterns that have begun and are not over."""
        self.matched = automaton.matched_in(positions)
        """Patterns that may have matched up to here."""
        self.is_quiet = not self.live
        self.is_remarkable = self.is_quiet or bool(self.matched)

    def __missing__(self, char: str) -> "State":
        return self._automaton.step(self, char)


class Automaton:
    """The patterns, by number. Shared between texts; what one of them needed is there for the next."""

    def __init__(self, patterns: Sequence[Node]) -> None:
        self._positions = Positions()
        for number, node in enumerate(patterns):
            self._positions.add(number, node)
        self._open = frozenset(number for number, after in enumerate(self._positions.follow) if after)
        self._classes = _Classes(self._positions.kinds)
        self._forget()

    @property
    def start(self) -> State:
        """The state before the first character."""
        return self._start

    @property
    def size(self) -> int:
        """How many positions the patterns have."""
        return len(self._positions.rules)

    @property
    def remembered(self) -> int:
        """How many steps are remembered."""
        return self._steps

    def live_in(self, positions: frozenset[int]) -> frozenset[int]:
        """Return the patterns that are under way in ``positions``."""
        return frozenset(self._positions.rules[number] for number in positions & self._open)

    def matched_in(self, positions: frozenset[int]) -> frozenset[int]:
        """Return the patterns that may be complete in ``positions``."""
        return frozenset(self._positions.rules[number] for number in positions & self._positions.last)

    def step(self, state: State, char: str) -> State:
        """Return the state after ``char``, and remember it."""
        if self._steps >= MAX_STEPS:
            self._forget()
        after = self._beginning(char)
        if state.positions:
            follow = self._positions.follow
            after = after.union(self._taking(char, {next_ for number in state.positions for next_ in follow[number]}))
        known = self._states.get(after)
        if known is None:
            known = self._states[after] = State(self, after)
        state[char] = known
        self._steps += 1
        return known

    def _beginning(self, char: str) -> frozenset[int]:
        known = self._first.get(char)
        if known is None:
            known = self._first[char] = frozenset(self._taking(char, self._positions.first))
        return known

    def _taking(self, char: str, positions: Iterable[int]) -> Iterator[int]:
        taking, classes = self._classes.taking(char), self._positions.classes
        return (number for number in positions if classes[number] in taking)

    def _forget(self) -> None:
        self._steps = 0
        self._states: dict[frozenset[int], State] = {}
        self._first: dict[str, frozenset[int]] = {}
        self._classes.forget()
        self._start = State(self, frozenset())


class _Classes:
    """Says which classes take a character. Most of them list their members; the engine is asked about the others."""

    def __init__(self, kinds: dict[CharacterClass, int]) -> None:
        self._asked = [(number, _pattern(kind)) for kind, number in kinds.items() if kind.members is None]
        self._listed: dict[str, set[int]] = {}
        for kind, number in kinds.items():
            for char in kind.members or "":
                self._listed.setdefault(char, set()).add(number)
        self.forget()

    def taking(self, char: str) -> frozenset[int]:
        """Return the classes that take ``char``."""
        known = self._known.get(char)
        if known is None:
            asked = (number for number, pattern in self._asked if pattern.match(char, 0, timeout=time_limit(char)))
            taking = frozenset(asked) | self._listed.get(char, set())
            known = self._known[char] = self._same.setdefault(taking, taking)
        return known

    def forget(self) -> None:
        """Forget what was asked."""
        self._known: dict[str, frozenset[int]] = {}
        self._same: dict[frozenset[int], frozenset[int]] = {}


def _pattern(kind: CharacterClass) -> Pattern:
    return compiled(f"(?{kind.flags}:{kind.source})" if kind.flags else kind.source)


class Scan:
    """The automaton's way through one text, whose positions are counted from ``at`` on."""

    __slots__ = ("_now", "_past", "_quiet", "_state", "at", "quiet_at")

    def __init__(self, automaton: Automaton, at: int = 0) -> None:
        self._state = automaton.start
        self._past: frozenset[int] = frozenset()  # what may have matched before `quiet_at`
        self._now: frozenset[int] = frozenset()  # and what since then
        self._quiet = [at]  # the places where it was quiet, from a first one on
        self.at = at
        """How far the text was read."""
        self.quiet_at = at
        """Up to where nothing that has begun can still change."""

    @property
    def live(self) -> frozenset[int]:
        """The patterns that are under way."""
        return self._state.live

    @property
    def matched(self) -> frozenset[int]:
        """The patterns that may have matched, but for those that were dropped."""
        return self._past | self._now

    def quiet_before(self, place: int) -> int:
        """Return up to where nothing could still change when the text was read up to ``place``."""
        return self._quiet[max(bisect_right(self._quiet, place) - 1, 0)]

    def drop(self) -> None:
        """Leave out of ``matched`` what can only have matched before ``quiet_at``, and forget earlier quiet places."""
        self._past = frozenset()
        del self._quiet[:-1]

    def feed(self, text: str) -> None:
        """Read the next piece."""
        state, at = self._state, self.at
        for char in text:
            state = state[char]
            at += 1
            if state.is_remarkable:
                self._note(state, at)
        self._state, self.at = state, at

    def _note(self, state: State, at: int) -> None:
        if state.matched:
            self._now |= state.matched
        if state.is_quiet:
            self.quiet_at = at
            self._quiet.append(at)
            if self._now:
                self._past, self._now = self._past | self._now, frozenset()
