"""Addresses of cryptocurrencies: those with a checksum by it, Monero's by its shape, Solana's after its name.

Base58check: Bitcoin, Litecoin, Dogecoin, Dash, Tron, Ripple. Bech32 (BIP 173, BIP 350): Bitcoin, Litecoin. Ethereum:
ERC-55 where both cases are used; all lower or upper case is taken by its shape.
"""

from addons.core.detect.base58 import BITCOIN, RIPPLE, decoded, payload
from addons.core.detect.detector import Detector
from addons.core.detect.edges import END, start
from addons.core.detect.keccak import keccak256

_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_LETTERS = "[A-HJ-NP-Za-km-z]"
_HASH_SIZE = 21
"""Bytes of a version and a hash (RIPEMD-160)."""
_VERSIONS = frozenset({0x00, 0x05, 0x30, 0x32, 0x1E, 0x16, 0x4C, 0x41})
"""Bitcoin, Litecoin, Dogecoin, Dash, Tron."""
_PUBLIC_KEY_SIZE = 32
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CHECKS = frozenset({1, 0x2BC830A3})
"""What the checksum gives for Bech32 and for Bech32m."""


_UPPER = "89abcdef"
"""Digits of the digest that make a letter of the address a capital."""


def is_base58_address(value: str) -> bool:
    """Say whether ``value`` is a version and a hash, with the right checksum."""
    if value.startswith("r"):
        content = payload(value, RIPPLE)
        return len(content) == _HASH_SIZE and content[0] == 0
    content = payload(value)
    return len(content) == _HASH_SIZE and content[0] in _VERSIONS


def is_bech32_address(value: str) -> bool:
    """Say whether the checksum is right, and the case one only."""
    if value not in {value.lower(), value.upper()}:
        return False
    prefix, _, data = value.lower().rpartition("1")
    values = (
        [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix] + [*map(_BECH32.find, data)]
    )
    check = 1
    for number in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ number
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check in _BECH32_CHECKS


def is_ethereum_address(value: str) -> bool:
    """Say whether letters have the case that the digest of the address gives them (ERC-55), or all the same."""
    digits = value[2:]
    if digits in {digits.lower(), digits.upper()}:
        return len(set(digits.lower())) > 4  # noqa: PLR2004 - 0x000…, 0xdeadbeef… are nobody's
    digest = keccak256(digits.lower().encode()).hex()
    marks = zip(digits, digest, strict=False)
    return all(char.isdigit() or char.isupper() == (mark in _UPPER) for char, mark in marks)


def is_solana_address(value: str) -> bool:
    """Say whether ``value`` is as long as a public key."""
    return len(decoded(value, BITCOIN)) == _PUBLIC_KEY_SIZE


BASE58_ADDRESS = Detector(
    name="crypto_address",
    label="CRYPTO_ADDRESS",
    groups=("pii",),
    # There is a digit in nearly all of them: a text without any need not be searched.
    pattern=rf"[13LMDXTr](?={_LETTERS}{{0,24}}[1-9]){start(1)}{_LETTERS}{{0,24}}[1-9]{_BASE58}{{8,33}}{END}",
    validate=is_base58_address,
    examples=(
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "send it to TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW.",
        "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
        '"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"',
    ),
    counter_examples=(
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLyy",
        "1234567890123456789012345678901",
        "TheQuickBrownFox1JumpsOverTheLazyDog",
    ),
)

BECH32_ADDRESS = Detector(
    name="crypto_address",
    label="CRYPTO_ADDRESS",
    groups=("pii",),
    pattern=rf"{start()}(?:(?:bc1|tb1|ltc1)[{_BECH32}]{{38,71}}|(?:BC1|LTC1)[{_BECH32.upper()}]{{38,71}}){END}",
    validate=is_bech32_address,
    vetted=True,
    examples=(
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ),
    counter_examples=(
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "bc1",
        "abc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ),
)

ETHEREUM_ADDRESS = Detector(
    name="crypto_address",
    label="CRYPTO_ADDRESS",
    groups=("pii",),
    pattern=rf"0x{start(2)}[0-9a-fA-F]{{40}}{END}",
    validate=is_ethereum_address,
    vetted=True,
    examples=(
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xde709f2102306220921060314715629080e2fb77",
        '{"from":"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"}',
    ),
    counter_examples=(
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
        "0x0000000000000000000000000000000000000000",
        "0xde709f2102306220921060314715629080e2fb7",
        "0xde709f2102306220921060314715629080e2fb77de709f2102306220921060",
    ),
)

MONERO_ADDRESS = Detector(
    name="crypto_address",
    label="CRYPTO_ADDRESS",
    groups=("pii",),
    pattern=rf"[48][0-9AB]{start(2)}{_BASE58}{{93}}{END}",
    examples=("44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",),
    counter_examples=("44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VB",),
)

SOLANA_ADDRESS = Detector(
    name="crypto_address",
    label="CRYPTO_ADDRESS",
    groups=("pii",),
    pattern=r"(?<=(?:[sS]olana|SOLANA)(?:[ _-]?(?:[aA]ddress|ADDRESS|[wW]allet|WALLET|[aA]ccount))?"
    rf"[\"']?(?: is)?[ ]?[:=(]?[ ]?[\"']?){_BASE58}{{32,44}}{END}",
    validate=is_solana_address,
    examples=(
        "solana_address: 4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T",
        '"solanaWallet": "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"',
        "my Solana wallet is 4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T",
    ),
    counter_examples=(
        "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T",
        "solana: abc",
        "solanaaddressbookofalltheaddresses",
    ),
)

CRYPTO_ADDRESSES = (BASE58_ADDRESS, BECH32_ADDRESS, ETHEREUM_ADDRESS, MONERO_ADDRESS, SOLANA_ADDRESS)
