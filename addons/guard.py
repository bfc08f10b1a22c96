"""Fail closed: what happens when the pipeline itself is at fault.

mitmproxy logs an exception in a hook and forwards the flow. Every addon of the pipeline is therefore wrapped here, and
this is the one place that may catch ``Exception``: whatever went wrong, the call is refused and the fault is recorded
without its message, which may quote a body or a token.
"""

import asyncio
import inspect
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Protocol

from mitmproxy import http
from mitmproxy.connection import Client
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from addons.core.errors import RefusedError
from addons.core.exchange import Exchange, Refusal
from addons.core.reasons import Reason
from addons.exchange_of import exchange_of, is_on_the_wire
from addons.wire import close_hard, close_server, refuse

logger = logging.getLogger(__name__)

GUARDED_HOOKS = (
    "client_connected",
    "client_disconnected",
    "server_connect",
    "server_connected",
    "http_connect",
    "http_connect_error",
    "requestheaders",
    "request",
    "responseheaders",
    "response",
    "error",
)
LIFECYCLE_HOOKS = ("load", "configure", "running", "done")

FAULT_MESSAGE = (
    "The gateway had an internal fault and refused the call. Ask its operators; they find it by the record's id."
)


def describe_fault(error: BaseException) -> str:
    """Return type and place of ``error``; never its message, which may quote a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


def contain(subject: object, error: Exception) -> None:
    """Refuse what ``subject``, the argument of a failed hook, stands for."""
    if isinstance(subject, http.HTTPFlow):
        _contain_flow(subject, error)
    elif isinstance(subject, Client):
        subject.error = FAULT_MESSAGE
        close_hard(subject)
    elif isinstance(subject, ServerConnectionHookData):
        subject.server.error = FAULT_MESSAGE
        close_server(subject.client, subject.server)  # before it takes a byte: the client's end comes too late
        close_hard(subject.client)


def _contain_flow(flow: http.HTTPFlow, error: Exception) -> None:
    exchange = exchange_of(flow)
    if isinstance(error, RefusedError):
        refuse(flow, exchange, error.reason, error.message)
        return
    exchange.error = exchange.error or describe_fault(error)
    if flow.response is not None and flow.response.stream:
        exchange.refuse(Reason.INTERNAL_FAULT, FAULT_MESSAGE)
        close_hard(flow.client_conn)
    else:
        refuse(flow, exchange, Reason.INTERNAL_FAULT, FAULT_MESSAGE)


def _is_from_a_file(subject: object) -> bool:
    """Say whether ``subject`` is a flow that an operator loaded: no call, so no step may judge or record it."""
    return isinstance(subject, http.HTTPFlow) and not is_on_the_wire(subject)


def _closed(hook: str, function: Callable[..., object]) -> Callable[..., object]:
    """Wrap one hook so that its failure refuses; a ``RefusedError`` is the ordinary way to say no."""

    def failed(subject: object, error: Exception) -> None:
        if not isinstance(error, RefusedError):
            logger.error("Chainwarden: contained a fault in %s: %s", hook, describe_fault(error))
        contain(subject, error)

    if inspect.iscoroutinefunction(function):

        async def guarded(subject: object) -> None:
            if _is_from_a_file(subject):
                return
            try:
                await function(subject)
            except Exception as error:  # noqa: BLE001 - this is the guard
                failed(subject, error)

        return guarded

    def guarded_sync(subject: object) -> Awaitable[None] | None:
        if _is_from_a_file(subject):
            return None
        try:
            function(subject)
        except Exception as error:  # noqa: BLE001 - this is the guard
            failed(subject, error)
        return None

    return guarded_sync


class Guarded:
    """An addon of the pipeline behind the guard. Lifecycle hooks pass through: a fault there must stop the start."""

    def __init__(self, addon: object) -> None:
        self.addon = addon
        self.name = f"chainwarden-{type(addon).__name__.lower()}"
        for hook in GUARDED_HOOKS:
            function = getattr(addon, hook, None)
            if function is not None:
                setattr(self, hook, _closed(hook, function))
        for hook in LIFECYCLE_HOOKS:
            function = getattr(addon, hook, None)
            if function is not None:
                setattr(self, hook, function)


class Transform(Protocol):
    """What a guarded stream runs bytes through."""

    def feed(self, data: bytes) -> bytes:
        """Return what may go on after ``data`` came in."""

    def finish(self) -> bytes:
        """Return what is left at the end of the body."""


class GuardedStream:
    """mitmproxy's ``stream`` callable, closed: once it failed it swallows everything and cuts the client off.

    ``cut`` is told the refusal that ended the stream and returns the last bytes that the client gets, an error event.
    """

    def __init__(
        self, client: Client, exchange: Exchange, transform: Transform, last_words: Callable[[Refusal], bytes]
    ) -> None:
        self._client = client
        self._exchange = exchange
        self.transform = transform
        self._last_words = last_words
        self.dead = False

    def __call__(self, data: bytes) -> Iterable[bytes]:
        """Return the chunks to send now. An empty chunk is never returned: it would end a chunked body."""
        if self.dead:
            return []
        try:
            out = self.transform.feed(data) if data else self.transform.finish()
        except Exception as error:  # noqa: BLE001 - this is the guard
            out = self._die(error)
        return [out] if out else []

    def _die(self, error: Exception) -> bytes:
        self.dead = True
        asyncio.get_running_loop().call_soon(close_hard, self._client)
        if isinstance(error, RefusedError):
            return self._last_words(self._exchange.refuse(error.reason, error.message))
        logger.error("Chainwarden: contained a fault in a stream: %s", describe_fault(error))
        self._exchange.error = self._exchange.error or describe_fault(error)
        self._exchange.refuse(Reason.INTERNAL_FAULT, FAULT_MESSAGE)
        return b""
