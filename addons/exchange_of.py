"""Which exchange a flow belongs to.

``flow.metadata`` is written to dump files and shown in mitmweb, so an ``Exchange`` never goes there: it lives here for
as long as its flow does.
"""

from weakref import WeakKeyDictionary, WeakSet

from mitmproxy import http

from addons.adapters import clock
from addons.core.exchange import Exchange

_EXCHANGES: WeakKeyDictionary[http.HTTPFlow, Exchange] = WeakKeyDictionary()
_ON_THE_WIRE: WeakSet[http.HTTPFlow] = WeakSet()


def exchange_of(flow: http.HTTPFlow) -> Exchange:
    """Return the exchange of ``flow``, begun now where there is none yet."""
    exchange = _EXCHANGES.get(flow)
    if exchange is None:
        now = clock.now()
        exchange = Exchange(id=clock.new_id(now), started_at=now)
        peer = flow.client_conn.peername
        exchange.client = f"{peer[0]}:{peer[1]}"
        _EXCHANGES[flow] = exchange
    return exchange


def see(flow: http.HTTPFlow) -> None:
    """Know ``flow`` as one that a connection of this process carries."""
    _ON_THE_WIRE.add(flow)


def is_on_the_wire(flow: http.HTTPFlow) -> bool:
    """Say whether a connection carries ``flow``: one that was loaded from a file goes through the hooks, too."""
    return flow in _ON_THE_WIRE


def forget(flow: http.HTTPFlow) -> None:
    """Have the next call of ``flow`` begin an exchange of its own: mitmproxy replays a call with its old flow."""
    _EXCHANGES.pop(flow, None)
