"""Uploads to JSON APIs of models: a form with a file and a few fields, one of which may name the model."""

from dataclasses import replace

from addons.core.call import Call, Content
from addons.core.protocols.bodies import read_body
from addons.core.protocols.headers import content_type_text
from addons.core.protocols.json_requests import read_untyped
from addons.core.protocols.multipart import FORM_DATA, parse_multipart
from addons.core.protocols.part_headers import malformed

_DECIDING = ("model", "stream")
"""Fields that access and the way of the answer depend on."""


def read_other(call: Call, body: bytes) -> Call:
    """Return ``call``, which no parser of its own reads, with what its form or its JSON says.

    Raises:
        RefusedError: ``BODY_…``: it could be read in two ways.
    """
    is_upload = content_type_text(call.head.headers).strip().lower().startswith(FORM_DATA)
    return _read_upload(call, body) if is_upload else read_untyped(call, body)


def _read_upload(call: Call, body: bytes) -> Call:
    """Return ``call`` with what its form says: all texts, the model and whether it asks for a stream.

    Fields that decide on a call stand once and are short texts, or the receiver might choose another one than we did.

    Raises:
        RefusedError: ``BODY_…``: it could be read in two ways.
    """
    label = content_type_text(call.head.headers)
    _, texts, inspected = read_body(label, body)
    named = {name: [part for part in parse_multipart(label, body) if part.head.name == name] for name in _DECIDING}
    for name, parts in named.items():
        if len(parts) > 1 or any(part.head.file_name is not None or part.body is not part.raw for part in parts):
            raise malformed(f"'{name}' must be one field without a file name or an encoding")
    fields = {name: parts[0].body.decode("utf-8", "replace") for name, parts in named.items() if parts}
    return replace(
        call,
        content=Content(texts=call.content.texts + texts, inspected=inspected),
        model=call.model or fields.get("model", ""),
        streams=fields.get("stream", "").strip().lower() == "true",
    )
