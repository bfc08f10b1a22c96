"""`detect`: what a detector finds in a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from addons.core.call import Direction
from addons.core.detect.catalogue import Catalogue
from addons.core.detect.detector import Detector
from addons.core.detect.entity import GROUP, TYPES
from addons.core.masking.masker import Masker
from addons.core.masking.ruleset import OVERFLOW, TIMEOUT
from addons.core.policy.scene import Scene, SeenText, Trial
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value


@dataclass(frozen=True, slots=True)
class DetectTest:
    """One of the detectors finds something. In answers those that are for requests only do not count."""

    detectors: tuple[Detector, ...]
    _maskers: Mapping[Direction, Masker] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        maskers = {direction: Masker.shared(meant_in(direction, self.detectors)) for direction in Direction}
        object.__setattr__(self, "_maskers", maskers)

    @property
    def maskers(self) -> tuple[Masker, ...]:
        """What finds it, in either direction."""
        return tuple(self._maskers.values())

    def possible_in(self, direction: Direction) -> bool:
        """Tell whether one of the detectors is for ``direction``."""
        return bool(meant_in(direction, self.detectors))

    def ruled_out(self, scene: Scene) -> bool:
        """Tell whether none of the detectors is for this direction."""
        return not self.possible_in(scene.direction)

    def holds(self, text: SeenText, trial: Trial) -> bool:
        """Tell whether the test holds. The masker normalises by itself."""
        found = {hit.detector for hit in self._maskers[text.direction].find(text.text.text)}
        if found and found <= {TIMEOUT, OVERFLOW}:
            return trial.fault("a detector did not finish")
        return bool(found)


def read(value: Value, catalogue: Catalogue) -> DetectTest:
    """Read the names. A language model takes too long to be asked by rules."""
    selected = catalogue.select(known_detectors(value, catalogue))
    for item in value.alternatives() if any(one.entity for one in selected) else ():
        if any(one.entity for one in selected if item.node.content in (one.name, *one.groups)):
            item.fail(f"'{item.node.content}' is no condition", "What a model finds is named under `redaction`.")
    return DetectTest(tuple(one for one in selected if not one.entity))


def known_detectors(value: Value, catalogue: Catalogue) -> tuple[str, ...]:
    """Read one name of a detector or of a group, or a list of them."""
    return tuple(dict.fromkeys(name for item in value.alternatives() if (name := known_detector(item, catalogue))))


def known_detector(value: Value, catalogue: Catalogue) -> str:
    """Read the name of a detector or of a group; the empty text where there is none such."""
    name, known = value.text(), catalogue.names()
    if name and name not in known:
        is_entity = name == GROUP or name.upper() in TYPES
        way_out = "Add the section `entities`, with this type." if is_entity else closest(name, known)
        value.fail(f"unknown detector '{name}'", way_out)
        return ""
    return name


def meant_in(direction: Direction, detectors: tuple[Detector, ...]) -> tuple[Detector, ...]:
    """Return those of ``detectors`` that are for ``direction``: some shapes are too common in answers."""
    return tuple(one for one in detectors if direction is Direction.REQUEST or not one.requests_only)
