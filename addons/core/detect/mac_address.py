"""Hardware addresses (IEEE 802, EUI-48): six bytes with colons or dashes, or three words with dots, as Cisco does."""

from addons.core.detect.context import named
from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, outside, start

_BYTE = "[0-9A-Fa-f]{2}"
_WORD = "[0-9A-Fa-f]{4}"
_WORDS = (
    "(?:mac|hw|hardware|ethernet|bluetooth)[ _-]?(?:addr(?:ess)?|adresse|id)|mac|bssid|lladdr|ether|"
    "(?:adresse|direcci[o\u00f3]n|indirizzo) mac"
)
_NOT_BEFORE = rf"{END}(?![:.-]{_BYTE})"


def is_mac(value: str) -> bool:
    """Say whether it may be one device's: not all ones or all zeros, and no time (``20-01-15-10-30-00``) or words."""
    plain = "".join(char for char in value if char.isalnum())
    return len(set(plain.lower())) > 1 and not plain.isalpha() and not plain.isdecimal()


def is_device(value: str) -> bool:
    """Say whether it is not all ones or all zeros."""
    return len({char.lower() for char in value if char.isalnum()}) > 1


MAC_ADDRESSES = (
    Detector(
        name="mac_address",
        label="MAC_ADDRESS",
        groups=("pii",),
        pattern=rf"{_BYTE}(?:(?::{_BYTE}){{5}}|(?:-{_BYTE}){{5}}){start(17)}(?<![:.-].{{17}}){_NOT_BEFORE}",
        validate=is_mac,
        examples=(
            "00:1A:2B:3C:4D:5E",
            "00-1a-2b-3c-4d-5e",
            "link/ether 52:54:00:12:34:5b brd ff:ff:ff:ff:ff:ff",
            '"mac": "aa:bb:cc:dd:ee:0f"',
            "\\n00:1A:2B:3C:4D:5E",
            "mac=00:1a:2b:3c:4d:5e,",
            "Physical Address: 00-1A-2B-3C-4D-5E",
        ),
        counter_examples=(
            "ff:ff:ff:ff:ff:ff",
            "00:00:00:00:00:00",
            "20-01-15-10-30-00",
            "12:30:45:10:20:30",
            "00:1a:2b:3c:4d:5e:6f",
            "00:1a:2b:3c:4d",
            "00:1a:2b:3c:4d:5e:6f:70",
            "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
            "2001:db8:85a3:00:1a:2b:3c:4d",
            "x00:1a:2b:3c:4d:5e",
            "00:1a-2b:3c-4d:5e",
            "550e8400-e29b-41d4-a716-446655440000",
        ),
    ),
    Detector(
        name="mac_address",
        label="MAC_ADDRESS",
        groups=("pii",),
        pattern=rf"{_WORD}{start(4)}(?<![.].{{4}})[.]{_WORD}[.]{_WORD}{_NOT_BEFORE}(?![.])",
        validate=is_mac,
        examples=(
            "001a.2b3c.4d5e",
            "10  001A.2B3C.4D5E  DYNAMIC  Gi1/0/1",
            "Hardware is iGbE, address is 5254.0012.34ab",
        ),
        counter_examples=("1234.5678.9012", "ffff.ffff.ffff", "001a.2b3c", "001a.2b3c.4d5e.6f70", "face.dead.beef"),
    ),
    Detector(
        name="mac_address",
        label="MAC_ADDRESS",
        groups=("pii",),
        pattern=rf"[0-9A-Fa-f]{{12}}{END}{start(12)}{named(_WORDS, 12)}(?![:.-]{_BYTE})",
        validate=is_device,
        examples=("MAC: 001A2B3C4D5E", "bssid=001a2b3c4d5e", '"mac_address": "102030405060"'),
        counter_examples=(
            "001A2B3C4D5E",
            "MAC: 000000000000",
            "mac 001A2B3C4D5E6F",
            "stomach 001A2B3C4D5E",
            "mac: 001A2B3C4D",
        ),
    ),
    Detector(
        name="mac_address",
        label="MAC_ADDRESS",
        groups=("pii",),
        pattern=rf"[0-9]{{2}}{outside(2)}(?=(?:[:-][0-9]{{2}}){{5}}{_NOT_BEFORE}){start(2)}{named(_WORDS, 2)}"
        rf"(?:[:-][0-9]{{2}}){{5}}",
        validate=is_device,
        examples=('"mac_address": "10:20:30:40:50:60"', "MAC address 10-20-30-40-50-60"),
        counter_examples=("10:20:30:40:50:60", "stomach 10:20:30:40:50:60", "mac 10:20:30:40:50:60:70"),
    ),
)
"""Written with separators; as Cisco writes them; plain, or of digits only, after a word."""
