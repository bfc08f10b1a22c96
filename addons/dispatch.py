"""Who handles which hook, looked up once.

mitmproxy asks each of its forty addons for each hook of each call, which is half of what a call costs it. Here the
answer is kept until an addon comes or goes or an option changes. What a hook may do stays as it was: an exception ends
this addon's turn, and is logged; ``AddonHalt`` ends the event.
"""

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from mitmproxy import ctx, exceptions, flow, hooks
from mitmproxy.addonmanager import AddonManager, safecall, traverse

type Handler = Callable[..., Any]
type Table = dict[str, tuple[tuple[Handler, ...], ...]]

_TABLES: WeakKeyDictionary[AddonManager, Table] = WeakKeyDictionary()

CHANGING = ("add", "register", "remove", "clear")
"""The methods after which an addon may have other hooks than before."""


def _handlers(manager: AddonManager, name: str) -> tuple[tuple[Handler, ...], ...]:
    """Return the handlers of hook ``name``: for each addon of the chain its own and its sub-addons'."""
    table = _TABLES.setdefault(manager, {})
    if name not in table:
        found = (tuple(_of_addon(addon, name)) for addon in manager.chain)
        table[name] = tuple(handlers for handlers in found if handlers)
    return table[name]


def _of_addon(addon: object, name: str) -> list[Handler]:
    found = [getattr(each, name, None) for each in traverse([addon])]
    return [handler for handler in found if handler and not isinstance(handler, types.ModuleType)]


async def _trigger_event(self: AddonManager, event: hooks.Hook) -> None:
    arguments = event.args()
    for handlers in _handlers(self, event.name):
        try:
            with safecall():
                for handler in handlers:
                    result = handler(*arguments)
                    if result is not None and inspect.isawaitable(result):
                        await result
        except exceptions.AddonHalt:
            return


async def _handle_lifecycle(self: AddonManager, event: hooks.Hook) -> None:
    message = event.args()[0]
    await self.trigger_event(event)
    if isinstance(message, flow.Flow) and _handlers(self, hooks.UpdateHook.name):
        await self.trigger_event(hooks.UpdateHook([message]))


def _forgetting(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of the manager that changes who handles what."""

    @functools.wraps(method)
    def wrapped(self: AddonManager, *arguments: Any, **keywords: Any) -> Any:
        try:
            return method(self, *arguments, **keywords)
        finally:
            _TABLES.pop(self, None)

    return wrapped


def _options_changed(updated: set[str]) -> None:
    """Forget everything: a changed option may have given an addon other hooks."""
    del updated
    _TABLES.clear()


def install() -> None:
    """Put the table into mitmproxy's addon manager. Doing it again changes nothing."""
    if AddonManager.trigger_event is _trigger_event:
        return
    AddonManager.trigger_event = _trigger_event  # type: ignore[method-assign]  # the manager has no hook of its own
    AddonManager.handle_lifecycle = _handle_lifecycle  # type: ignore[method-assign]  # likewise
    for name in CHANGING:
        setattr(AddonManager, name, _forgetting(getattr(AddonManager, name)))
    ctx.master.options.changed.connect(_options_changed)
