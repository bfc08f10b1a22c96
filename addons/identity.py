"""Step 1: who is calling. Verifies the token, removes it from the flow, and leaves a principal."""

from weakref import WeakKeyDictionary

from mitmproxy import http
from mitmproxy.connection import Client

from addons.core.errors import RefusedError
from addons.core.identity.places import CONNECT_PLACE, choose, find_token, strip_tokens
from addons.exchange_of import exchange_of
from addons.runtime import Plant


class Identity:
    """Ties each call to a principal. A token in the request itself counts before the one of its connection."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._connections: WeakKeyDictionary[Client, str | RefusedError] = WeakKeyDictionary()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Keep the token of a CONNECT for the calls inside.

        A bad one is refused inside the tunnel, where the answer can have the shape that the client understands.
        """
        try:
            token = find_token(_fields(flow.request), (CONNECT_PLACE,))
        except RefusedError as refused:
            self._connections[flow.client_conn] = refused
        else:
            if token is not None:
                self._connections[flow.client_conn] = token
        _strip(flow.request, (CONNECT_PLACE,))

    async def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Verify the call's token before its body is read, and take every token out of the flow."""
        exchange = exchange_of(flow)
        runtime = self._plant.runtime
        in_force = runtime.pin(flow)
        places = in_force.policy.identity.tokens_from
        headers = _fields(flow.request)
        _strip(flow.request, places)
        if exchange.refusal:
            return
        # A replay comes with the connection of the earlier call, but nobody identified is on it now.
        connection_token = None if flow.is_replay else self._of_connection(flow.client_conn)
        request_token = find_token(headers, places, identified=connection_token is not None)
        token = choose(request_token, connection_token)
        runtime.tokens[flow] = token
        exchange.principal = await in_force.authenticator.authenticate(token)

    def _of_connection(self, client: Client) -> str | None:
        known = self._connections.get(client)
        if isinstance(known, RefusedError):
            raise RefusedError(known.reason, known.message)
        return known


def _fields(request: http.Request) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in request.headers.items(multi=True))


def _strip(request: http.Request, places: tuple[str, ...]) -> None:
    kept = strip_tokens(_fields(request), places)
    if len(kept) != len(request.headers.fields):
        for place in {*places, "proxy-authorization"}:
            request.headers.pop(place, None)
