"""`direction`: `request` or `response`."""

from dataclasses import dataclass

from addons.core.call import Direction
from addons.core.policy.scene import Scene, Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class DirectionTest:
    """What is judged travels in one of the directions."""

    directions: frozenset[Direction]
    key: str = "direction"

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        return scene.direction in self.directions


def read(value: Value) -> DirectionTest:
    """Read one direction or a list of both."""
    names = [item.choice(Direction) for item in value.alternatives()]
    return DirectionTest(frozenset(Direction(name) for name in names if name))
