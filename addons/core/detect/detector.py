"""What a detector is: a pattern with a name, and its own true and false examples beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of value. ``name`` is what policies and findings say, ``label`` what takes a value's place.

    ``pattern`` has a finite width and never matches the empty string; only what ``validate`` accepts of its matches
    counts. ``measure`` instead says how many of a match's characters are the value, 0 for none. A match goes on through
    whatever ``tail`` matches after it, again and again: so a value of any length is covered whole, while its pattern
    stays narrow. Several detectors may share a name, where one pattern cannot say it. A ``vetted`` pattern takes linear
    time, so that it may be tried at many places, each with its own limit on time. A ``requests_only`` detector is not
    for answers: its shape alone is too common there. One that is ``as_written`` does not look at views of a text. One
    with an ``entity`` finds nothing by itself: it stands for what a language model finds, see ``entity``.

    A pattern may hold a credential, so it is not in the repr.
    """

    name: str
    label: str
    pattern: str = field(repr=False)
    groups: tuple[str, ...] = ()
    validate: Callable[[str], bool] | None = field(default=None, repr=False)
    examples: tuple[str, ...] = field(default=(), repr=False)
    counter_examples: tuple[str, ...] = field(default=(), repr=False)
    tail: str = field(default="", repr=False)
    vetted: bool = field(default=False, repr=False)
    measure: Callable[[str], int] | None = field(default=None, repr=False)
    requests_only: bool = False
    as_written: bool = False
    entity: str = ""

    def __hash__(self) -> int:
        """Detectors are keys of caches: two that are equal have the same name and pattern, and hashing stops there."""
        return hash((self.name, self.pattern))

    def length(self, match: str) -> int:
        """Return how many characters at the start of ``match`` are a value; 0 where there is none."""
        if self.measure is not None:
            return self.measure(match)
        return len(match) if self.validate is None or self.validate(match) else 0
