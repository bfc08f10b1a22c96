"""`detect`: what a detector finds in a text."""

from dataclasses import dataclass, field

from addons.core.detect import catalogue
from addons.core.masking.masker import Masker
from addons.core.masking.ruleset import OVERFLOW, TIMEOUT
from addons.core.policy.scene import Scene, SeenText, Trial
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class DetectTest:
    """One of the detectors, or one of a group of them, finds something."""

    detectors: tuple[str, ...]
    _masker: Masker = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_masker", Masker(catalogue.select(self.detectors)))

    def ruled_out(self, scene: Scene) -> bool:
        """Never tell beforehand."""
        del scene
        return False

    def holds(self, text: SeenText, trial: Trial) -> bool:
        """Tell whether the test holds. The masker normalises by itself."""
        found = {hit.detector for hit in self._masker.find(text.text.text)}
        if found and found <= {TIMEOUT, OVERFLOW}:
            return trial.fault("a detector did not finish")
        return bool(found)


def read(value: Value) -> DetectTest:
    """Read the names."""
    return DetectTest(known_detectors(value))


def known_detectors(value: Value) -> tuple[str, ...]:
    """Read one name of a detector or of a group, or a list of them."""
    known = frozenset(catalogue.names())
    found: list[str] = []
    for item in value.alternatives():
        name = item.text()
        if name in known:
            found.append(name)
        elif name:
            item.fail(f"unknown detector '{name}'", closest(name, known))
    return tuple(dict.fromkeys(found))
