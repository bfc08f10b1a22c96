"""Named entities: people, places and the like, which a language model finds and no pattern can.

What was found in some texts of a body is looked for in all of it: as a whole word, so that a short name hides nothing
else; but not so where it was itself found inside a word, or in a script that puts no spaces between words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from addons.core.detect.detector import Detector
from addons.core.masking.tokens import SHAPE
from addons.core.masking.whole_word import is_word

GROUP = "entities"
"""The group that all entities are in, and the section of a policy that switches them on."""

TYPES = ("PERSON", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME")
"""What Presidio calls the entities of spaCy's own models. NRP is nationality, religion, political group."""

STOP_VALUES = frozenset(
    (
        *("i", "me", "my", "you", "he", "she", "it", "we", "us", "they", "mr", "mrs", "ms", "dr", "hi", "ok"),
        *("user", "assistant", "system", "developer", "tool", "function", "true", "false", "null", "none"),
        *map(str.lower, TYPES),
    )
)
"""Words in small letters that models take for names now and then, and that name nobody; the last are labels of ours.
To mask them in all of a body would tear conversations apart."""

_NEVER = "(?!)."
_LETTERS = re.compile(r"[^\W\d_]")
_TOKEN = re.compile(SHAPE)
_OUTSIDE = re.compile(r"[^\0]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
"""Letters of scripts without spaces between words, or with endings that stick to names."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """An entity in a text, in characters; ``type`` is Presidio's word for it, such as ``PERSON``."""

    start: int
    end: int
    type: str


def entity(kind: str) -> Detector:
    """Return the detector that stands for a type in policies and findings. It finds nothing by itself."""
    return Detector(name=kind.lower(), label=kind, pattern=_NEVER, groups=(GROUP,), entity=kind)


def has_letters(text: str) -> bool:
    """Tell whether anything in ``text`` could be a name."""
    return _LETTERS.search(text) is not None


def readable(text: str) -> str:
    """Return ``text`` for a language model, as long as before: without tokens, which look like names, or surrogates."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _TOKEN.sub(lambda token: "\n" * len(token[0]), text))


def values(text: str, spans: Iterable[EntitySpan]) -> Iterator[tuple[str, EntitySpan]]:
    """Yield what was found in ``text``, without the blanks around it and the tokens inside it."""
    outside = _TOKEN.sub(lambda token: "\0" * len(token[0]), text)
    for span in spans:
        for piece in _OUTSIDE.finditer(outside, span.start, span.end):
            value = piece[0].strip()
            start = piece.start() + len(piece[0]) - len(piece[0].lstrip())
            if has_letters(value) and value.casefold().strip(".") not in STOP_VALUES:
                yield value, EntitySpan(start, start + len(value), span.type)


def literals(found: Iterable[tuple[str, Iterable[EntitySpan]]], named: Mapping[str, Detector]) -> tuple[Detector, ...]:
    """Return a detector for each value in ``found``, texts with what was found in them; longer values first.

    ``named`` says, by type, what detectors are called; other types are left out. What was found is found again.
    """
    bounds: dict[tuple[str, str], tuple[bool, bool]] = {}
    for text, spans in found:
        for value, span in values(text, (span for span in spans if span.type in named)):
            left, right = bounds.get((value, span.type), (True, True))
            begins = not (_UNSPACED.match(value[0]) or is_word(text[max(0, span.start - 1) : span.start]))
            ends = not (_UNSPACED.match(value[-1]) or is_word(text[span.end : span.end + 1]))
            bounds[value, span.type] = (left and begins, right and ends)
    ordered = sorted(bounds.items(), key=lambda item: -len(item[0][0]))
    return tuple(_literal(named[kind], value, *whole) for (value, kind), whole in ordered)


def _literal(kind: Detector, value: str, left: bool, right: bool) -> Detector:
    pattern = ("(?<!\\w)" if left else "") + re.escape(value) + ("(?!\\w)" if right else "")
    return Detector(name=kind.name, label=kind.label, pattern=pattern)
