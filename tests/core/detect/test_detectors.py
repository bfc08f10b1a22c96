import pytest

from addons.core.detect.catalogue import DETECTORS, select
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker

TRUE = [(detector, example) for detector in DETECTORS for example in detector.examples]
FALSE = [(detector, example) for detector in DETECTORS for example in detector.counter_examples]


@pytest.mark.parametrize(("detector", "example"), TRUE, ids=lambda value: value if isinstance(value, str) else "")
def test_an_example_is_found(detector: Detector, example: str) -> None:
    hits = Masker([detector]).find(example)
    assert len({hit.detector for hit in hits}) == 1
    assert {hit.detector for hit in Masker.shared(DETECTORS).find(f"x {example}\n")} >= {detector.name}


@pytest.mark.parametrize(("detector", "example"), FALSE, ids=lambda value: value if isinstance(value, str) else "")
def test_a_counter_example_is_not_found(detector: Detector, example: str) -> None:
    masker = Masker.shared(select([detector.name]))
    assert masker.find(example) == ()
    assert masker.find(f"x {example}\n") == ()


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_a_detector_is_complete(detector: Detector) -> None:
    assert detector.examples
    assert detector.counter_examples
    assert detector.name.upper() in {detector.label, f"NAMED_{detector.label}"}
    assert detector.groups in {("pii",), ("secrets",), ("pii", "national_id")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reach me at jane@example.com or +44 20 7946 0958.", "Reach me at [EMAIL] or [PHONE]."),
        ('{"email": "jane@example.com", "n": 1}', '{"email": "[EMAIL]", "n": 1}'),
        ("a@example.com,b@example.com;c@example.com", "[EMAIL],[EMAIL];[EMAIL]"),
        ("415-555-2671 415-555-2672", "[PHONE] [PHONE]"),
        ("DE89 3704 0044 0532 0130 00 and GB82WEST12345698765432.", "[IBAN] and [IBAN]."),
        ("4111111111111111, exp 12/27, 123", "[CARD], exp 12/27, 123"),
        ("4111 1111 1111 1111 5555 5555 5555 4444", "[CARD] [CARD]"),
        ("ssn=123-45-6789&card=4111111111111111", "ssn=[US_SSN]&card=[CARD]"),
        ("10.0.0.1 -> 10.0.0.2, fe80::1, 2001:db8::1", "[IP] -> [IP], [IP], [IP]"),
        ("\\u00204111111111111111\\n123-45-6789", "\\u0020[CARD]\\n[US_SSN]"),
        ("q=%204111111111111111", "q=%20[CARD]"),
        ("key: 'sk-" + "ant-" + "a1B2" * 30 + "', next", "key: '[API_KEY]', next"),
        ("AKIA" + "IOSFODNN7EXAMPLE and more", "[API_KEY] and more"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\nBye", "[PRIVATE_KEY]\nBye"),
        ("-----BEGIN PRIVATE KEY-----\nMHcC!", "[PRIVATE_KEY]!"),
    ],
)
def test_only_the_value_is_replaced(text: str, expected: str) -> None:
    assert Masker.shared(DETECTORS).mask(text).text == expected


LOG = """\
2026-01-15 10:30:00,123 INFO [worker-3] request 1700000000123 took 0.123456 s, 12,345,678 bytes, pid=123456789
2026-01-15T10:30:00.123456+00:00 level=debug trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7 port=8080
127 | 0x7fff5fbff8c0 | 550e8400-e29b-41d4-a716-446655440000 | v1.2.3-rc.4+build.567 | 978-0-306-40615-7 | 10:00-11:30
numpy==1.26.4 torch==2.1.0+cu121 requests@2.31.0 node:20.11.1-alpine3.19 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae
def f(x: int = 10, *, y=a[::2], z=std::vector<int>{1, 2, 3}): return x @ y.T  # 3.14159 26535 89793 (p. 123-456)
$1,234.56 | 1 234 567 | 1.234.567,89 | 50.1234567, -122.7654321 | 00 01 02 03 04 05 06 07 08 09 | 2024/01/15 | 24:00
"""


def test_a_log_and_code_have_nothing_in_them() -> None:
    masked = Masker(DETECTORS).mask(LOG)
    assert masked.text == LOG
