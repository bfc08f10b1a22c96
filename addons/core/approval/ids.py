"""Ids that people read out and type: Crockford's base 32, which has no letter that looks like a digit."""

from addons.core.approval.states import ApprovalError

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

ID_CHARS = 10
"""50 random bits: nobody guesses one of a thousand pending ids."""

RANDOM_BYTES = 7
"""The random bytes that an id is made from: 56 bits, of which 50 are used."""

MIN_PREFIX_CHARS = 4
"""Shorter prefixes name the right approval by luck only."""

_LOOK_ALIKES = str.maketrans("oil", "011")


def id_from(random: bytes) -> str:
    """Return the id made from ``RANDOM_BYTES`` random bytes."""
    value = int.from_bytes(random[:RANDOM_BYTES])
    return "".join(ALPHABET[value >> 5 * place & 31] for place in range(ID_CHARS))


def prefix_from(typed: str) -> str:
    """Return the beginning of an id that somebody typed, as ids are spelled; raises ``ApprovalError`` if it is none."""
    prefix = typed.strip().lower().translate(_LOOK_ALIKES)
    if not MIN_PREFIX_CHARS <= len(prefix) <= ID_CHARS or not set(prefix) <= set(ALPHABET):
        raise ApprovalError(f"{typed!r} is no approval id: give {MIN_PREFIX_CHARS} to {ID_CHARS} of its characters")
    return prefix
