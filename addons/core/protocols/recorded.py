"""What a record may show of a call: a secret that must reach the upstream, or the client, stands there as ``[SECRET]``.

1. What stands under a name that says so is hidden: in JSON, also JSON inside of strings, in forms, parts and lines.
2. All headers that a tool server is to be called with are hidden.
3. What cannot be read in one way but has such a name in it is not recorded.
4. An edited body gets its secrets back only in objects that were left as they were shown.
"""

import json
import re
from dataclasses import replace
from urllib.parse import quote, unquote_plus

from addons.core.call import Content, Json, Message, ToolCall
from addons.core.errors import RefusedError
from addons.core.protocols.headers import EVENT_STREAM, FORM, media_type
from addons.core.protocols.json_lines import is_json_lines
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_text import BOM, dump, parse, parse_text
from addons.core.protocols.multipart import is_multipart, parse_multipart
from addons.core.protocols.secret_names import names_secret, names_secret_parameter
from addons.core.reasons import Reason

SECRET = "[SECRET]"  # noqa: S105 - what stands for one

HIDDEN_IN_URL = quote(SECRET)

MAX_LEVELS = 4
"""JSON texts inside strings of JSON texts that are read, as where they are masked."""

_NAMED = re.compile(
    r"""(?:authori[sz]ation|passw(?:or)?d|pwd|passphrase|secrets?|credentials?|cookies?|token|key|headers)
        [^A-Za-z"\\]{0,8}\\*"\s*[:,}]""",
    re.IGNORECASE | re.VERBOSE,
)
"""A JSON text without such a key is not looked at again, nor is one without an escape that could spell it."""

_SERVER = frozenset({"server_url", "serverUrl", "server_label", "connector_id"})
"""Members of an object that says how a tool server is called."""

_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "definitions"})
"""Members whose keys are names of arguments, which say nothing yet."""

_NAMES, _VALUES = ("name", "key", "header"), ("value", "values")
_DATA = re.compile(r"(data: ?)(.*)", re.DOTALL)
_ENDS = re.compile(r"(\r\n|\r|\n)")
_SPELLED = re.compile(r"""("([^"\\]{1,80})\\*"\s*:\s*\\*)"(?:[^"\\]|\\.)*+"?""", re.DOTALL)
"""A member with a string in what is no JSON text as a whole: its beginning, for instance."""


def hidden(value: Json) -> Json:
    """Return ``value`` with every secret hidden; equal to it where there is none."""
    return _hidden(value, "", is_secret=False, level=0)


def _hidden(value: Json, within: str, *, is_secret: bool, level: int) -> Json:
    match value:
        case dict():
            meant = _named_value(value)
            return {
                key: _hidden(
                    item, key, is_secret=is_secret or key in meant or _is_meant(key, item, within, value), level=level
                )
                for key, item in value.items()
            }
        case list():
            return [_hidden(item, within, is_secret=is_secret, level=level) for item in value]
        case str():
            return SECRET if is_secret and value else hidden_text(value, level + 1)
        case bool() | None:
            return value
        case int() | float():
            return SECRET if is_secret else value


def _is_meant(key: str, item: Json, within: str, beside: dict[str, Json]) -> bool:
    if within in _SCHEMAS and isinstance(item, dict | bool):
        return False
    return names_secret(key) or (key.lower() == "headers" and not _SERVER.isdisjoint(beside))


def _named_value(value: dict[str, Json]) -> tuple[str, ...]:
    """Return the members of ``value`` that hold what a member beside them names: ``{"name": …, "value": …}``."""
    names = (value.get(key) for key in _NAMES)
    return _VALUES if any(isinstance(name, str) and names_secret(name) for name in names) else ()


def hidden_text(text: str, level: int = 0) -> str:
    """Return ``text``, if it is JSON, with every secret hidden; the same object where there is none."""
    if level > MAX_LEVELS or text.lstrip()[:1] not in {"{", "["} or not _may_hold(text):
        return text
    try:
        value = parse_text(text, unique_keys=False)
    except RefusedError:
        return _SPELLED.sub(_hidden_pair, text)
    shown = _hidden(value, "", is_secret=False, level=level)
    return text if shown == value else dump(shown)


def _may_hold(text: str) -> bool:
    return "\\u" in text or _NAMED.search(text) is not None


def recorded(content_type: str, body: bytes) -> bytes:
    """Return ``body`` as it may be recorded; the same object where nothing is hidden."""
    kind = media_type(content_type)
    if is_multipart(content_type):
        return _parts(content_type, body)
    if kind.name == FORM:
        return _form(body)
    if kind.name == EVENT_STREAM or is_json_lines(kind):
        return _lines(body)
    return _json(body) if body.removeprefix(BOM).lstrip()[:1] in {b"{", b"["} else _lines(body)


