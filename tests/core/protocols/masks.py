"""The masker of these tests: the real one, with three plain detectors."""

from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker

MASKER = Masker(
    (
        Detector("email", "EMAIL", r"[a-z][a-z.]{0,40}@[a-z]{1,40}\.com"),
        Detector("card", "CARD", r"(?<!\d)4\d{3} ?\d{4} ?\d{4} ?\d{4}(?!\d)"),
        Detector("key", "KEY", r"sk-proj-[a-z0-9]{16,64}"),
    )
)
