"""JSON objects of tokens and key sets, with one meaning or refused (RFC 7515 section 4, RFC 7519 section 4)."""

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.protocols import json_text
from addons.core.reasons import Reason


class StrictJsonError(ValueError):
    """The text is no JSON object, or says something twice. The message holds no part of the text."""


def parse_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object in ``data``, UTF-8 without a byte order mark.

    Raises:
        StrictJsonError: for anything but one object, for duplicate keys at any depth, NaN and infinities.
    """
    try:
        value = json_text.parse(data)
    except RefusedError as error:
        duplicate = error.reason is Reason.BODY_DUPLICATE_KEYS
        raise StrictJsonError("a JSON key stands twice" if duplicate else "not valid JSON") from None
    if not isinstance(value, dict) or data.startswith(json_text.BOM):
        raise StrictJsonError("not a JSON object")
    return value
