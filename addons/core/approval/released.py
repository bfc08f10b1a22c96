"""Tool calls that people have approved in an answer, so that the conversation they are part of can go on.

The application sends its history with each request. Without this, the approved call would be held again with every
turn. A call counts as the one that was approved only for the same principal, with the same id, name and arguments.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from addons.core.call import Content, ToolCall
from addons.core.exchange import Principal

MAX_RELEASED = 10_000
"""Remembered calls, 100 bytes each; the oldest are forgotten, and would be held again."""


class ReleasedToolCalls:
    """What was approved since the gateway started, newest last."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def add(self, principal: Principal, calls: Iterable[ToolCall]) -> None:
        """Remember ``calls`` as approved for ``principal``. A call without an id cannot be told from another."""
        for call in calls:
            if call.id:
                self._known[_fingerprint(principal, call)] = None
        while len(self._known) > MAX_RELEASED:
            self._known.popitem(last=False)

    def without(self, principal: Principal, content: Content) -> Content:
        """Return ``content`` as it is to be judged: less the calls that were approved for ``principal``."""
        if not self._known or not content.tool_calls:
            return content
        left = tuple(call for call in content.tool_calls if _fingerprint(principal, call) not in self._known)
        return content if len(left) == len(content.tool_calls) else replace(content, tool_calls=left)


def _fingerprint(principal: Principal, call: ToolCall) -> bytes:
    # The application's JSON library may space and order the arguments in its own way.
    arguments = call.arguments if call.decoded is None else json.dumps(dict(call.decoded), sort_keys=True)
    digest = hashlib.sha256()
    for part in (principal.issuer, principal.subject, call.id, call.name, arguments):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8) + encoded)
    return digest.digest()
