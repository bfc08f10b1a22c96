"""What requests to JSON APIs of models have in common."""

from dataclasses import replace

from addons.core.call import Call, Content, Inspected, Json, RequestHead
from addons.core.errors import RefusedError
from addons.core.protocols.headers import content_type, require_json
from addons.core.protocols.json_leaves import texts_of
from addons.core.protocols.json_text import parse
from addons.core.protocols.routes import OTHER
from addons.core.reasons import Reason


def malformed(what: str) -> RefusedError:
    """Return the refusal of a body that is JSON, but of the wrong shape."""
    return RefusedError(Reason.BODY_MALFORMED, f"The request is not what this operation takes: {what}.")


def read_untyped(call: Call, body: bytes) -> Call:
    """Read the strings of a body that has no parser; what could be read in two ways is refused all the same."""
    if not body and call.head.method in {"GET", "DELETE"} and call.operation != OTHER:
        return call
    if not content_type(call.head.headers).is_json:
        return replace(call, content=replace(call.content, inspected=Inspected.NONE))
    value = parse(body) if body else None
    content = Content(texts=call.content.texts + tuple(texts_of(value)), inspected=Inspected.NONE)
    streams = isinstance(value, dict) and value.get("stream") is True
    return replace(call, content=content, streams=streams, body=value)


def json_object(head: RequestHead, body: bytes) -> dict[str, Json]:
    """Return the JSON object that ``body`` is.

    Raises:
        RefusedError: it is none, is not labelled as one, or could be read in two ways.
    """
    require_json(head.headers)
    value = parse(body)
    if not isinstance(value, dict):
        raise malformed("the body must be a JSON object")
    return value


def model_of(body: dict[str, Json]) -> str:
    """Return the model that ``body`` names, which must be there."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise malformed("'model' must be a string that names a model")
    return model


def streams_of(body: dict[str, Json]) -> bool:
    """Tell whether ``body`` asks for a stream."""
    streams = body.get("stream")
    if streams is not None and not isinstance(streams, bool):
        raise malformed("'stream' must be true or false")
    return streams is True


def offered(body: dict[str, Json], field: str) -> list[dict[str, Json]]:
    """Return the tools that ``body`` offers in ``field``."""
    entries = body.get(field)
    if entries is not None and not isinstance(entries, list):
        raise malformed(f"'{field}' must be an array")
    tools = [entry for entry in entries or [] if isinstance(entry, dict)]
    if len(tools) != len(entries or []):
        raise malformed("each tool must be an object")
    return tools


def tool_name(named: dict[str, Json], kind: Json) -> str:
    """Return the name of a tool; one of the provider may have none and goes by its ``kind``."""
    name = named.get("name", kind)
    if not isinstance(name, str) or not name:
        raise malformed("each tool must have a name")
    return name
