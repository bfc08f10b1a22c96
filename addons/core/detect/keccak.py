"""Keccak-256 as Ethereum uses it: the sponge of FIPS 202, with the padding from before it became SHA-3."""

_RATE = 136
"""Bytes taken in at once: 1600 bits less twice 256."""
_LANES = 5
_WORD = (1 << 64) - 1


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of the digest."""
    padded = bytearray(data) + bytes(_RATE - len(data) % _RATE)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    lanes = [[0] * _LANES for _ in range(_LANES)]
    for block in range(0, len(padded), _RATE):
        for number in range(_RATE // 8):
            at = block + 8 * number
            lanes[number % _LANES][number // _LANES] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lanes[number][0].to_bytes(8, "little") for number in range(4))


def _rotated(word: int, by: int) -> int:
    by %= 64
    return ((word << by) | (word >> (64 - by))) & _WORD


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    """Return the lanes after the 24 rounds of Keccak-f (FIPS 202, section 3.3)."""
    register = 1
    for _ in range(24):
        # theta
        columns = [a ^ b ^ c ^ d ^ e for a, b, c, d, e in lanes]
        mixed = [columns[(x + 4) % _LANES] ^ _rotated(columns[(x + 1) % _LANES], 1) for x in range(_LANES)]
        lanes = [[word ^ mixed[x] for word in lanes[x]] for x in range(_LANES)]
        # rho and pi
        x, y, word = 1, 0, lanes[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % _LANES
            word, lanes[x][y] = lanes[x][y], _rotated(word, (step + 1) * (step + 2) // 2)
        # chi
        lanes = [
            [lanes[x][y] ^ (~lanes[(x + 1) % _LANES][y] & lanes[(x + 2) % _LANES][y]) for y in range(_LANES)]
            for x in range(_LANES)
        ]
        # iota
        for bit in range(7):
            register = ((register << 1) ^ ((register >> 7) * 0x71)) % 256
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return lanes
