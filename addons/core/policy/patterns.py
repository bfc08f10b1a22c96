"""Patterns of names and paths, in which `*` is the only special character."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from addons.core.policy.normalise import folded_name
from addons.core.policy.regexes import Pattern, compiled, search


@dataclass(frozen=True, slots=True)
class NamePatterns:
    """Alternatives for a name. ``exact`` and ``globs`` are in folded case where ``fold`` is set."""

    sources: tuple[str, ...]
    fold: bool = True
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _globs: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [folded_name(source) if self.fold else source for source in self.sources]
        object.__setattr__(self, "_exact", frozenset(name for name in names if "*" not in name))
        object.__setattr__(self, "_globs", tuple(_glob(name) for name in names if "*" in name))

    def match(self, name: str) -> bool:
        """Tell whether ``name`` matches one of the patterns."""
        return self.match_folded(folded_name(name) if self.fold else name)

    def match_folded(self, name: str) -> bool:
        """Tell the same of a name that is in folded case already, where ``fold`` is set."""
        return name in self._exact or any(glob.fullmatch(name) for glob in self._globs)

    def any_of(self, names: Iterable[str]) -> bool:
        """Tell whether one of ``names`` matches."""
        return any(self.match(name) for name in names)


@lru_cache(maxsize=1024)
def names_of(sources: tuple[str, ...], *, fold: bool = True) -> NamePatterns:
    """Return the compiled patterns of names that a policy keeps as plain texts."""
    return NamePatterns(sources, fold)


@dataclass(frozen=True, slots=True)
class PathPatterns:
    """Alternatives for a path: ``*`` stays within a segment, ``**`` does not. Case counts (RFC 3986, 6.2.2.1)."""

    sources: tuple[str, ...]
    _globs: tuple[Pattern, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_globs", tuple(_path_glob(source) for source in self.sources))

    def match(self, path: str) -> bool | None:
        """Tell whether ``path`` matches one of the patterns; ``None`` where the time was not enough."""
        results = [search(glob, path) for glob in self._globs]
        return True if True in results else None if None in results else False


def _glob(source: str) -> re.Pattern[str]:
    """Compile to a pattern that takes the leftmost place for each part, so that a long name costs no more than once."""
    first, *middle, last = re.split(r"\*+", source)
    parts = "".join(f"(?>.*?{re.escape(part)})" for part in middle)
    return re.compile(f"{re.escape(first)}{parts}.*{re.escape(last)}", re.DOTALL)


def _path_glob(source: str) -> Pattern:
    wild = {"*": "[^/]*", "**": ".*"}
    parts = (wild.get(part, re.escape(part)) for part in re.split(r"(\*+)", source))
    return compiled(rf"(?s)\A{''.join(parts)}\Z")
