"""`size`: the request body's length after content coding was removed, as in `">1MB"`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from addons.core.policy.scene import Scene, Trial
from addons.core.policy.values import Value

_UNITS: Mapping[str, int] = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_SIZE = re.compile(r"\s*(>=|<=|>|<)\s*([0-9]{1,15})\s*([A-Za-z]*)\s*")


@dataclass(frozen=True, slots=True)
class SizeTest:
    """The body's length in bytes compares as said with one of the limits."""

    limits: tuple[tuple[str, int], ...]
    key: str = "size"

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        return any(_COMPARISONS[comparison](scene.call.size, limit) for comparison, limit in self.limits)


def read(value: Value) -> SizeTest:
    """Read one comparison or a list of them."""
    return SizeTest(tuple(_limit(item) for item in value.alternatives()))


def _limit(value: Value) -> tuple[str, int]:
    text = value.text()
    found = _SIZE.fullmatch(text)
    if found is None or found[3].lower() not in _UNITS:
        if text:
            value.fail(f"'{text}' is not a size", 'Write it as ">1MB", "<=100KB" or ">512".')
        return ">", 0
    comparison, limit = found[1], int(found[2]) * _UNITS[found[3].lower()]
    if (comparison, limit) in (("<", 0), (">=", 0)):
        value.fail(f"'{text}' holds for {'no' if comparison == '<' else 'every'} body")
    return comparison, limit
