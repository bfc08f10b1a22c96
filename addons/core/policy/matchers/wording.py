"""What a text is searched for: words and regular expressions. `text` and `argument` share it."""

import re
from dataclasses import dataclass, field

from addons.core.policy.normalise import folded
from addons.core.policy.regexes import MATCH_TIMEOUT_S, Pattern, RegexError, compiled
from addons.core.policy.scene import Trial
from addons.core.policy.values import Value

MAX_WORD_GAP = 32
"""White-space characters between two words of a phrase that is masked in a stream, where no gap may be endless."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Alternatives. ``words`` are whole words or phrases in any case; ``regexes`` are searched as they are written."""

    words: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    _phrases: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _whole: Pattern | None = field(init=False, repr=False, compare=False)
    _patterns: tuple[Pattern, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        phrases = tuple(folded(word) for word in self.words)
        whole = "|".join(_bounded(re.escape(phrase), phrase) for phrase in phrases)
        object.__setattr__(self, "_phrases", phrases)
        object.__setattr__(self, "_whole", compiled(whole) if whole else None)
        object.__setattr__(self, "_patterns", tuple(compiled(source) for source in self.regexes))

    def ruled_out(self, text: str) -> bool:
        """Tell whether nothing can be found, given a folded text or several of them, joined by line ends."""
        return not self._patterns and not any(phrase in text for phrase in self._phrases)

    def in_folded(self, text: str, trial: Trial) -> bool:
        """Tell whether one of the words is in a folded text."""
        if self._whole is None or not any(phrase in text for phrase in self._phrases):
            return False
        return trial.search(self._whole, text)

    def in_plain(self, text: str, trial: Trial) -> bool:
        """Tell whether one of the regular expressions is in a text."""
        return any(trial.search(pattern, text) for pattern in self._patterns)

    @property
    def masking(self) -> tuple[str, ...]:
        """Regular expressions of finite width for everything that is looked for."""
        return (*(f"(?i){phrase_pattern(word)}" for word in self.words), *self.regexes)


def read(value: Value) -> Wording:
    """Read ``{words: […]}`` or ``{regex: …}``."""
    members = value.either("words", "regex")
    words = read_words(members["words"]) if "words" in members else ()
    sources = members["regex"].alternatives() if "regex" in members else []
    return Wording(words, tuple(source for source in map(_regex, sources) if source))


def read_words(value: Value) -> tuple[str, ...]:
    """Read words or phrases that can be seen."""
    words = value.texts()
    for word in words:
        if word.strip() and not folded(word):
            value.fail("a word has only invisible characters")
    return tuple(word for word in words if folded(word))


def _regex(value: Value) -> str:
    """Read one regular expression; the empty text where it is wrong."""
    source = value.text()
    if not source:
        return ""
    try:
        pattern = compiled(source)
    except RegexError as error:
        value.fail(f"not a regular expression: {error}")
        return ""
    if pattern.search("", timeout=MATCH_TIMEOUT_S) is not None:
        value.fail("the regular expression matches the empty text", "Then it matches everything: ask for a character.")
        return ""
    return source


def _bounded(source: str, phrase: str) -> str:
    """Surround ``source`` by word boundaries, where the phrase ends in a word."""
    before = r"\b" if re.match(r"\w", phrase[0]) else ""
    after = r"\b" if re.match(r"\w", phrase[-1]) else ""
    return f"{before}{source}{after}"


def phrase_pattern(phrase: str) -> str:
    """Return a regular expression of finite width for whole words, to be read without regard to case."""
    return _bounded(spaced(phrase), phrase.strip())


def spaced(phrase: str) -> str:
    """Return a regular expression of finite width for ``phrase``, wherever it stands, with any white space in it."""
    return rf"\s{{1,{MAX_WORD_GAP}}}".join(re.escape(part) for part in phrase.split())
