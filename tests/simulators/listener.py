"""A port that says nothing, and knows who came and what was said."""

import socket

SETTLE_SECONDS = 0.1
"""How long a connection that must not come is waited for."""


class Listener:
    """Listens on a free port of loopback."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(SETTLE_SECONDS)
        self.port: int = self._socket.getsockname()[1]

    def heard(self) -> list[bytes]:
        """Return what each new connection has sent, to its end."""
        heard: list[bytes] = []
        while True:
            try:
                opened, _ = self._socket.accept()
            except TimeoutError:
                return heard
            with opened:
                opened.settimeout(SETTLE_SECONDS)
                try:
                    heard.append(opened.recv(1000))
                except (TimeoutError, ConnectionError):
                    heard.append(b"")

    def close(self) -> None:
        self._socket.close()
