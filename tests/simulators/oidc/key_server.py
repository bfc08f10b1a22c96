"""An issuer that answers as a test says, over HTTP or HTTPS on loopback: for what no real provider does."""

import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

METADATA = "/.well-known/openid-configuration"
KEYS = "/keys"


@dataclass
class Answer:
    """What is sent for one path. ``drip_s`` waits so long before each byte of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip_s: float = 0.0


class KeyServer:
    """Answers by path and counts requests. ``gate`` holds every answer back while it is cleared."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.issuer = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        self.answers: dict[str, Answer] = {}
        self.requests: Counter[str] = Counter()
        self.gate = threading.Event()
        self.gate.set()
        self.ended = threading.Event()

    def publish(self, *jwks: dict[str, Any]) -> None:
        """Serve metadata, and ``jwks`` as the key set."""
        metadata = {"issuer": self.issuer, "jwks_uri": self.issuer + KEYS}
        self.answers[METADATA] = Answer(orjson.dumps(metadata))
        self.answers[KEYS] = Answer(orjson.dumps({"keys": jwks}))

    def fail(self) -> None:
        """Answer every request with an error."""
        self.answers = {}


@contextmanager
def key_server(certificate: Path | None = None) -> Iterator[KeyServer]:
    """Yield a running server; with ``certificate``, a PEM file with key and certificate, it speaks TLS."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        keys = KeyServer(server, "http" if certificate is None else "https")
        server.RequestHandlerClass = type("Handler", (_Handler,), {"keys": keys})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield keys
        finally:
            keys.ended.set()
            keys.gate.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    keys: KeyServer

    def do_GET(self) -> None:
        self.keys.requests[self.path] += 1
        self.keys.gate.wait()
        answer = self.keys.answers.get(self.path, Answer(status=503))
        self.send_response(answer.status)
        for name, value in ({"content-length": str(len(answer.body))} | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self._send(answer)
        except ConnectionError:  # the client has seen enough
            return

    def _send(self, answer: Answer) -> None:
        if not answer.drip_s:
            self.wfile.write(answer.body)
            return
        for byte in answer.body:
            if self.keys.ended.wait(answer.drip_s):
                return
            self.wfile.write(bytes([byte]))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's name
        """Say nothing."""
