"""Chat calls through a gateway, told apart by a marker, and what approvers do about them."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.conftest import trust
from tests.gateway import Gateway, run

URL = "https://api.openai.com/v1/chat/completions"
MODEL = "gpt-4o-mini"
WAIT_SECONDS = 20


def said(text: str, *, stream: bool = False) -> dict[str, Any]:
    """A request in which a user says ``text``."""
    return {"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": text}]}


def shell(marker: str, command: str = "rm -rf ./build") -> dict[str, Any]:
    """A request whose history has a call of the shell: the request is held where the command is dangerous."""
    function = {"name": "shell", "arguments": json.dumps({"command": command})}
    call = {"id": "call_1", "type": "function", "function": function}
    messages = [
        {"role": "user", "content": f"clean up for {marker}"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "done"},
    ]
    return {"model": MODEL, "messages": messages}


def post(gate: Gateway, token: str | None, body: dict[str, Any], url: str = URL) -> httpx.Response:
    """Make one call with a connection of its own."""
    with httpx.Client(proxy=gate.proxy(token), verify=trust(gate.site), timeout=60) as client:
        return client.post(url, json=body)


def decide(gate: Gateway, what: str, approval: str, token: str, policy: Path | None = None) -> None:
    """Approve or deny on the command line, which reads the approver's issuers from ``policy``."""
    where = ("--ledger", str(gate.site.ledger), "--policies", str(policy or gate.site.policy))
    run("chainwarden", "approvals", what, approval, "--token", token, "--reason", "looked at it", *where)
