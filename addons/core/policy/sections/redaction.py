"""`redaction`: what is taken out of every call, in each direction."""

from addons.core.policy.matchers.detect import known_detectors
from addons.core.policy.model import Redaction, RedactionRule
from addons.core.policy.values import Value, optional

STYLES = ("label", "token")


def read(value: Value) -> Redaction:
    """Read the section."""
    members = value.mapping(optional=("requests", "responses"))
    return Redaction(
        requests=optional(members, "requests", _rule, RedactionRule()),
        responses=optional(members, "responses", _rule, RedactionRule()),
    )


def _rule(value: Value) -> RedactionRule:
    members = value.mapping(required=("detect",), optional=("style",))
    return RedactionRule(
        detect=optional(members, "detect", known_detectors, ()),
        style=optional(members, "style", lambda style: style.choice(STYLES), RedactionRule().style),
    )
