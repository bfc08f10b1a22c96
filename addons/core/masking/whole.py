"""What the rules find in a whole text: as it stands, and as each view reads it."""

from collections.abc import Iterable, Iterator, Sequence

from addons.core.masking.automaton import zones
from addons.core.masking.cursor import Cursor
from addons.core.masking.origins import Origins
from addons.core.masking.ruleset import RuleSet
from addons.core.masking.spans import Span
from addons.core.masking.views.view import Stretch, View

LONG = 256
"""Characters from which on it pays to ask the automaton where a rule that is dear may match."""


def find(rules: RuleSet, text: str) -> Iterator[Span]:
    """Yield all matches, also those that overlap. Raises ``TimeoutError``."""
    compiled = rules.compiled
    if compiled.is_clean(text) and not rules.own:
        return
    able, views = compiled.able(text)
    spans = _matches(rules, (*rules.own, *able), text)
    for view in views:
        spans += _viewed(rules, view.begin(), text)
    if not spans and not rules.idle:
        compiled.remember_clean(text)
    yield from spans


def _matches(rules: RuleSet, ranks: Iterable[int], text: str) -> list[Span]:
    spans: list[Span] = []
    dear: dict[int, Cursor] = {}
    for rank in ranks:
        rule = rules.rules[rank]
        if rank in rules.idle or (rank < 0 and not rule.may_match(text)):
            continue
        if len(text) >= LONG and rank in rules.compiled.dear:
            dear[rank] = Cursor(rule)
        else:
            spans += Cursor(rule).advance(text, 0, 0, len(text), final=True)
    if dear:
        for zone in zones(rules.compiled.automaton, text):
            for rank in zone.rules & dear.keys():
                spans += dear[rank].advance(text, 0, zone.start, zone.end, final=True)
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
    able, _ = rules.compiled.able(whole := "".join(reading))
    return [origins.span(span) for span in _matches(rules, (*rules.own_in_views, *able), whole)]


def _stretches(read: Sequence[Stretch] | None, text: str, start: int, end: int) -> Sequence[Stretch]:
    return (Stretch(text[start:end], start, end - start),) if read is None else read
