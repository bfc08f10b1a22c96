"""Step 8: the held credential, put in as the last thing before the wire."""

import logging

from mitmproxy import http

from addons.core.errors import CredentialError
from addons.core.exchange import Exchange
from addons.core.reasons import Reason
from addons.exchange_of import exchange_of
from addons.gate import clear_request
from addons.runtime import Plant
from addons.wire import refuse

logger = logging.getLogger(__name__)


class Credentials:
    """Clears a call for the wire. The credential goes to the gate, never into the flow that mitmweb shows."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def request(self, flow: http.HTTPFlow) -> None:
        """Let the call out, with the credential of its service where there is one."""
        exchange = exchange_of(flow)
        if exchange.refusal is None and exchange.intent_recorded:
            self._clear(flow, exchange)

    def _clear(self, flow: http.HTTPFlow, exchange: Exchange) -> None:
        runtime = self._plant.runtime
        source = runtime.services[flow].credential
        if source is None:
            clear_request(flow, None)
            return
        try:
            value = runtime.judged_by[flow].credentials.read(source)
        except CredentialError as error:
            logger.error("Chainwarden: record %s: %s", exchange.id, error)  # noqa: TRY400 - no traceback: it is no fault
            message = f"The gateway has no credential for service '{exchange.service}'. Tell whoever runs the gateway."
            refuse(flow, exchange, Reason.CREDENTIAL_UNAVAILABLE, message)
            return
        runtime.injected[flow] = value
        clear_request(flow, (source.header, source.template.replace("{}", value)))
