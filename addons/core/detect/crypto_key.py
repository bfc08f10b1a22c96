"""Private keys of cryptocurrencies: the wallet import format, and extended keys (BIP 32). Both have a checksum."""

from addons.core.detect.base58 import payload
from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, start

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_LETTERS = "[A-HJ-NP-Za-km-z]"
_VERSIONS = frozenset({0x80, 0xB0, 0x9E})
"""Bitcoin, Litecoin, Dogecoin."""
_SIZES = frozenset({33, 34})
"""Bytes of a version and a key; one more says that its public key is written short."""


def is_wallet_key(value: str) -> bool:
    """Say whether ``value`` is a version and a key, with the right checksum."""
    content = payload(value)
    return len(content) in _SIZES and content[0] in _VERSIONS


def is_extended_key(value: str) -> bool:
    """Say whether the checksum is right."""
    return bool(payload(value))


WALLET_KEY = Detector(
    name="crypto_key",
    label="CRYPTO_KEY",
    groups=("secrets",),
    pattern=rf"[5KLTQ6](?={_LETTERS}{{0,40}}[1-9]){start(1)}{_LETTERS}{{0,40}}[1-9]{_BASE58}{{8,51}}{END}",
    validate=is_wallet_key,
    examples=(
        "5HueCGU8rMjxEXxiPuD5" + "BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
        "KwdMAjGmerYanjeui5SHS7Jk" + "mpZvVipYvB2LJGU1ZxJwYvP98617",
    ),
    counter_examples=("5HueCGU8rMjxEXxiPuD5" + "BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK", "Kwd1"),
)

# Put together, so that a scanner of this repository finds no key in it: the first of BIP 32's own test vectors.
_FIRST_HALF = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJx"

EXTENDED_KEY = Detector(
    name="crypto_key",
    label="CRYPTO_KEY",
    groups=("secrets",),
    pattern=rf"[xyztuvYZUV]prv{start(4)}{_BASE58}{{100,112}}{END}",
    validate=is_extended_key,
    examples=(_FIRST_HALF + "WUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",),
    counter_examples=("xprv9s21ZrQH143K3QTDL", "xprv" + "a1B2" * 27),
)

CRYPTO_KEYS = (WALLET_KEY, EXTENDED_KEY)
