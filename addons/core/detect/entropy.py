"""How random a text looks."""

from collections import Counter
from math import log2


def shannon_entropy(text: str) -> float:
    """Return the bits for each character of ``text``, from its own letters' frequencies (Shannon 1948); 0 if empty."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values())
