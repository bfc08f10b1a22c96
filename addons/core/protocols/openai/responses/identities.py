"""Which item an event is about: the number and the id of an item say it twice, and must not disagree.

Some clients put texts together by number, others by id. Where pieces came under one number with two ids, or under one
id with two numbers, either kind would join what was not masked as one.
"""

from addons.core.call import Json
from addons.core.protocols.channels import MAX_CHANNELS
from addons.core.protocols.json_shapes import as_object, as_text
from addons.core.protocols.openai.responses.kinds import malformed, number_in

WITHOUT_NUMBER = -1
"""The number of what belongs to no item, as the transcript of sound does."""


def _id_in(value: dict[str, Json]) -> str:
    return as_text(value.get("item_id")) or as_text(as_object(value.get("item")).get("id"))


class Identities:
    """The items of one stream, as events have named them so far."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self._begun: set[int] = set()

    def begin(self, value: dict[str, Json]) -> int:
        """Return the number of the item that the event ``value`` begins.

        Raises:
            RefusedError: there is an item with this number.
        """
        number = self.of_piece(value)
        if number in self._begun and number != WITHOUT_NUMBER:
            raise malformed("it begins an item again")
        self._begun.add(number)
        return number

    def of_piece(self, value: dict[str, Json]) -> int:
        """Return the number of the item that the event ``value`` adds to.

        Raises:
            RefusedError: number and id belong to different items.
        """
        number, own = self._number_in(value), _id_in(value)
        if own and (self._numbers.setdefault(own, number) != number or self._ids.setdefault(number, own) != own):
            raise malformed("an event has the number of one item and the id of another")
        if len(self._numbers) > MAX_CHANNELS:
            raise malformed(f"it has more than {MAX_CHANNELS} items")
        return number

    def of_end(self, value: dict[str, Json]) -> int:
        """Return the number of the item that the event ``value`` speaks about.

        The id decides: after calls of OpenAI's own tools the API is known to count further in events that end an item.
        """
        return self._numbers.get(_id_in(value), self._number_in(value))

    def of_listed(self, item: Json, position: int) -> int:
        """Return the number of an item in the list of a whole response."""
        return self._numbers.get(as_text(as_object(item).get("id")), position)

    def id_of(self, number: int) -> str:
        """Return the id of an item, or an empty string where no event has told it."""
        return self._ids.get(number, "")

    def _number_in(self, value: dict[str, Json]) -> int:
        """Return the number in an event; of an item that goes without, one below all that events can have."""
        if "output_index" in value:
            return number_in(value, "output_index")
        own = _id_in(value)
        return self._numbers.get(own, WITHOUT_NUMBER - 1 - len(self._numbers)) if own else WITHOUT_NUMBER
