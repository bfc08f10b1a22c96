"""All views, as detectors look at them."""

from functools import partial

from addons.core.masking.views.codings import BASE64, BASE64_URL, HEX, Coding
from addons.core.masking.views.readable import Readable
from addons.core.masking.views.runs import Runs
from addons.core.masking.views.smuggled import Smuggled
from addons.core.masking.views.spaced_hex import GATE, SpacedHex
from addons.core.masking.views.view import Kind


def _runs(coding: Coding) -> Kind:
    return Kind(partial(Runs, coding), coding.gate)


VIEWS = (
    Kind(Readable),
    Kind(Smuggled),
    _runs(BASE64),
    _runs(BASE64_URL),
    _runs(HEX),
    Kind(SpacedHex, GATE),
)
"""What makes each view of a text, the text as it stands not among them. Each finds what the others do not."""
