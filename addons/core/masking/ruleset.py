"""Detectors made ready to run together, and what takes the place of what they find. Shared, never changed.

Rules go by rank, their place in the order of priority. Those of a single call come before the shared ones and have
negative ranks; so a rank is an index of ``rules`` for both.
"""

from collections.abc import Iterable
from collections.abc import Sequence as Several
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import cached_property, lru_cache

from addons.core.detect.detector import Detector
from addons.core.masking.automaton import Automaton, Scan
from addons.core.masking.cursor import Rule
from addons.core.masking.matcher import LiteralMatcher
from addons.core.masking.parser import parse
from addons.core.masking.prefilter import Prefilter, plain, prefilter
from addons.core.masking.scanner import DatabaseCache
from addons.core.masking.spans import Cluster
from addons.core.masking.styles import Replace, label, unstyled
from addons.core.masking.syntax import Look, Sequence
from addons.core.masking.views.view import Kind

UNREADABLE = "[UNREADABLE]"
"""What takes the place of text that could not be judged."""
TIMEOUT = "timeout"
"""The name under which text counts that took too long to judge."""
OVERFLOW = "overflow"
"""The name under which the rest of a text counts after too many matches."""

SHARED_SETS = 64
"""Compiled sets of detectors that are kept: a few for each service and rule of a policy, and of the one before it."""
CLEAN_CHARS = 64
"""Longest text that is remembered as clean: names, roles, ids, header values come again with every call."""
CLEAN_TEXTS = 4096
"""Texts remembered as clean for each set of detectors: below 1 MB."""

WIDE = 512
"""Characters of a literal from which on a stream asks for it by itself: an automaton has a position for each."""
NOTHING = Look(Sequence(()), ahead=True, negative=True)
"""A pattern that matches nowhere."""
FAMILIAR = (
    'Hello! {"name": "chairs (2)", "price": 79.90, "tags": ["a-b", "c_d"], "at": "2024-01-15T10:30:00Z", "n": null}\n'
    "for item in items[1:]: print(f'{item!r} <{item.id}>', end='; ')  # https://www.example.org/a/b?c=d&e=1#f\n"
    "The quick brown fox jumps over 13 lazy dogs, at 50% of the price: $4.95 + 7/8 * 10^3 = ~2,500 | \\t @all.\n"
)
"""Ordinary text, which the automaton has read before the first stream comes."""


class Compiled:
    """The rules that all calls share, with the views in which they look, and what is worked out about them.

    Raises ``PatternError``.
    """

    def __init__(self, detectors: Iterable[Detector], views: tuple[Kind, ...]) -> None:
        self.rules = tuple(Rule(detector, rank) for rank, detector in enumerate(detectors))
        self.lookback = max((rule.lookback for rule in self.rules), default=1)
        self._patterns = tuple(parse(rule.detector.pattern) for rule in self.rules)
        self.wide = tuple(
            rule.rank for rule in self.rules if isinstance(rule.matcher, LiteralMatcher) and rule.matcher.reach > WIDE
        )
        self.views = views
        self._always = tuple(view for view in views if not view.gate)
        self._gated = dict(enumerate((view for view in views if view.gate), len(self.rules)))
        self._sought = (*self._patterns, *(parse(view.gate) for view in self._gated.values()))
        self._prefilter: Prefilter = plain(self._sought)
        self._clean: set[str] = set()

    @cached_property
    def automaton(self) -> Automaton:
        """All patterns at once, for streams, but for the wide ones."""
        return Automaton([NOTHING if rank in self.wide else node for rank, node in enumerate(self._patterns)])

    @cached_property
    def dear(self) -> frozenset[int]:
        """The rules that are tried in many places, because what must stand before a match is looked at last."""
        return self.automaton.after_others

    def prepare(self, cache: DatabaseCache | None) -> None:
        """Compile what makes the rules fast; it changes no result. That takes up to seconds: not for the event loop."""
        self._prefilter = prefilter(self._sought, cache)
        Scan(self.automaton).feed(FAMILIAR)

    def able(self, text: str) -> tuple[list[int], list[Kind]]:
        """Return the ranks of the rules that may find something in ``text``, and the views that may differ from it."""
        able = self._prefilter.able(text)
        ranks = [rank for rank in able if rank not in self._gated]
        return ranks, [*self._always, *(self._gated[rank] for rank in able if rank in self._gated)]

    def is_clean(self, text: str) -> bool:
        """Say whether nothing was found in ``text`` lately, as it stands and in every view."""
        return text in self._clean

    def remember_clean(self, text: str) -> None:
        """Keep ``text`` as one in which nothing is to be found."""
        if len(text) <= CLEAN_CHARS:
            if len(self._clean) >= CLEAN_TEXTS:
                self._clean.clear()
            self._clean.add(text)


