"""A small upstream that speaks the OpenAI API over TLS, and records what reaches it.

What it answers depends on the last message only, so that a story can be told with it:

- ``repeat: TEXT``: the assistant says TEXT.
- ``call NAME: {JSON}``: the assistant calls the tool NAME with these arguments.
- a tool's result: the assistant says what the tool said.
- what ``responses_api`` adds, for requests to the Responses API.
- ``fail: STATUS``, ``close``, ``hang``, ``cut``, ``garbage``: an upstream with a fault.
- anything else: a fixed sentence.
"""

import argparse
import asyncio
import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h11

from tests.simulators import responses_api

READ_BYTES = 65_536
GREETING = "Hello from the upstream."
PIECE = 5
"""Characters per streamed delta."""


@dataclass
class Received:
    """One request as it reached the upstream."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    def json(self) -> Any:
        return json.loads(self.body)

    def as_json(self) -> str:
        fields = {"method": self.method, "target": self.target, "headers": self.headers}
        return json.dumps(fields | {"body": self.body.decode("utf-8", "replace")})


@dataclass
class Upstream:
    """The server's state: what it received, and how it cuts its streams."""

    record: Path | None = None
    piece: int = 5
    """Characters per streamed delta."""
    pause: float = 0.0
    """Seconds between streamed deltas."""
    received: list[Received] = field(default_factory=list)
    stamp: bool = False
    """Whether streamed events say when they were sent: nanoseconds of the monotonic clock, digits as letters a to j."""
    story: dict[str, str] = field(default_factory=dict)
    """What to do where the last message has these words: the words and one of the commands above."""
    replies: dict[str, Callable[[Received], bytes]] = field(default_factory=dict)
    """What to send, byte for byte, before it closes, where target or last message have these words."""

    async def serve(self, host: str, port: int, context: ssl.SSLContext | None) -> asyncio.Server:
        return await asyncio.start_server(self._connection, host, port, ssl=context, backlog=512)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        try:
            with suppress(OSError, h11.ProtocolError, asyncio.IncompleteReadError):
                while await self._exchange(connection, reader, writer):
                    connection.start_next_cycle()
        finally:
            writer.close()

    async def _exchange(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        received = await _read_request(connection, reader)
        if received is None:
            return False
        self.received.append(received)
        if self.record is not None:
            with self.record.open("a", encoding="utf-8") as file:
                file.write(received.as_json() + "\n")
        async for data in self._answer(connection, received):
            writer.write(data)
            await writer.drain()
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    async def _answer(self, connection: h11.Connection, received: Received) -> AsyncIterator[bytes]:
        last = self._told(_last_message(received))
        reply = next((make for words, make in self.replies.items() if words in f"{received.target} {last}"), None)
        if reply is not None:
            yield reply(received)
            return
        status, payload = _reply(received, last)
        if last == "close":
            return
        if last == "hang":
            await asyncio.sleep(3600)
        if last == "garbage":
            yield b"\x16\x03\x01 this is not HTTP\r\n\r\n"
            return
        if isinstance(payload, list):
            async for data in self._stream(connection, payload, cut=last == "cut"):
                yield data
            return
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        yield _send(connection, _head(status, "application/json", ("content-length", str(len(body)))))
        yield _send(connection, h11.Data(data=body))
        yield _send(connection, h11.EndOfMessage())

    def _told(self, last: str) -> str:
        return next((command for words, command in self.story.items() if words in last), last)

    async def _stream(self, connection: h11.Connection, events: list[Any], *, cut: bool) -> AsyncIterator[bytes]:
        yield _send(connection, _head(200, "text/event-stream", ("transfer-encoding", "chunked")))
        for number, event in enumerate(events):
            if cut and number == len(events) // 2:
                return
            stamped = event | {"sent": _letters(time.monotonic_ns())} if self.stamp else event
            name = f"event: {event['type']}\n" if "type" in event else ""
            yield _send(connection, h11.Data(data=f"{name}data: {json.dumps(stamped)}\n\n".encode()))
            await asyncio.sleep(self.pause)
        if "choices" in events[-1]:
            yield _send(connection, h11.Data(data=b"data: [DONE]\n\n"))
        yield _send(connection, h11.EndOfMessage())


def _letters(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


def _send(connection: h11.Connection, event: h11.Event) -> bytes:
    return connection.send(event) or b""


def _head(status: int, content_type: str, framing: tuple[str, str]) -> h11.Response:
    return h11.Response(status_code=status, headers=[("content-type", content_type), framing])


async def _read_request(connection: h11.Connection, reader: asyncio.StreamReader) -> Received | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(READ_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = [(name.decode(), value.decode("latin-1")) for name, value in head.headers]
            return Received(head.method.decode(), head.target.decode(), headers, bytes(body))
        else:
            return None


def _parsed(received: Received) -> dict[str, Any]:
    with suppress(ValueError):
        body = json.loads(received.body or b"{}")
        return body if isinstance(body, dict) else {}
    return {}


def _last(received: Received) -> dict[str, Any]:
    body = _parsed(received)
    if "input" in body and "messages" not in body:
        return responses_api.last_input(body)
    messages = body.get("messages") or [{}]
    return messages[-1] if isinstance(messages[-1], dict) else {}


def _last_message(received: Received) -> str:
    content = _last(received).get("content") or ""
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content)


def _reply(received: Received, last: str) -> tuple[int, Any]:
    path = received.target.partition("?")[0]
    if path.endswith("/embeddings"):
        vector = {"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}
        return 200, {"object": "list", "data": [vector], "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}}
    if not path.endswith(("/chat/completions", "/responses")):
        echo = {"method": received.method, "target": received.target, "body": received.body.decode("utf-8", "replace")}
        return 200, echo
    if last.startswith("fail: "):
        message = f"The upstream failed. Your key was {received.header('authorization')}."
        return int(last.removeprefix("fail: ")), {"error": {"message": message, "type": "server_error", "code": None}}
    body = _parsed(received)
    if path.endswith("/responses"):
        items = responses_api.output(_last(received), last, GREETING)
        events = responses_api.events(items, body, PIECE)
        whole = responses_api.whole(items, body, responses_api.new_id())
        return 200, list(events) if body.get("stream") else whole
    delta = _delta(received, last)
    return 200, list(_chunks(delta, body)) if body.get("stream") else _completion(delta, body)


def _delta(received: Received, last: str) -> dict[str, Any]:
    if _last(received).get("role") == "tool":
        return {"role": "assistant", "content": f"The tool said: {last}"}
    if last.startswith("repeat: "):
        return {"role": "assistant", "content": last.removeprefix("repeat: ")}
    if last.startswith("call "):
        name, _, arguments = last.removeprefix("call ").partition(": ")
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"role": "assistant", "content": GREETING}


USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def _completion(delta: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    reason = "tool_calls" if delta.get("tool_calls") else "stop"
    choice = {"index": 0, "message": delta, "finish_reason": reason, "logprobs": None}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body.get("model", "m")}
    return head | {"choices": [choice], "usage": USAGE}


def _chunks(delta: dict[str, Any], body: dict[str, Any], piece: int = PIECE) -> Iterator[dict[str, Any]]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model", "m")}

    def chunk(part: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return head | {"choices": [{"index": 0, "delta": part, "finish_reason": reason, "logprobs": None}]}

    yield chunk({"role": "assistant", "content": ""})
    for call in delta.get("tool_calls") or ():
        function = call["function"]
        start = {
            "index": 0,
            "id": call["id"],
            "type": "function",
            "function": {"name": function["name"], "arguments": ""},
        }
        yield chunk({"tool_calls": [start]})
        for text in _pieces(function["arguments"], piece):
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": text}}]})
    for text in _pieces(delta.get("content") or "", piece):
        yield chunk({"content": text})
    yield chunk({}, "tool_calls" if delta.get("tool_calls") else "stop")
    if (body.get("stream_options") or {}).get("include_usage"):
        yield head | {"choices": [], "usage": USAGE}


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextmanager
def running(certificate: Path | None, upstream: Upstream | None = None) -> Iterator[tuple[Upstream, int]]:
    """Run an upstream in a thread of this process; yield it and its port on loopback."""
    upstream = upstream or Upstream()
    loop = asyncio.new_event_loop()
    context = server_context(certificate) if certificate else None
    server = loop.run_until_complete(upstream.serve("127.0.0.1", 0, context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield upstream, server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Run the upstream until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--certificate", type=Path, help="PEM with key and certificate; plain HTTP without")
    parser.add_argument("--record", type=Path, help="append each request as a line of JSON")
    parser.add_argument("--story", type=json.loads, default={}, help="JSON: words in the last message to a command")
    parser.add_argument("--stamp", action="store_true", help="streamed events say when they were sent")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between streamed deltas")
    options = parser.parse_args()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    upstream = Upstream(record=options.record, pause=options.pause, stamp=options.stamp, story=options.story)
    context = server_context(options.certificate) if options.certificate else None
    server = await upstream.serve("127.0.0.1", options.port, context)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main()
