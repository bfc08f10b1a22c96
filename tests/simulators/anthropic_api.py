"""What an upstream that speaks Anthropic's Messages API sends, byte for byte: for ``Upstream.replies``.

What it says depends on the last message: ``repeat: TEXT``, ``call NAME: {JSON}``, ``think: TEXT``; a tool's result is
repeated, and anything else gets a fixed sentence.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.simulators.answers import SSE, chunked, head
from tests.simulators.openai_api import GREETING, Received

PIECE = 5
"""Characters of a delta."""
USAGE = {"input_tokens": 11, "output_tokens": 7}


def messages(received: Received) -> bytes:
    """Answer ``POST /v1/messages``."""
    body = received.json()
    blocks = list(_blocks(_last(body)))
    reason = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "content": blocks}
    whole = message | {"stop_reason": reason, "stop_sequence": None, "usage": USAGE}
    if not body.get("stream"):
        return head(json.dumps(whole).encode())
    events = _events(whole)
    return chunked(*(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events), kind=SSE)


def _last(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(_text(part) for part in content)


def _text(part: dict[str, Any]) -> str:
    if part["type"] != "tool_result":
        return str(part.get("text", ""))
    content = part["content"]
    return f"repeat: The tool said: {content if isinstance(content, str) else content[0]['text']}"


def _blocks(last: str) -> Iterator[dict[str, Any]]:
    if last.startswith("think: "):
        yield {"type": "thinking", "thinking": last.removeprefix("think: "), "signature": "c2lnbmVk"}
    if last.startswith("call "):
        name, _, arguments = last.removeprefix("call ").partition(": ")
        yield {"type": "text", "text": "I call a tool."}
        yield {"type": "tool_use", "id": "toolu_1", "name": name, "input": json.loads(arguments)}
    else:
        yield {"type": "text", "text": last.removeprefix("repeat: ") if last.startswith("repeat: ") else GREETING}


def _events(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    begun = whole | {"content": [], "stop_reason": None, "usage": USAGE | {"output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    for index, block in enumerate(whole["content"]):
        yield from ({"index": index} | event for event in _block_events(block))
        yield {"type": "ping"}
    end = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def _block_events(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind, member = {
        "text": ("text_delta", "text"),
        "thinking": ("thinking_delta", "thinking"),
        "tool_use": ("input_json_delta", "input"),
    }[block["type"]]
    empty: dict[str, Any] = {"input": {}} if kind == "input_json_delta" else {member: ""}
    yield {"type": "content_block_start", "content_block": block | empty}
    text = json.dumps(block["input"]) if kind == "input_json_delta" else block[member]
    carrier = "partial_json" if kind == "input_json_delta" else member
    for at in range(0, len(text), PIECE):
        yield {"type": "content_block_delta", "delta": {"type": kind, carrier: text[at : at + PIECE]}}
    if kind == "thinking_delta":
        yield {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": block["signature"]}}
    yield {"type": "content_block_stop"}
