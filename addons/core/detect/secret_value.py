"""Whether a text that stands where a secret should is one, or a name, an expression, a placeholder.

There is no sharp line. What code, manuals and forms have after ``password:`` is words; what people and generators
choose has digits among letters, or signs that no name has. A password made of lower-case letters only is not told
from a word.
"""

import binascii
import re
from base64 import b64decode
from itertools import pairwise

from addons.core.detect.entropy import shannon_entropy

SHORTEST_PASSWORD = 6
SHORTEST_KEY = 10
LEAST_ENTROPY = 2.8
"""Bits for each character of a key: repeated and counted characters have fewer."""
LONGEST_WORD = 4
"""Lower-case letters in a row that a random text of letters has at most."""

_PLACEHOLDER = re.compile(
    r"<[^<>]*>?|.*(?:\$\{|\$\(|\{\{|\}\}|\{%|<%|%\(|#\{|\*\*\*|\.\.\.|\u2022|\u2026).*"  # of a template, or hidden
    r"|[$@%][A-Za-z_]\w*[%@]?|\$env:.*|!\w+.*|&\w+|\{\w*\}?|\[\w[\w -]*\]?|%[-+\d.]*[a-z]"
    r"|([\w*#.-])\1+|(?:[xX*]+[-_ ]?)+",  # one character, again and again
    re.DOTALL,
)
_FILLER = re.compile(
    r"(?i)(?:your|my|the|a|an|new|old|some|any|user|db|database|admin|root|test|demo|dummy|fake|sample|example|default"
    r"|insert|enter|put|add|use|change|changeme|replace|this|that|here|it|me|with|to|in|for|from|of|and|or|not|no|none"
    r"|null|nil|true|false|undefined|empty|optional|required|string|str|text|value|var|placeholder|redacted|masked"
    r"|hidden|removed|todo|fixme|tbd|foo|bar|baz|qux|pass|password|passwd|passphrase|pwd|secret|token|key|api|apikey"
    r"|auth|bearer|basic|access|private|client|id|name|field|input|hash|bytes|s|arg|param|config|env|x|xx|xxx)?\d{0,2}"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")
_EXPRESSION = re.compile(
    r"[A-Za-z_$][\w$]{0,30}(?:(?:\.|::|->|\?\.)[A-Za-z_$<][\w$>-]{0,30})+[.:]?"  # a.b, A::b
    r"|[./~]?/[\w./-]+|[A-Za-z]{1,15}\d{0,2}(?:/[A-Za-z_-]{0,15}\d{0,2})+"  # a path
)
_TECHNICAL = re.compile(
    r"(?i)(?:sha|md|utf|base|aes|rsa|ed|pbkdf|argon|bcrypt|scrypt|x|http|oauth|ipv|win|u?int|float|latin|cp|iso|python|py"
    r"|crc|hmac|k|s|v|version|ascii|p|es|rs|hs|ps|des|rc|web|mp|h|ec|tls|ssl)[-_]?\d{1,4}[a-z]{0,3}(?:[-_.][\w.-]{0,12})?"
)
_WORDY = re.compile(r"[A-Za-z]{0,15}\d{0,2}|\d{1,4}")
_HEX = re.compile(r"[0-9a-fA-F-]{16,}")
_JOINTS = re.compile(r"[-_./:@+=,\s]+")


def is_placeholder(value: str) -> bool:
    """Say whether ``value`` only holds the place of a secret: a variable, asterisks, ``your-password``."""
    if _PLACEHOLDER.fullmatch(value):
        return True
    words = [word for part in _JOINTS.split(value) for word in (_WORDS.findall(part) or [part])]
    return all(_FILLER.fullmatch(word) for word in words)


def is_password(value: str) -> bool:
    """Say whether ``value`` is one that somebody, or a generator, may have chosen."""
    value = value.rstrip(".,;:!?")  # of the sentence
    if len(value) < SHORTEST_PASSWORD or _is_plain(value):
        return False
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    signs = any(not char.isalnum() and char not in "_-./:@ ," for char in value[1:-1])
    return (digits and (letters or signs or value.isdigit())) or (letters and signs) or _is_scrambled(value)


def is_key(value: str) -> bool:
    """Say whether ``value`` is one that a machine made."""
    if is_basic_credentials(value):
        return True
    if len(value) < SHORTEST_KEY or _is_plain(value):
        return False
    if shannon_entropy(value) < LEAST_ENTROPY:
        return False
    if not any(map(str.isdigit, value)):
        return _is_scrambled(value)
    if not any(map(str.isalpha, value)):
        return False
    return bool(_HEX.fullmatch(value)) or not all(_WORDY.fullmatch(part) for part in _JOINTS.split(value))


def is_basic_credentials(value: str) -> bool:
    """Say whether ``value`` is base64 of a name, a colon and a password (RFC 7617)."""
    try:
        name, colon, password = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False
    return bool(colon and name + password) and (name + password).isprintable()


def _is_plain(value: str) -> bool:
    return bool(is_placeholder(value) or _EXPRESSION.fullmatch(value) or _TECHNICAL.fullmatch(value))


def _is_scrambled(value: str) -> bool:
    """Say whether letters of both cases follow each other as in no word: not as in ``camelCase``."""
    runs = re.findall(r"[a-z]+", value)
    switches = sum(one.islower() != two.islower() for one, two in pairwise(value))
    return (
        value.isalpha()
        and len(runs) > LONGEST_WORD
        and max(map(len, runs)) <= LONGEST_WORD
        and switches * 3 > len(value)
    )
