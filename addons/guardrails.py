"""Steps 2 to 4: what a call says, whether it is granted, and what the rules make of it."""

from mitmproxy import http

from addons.exchange_of import exchange_of
from addons.guard import GuardedStream
from addons.inspection import inspect_answer, inspect_request, judge_answer
from addons.runtime import Plant


class Guardrails:
    """Judges each request, and each answer that is not streamed, under one policy."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def request(self, flow: http.HTTPFlow) -> None:
        """Judge the request; a refusal is raised."""
        exchange = exchange_of(flow)
        if exchange.refusal is None:
            self._plant.runtime.pin(flow)
            inspect_request(self._plant.runtime, flow, exchange)

    def response(self, flow: http.HTTPFlow) -> None:
        """Judge a whole answer before it is masked, and a streamed one by what was delivered."""
        exchange = exchange_of(flow)
        if exchange.refusal is not None or flow.response is None:
            return
        if not isinstance(flow.response.stream, GuardedStream):
            inspect_answer(self._plant.runtime, flow, exchange)
        elif exchange.answer is not None:
            judge_answer(self._plant.runtime, flow, exchange, exchange.answer)
