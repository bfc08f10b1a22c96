"""How a flow waits inside mitmproxy: visible in mitmweb, and woken by everything that can end the wait.

mitmproxy wakes a held flow only on a resume; a kill, a delete or a client that leaves would leave it hanging
(mitmproxy issue 8045). So the two methods that mitmweb calls are wrapped on the one flow object while it waits.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from mitmproxy import ctx, hooks, http

HELD_MARK = ":warning:"
"""What mitmweb shows beside a flow that waits for a decision."""


class Woken(Enum):
    """What ended, or interrupted, a wait."""

    DECIDED = auto()
    RESUMED = auto()
    KILLED = auto()
    CLIENT_GONE = auto()
    TIMEOUT = auto()


class HeldFlow:
    """One waiting flow."""

    def __init__(self, flow: http.HTTPFlow, approval_id: str) -> None:
        self.flow = flow
        self.approval_id = approval_id
        self._event = asyncio.Event()
        self._woken = Woken.TIMEOUT

    def wake(self, why: Woken) -> None:
        """End the wait; the first reason stands until it was looked at."""
        if not self._event.is_set():
            self._woken = why
            self._event.set()

    async def wait(self, seconds: float) -> Woken:
        """Wait until something happens, at most for ``seconds``, and say what."""
        try:
            await asyncio.wait_for(self._event.wait(), max(0.0, seconds))
        except TimeoutError:
            return Woken.TIMEOUT
        self._event.clear()
        return self._woken

    def _resume(self) -> None:
        if self.flow.intercepted:
            self.flow.intercepted = False
            self.wake(Woken.RESUMED)

    def _kill(self) -> None:
        if self.flow.intercepted:
            self.flow.intercepted = False
            self.wake(Woken.KILLED)


@contextmanager
def held(flow: http.HTTPFlow, approval_id: str) -> Iterator[HeldFlow]:
    """Show ``flow`` as held for as long as the block runs."""
    holding = HeldFlow(flow, approval_id)
    flow.__dict__["resume"] = holding._resume  # noqa: SLF001 - same module
    flow.__dict__["kill"] = holding._kill  # noqa: SLF001 - same module
    flow.intercept()
    try:
        yield holding
    finally:
        del flow.__dict__["resume"], flow.__dict__["kill"]
        flow.resume()


async def show(flow: http.HTTPFlow, comment: str, mark: str = "") -> None:
    """Tell mitmweb about the state of ``flow``, with ``comment`` beside it."""
    flow.comment, flow.marked = comment, mark
    await ctx.master.addons.trigger_event(hooks.UpdateHook([flow]))
