"""`service`, `operation`, `method`, `model`: names, in any case, with `*`."""

from dataclasses import dataclass

from addons.core.policy.patterns import NamePatterns
from addons.core.policy.scene import Scene, Trial
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class NameTest:
    """The call's ``key`` is one of the names."""

    key: str
    names: NamePatterns

    def holds(self, scene: Scene, trial: Trial) -> bool:
        """Tell whether the test holds; it never fails."""
        del trial
        name: str = getattr(scene, self.key)
        return self.names.match_folded(name)


def read(value: Value, key: str) -> NameTest:
    """Read the names."""
    return NameTest(key, NamePatterns(value.texts()))