def _json(body: bytes) -> bytes:
    if not _may_hold(body.decode("utf-8", "replace")):
        return body
    try:
        value = parse(body)
    except RefusedError as error:
        return SECRET.encode() if error.reason is Reason.BODY_DUPLICATE_KEYS else _lines(body)
    shown = hidden(value)
    return body if shown == value else dump(shown).encode()


def _lines(body: bytes) -> bytes:
    """Hide in events, in JSON texts one after another, and in what only begins like JSON."""
    text = body.decode("utf-8", "surrogateescape")
    if not _may_hold(text):
        return body
    shown = "".join(map(_line, _ENDS.split(text)))
    return body if shown == text else shown.encode("utf-8", "surrogateescape")


def _line(line: str) -> str:
    found = _DATA.fullmatch(line)
    start, text = found.groups() if found else ("", line)
    shown = hidden_text(text)
    return start + (_SPELLED.sub(_hidden_pair, text) if shown is text and not _is_json(text) else shown)


def _is_json(text: str) -> bool:
    try:
        parse_text(text)
    except RefusedError:
        return False
    return True


def _hidden_pair(found: re.Match[str]) -> str:
    return f'{found[1]}"{SECRET}"' if names_secret(found[2]) else found[0]


def _form(body: bytes) -> bytes:
    pairs = body.decode("latin-1").split("&")
    shown = "&".join(map(_pair, pairs)).encode("latin-1")
    return body if shown == body else shown


def _pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if value and names_secret_parameter(unquote_plus(name)):
        return f"{name}={HIDDEN_IN_URL}"
    text = unquote_plus(value)
    inner = hidden_text(text)
    return pair if inner == text else f"{name}{equals}{quote(inner)}"


def _parts(content_type: str, body: bytes) -> bytes:
    try:
        parts = parse_multipart(content_type, body)
    except RefusedError:
        return body
    shown = body
    for part in parts:
        is_secret = names_secret(part.head.name or "")
        inside = SECRET.encode() if is_secret else recorded(part.content_type, part.body)
        if inside != part.body and part.raw:
            shown = shown.replace(b"\r\n\r\n" + part.raw + b"\r\n", b"\r\n\r\n" + inside + b"\r\n")
    return body if shown == body else shown


def recorded_query(query: str) -> str:
    """Return a query as it may be shown."""
    return "&".join(map(_pair, query.split("&")))


def recorded_content(content: Content) -> Content:
    """Return ``content`` with messages and tool calls as they may be recorded; the same object where nothing is hidden.

    Texts, which are for rules and detectors, stay.
    """
    messages = tuple(map(_message, content.messages))
    calls = tuple(map(_call, content.tool_calls))
    if messages == content.messages and calls == content.tool_calls:
        return content
    return replace(content, messages=messages, tool_calls=calls)


def _message(message: Message) -> Message:
    return replace(message, content=hidden_text(message.content), tool_calls=tuple(map(_call, message.tool_calls)))


def _call(call: ToolCall) -> ToolCall:
    arguments = hidden_text(call.arguments)
    decoded = call.decoded if arguments == call.arguments else as_object(parse_text(arguments, unique_keys=False))
    return replace(call, arguments=arguments, decoded=decoded)


def in_one_order(body: bytes) -> str:
    """Return ``body``, if it is JSON, with its objects' members in one order: a retry may write them in another."""
    try:
        return json.dumps(parse(body), sort_keys=True)
    except RefusedError:
        return body.decode("latin-1")


def put_back(edited: bytes, shown: bytes, original: bytes) -> bytes:
    """Return ``edited``, which somebody made of ``shown``, with the secrets of ``original`` in it.

    Raises:
        RefusedError: ``APPROVAL_EDIT_REFUSED``: it is not clear where they belong now.
    """
    if edited == shown:
        return original
    try:
        value, was, full = (parse(text) for text in (edited, shown, original))
    except RefusedError:
        made, left = edited, sum(edited.count(form.encode()) for form in (SECRET, HIDDEN_IN_URL))
    else:
        value = _put_back(value, was, full, is_root=True)
        made, left = dump(value).encode(), _placeholders(value) - _placeholders(full)
    if left > 0:
        raise RefusedError(
            Reason.APPROVAL_EDIT_REFUSED,
            f"The call was edited beside a secret, which is shown as {SECRET}: it is not clear where that belongs now.",
        )
    return made


def _put_back(edited: Json, shown: Json, original: Json, *, is_root: bool = False) -> Json:
    if edited == shown:
        return original
    match edited, shown, original:
        case dict(), dict(), dict():
            return {
                key: _put_back(item, shown.get(key), original.get(key))
                if is_root or isinstance(item, dict | list)
                else item
                for key, item in edited.items()
            }
        case list(), list(), list() if len(edited) == len(shown):
            return [_put_back(*items) for items in zip(edited, shown, original, strict=True)]
        case _:
            return edited


def _placeholders(value: Json) -> int:
    match value:
        case str():
            return SECRET in value
        case list():
            return sum(map(_placeholders, value))
        case dict():
            return sum(map(_placeholders, value.values()))
        case _:
            return 0
