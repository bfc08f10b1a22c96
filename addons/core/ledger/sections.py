"""The parts of a record that grow with a call, each cut at a named limit that the record admits to.

A character takes at most seven bytes of JSON (an escaped lone surrogate), so the limits below add up to less than
``RECORD_CAP``; a test builds that worst case.
"""

import base64
import codecs
from collections import Counter
from collections.abc import Iterable, Sequence

from addons.core.call import Content, Direction, Message, ToolCall
from addons.core.exchange import REMOVED, Decision, Finding, RuleMatch
from addons.core.ledger.canonical import Value

RECORD_CAP = 16 * 1024 * 1024
"""Bytes of one record. The audit views read lines of at most this length; the journal refuses longer ones."""

BODY_CAP = 256 * 1024
"""Bytes of a body that are recorded, per direction: larger than nearly all chat requests, small enough to keep each."""

CONVERSATION_CAP = 256 * 1024
"""Characters of a conversation that are recorded, counted from its newest message back."""

ITEM_OVERHEAD = 64
"""Characters that a message or tool call counts for besides its text: a million empty ones must not fit."""

NAME_CAP = 256
"""Characters of a name, place or identifier; provider names and JSON pointers are far shorter."""

TEXT_CAP = 1024
"""Characters of a message that a person wrote into a policy or an approval."""

PATH_CAP = 8 * 1024
"""Characters of a request path: RFC 9110 section 4.1 asks for 8,000 octets."""

FINDINGS_CAP = 512
"""Findings that are listed; the counts in ``redactions`` cover all of them."""

MATCHES_CAP = 128
"""Matches that are listed for one decision, and rule names for one call."""

LIST_CAP = 64
"""Groups and approvers that are listed, and types of findings that are counted apart."""

CONTROLS_CAP = 16
"""Controls that are listed for one match."""

CONTROL_CAP = 64
"""Characters of a control's name, such as ``NIST:AC-2(13)``."""

OTHER_TYPES = "other"
"""What findings count as when a call has more than ``LIST_CAP`` types of them."""


def clip(text: str, cap: int = NAME_CAP) -> str:
    """Return at most ``cap`` characters of ``text``."""
    return text[:cap]


def optional(text: str, cap: int = NAME_CAP) -> str | None:
    """Return ``text`` cut at ``cap`` characters, or ``None`` where there is none."""
    return text[:cap] or None


def names(items: Iterable[str], count: int = LIST_CAP, cap: int = NAME_CAP) -> Sequence[Value]:
    """Return at most ``count`` distinct, non-empty names of at most ``cap`` characters, in order."""
    distinct = [item for item in dict.fromkeys(items) if item]
    return [clip(item, cap) for item in distinct[:count]]


def body(content: bytes) -> Value:
    """Return ``{data, encoding, truncated}``: UTF-8 as text, anything else as base64 (RFC 4648 section 4)."""
    head, truncated = content[:BODY_CAP], len(content) > BODY_CAP
    try:
        # The decoder may keep back the start of a character that the cap cut in two.
        data, encoding = codecs.getincrementaldecoder("utf-8")().decode(head, not truncated), "text"
    except UnicodeDecodeError:
        data, encoding = base64.b64encode(head).decode(), "base64"
    return {"data": data, "encoding": encoding, "truncated": truncated}


def conversation(content: Content | None) -> dict[str, Value]:
    """Return ``{messages, messages_truncated}``.

    What is cut is cut from the oldest end: each request of a conversation repeats it, and the newest message is the
    one that no other record holds. ``position`` counts from 0 in the whole conversation.
    """
    messages = content.messages if content else ()
    allowance = _Allowance(CONVERSATION_CAP)
    recorded: list[Value] = []
    for position in range(len(messages) - 1, -1, -1):
        if not allowance.admits_item():
            break
        recorded.append(_message(messages[position], position, allowance))
    return {"messages": recorded[::-1], "messages_truncated": allowance.exceeded}


def decision(made: Decision | None) -> Value:
    """Return a decision with its matches, or ``None``."""
    if made is None:
        return None
    return {
        "verdict": str(made.verdict),
        "reason": made.reason.value,
        "message": clip(made.message, TEXT_CAP),
        "rule": clip(made.rule),
        "risk": made.risk,
        "matches": [_match(match) for match in made.matches[:MATCHES_CAP]],
        "matches_truncated": len(made.matches) > MATCHES_CAP,
    }


def findings(found: Sequence[Finding]) -> dict[str, Value]:
    """Return ``{findings, findings_truncated}``."""
    return {
        "findings": [_finding(finding) for finding in found[:FINDINGS_CAP]],
        "findings_truncated": len(found) > FINDINGS_CAP,
    }


def redactions(found: Iterable[Finding]) -> Value:
    """Return how many values of each type were masked, per direction."""
    counts = {direction: Counter[str]() for direction in Direction}
    for finding in found:
        if finding.action in REMOVED:
            of_direction, kind = counts[finding.direction], clip(finding.type)
            apart = kind in of_direction or len(of_direction) < LIST_CAP
            of_direction[kind if apart else OTHER_TYPES] += finding.count
    return {direction.value: dict(by_type) for direction, by_type in counts.items()}


class _Allowance:
    """How many characters may still be recorded, and whether there were more."""

    def __init__(self, characters: int) -> None:
        self._left = characters
        self.exceeded = False

    def admits_item(self) -> bool:
        """Count one more item; say whether there is room for it."""
        self._left -= ITEM_OVERHEAD
        self.exceeded = self.exceeded or self._left <= 0
        return self._left > 0

    def take(self, text: str) -> str:
        """Return as much of ``text`` as there is room for."""
        kept = text[: max(0, self._left)]
        self._left -= len(kept)
        self.exceeded = self.exceeded or len(kept) < len(text)
        return kept


def _message(message: Message, position: int, allowance: _Allowance) -> Value:
    return {
        "position": position,
        "role": allowance.take(message.role),
        "content": allowance.take(message.content),
        "tool_calls": [_tool_call(call, allowance) for call in message.tool_calls if allowance.admits_item()],
    }


def _tool_call(call: ToolCall, allowance: _Allowance) -> Value:
    return {
        "name": allowance.take(call.name),
        "arguments": allowance.take(call.arguments),
        "id": allowance.take(call.id),
        "place": allowance.take(call.place),
    }


def _match(match: RuleMatch) -> Value:
    return {
        "rule": clip(match.rule),
        "verdict": str(match.verdict),
        "risk": match.risk,
        "message": clip(match.message, TEXT_CAP),
        "place": clip(match.place),
        "enforced": match.enforced,
        "fault": match.fault,
        "controls": names(match.controls, CONTROLS_CAP, CONTROL_CAP),
    }


def _finding(finding: Finding) -> Value:
    return {
        "direction": finding.direction.value,
        "type": clip(finding.type),
        "place": clip(finding.place),
        "rule": clip(finding.rule),
        "action": clip(finding.action),
        "count": finding.count,
    }
