"""A load generator light enough not to be what is measured: requests as bytes over asyncio streams and TLS."""

import asyncio
import base64
import json
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CONCURRENCY = 8
"""Connections at once: enough to keep one proxy process busy, few enough that the queue does not hide its latency."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to the upstream: directly, or through a proxy. ``token`` is sent on CONNECT."""

    name: str
    port: int
    ca: Path
    proxy: int | None = None
    token: str | None = None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open one TLS connection to the upstream."""
        context = ssl.create_default_context(cafile=self.ca)
        if self.proxy is None:
            return await asyncio.open_connection("127.0.0.1", self.port, ssl=context, server_hostname="127.0.0.1")
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy)
        writer.write(f"CONNECT 127.0.0.1:{self.port} HTTP/1.1\r\n{self._authorization()}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(head.decode())
        await writer.start_tls(context, server_hostname="127.0.0.1")
        return reader, writer

    def _authorization(self) -> str:
        if self.token is None:
            return ""
        return f"Proxy-Authorization: Basic {base64.b64encode(f'app:{self.token}'.encode()).decode()}\r\n"

    def request(self, prompt: str, *, stream: bool) -> bytes:
        """Return a chat request as it stands on the wire."""
        messages = [{"role": "system", "content": "Answer briefly."}, {"role": "user", "content": prompt}]
        body = json.dumps({"model": "gpt-4o-mini", "stream": stream, "messages": messages}).encode()
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
        )
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    if " 200 " not in head.partition("\r\n")[0]:
        raise ConnectionError(head)
    await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))


async def latencies(route: Route, requests: int, prompt: str) -> tuple[list[float], float]:
    """Return the seconds that each of ``requests`` calls took, sorted, and the seconds that all took."""
    request, left, taken = route.request(prompt, stream=False), requests, []

    async def caller() -> None:
        nonlocal left
        reader, writer = await route.connect()
        while left > 0:
            left -= 1
            began = time.perf_counter()
            writer.write(request)
            await _answer(reader)
            taken.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))
    return sorted(taken), time.perf_counter() - began


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)


async def event_delays(route: Route, streams: int, prompt: str) -> list[float]:
    """Return the seconds between the sending and the arrival of each event, sorted."""
    delays: list[float] = []
    for _ in range(streams):
        reader, writer = await route.connect()
        writer.write(route.request(prompt, stream=True))
        await reader.readuntil(b"\r\n\r\n")
        async for chunk in _chunks(reader):
            now = time.monotonic_ns()
            delays += [(now - sent) / 1e9 for sent in _sent_at(chunk)]
        writer.close()
    return sorted(delays)


def _sent_at(chunk: bytes) -> Sequence[int]:
    """Return the time stamps in ``chunk``: the upstream writes them in letters, so that no detector looks at them."""
    found = chunk.decode().split('"sent": "')[1:]
    return [int(text.partition('"')[0].translate(DIGITS)) for text in found]


LETTERS = "abcdefghij"
DIGITS = str.maketrans(LETTERS, "0123456789")
