"""`redaction`: what is taken out of every call, in each direction."""

from collections.abc import Iterator

from addons.core.call import Direction
from addons.core.detect.catalogue import Catalogue
from addons.core.detect.detector import Detector
from addons.core.masking.styles import Style
from addons.core.policy.matchers.detect import known_detector, meant_in
from addons.core.policy.model import Redaction, RedactionRule
from addons.core.policy.suggestions import closest
from addons.core.policy.values import Value, optional


def read(value: Value, catalogue: Catalogue) -> Redaction:
    """Read the section. ``catalogue`` holds the detectors that can be named."""
    members = value.mapping(optional=("requests", "responses"))
    return Redaction(
        requests=optional(members, "requests", lambda one: _rule(one, catalogue, Direction.REQUEST), RedactionRule()),
        responses=optional(
            members, "responses", lambda one: _rule(one, catalogue, Direction.RESPONSE), RedactionRule()
        ),
    )


def _rule(value: Value, catalogue: Catalogue, direction: Direction) -> RedactionRule:
    members = value.mapping(required=("detect",), optional=("style", "styles"))
    detectors = _detectors(members["detect"], catalogue, direction) if "detect" in members else ()
    return RedactionRule(
        detectors=tuple(one for one in detectors if not one.entity),
        entities=tuple(one for one in detectors if one.entity),
        style=optional(members, "style", _style, Style.LABEL),
        styles=tuple(_styles(members["styles"], detectors)) if "styles" in members else (),
    )


def _detectors(value: Value, catalogue: Catalogue, direction: Direction) -> tuple[Detector, ...]:
    names = set()
    for item in value.alternatives():
        name = known_detector(item, catalogue)
        if name and not meant_in(direction, catalogue.select([name])):
            item.fail(f"'{name}' is looked for in requests only", "In answers its shape is too common: leave it out.")
        elif name:
            names.add(name)
    return meant_in(direction, catalogue.select(names))


def _style(value: Value) -> Style:
    name = value.choice(Style)
    return Style(name) if name else Style.LABEL


def _styles(value: Value, used: tuple[Detector, ...]) -> Iterator[tuple[str, Style]]:
    """Read exceptions; what is said of a detector goes before what is said of a group that it is in."""
    of_groups: dict[str, Style] = {}
    of_detectors: dict[str, Style] = {}
    known = {name for detector in used for name in (detector.name, *detector.groups)}
    for name, key, member in value.members():
        style = _style(member)
        if name not in known:
            key.fail(f"no detector '{name}' is used here", closest(name, known))
        for detector in used:
            if name in detector.groups:
                of_groups[detector.name] = style
            elif name == detector.name:
                of_detectors[name] = style
    yield from {**of_groups, **of_detectors}.items()
