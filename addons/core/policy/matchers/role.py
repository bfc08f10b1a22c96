"""`role`: who wrote a text (`user`, `system`, `tool`, …)."""

from dataclasses import dataclass

from addons.core.call import Direction
from addons.core.policy.patterns import NamePatterns
from addons.core.policy.scene import Scene, SeenText, Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class RoleTest:
    """The text's role is one of the names."""

    roles: NamePatterns

    def possible_in(self, direction: Direction) -> bool:
        """Tell that the test can hold in either."""
        del direction
        return True

    def ruled_out(self, scene: Scene) -> bool:
        """Never tell beforehand."""
        del scene
        return False

    def holds(self, text: SeenText, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        return self.roles.match(text.text.role)


def read(value: Value) -> RoleTest:
    """Read the roles."""
    return RoleTest(NamePatterns(value.texts()))