class Time:
    """The time of one call. Once a text has taken too long, none of the rest is judged: it all counts as found.

    So a body of many texts takes no longer than its slowest one, however evil a pattern is.
    """

    __slots__ = ("is_up",)

    def __init__(self) -> None:
        self.is_up = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a masker. ``own`` are the ranks of those that only one call has, ``idle`` of those it has not.

    ``time`` is that of the call, ``None`` for a masker that serves any number of calls.
    """

    compiled: Compiled
    rules: tuple[Rule, ...]
    lookback: int
    replace: Replace
    own: tuple[int, ...] = ()
    own_in_views: tuple[int, ...] = ()
    idle: frozenset[int] = frozenset()
    time: Time | None = None

    @property
    def is_late(self) -> bool:
        """Whether the call has no time left."""
        return self.time is not None and self.time.is_up

    def be_late(self) -> None:
        """Note that a text took too long."""
        if self.time is not None:
            self.time.is_up = True

    @classmethod
    def of(cls, compiled: Compiled, replace: Replace) -> "RuleSet":
        """Return the rules that are ``compiled``."""
        return cls(compiled, compiled.rules, compiled.lookback, replace)

    @property
    def apart(self) -> tuple[int, ...]:
        """The ranks of the rules that a stream asks one by one."""
        return (*self.own, *(rank for rank in self.compiled.wide if rank not in self.idle))

    @property
    def apart_in_views(self) -> tuple[int, ...]:
        """The ranks of those that look at views as well."""
        return tuple(rank for rank in self.apart if not self.rules[rank].detector.as_written)

    def preceded(self, detectors: Several[Detector], replace: Replace) -> "RuleSet":
        """Return the rules of a single call: these, after those of ``detectors``."""
        count = len(detectors)
        own = tuple(Rule(detector, rank - count) for rank, detector in enumerate(detectors))
        return changed(
            self,
            rules=(*self.compiled.rules, *own),
            lookback=max([self.lookback, *(rule.lookback for rule in own)]),
            replace=replace,
            time=Time(),
            own=tuple(rule.rank for rule in own),
            own_in_views=tuple(rule.rank for rule in own if not rule.detector.as_written),
        )

    def without(self, detectors: AbstractSet[Detector]) -> "RuleSet":
        """Return these rules but for those of ``detectors``."""
        idle = (rule.rank for rule in self.compiled.rules if rule.detector in detectors)
        return changed(self, idle=self.idle | frozenset(idle))

    def name(self, cluster: Cluster) -> str:
        """Return the name that ``cluster`` counts under."""
        return OVERFLOW if cluster.endless else self.rules[cluster.naming_rank].detector.name

    def mask(self, cluster: Cluster, value: str) -> tuple[str, str]:
        """Return what takes the place of ``cluster``, and the name it counts under, which says no more than is true.

        ``value`` need not be complete where that is too long. A style is asked about values of its detector only: what
        another one's value makes larger becomes a label, because none of that value may stay readable, or come back.
        """
        if cluster.endless:
            return UNREADABLE, OVERFLOW
        detector = self.rules[cluster.naming_rank].detector
        plain = label(detector, "")
        mask = plain if cluster.too_long or not self._is_whole(cluster, detector) else self.replace(detector, value)
        return mask, unstyled(detector.name) if mask == plain else detector.name

    def _is_whole(self, cluster: Cluster, detector: Detector) -> bool:
        """Say whether ``cluster`` is one value of ``detector``, or of another one of its name, and what is in that."""
        return any(
            span.start == cluster.start and span.end == cluster.end and self._is_called(span.rank, detector.name)
            for span in cluster.spans
        )

    def _is_called(self, rank: int, name: str) -> bool:
        return self.rules[rank].detector.name == name


@lru_cache(maxsize=SHARED_SETS)
def shared(detectors: tuple[Detector, ...], views: tuple[Kind, ...]) -> Compiled:
    """Compile at the first time only. None of the detectors may belong to a single call."""
    return Compiled(detectors, views)
