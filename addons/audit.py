"""Steps 6 and 10: no durable record, no call; no durable outcome, no answer."""

from mitmproxy import http

from addons.adapters import clock
from addons.core.errors import LedgerError
from addons.core.exchange import Exchange
from addons.core.ledger import record
from addons.core.ledger.canonical import Value
from addons.core.reasons import Reason
from addons.exchange_of import exchange_of
from addons.gate import clear_answer
from addons.guard import GuardedStream
from addons.runtime import Plant
from addons.wire import ERROR_MESSAGES, error_reason, refuse

LEDGER_MESSAGE = "The ledger cannot take the record of this call, and without a record nothing is forwarded."


class Audit:
    """Writes each call's intent before it is forwarded, and its outcome before the answer ends."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    async def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """Record a tunnel that was refused: no call inside it will ever say so."""
        exchange, runtime = exchange_of(flow), self._plant.runtime
        details: dict[str, Value] = {
            "client": exchange.client,
            "host": flow.request.host,
            "port": flow.request.port,
            "reason": exchange.refusal.reason.value if exchange.refusal else Reason.NOT_CLEARED.value,
            "record": exchange.id,
            "error": exchange.error,
        }
        await runtime.journal.append(record.event("connection_refused", details, clock.now(), runtime.gateway))

    async def request(self, flow: http.HTTPFlow) -> None:
        """Make the intent durable, refused calls included."""
        exchange = exchange_of(flow)
        try:
            await self._record_intent(exchange)
        except LedgerError:
            refuse(flow, exchange, Reason.LEDGER_UNAVAILABLE, LEDGER_MESSAGE)

    async def response(self, flow: http.HTTPFlow) -> None:
        """Make the outcome durable, then let the answer go to the client."""
        exchange = exchange_of(flow)
        if flow.response is not None and not isinstance(flow.response.stream, GuardedStream):
            exchange.status = exchange.refusal.status if exchange.refusal else flow.response.status_code
        try:
            await self._record_outcome(exchange)
        except LedgerError:
            refuse(flow, exchange, Reason.LEDGER_UNAVAILABLE, LEDGER_MESSAGE)
            return
        clear_answer(flow, self._plant.runtime.restored.get(flow))

    async def error(self, flow: http.HTTPFlow) -> None:
        """Record the end of a call that mitmproxy gave up: upstream or client failed."""
        exchange = exchange_of(flow)
        reason = error_reason(flow)
        refusal = exchange.refuse(reason, ERROR_MESSAGES[reason])
        exchange.error = exchange.error or reason.value
        if exchange.status is None:
            exchange.status = refusal.status
        await self._record_outcome(exchange)

    async def _record_intent(self, exchange: Exchange) -> None:
        runtime = self._plant.runtime
        await runtime.journal.append(record.intent(exchange, clock.now(), runtime.gateway))
        exchange.intent_recorded = True

    async def _record_outcome(self, exchange: Exchange) -> None:
        if exchange.outcome_recorded:
            return
        if not exchange.intent_recorded:
            await self._record_intent(exchange)
        runtime = self._plant.runtime
        await runtime.journal.append(record.outcome(exchange, clock.now(), runtime.gateway))
        exchange.outcome_recorded = True
