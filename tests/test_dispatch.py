"""The table of hooks gives what mitmproxy's own look-up gives, whatever comes and goes."""

import asyncio
from collections.abc import Iterator

import pytest
from mitmproxy import exceptions, hooks
from mitmproxy.addonmanager import AddonManager
from mitmproxy.test import taddons, tflow

from addons import dispatch

CALLS: list[str] = []


class Named:
    def __init__(self, name: str) -> None:
        self.name = name

    def request(self, _flow: object) -> None:
        CALLS.append(self.name)


class Waiting(Named):
    async def request(self, _flow: object) -> None:  # type: ignore[override]  # both kinds are hooks
        await asyncio.sleep(0)
        CALLS.append(self.name)


class Failing(Named):
    def request(self, _flow: object) -> None:
        raise ZeroDivisionError


class Halting(Named):
    def request(self, _flow: object) -> None:
        raise exceptions.AddonHalt


class Parent(Named):
    def __init__(self, name: str, *children: object) -> None:
        super().__init__(name)
        self.addons = list(children)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[AddonManager]:
    """An addon manager with the table; mitmproxy's class is as it was afterwards."""
    for name in ("trigger_event", "handle_lifecycle", *dispatch.CHANGING):
        monkeypatch.setattr(AddonManager, name, getattr(AddonManager, name))
    with taddons.context() as context:
        dispatch.install()
        yield context.master.addons


def called(manager: AddonManager) -> list[str]:
    CALLS.clear()
    asyncio.run(manager.trigger_event(_request()))
    return list(CALLS)


def _request() -> hooks.Hook:
    from mitmproxy.proxy.layers.http import HttpRequestHook  # noqa: PLC0415 - imports half of mitmproxy

    return HttpRequestHook(tflow.tflow())


def test_order_kinds_and_children(manager: AddonManager) -> None:
    manager.add(Named("a"), Parent("b", Waiting("c"), Named("d")), Named("e"))
    assert called(manager) == ["a", "b", "c", "d", "e"]


def test_what_comes_and_goes_is_noticed(manager: AddonManager) -> None:
    second = Named("b")
    manager.add(Named("a"))
    assert called(manager) == ["a"]
    manager.add(second)
    assert called(manager) == ["a", "b"]
    manager.remove(second)
    assert called(manager) == ["a"]
    manager.clear()
    assert called(manager) == []


def test_a_failure_ends_one_addons_turn_only(manager: AddonManager) -> None:
    manager.add(Parent("a", Failing("b"), Named("c")), Named("d"))
    assert called(manager) == ["a", "d"]


def test_a_halt_ends_the_event(manager: AddonManager) -> None:
    manager.add(Named("a"), Halting("b"), Named("c"))
    assert called(manager) == ["a"]


def test_an_update_follows_the_life_of_a_flow(manager: AddonManager) -> None:
    seen: list[object] = []

    class Viewing:
        def update(self, flows: list[object]) -> None:
            seen.extend(flows)

    manager.add(Viewing())
    event = _request()
    asyncio.run(manager.handle_lifecycle(event))
    assert seen == event.args()
