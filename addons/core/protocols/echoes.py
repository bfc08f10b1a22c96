"""Secrets of a request that its answer repeats, as in an error: the client may read them, a record may not."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote, quote_plus, unquote_plus

from addons.core.call import Content, Json, Message, ToolCall
from addons.core.errors import RefusedError
from addons.core.protocols.json_rewrite import string_literal
from addons.core.protocols.json_text import parse, parse_text
from addons.core.protocols.recorded import SECRET

MIN_CHARACTERS = 6
"""Characters from which a secret is looked for: shorter ones stand in many texts by chance."""

_JSON_LEVELS = 2
"""JSON texts inside each other in which a secret is looked for as they spell it."""


def secrets_in(original: bytes, shown: bytes) -> Iterator[str]:
    """Yield the strings of ``original`` that are hidden in ``shown``; both are JSON, or a form."""
    try:
        yield from _secrets(parse(original, unique_keys=False), parse(shown, unique_keys=False))
    except RefusedError:
        yield from secrets_in_query(original.decode("latin-1"), shown.decode("latin-1"))


def secrets_in_query(original: str, shown: str) -> Iterator[str]:
    """Yield the values of a form or a query that are hidden in ``shown``."""
    for was, now in zip(original.split("&"), shown.split("&"), strict=False):
        if was != now:
            yield unquote_plus(was.partition("=")[2])


def _secrets(original: Json, shown: Json) -> Iterator[str]:
    match original, shown:
        case str(), str() if original != shown:
            if shown == SECRET:
                yield original
            else:
                yield from _secrets(*(parse_text(text, unique_keys=False) for text in (original, shown)))
        case dict(), dict():
            for key, item in original.items():
                yield from _secrets(item, shown.get(key))
        case list(), list():
            for items in zip(original, shown, strict=False):
                yield from _secrets(*items)


class Echoes:
    """Finds secrets as they are, and as JSON and URLs spell them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= MIN_CHARACTERS for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def without(self, text: str) -> str:
        """Return ``text`` with every secret hidden; the same object where there is none."""
        if self._pattern is None or not self._pattern.search(text):
            return text
        return self._pattern.sub(SECRET, text)

    def without_bytes(self, body: bytes) -> bytes:
        """Return ``body`` with every secret hidden; the same object where there is none."""
        if self._pattern is None:
            return body
        text = body.decode("utf-8", "surrogateescape")
        shown = self.without(text)
        return body if shown is text else shown.encode("utf-8", "surrogateescape")

    def without_content(self, content: Content) -> Content:
        """Return ``content`` with every secret hidden in its messages; the same object where there is none."""
        if self._pattern is None:
            return content
        messages, calls = tuple(map(self._message, content.messages)), tuple(map(self._call, content.tool_calls))
        is_same = messages == content.messages and calls == content.tool_calls
        return content if is_same else replace(content, messages=messages, tool_calls=calls)

    def _message(self, message: Message) -> Message:
        calls = tuple(map(self._call, message.tool_calls))
        return replace(message, content=self.without(message.content), tool_calls=calls)

    def _call(self, call: ToolCall) -> ToolCall:
        return replace(call, arguments=self.without(call.arguments))


def _forms(secret: str) -> set[str]:
    errors = "replace"
    quoted = {quote(secret, errors=errors), quote(secret, safe="", errors=errors), quote_plus(secret, errors=errors)}
    spelled = {secret}
    for _ in range(_JSON_LEVELS):
        spelled |= {literal[1:-1] for text in spelled for literal in (string_literal(text), json.dumps(text))}
    return spelled | quoted
