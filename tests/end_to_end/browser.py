"""A headless Chromium with mitmweb's page open, as an operator has it."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import quote

from playwright.sync_api import Page, WebSocket, expect, sync_playwright

from tests.gateway import Gateway

PASSWORD = "operator"
WAIT_SECONDS = 20
POLL_MS = 50
"""Between two looks at the page: playwright delivers the websocket's frames meanwhile."""

ARGUMENTS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# mitmweb's own page does it this way: same origin, with the cookie's value as a header.
_FETCH = """
async ([method, path, body]) => {
  const headers = {"X-XSRFToken": document.cookie.match(/_mitmproxy_xsrf=([^;]+)/)[1]};
  if (body !== null) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {method, headers, body, credentials: "same-origin"});
  return [answer.status, await answer.text()];
}
"""

_SHAPES = ("request", "response")


class Mitmweb:
    """What an operator does in the page, and everything that the page was sent."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.frames: list[str] = []
        self.pages: list[str] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.frames.append(str(data)))

    def log_in(self) -> None:
        self.page.goto(self.address)
        self.page.fill("input[type=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".connection-indicator")).to_have_text("connected")

    def fetch(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Ask mitmweb for ``path`` as its page does."""
        sent = None if body is None else json.dumps(body)
        status, text = self.page.evaluate(_FETCH, [method, path, sent])
        return status, text

    def flows(self) -> list[dict[str, Any]]:
        """Return all flows that mitmweb shows, the oldest first."""
        return cast("list[dict[str, Any]]", json.loads(self.fetch("GET", "./flows")[1]))

    def flow(self, marker: str) -> dict[str, Any] | None:
        """Return the flow whose request has ``marker`` in its body."""
        return next((flow for flow in self.flows()[::-1] if marker in self.body(flow["id"])), None)

    def held(self, marker: str) -> str:
        """Wait until a call with ``marker`` in its body is held, and return its flow's id."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            flow = self.flow(marker)
            if flow is not None and flow["intercepted"]:
                return str(flow["id"])
            self.page.wait_for_timeout(POLL_MS)
        raise AssertionError(f"mitmweb does not show {marker!r} as held")

    def wait_for_comment(self, flow_id: str, words: str) -> dict[str, Any]:
        """Wait until the flow is held again with ``words`` beside it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            flow = next(flow for flow in self.flows() if flow["id"] == flow_id)
            if flow["intercepted"] and words in flow["comment"]:
                return flow
            self.page.wait_for_timeout(POLL_MS)
        raise AssertionError(f"no {words!r} beside the held flow")

    def body(self, flow_id: str, message: str = "request") -> str:
        return self.fetch("GET", f"./flows/{flow_id}/{message}/content.data")[1]

    def select(self, flow_id: str) -> None:
        """Open the flow's details in the page."""
        row = [flow["id"] for flow in self.flows()].index(flow_id)
        self.page.locator(".flow-table tr.has-request").nth(row).locator(".col-path").click()
        self.page.locator(".flow-detail nav a", has_text="Request").click()

    def click(self, flow_id: str, button: str) -> None:
        """Press a button of the flow's menu: Resume, Abort, Delete."""
        self.select(flow_id)
        self.page.locator("header nav a", has_text="Flow").last.click()
        self.page.locator(".flow-menu button", has_text=button).click()

    def edit_in_the_page(self, flow_id: str, before: str, after: str) -> None:
        """Replace ``before`` by ``after`` in the request's body, with the page's editor."""
        edited = self.body(flow_id).replace(before, after)
        self.select(flow_id)
        self.page.locator(".contentview button", has_text="Edit").click()
        editor = self.page.locator(".contentview .cm-content")
        expect(editor).to_contain_text(before)
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(edited)
        self.page.locator(".contentview button", has_text="Done").click()
        expect(self.page.locator(".contentview pre")).to_contain_text(after)
        assert self.body(flow_id) == edited

    def edit(self, flow_id: str, **parts: Any) -> None:
        """Edit a flow as the page's inline editors do."""
        status, text = self.fetch("PUT", f"./flows/{flow_id}", parts)
        assert status == 200, text

    def resume(self, flow_id: str) -> None:
        assert self.fetch("POST", f"./flows/{flow_id}/resume")[0] == 200

    def option(self, **values: Any) -> tuple[int, str]:
        return self.fetch("PUT", "./options", values)

    def look_at_everything(self) -> None:
        """Fetch what the page can show of each flow now, and keep it."""
        self.pages.append(self.fetch("GET", "./flows")[1])
        for flow in json.loads(self.pages[-1]):
            for message in (shape for shape in _SHAPES if flow.get(shape)):
                for view in ("content.data", f"content/{quote('Auto')}", f"content/{quote('Hex Dump')}"):
                    self.pages.append(self.fetch("GET", f"./flows/{flow['id']}/{message}/{view}")[1])
        self.pages += [self.fetch("GET", path)[1] for path in ("./flows/dump", "./events", "./options", "./state")]

    def seen(self) -> str:
        """Return everything that mitmweb has served."""
        return "\n".join([*self.frames, *self.pages])


@contextmanager
def mitmweb(gate: Gateway) -> Iterator[Mitmweb]:
    """Open the page of ``gate``'s mitmweb and log in."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "these tests need a Chromium (Debian: apt install chromium)"
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            Path(folder) / "profile", executable_path=chromium, headless=True, args=ARGUMENTS
        )
        browser.set_default_timeout(WAIT_SECONDS * 1000)
        opened = Mitmweb(browser.pages[0], f"http://127.0.0.1:{gate.web_port}/")
        try:
            opened.log_in()
            yield opened
        finally:
            browser.close()
