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

LEAST_RUN = 10
"""Lower-case letters of a password: what forms and code have instead is shorter, or ends or sounds like it."""
LONG_RUN = 24
"""Lower-case letters that are no single word, whatever they say."""
LEAST_WORDS = 4
"""Words of a phrase: fewer are a label."""

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
_NAMES = re.compile(
    "pass|word|woord|wort|secret|token|string|value|field|user|config|env|input|text|auth|account|name|code|login|reset"
    "|change|key|requi|encr|decr|descr|deprec|hold|credent|plain|undef|admin|verif|default|option|sensit|curr|prev"
    "|confirm|gener|provi|valid|incorr|expir|mandat|obliga|erforder|verge|contra|kennung|forg|hash|manag|server|client"
    "|host|data|path|file|direct|dialog|button|label|format|policy|protect|secur|strength|attemp|recover|process"
)
_ENDING = re.compile(
    r"(?:tion|sion|ing|ed|able|ible|ment|ness|ly|ity|i[sz]e|ive|ous|al|ance|ence|ant|ent|ung|ier|lich|isch|mente|ado)s?$"
)
_SAID = re.compile(
    r"(?i)is|are|was|has|have|had|must|should|can|cannot|will|be|been|do|does|did|as|at|on|by|if|else|when|than|too|you"
    r"|we|they|he|she|its|his|our|their|please|forgot|forgotten|lost|strong|weak|incorrect|invalid|wrong|enter"
    r"|confirm|repeat|again|choose|set|reset|update|updated|create|characters?|least|most|only|contain|contains|length"
    r"|de|la|le|les|el|los|das|der|die|den|dem|du|des|ist|ein|eine|einen|und|oder|nicht|bitte|zu|zum|zur|mit|von|passe"
    r"|est|une|un|et|ou|votre|vos|su|tu|es|una|il|di|per|o|e|da|do|een|het|van|om|och|att|i|na|w|passwort|kennwort"
    r"|await|return|lambda|function|import|print|raise|assert|def|class|async|yield|==|!=|=>|\|\||&&|\?\?|[-+=*/%<>|&:,]+"
)
_CODE = re.compile(r"[()\[\]{};]|^[#/]|[,:]$|://|=")
_MIXED = re.compile(r"(?=[^\s]*[A-Za-z])[^\s]*(?:[0-9][^\s]*[A-Za-z]|[A-Za-z][0-9]|[!@#$%^&*?~+][A-Za-z0-9])")
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
    return (
        (digits and (letters or signs or value.isdigit()))
        or (letters and signs)
        or _is_scrambled(value)
        or _is_run_together(value)
    )


def is_passphrase(value: str) -> bool:
    """Say whether ``value``, which has spaces, is one that somebody chose: no sentence, no label, no expression."""
    words = value.split()
    if any((_FILLER.fullmatch(word) and not word.isdecimal()) or _SAID.fullmatch(word) for word in words):
        return False
    if len(words) >= LEAST_WORDS and all(word.isalpha() and word.islower() for word in words):
        return True
    if any(_CODE.search(word) for word in words):
        return False
    return any(_MIXED.search(word) for word in words) or (value.islower() and words[-1].isdecimal())


def is_argument(value: str) -> bool:
    """Say whether ``value`` is a command's password, where nothing else can stand, and not a variable or an option."""
    return not is_placeholder(value) and not value.startswith(("-", "$", "/")) and _MIXED.search(value) is not None


def is_key(value: str) -> bool:
    """Say whether ``value`` is one that a machine made."""
    if is_basic_credentials(value):
        return True
    if len(value) < SHORTEST_KEY or _is_plain(value):
        return False
    if shannon_entropy(value) < LEAST_ENTROPY:
        return False
    if not any(map(str.isdigit, value)):
        return _is_scrambled(value) or (len(value) >= LONG_RUN and _is_run_together(value))
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


def _is_run_together(value: str) -> bool:
    """Say whether words are written as one, longer than any that a form has."""
    if not (len(value) >= LEAST_RUN and value.isascii() and value.islower() and value.isalpha()):
        return False
    return len(value) >= LONG_RUN or not (_NAMES.search(value) or _ENDING.search(value))


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
