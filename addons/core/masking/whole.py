"""What the rules find in a whole text: as it stands, and as each view reads it."""

from collections.abc import Iterator, Sequence

from addons.core.masking.cursor import Cursor
from addons.core.masking.origins import Origins
from addons.core.masking.ruleset import RuleSet
from addons.core.masking.spans import Span
from addons.core.masking.views.view import Stretch, View


def find(rules: RuleSet, text: str) -> Iterator[Span]:
    """Yield all matches, also those that overlap. Raises ``TimeoutError``."""
    compiled = rules.compiled
    if compiled.is_clean(text) and not rules.own:
        return
    spans = _matches(rules, rules.own, text)
    for view in rules.views:
        spans += _viewed(rules, view(), text)
    if not spans:
        compiled.remember_clean(text)
    yield from spans


def _matches(rules: RuleSet, own: Sequence[int], text: str) -> list[Span]:
    spans: list[Span] = []
    able = [rank for rank in own if rules.rules[rank].may_match(text)]
    for rank in (*able, *rules.compiled.able(text)):
        spans += Cursor(rules.rules[rank]).advance(text, 0, 0, len(text), final=True)
    return spans


def _viewed(rules: RuleSet, view: View, text: str) -> list[Span]:
    """Return what is found in a reading, as it stands in ``text``."""
    begun = view.feed(text)
    read = view.pending
    ended = view.finish()
    if begun is None and ended is None:
        return []
    origins = Origins()
    reading: list[str] = []
    for stretch in (*_stretches(begun, text, 0, read), *_stretches(ended, text, read, len(text))):
        origins.add(stretch, len(stretch.text))
        reading.append(stretch.text)
    return [origins.span(span) for span in _matches(rules, rules.own_in_views, "".join(reading))]


def _stretches(read: Sequence[Stretch] | None, text: str, start: int, end: int) -> Sequence[Stretch]:
    return (Stretch(text[start:end], start, end - start),) if read is None else read
