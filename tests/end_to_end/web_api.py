"""mitmweb's web API, as its page uses it, without a page: whoever has the password is the proxy's administrator."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.gateway import Gateway

PASSWORD = "operator"
XSRF_COOKIE = "_mitmproxy_xsrf"


class WebApi:
    """A session of mitmweb's administrator."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        client.get("/")
        self._headers = {"X-XSRFToken": client.cookies[XSRF_COOKIE]}
        assert client.post("/", data={"token": PASSWORD}, headers=self._headers).status_code == 200

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def post(self, path: str, **content: Any) -> httpx.Response:
        return self._client.post(path, headers=self._headers, **content)

    def put(self, path: str, content: object) -> httpx.Response:
        return self._client.put(path, json=content, headers=self._headers)

    def option(self, **values: Any) -> httpx.Response:
        """Change options at run time."""
        return self.put("/options", values)

    def options(self) -> dict[str, Any]:
        """Return the options' values."""
        found: dict[str, Any] = self.get("/options").json()
        return {name: option["value"] for name, option in found.items()}

    def command(self, name: str, *arguments: str) -> dict[str, Any]:
        """Run a command of mitmproxy's."""
        result: dict[str, Any] = self.post(f"/commands/{name}", json={"arguments": arguments}).json()
        return result

    def flows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/flows").json()
        return found


@contextmanager
def administrator(gate: Gateway) -> Iterator[WebApi]:
    """Log in at ``gate``'s mitmweb."""
    with httpx.Client(base_url=f"http://127.0.0.1:{gate.web_port}", timeout=20, trust_env=False) as client:
        yield WebApi(client)
