"""Requests to the Gemini API as calls.

1. A key belongs in a header, where the gateway takes it away: one in the URL is refused.
2. A field in both spellings is refused, and so is a body that names another model than the path.
3. Contents are read wherever an operation has them; every other string is a text, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from addons.core.call import Call, Content, Inspected, Json, RequestHead, Text
from addons.core.errors import RefusedError
from addons.core.protocols.gemini.contents import Turn, turn_of
from addons.core.protocols.gemini.operations import model_of_path, operation_of, wants_events
from addons.core.protocols.gemini.parts import offered_name
from addons.core.protocols.gemini.spellings import FREE, camel, get, has_both, key_of, repeated
from addons.core.protocols.gemini.vocabulary import VOCABULARY
from addons.core.protocols.json_requests import json_object, malformed, tool_name
from addons.core.protocols.multipart_requests import read_other
from addons.core.protocols.places import below
from addons.core.protocols.query import pairs_of, query_texts
from addons.core.reasons import Reason

PROTOCOL = "gemini"

CACHE = "cachedContents.create"
STREAM = "streamGenerateContent"

_TYPED = frozenset(
    {"generateContent", STREAM, "countTokens", "computeTokens", "embedContent", "batchEmbedContents", CACHE}
)
_KEYS = frozenset({"key", "$key", "access_token", "$access_token", "oauth_token", "$oauth_token"})
_MODELS = frozenset({"model", "modelName"})


def parse_request(service: str, head: RequestHead, body: bytes) -> Call:
    """Parse a request. See ``Protocol.parse_request``."""
    # 1. Keys
    if any(name in _KEYS for name, _ in pairs_of(head.query)):
        raise RefusedError(
            Reason.REQUEST_MALFORMED,
            "The request has a key in its URL, where logs would keep it. Send it in the x-goog-api-key header.",
        )
    call = Call(
        service=service,
        protocol=PROTOCOL,
        operation=operation_of(head),
        head=head,
        content=Content(texts=query_texts(head.query)),
        model=model_of_path(head.path),
        size=len(body),
    )
    call = _parse_typed(call, body) if call.operation in _TYPED else read_other(call, body)
    # 2. The model
    if call.model and not all(_is_same(model, call.model) for model in _models(call.body)):
        raise malformed("the body names another model than the path")
    return replace(call, streams=call.operation == STREAM and wants_events(head.query))


def _models(value: Json) -> Iterator[Json]:
    """Yield what each member of ``value`` says that names a model."""
    match value:
        case dict():
            for key, item in value.items():
                if camel(key) in _MODELS and item is not None:
                    yield item
                elif camel(key) not in FREE:
                    yield from _models(item)
        case list():
            for item in value:
                yield from _models(item)


def _is_same(named: Json, model: str) -> bool:
    """Tell whether ``named``, bare or with where it is, is ``model``, of the path."""
    if not isinstance(named, str):
        return isinstance(named, dict | list)  # a schema may describe something called a model
    with_kind = model if "/" in model else f"models/{model}"
    return named in {model, with_kind} or named.endswith(f"/{with_kind}")


@dataclass(slots=True)
class _Read:
    """What was read of a body so far."""

    turns: list[Turn] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    is_partial: bool = False


def _parse_typed(call: Call, body: bytes) -> Call:
    value = json_object(call.head, body)
    if has_both(value):
        raise malformed("a field stands in it twice, in two spellings: send it once")
    read = _Read()
    _read_holder(value, "", read)
    nested = get(value, "generateContentRequest")
    if nested is not None:
        _read_holder(_object(nested, "'generateContentRequest'"), f"/{key_of(value, 'generateContentRequest')}", read)
    for item, place in _items(value, "requests", ""):
        _read_holder(_object(item, "each request"), place, read)
    if not read.turns and call.operation != CACHE:
        raise malformed("it has neither 'contents' nor 'content'")
    return replace(
        call,
        content=replace(_content(read), texts=call.content.texts + tuple(_texts(value, read))),
        model=call.model or _named_model(value),
        tools=tuple(read.tools),
        body=value,
    )


def _named_model(value: dict[str, Json]) -> str:
    """Return the model that the body of a cache names, without the place it is in."""
    model = get(value, "model")
    if not isinstance(model, str) or not model:
        raise malformed("'model' must be a string that names a model")
    kind, _, name = model.rpartition("/")
    return name if not kind or kind.endswith("models") else f"{kind.rpartition('/')[2]}/{name}"


def _read_holder(value: dict[str, Json], place: str, read: _Read) -> None:
    """Read ``value``, which may hold contents, a system instruction and tools."""
    system = get(value, "systemInstruction")
    if system is not None:
        read.turns.append(turn_of(system, f"{place}/{key_of(value, 'systemInstruction')}", "system"))
    if (single := get(value, "content")) is not None:
        read.turns.append(turn_of(single, f"{place}/content"))
    read.turns += [turn_of(item, at) for item, at in _items(value, "contents", place)]
    for tool, _ in _items(value, "tools", place):
        read.tools += _offered(_object(tool, "each tool"))
    read.is_partial = read.is_partial or bool(get(value, "cachedContent"))


def _items(value: dict[str, Json], name: str, place: str) -> list[tuple[Json, str]]:
    items = repeated(get(value, name), below(place, key_of(value, name)))
    if items is None:
        raise malformed(f"'{name}' must be an array")
    return items


def _object(value: Json, what: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise malformed(f"{what} must be an object")
    return value


def _offered(tool: dict[str, Json]) -> Iterator[str]:
    """Yield the names of the functions in ``tool``, and of the tools of Google's that it turns on."""
    for key, item in tool.items():
        if camel(key) == "functionDeclarations":
            for declared, _ in _items(tool, "functionDeclarations", ""):
                yield tool_name(_object(declared, "each function"), None)
        elif item is not None and item is not False:
            yield offered_name(key)


def _content(read: _Read) -> Content:
    is_full = not read.is_partial and all(turn.is_read for turn in read.turns)
    return Content(
        messages=tuple(turn.message for turn in read.turns),
        tool_calls=tuple(call for turn in read.turns for call in turn.message.tool_calls),
        inspected=Inspected.FULL if is_full else Inspected.PARTIAL,
    )


def _texts(value: dict[str, Json], read: _Read) -> Iterator[Text]:
    """Yield every string with the role of whoever wrote it, and texts that come in several parts joined, too."""
    roles = {place: role for turn in read.turns for place, role in turn.roles.items()}
    for text in VOCABULARY.texts(value):
        if text.place != "/model":
            yield replace(text, role=_role_at(text.place, roles))
    for turn in read.turns:
        yield from turn.joined


def _role_at(place: str, roles: dict[str, str]) -> str:
    while place:
        if place in roles:
            return roles[place]
        place = place.rpartition("/")[0]
    return ""
