"""The calls of functions of one candidate, whole or with their arguments one by one.

1. A name is checked when it comes, which is before any argument.
2. Arguments in an object are masked leaf by leaf, and kept as they went on.
3. Of arguments that come one by one, the pieces of each string are one text. What is held back goes out with the last
   piece of the string, or at the end of the call.
"""

from addons.core.call import Json
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.gemini.parts import FUNCTION_CALL, calls_in, value_of
from addons.core.protocols.gemini.spellings import get, key_of, repeated
from addons.core.protocols.gemini.transcript import ARGUMENTS, ID, NAME, PIECE, VALUE, call_key, place_of
from addons.core.protocols.json_edit import mapped
from addons.core.protocols.json_shapes import as_object, as_text
from addons.core.protocols.json_text import dump
from addons.core.protocols.places import Path, pointer
from addons.core.protocols.tools import OfferedTools

_PARTIAL = "partialArgs"
_STRING = "stringValue"
_NUMBER = "numberValue"

type _Pieces = dict[Path, tuple[Key, bool]]
"""The strings of a part that are pieces, by where they stand: to which text they belong, and whether it goes on."""


class FunctionCalls:
    """Masks and keeps the parts of one candidate that are no text."""

    def __init__(self, channels: Channels, tools: OfferedTools, candidate: int) -> None:
        self._channels = channels
        self._tools = tools
        self._candidate = candidate
        self._open: int | None = None

    def take(self, index: int, part: dict[str, Json], parts: list[Json]) -> None:
        """Add ``part``, number ``index`` of its candidate, to ``parts`` as it goes on.

        Raises:
            RefusedError: it calls a tool that is watched and was not offered.
        """
        # 1. The name
        for _, name, _, _ in calls_in(part):
            if name:
                self._tools.check(name)
        call = get(part, FUNCTION_CALL)
        if isinstance(call, dict) and get(call, "name"):
            self.end(parts)
        number = index if self._open is None or not isinstance(call, dict) else self._open
        # 2. and 3. The arguments
        pieces = self._pieces(number, part)
        masked = self._masked(index, part, pieces)
        self._keep(number, masked)
        if isinstance(call, dict):
            self._open = number if get(call, "willContinue") is True else None
            masked = _with_pieces(masked, [] if self._open is not None else self._tails(number))
        parts.append(masked)

    def end(self, parts: list[Json]) -> None:
        """End the call that goes on, if any, with what was held back of it in a part of its own."""
        if self._open is None:
            return
        tails = self._tails(self._open)
        self._open = None
        if tails:
            parts.append({FUNCTION_CALL: {_PARTIAL: tails}})

    def _pieces(self, number: int, part: dict[str, Json]) -> _Pieces:
        pieces: _Pieces = {}
        call_name = key_of(part, FUNCTION_CALL)
        call = as_object(part.get(call_name))
        list_name = key_of(call, _PARTIAL)
        items = call.get(list_name)
        for position, (piece, _) in enumerate(repeated(items, "") or []):
            if isinstance(piece, dict) and isinstance(get(piece, _STRING), str):
                above: Path = (call_name, list_name, position) if isinstance(items, list) else (call_name, list_name)
                path = self._channels.passing(f"/candidates/{self._candidate}", as_text(get(piece, "jsonPath")))
                key = call_key(self._candidate, number, PIECE, FUNCTION_CALL, path)
                pieces[*above, key_of(piece, _STRING)] = key, get(piece, "willContinue") is True
        return pieces

    def _masked(self, index: int, part: dict[str, Json], pieces: _Pieces) -> dict[str, Json]:
        def leaf(path: Path, text: str) -> str:
            if path not in pieces:
                return whole(path, text)
            key, goes_on = pieces[path]
            out = self._channels.feed(key, place_of(key), text)
            return out if goes_on else out + self._channels.close(key)

        def whole(path: Path, text: str) -> str:
            place = f"/candidates/{self._candidate}/content/parts/{index}{pointer(path)}"
            is_media = path[-1:] == ("data",)  # long, and of no use in a record
            return self._channels.passing(place, text) if is_media else self._channels.whole(place, text)

        return as_object(mapped(part, leaf, whole))

    def _keep(self, number: int, part: dict[str, Json]) -> None:
        """Keep the calls in ``part`` for the record; it is masked."""
        for member, name, arguments, call_id in calls_in(part):
            heads = [(NAME, name), (ID, call_id)]
            call = get(part, member)
            if get(call, _PARTIAL) is None and not (member == FUNCTION_CALL and _is_piece(call, self._open)):
                heads.append((ARGUMENTS, arguments))
            for kind, text in heads:
                self._channels.keep(call_key(self._candidate, number, kind, member), text)
        for piece, _ in repeated(get(get(part, FUNCTION_CALL), _PARTIAL), "") or []:
            if isinstance(piece, dict) and get(piece, _STRING) is None:
                path = as_text(get(piece, "jsonPath"))
                key = call_key(self._candidate, number, VALUE, FUNCTION_CALL, path)
                self._channels.keep(key, dump(value_of(piece)))

    def _tails(self, number: int) -> list[Json]:
        """Return pieces with what is held back of the call in part ``number``."""
        keys = [key for key in self._channels.open_keys if key.source == self._candidate]
        own = [key for key in keys if key.path[:2] == (number, PIECE)]
        tails = [(key.path[-1], self._channels.close(key)) for key in own]
        return [{"jsonPath": path, _STRING: tail} for path, tail in tails if tail]


def _is_piece(call: Json, number: int | None) -> bool:
    """Tell whether ``call`` goes on, or goes on with the call that began in part ``number``."""
    return get(call, "willContinue") is True or (number is not None and not get(call, "name"))


def _with_pieces(part: dict[str, Json], tails: list[Json]) -> dict[str, Json]:
    """Return ``part`` with ``tails`` behind the pieces of its call; a number that is masked becomes a string."""
    name = key_of(part, FUNCTION_CALL)
    call = as_object(part.get(name))
    pieces = [piece for piece, _ in repeated(get(call, _PARTIAL), "") or []]
    fitting = [_fitting(piece) for piece in pieces]
    if not tails and all(new is old for new, old in zip(fitting, pieces, strict=True)):
        return part
    return {**part, name: {**call, key_of(call, _PARTIAL): [*fitting, *tails]}}


def _fitting(piece: Json) -> Json:
    if not isinstance(piece, dict) or not isinstance(masked := get(piece, _NUMBER), str):
        return piece
    number = key_of(piece, _NUMBER)
    return {_STRING if key == number else key: masked if key == number else item for key, item in piece.items()}
