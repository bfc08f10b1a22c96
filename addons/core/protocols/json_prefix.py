"""JSON texts inside a wrapping that scripts take off: guards against inclusion, and JSONP."""

import re
from dataclasses import dataclass

_PREFIX = re.compile(
    r"""\ufeff?\s*+(?:/\*.{0,200}?\*/\s*+)?
    (?:
        \)\]\}'?,?\s*+
        | (?:while|for)\s*+\([^)]{0,20}\)\s*+;?\s*+
        | &&&[A-Z]{0,20}&&&
        | [\w$.\[\]'"]{1,100}+\s*+[(=]\s*+
    )?
    (?=[{\["])""",
    re.VERBOSE | re.DOTALL,
)
_SUFFIX = re.compile(r"\s*+\)?\s*+;?\s*+\Z")
_LONGEST_SUFFIX = 100


@dataclass(frozen=True, slots=True)
class PrefixedJson:
    """A text in three parts; ``inner`` begins like a JSON text."""

    before: str
    inner: str
    after: str


def prefixed_json(text: str) -> PrefixedJson | None:
    """Return ``text`` in parts where something stands before what looks like a JSON text; else ``None``."""
    found = _PREFIX.match(text)
    if found is None or not found[0].strip("\ufeff \t\r\n"):
        return None
    tail = _SUFFIX.search(text, max(found.end(), len(text) - _LONGEST_SUFFIX))
    end = tail.start() if tail else len(text)
    return PrefixedJson(found[0], text[found.end() : end], text[end:])
