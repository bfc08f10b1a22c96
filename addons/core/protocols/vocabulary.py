"""The words of an API itself: what stands in each request and answer and says nothing about anybody."""

from dataclasses import dataclass

from addons.core.call import Json, Text
from addons.core.protocols.json_leaves import texts_of

_SCHEMA_TEXT = """
type description properties required additionalProperties items enum const anyOf allOf oneOf default minimum maximum
minLength maxLength pattern minItems maxItems title $ref $defs definitions
"""

SCHEMA_KEYS = frozenset(_SCHEMA_TEXT.split())
"""Keys of JSON Schema, in which tools and structured answers are described."""

SCHEMA_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``keys`` that the API gives their meaning to, and its own ``values`` in the members that ``kinds`` name.

    ``kinds`` are ends of places: ``/role``.
    """

    keys: frozenset[str]
    values: frozenset[str]
    kinds: tuple[str, ...]

    def is_constant(self, place: str, text: str) -> bool:
        """Tell whether ``text`` at ``place`` is one of the API's own values."""
        return text in self.values and place.endswith(self.kinds)

    def texts(self, value: Json, place: str = "", role: str = "") -> list[Text]:
        """Return every string, key and long number of ``value`` that is not the API's own."""
        texts = texts_of(value, place, role, structure=self.keys)
        return [text for text in texts if not self.is_constant(text.place, text.text)]
