"""The sequence numbers of events, of which there may be more than the upstream has sent.

Clients may check that numbers follow each other, so events behind an additional one count further. In a background
response they are also cursors: ``starting_after`` asks the upstream to go on behind one of them. There they stay, and
an additional event has the number of the one before it.
"""

from addons.core.call import Json

_MEMBER = "sequence_number"


def _number_in(value: dict[str, Json]) -> int | None:
    number = value.get(_MEMBER)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


class Numbering:
    """Numbers the events of one stream. ``are_cursors`` says that the upstream's numbers must stay."""

    def __init__(self) -> None:
        self.are_cursors = False
        self._added = 0
        self._last: int | None = None

    def passed(self, value: dict[str, Json]) -> dict[str, Json]:
        """Return ``value``, an event of the upstream's, with the number that it goes on with."""
        number = _number_in(value)
        if number is None:
            return value
        self._last = number + self._added
        return value if not self._added else {**value, _MEMBER: self._last}

    def additional(self, values: list[dict[str, Json]], following: dict[str, Json]) -> list[dict[str, Json]]:
        """Return ``values``, events that go out before the upstream's event ``following``, with numbers of their own.

        ``following`` is empty at the end of the stream.
        """
        number = _number_in(following)
        before = self._last if number is None else number + self._added - 1
        if before is None:
            return [{key: item for key, item in value.items() if key != _MEMBER} for value in values]
        if self.are_cursors:
            return [{**value, _MEMBER: max(before, 0) if self._last is None else self._last} for value in values]
        self._added += len(values)
        if number is None:
            self._last = before + len(values)
        return [{**value, _MEMBER: before + at} for at, value in enumerate(values, 1)]
