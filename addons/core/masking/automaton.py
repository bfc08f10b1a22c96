"""All patterns at once, character by character: what a stream's text may have become, and may still become.

An automaton of sets of positions, built as texts need it (Thompson 1968; lazily, as RE2 does). It says a little too
much, never too little (see ``positions``): where it is quiet, no pattern can have begun that is not over; what it did
not come across, no pattern can have matched.

A set of positions is a number with a bit for each. Most positions are followed by the next one only, so that a step is
a shift for these (Baeza-Yates and Gonnet 1992), and a union for the others: digits, of which hundreds of patterns may
be made, take hardly longer than words.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from addons.core.masking.bitset import bits, members, some_bytes
from addons.core.masking.engine import compiled, time_limit
from addons.core.masking.positions import CharacterClass, Positions
from addons.core.masking.syntax import Node

MAX_REMEMBERED = 32 * 1024 * 1024
"""Bytes, about, of the steps that are remembered. Ordinary text needs some thousands; then everything is forgotten."""

_STEP_BYTES = 160
"""An entry of a state, of a character or of a union, without its set."""
_STATE_BYTES = 480
"""A state without its set."""
_NEAR = (0, 1, 2)
"""How far a position that follows on another one may be ahead of it, to be reached by a shift: it repeats, it is the
next, or the next one may be left out."""


class State(dict[str, "State"]):
    """Which positions have taken the last character; as a mapping: the state after one more. Made by ``Automaton``."""

    __slots__ = ("_automaton", "is_quiet", "is_remarkable", "matched", "positions")

    def __init__(self, automaton: "Automaton", positions: int) -> None:
        super().__init__()
        self._automaton = automaton
        self.positions = positions
        self.matched = automaton.matched_in(positions)
        """Patterns that may have matched up to here."""
        self.is_quiet = automaton.is_quiet_in(positions)
        """No pattern has begun that is not over."""
        self.is_remarkable = self.is_quiet or bool(self.matched)

    def __missing__(self, char: str) -> "State":
        return self._automaton.step(self, char)

    @property
    def live(self) -> frozenset[int]:
        """Patterns that have begun and are not over."""
        return self._automaton.live_in(self.positions)


class Automaton:
    """The patterns, by number. Shared between texts; what one of them needed is there for the next."""

    def __init__(self, patterns: Sequence[Node]) -> None:
        self._positions = Positions()
        for number, node in enumerate(patterns):
            self._positions.add(number, node)
        follow = self._positions.follow
        self._first = bits(self._positions.first)
        self._last = bits(self._positions.last)
        silent = self._positions.silent
        self._open = bits(number for number, after in enumerate(follow) if after and number not in silent)
        self._steps = tuple(
            (by, bits(number for number, after in enumerate(follow) if number + by in after)) for by in _NEAR
        )
        near = frozenset(_NEAR)
        self._jumping = bits(
            number for number, after in enumerate(follow) if not near.issuperset(next_ - number for next_ in after)
        )
        self._width = self.size // 8 + 1
        self._classes = _Classes(self._positions)
        self._states: dict[int, State] = {}
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
    def after_others(self) -> frozenset[int]:
        """The patterns before which something else must stand."""
        return frozenset(self._positions.rules[number] for number in self._positions.silent)

    @property
    def remembered(self) -> int:
        """How many bytes are remembered, about."""
        return self._remembered

    def live_in(self, positions: int) -> frozenset[int]:
        """Return the patterns that are under way in ``positions``."""
        return self._rules_of(positions & self._open)

    def is_quiet_in(self, positions: int) -> bool:
        """Say whether none is."""
        return not positions & self._open

    def matched_in(self, positions: int) -> frozenset[int]:
        """Return the patterns that may be complete in ``positions``."""
        matched = positions & self._last
        known = self._matched.get(matched)
        if known is None:
            known = self._matched[matched] = self._rules_of(matched)
        return known

    def _rules_of(self, positions: int) -> frozenset[int]:
        return frozenset(self._positions.rules[number] for number in members(positions)) if positions else frozenset()

    def step(self, state: State, char: str) -> State:
        """Return the state after ``char``, and remember it."""
        if self._remembered >= MAX_REMEMBERED:
            self._forget()
        after = self._first
        if state.positions:
            for by, stepping in self._steps:
                after |= (state.positions & stepping) << by
            after |= self._jumped(state.positions & self._jumping)
        after &= self._classes.taking(char)
        known = self._states.get(after)
        if known is None:
            known = self._states[after] = State(self, after)
            self._remembered += _STATE_BYTES + self._width
        state[char] = known
        self._remembered += _STEP_BYTES
        return known

    def _jumped(self, positions: int) -> int:
        """Return what follows on ``positions``, worked out for eight of them at once."""
        after = 0
        for key in some_bytes(positions):
            follows = self._jumps.get(key)
            after |= self._jumps_of(*key) if follows is None else follows
        return after

    def _jumps_of(self, place: int, some: bytes) -> int:
        follow = self._positions.follow
        follows = bits(after for number in members(some[0]) for after in follow[place * 8 + number])
        self._jumps[place, some] = follows
        self._remembered += _STEP_BYTES + self._width
        return follows

    def _forget(self) -> None:
        for state in tuple(self._states.values()):  # another thread may be adding one
            state.clear()  # they refer to each other
        self._remembered = 0
        self._states = {}
        self._jumps: dict[tuple[int, bytes], int] = {}
        self._matched: dict[int, frozenset[int]] = {}
        self._classes.forget()
        self._start = State(self, 0)


class _Classes:
    """Says which positions take a character.

    Most classes list their members. The engine is asked about the others, all at once.
    """

    def __init__(self, positions: Positions) -> None:
        numbers: dict[int, list[int]] = {}
        for position, number in enumerate(positions.classes):
            numbers.setdefault(number, []).append(position)
        self._bits = {number: bits(those) for number, those in numbers.items()}
        self._asked = [number for kind, number in positions.kinds.items() if kind.members is None]
        asked = (kind for kind in positions.kinds if kind.members is None)
        self._question = compiled("".join(f"(?=({_source(kind)})|)" for kind in asked))
        self._listed: dict[str, set[int]] = {}
        for kind, number in positions.kinds.items():
            for char in kind.members or "":
                self._listed.setdefault(char, set()).add(number)
        self.forget()

    def taking(self, char: str) -> int:
        """Return the positions that take ``char``, whatever comes before it."""
        known = self._known.get(char)
        if known is None:
            match = self._question.match(char, 0, timeout=time_limit(char))
            answers = match.groups() if match else ()
            asked = (number for number, answer in zip(self._asked, answers, strict=True) if answer is not None)
            kinds = frozenset(asked) | self._listed.get(char, set())
            known = self._same.get(kinds)
            if known is None:
                known = 0
                for kind in kinds:
                    known |= self._bits[kind]
                self._same[kinds] = known
            self._known[char] = known
        return known

    def forget(self) -> None:
        """Forget what was asked."""
        self._known: dict[str, int] = {}
        self._same: dict[frozenset[int], int] = {}


def _source(kind: CharacterClass) -> str:
    return f"(?{kind.flags}:{kind.source})" if kind.flags else kind.source


class Zone(NamedTuple):
    """A part of a text in which some patterns may match: with all that begins in it, and with nothing from before."""

    start: int
    end: int
    rules: frozenset[int]


def zones(automaton: Automaton, text: str) -> Iterator[Zone]:
    """Yield the parts of a whole text in which a pattern may match; they end where it is quiet."""
    state, start = automaton.start, 0
    matched: frozenset[int] = frozenset()
    for at, char in enumerate(text, 1):
        state = state[char]
        if state.is_remarkable:
            matched |= state.matched
            if state.is_quiet:
                if matched:
                    yield Zone(start, at, matched)
                    matched = frozenset()
                start = at
    if matched:
        yield Zone(start, len(text), matched)


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
