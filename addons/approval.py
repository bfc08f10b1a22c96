"""Step 7: a risky call waits until people have decided about exactly this call.

The order, for a request as for an answer:

1. Ask: the approval is bound to a digest of the masked call; a retry of the same call joins it.
2. Record the request for approval, then hold the flow with mitmproxy's own intercept.
3. Wake on: a decision, a resume or kill in mitmweb, expiry, the client leaving.
4. Record the decision.
5. Check again what may have changed while it waited: token, policy, and the call itself, which mitmweb can edit.
6. Use the approval up, once, for the digest that was approved.

The store's writes wait for the disk and for other processes, so they run in a thread.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from mitmproxy import http
from mitmproxy.connection import Client

from addons.adapters import clock
from addons.adapters.approval_file import ApprovalStoreError
from addons.core.approval.approval import MITMWEB_OPERATOR, Approval, ApprovalAsk, State
from addons.core.approval.digest import call_digest
from addons.core.approval.states import ApprovalError, ended_because
from addons.core.call import Direction
from addons.core.errors import LedgerError, RefusedError
from addons.core.exchange import Decision, Exchange, Verdict
from addons.core.ledger import record
from addons.core.reasons import Reason
from addons.exchange_of import exchange_of
from addons.guard import GuardedStream
from addons.holding import HELD_MARK, HeldFlow, Woken, held, show
from addons.inspection import delivered
from addons.runtime import Plant, Runtime
from addons.wire import request_head
from addons.withheld import binding

POLL_S = 0.05
"""How often the store is asked for news while calls are held: a release is felt as immediate, a poll costs 5 µs."""

SWEEP_S = 1.0
"""How often approvals of clients that left are ended."""

NOTHING_SEEN = -1
"""No version of the store: the next look reads every approval that is waited for."""

logger = logging.getLogger(__name__)

type Step = Callable[[http.HTTPFlow], Awaitable[None] | None]


class Holding:
    """The flows that wait now, and the task that watches the store for them. Shared by both directions."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._waiting: set[HeldFlow] = set()
        self._watcher: asyncio.Task[None] | None = None

    def add(self, holding: HeldFlow) -> None:
        """Wake ``holding`` when its approval is decided."""
        self._waiting.add(holding)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch(), name="chainwarden approvals")

    def remove(self, holding: HeldFlow) -> None:
        """Forget ``holding``."""
        self._waiting.discard(holding)

    def client_gone(self, client: Client) -> None:
        """Wake what waits for ``client``."""
        for holding in self._waiting:
            if holding.flow.client_conn is client:
                holding.wake(Woken.CLIENT_GONE)

    async def _watch(self) -> None:
        version, swept = NOTHING_SEEN, 0.0
        while self._waiting:
            now = clock.now()
            try:
                version = self._wake_decided(version)
                if now - swept >= SWEEP_S:
                    swept = now
                    await asyncio.to_thread(self._plant.runtime.approvals.sweep, now)
            except (ApprovalStoreError, ApprovalError) as error:
                # Busy or out of reach for now: who waits goes on waiting, and must still hear of the decision later.
                logger.warning("Chainwarden: the approvals cannot be read now: %s", error)
                version = NOTHING_SEEN
            await asyncio.sleep(POLL_S)

    def _wake_decided(self, seen: int) -> int:
        """Wake what is decided, if the store has changed since version ``seen``; return its version."""
        store = self._plant.runtime.approvals
        version = store.version()
        if version != seen:
            for holding in tuple(self._waiting):
                if store.get(holding.approval_id).state is not State.PENDING:
                    holding.wake(Woken.DECIDED)
        return version


class RequestApproval:
    """Holds requests. ``again`` are the earlier steps that a call goes through once more after it waited."""

    def __init__(self, plant: Plant, holding: Holding, again: tuple[Step, ...]) -> None:
        self._desk = _Desk(plant, holding, Direction.REQUEST, again)

    async def request(self, flow: http.HTTPFlow) -> None:
        """Hold the request where the verdict says so."""
        exchange = exchange_of(flow)
        if exchange.refusal is None and exchange.intent_recorded and _must_hold(exchange.decision):
            await self._desk.hold(flow, exchange, exchange.decision)

    def client_disconnected(self, client: Client) -> None:
        """End the waits of a client that is gone."""
        self._desk.holding.client_gone(client)


class AnswerApproval:
    """Holds answers, for instance a tool call that a model wants the application to make."""

    def __init__(self, plant: Plant, holding: Holding, again: tuple[Step, ...]) -> None:
        self._desk = _Desk(plant, holding, Direction.RESPONSE, again)

    async def response(self, flow: http.HTTPFlow) -> None:
        """Hold the answer where the verdict says so; a streamed one cannot wait any more and is cut."""
        exchange = exchange_of(flow)
        if exchange.refusal is not None or flow.response is None or not _must_hold(exchange.answer_decision):
            return
        if isinstance(flow.response.stream, GuardedStream):
            raise RefusedError(Reason.GUARDRAIL, "The streamed answer needs an approval, but a part of it has left.")
        await self._desk.hold(flow, exchange, exchange.answer_decision)


def _must_hold(decision: Decision | None) -> bool:
    return decision is not None and decision.verdict is Verdict.HOLD


class _Desk:
    """Asks for approvals in one direction and waits for them."""

    def __init__(self, plant: Plant, holding: Holding, direction: Direction, again: tuple[Step, ...]) -> None:
        self._plant = plant
        self.holding = holding
        self._direction = direction
        self._again = again

    async def hold(self, flow: http.HTTPFlow, exchange: Exchange, decision: Decision | None) -> None:
        """Let the call go on only as approved.

        Raises:
            RefusedError: it was denied, killed, edited into something that needs its own approval, or time ran out.
        """
        runtime = self._plant.runtime
        # 1. Ask
        ask = self._ask(flow, exchange, decision)
        approval = await asyncio.to_thread(runtime.approvals.request, ask, clock.now())
        exchange.approval_id = approval.id
        # 2. and 3. Record, then wait
        if approval.state is State.PENDING:
            await self._record(runtime, exchange, approval, "requested", "gateway")
            approval, woken = await self._wait(flow, exchange, approval)
            if woken is Woken.CLIENT_GONE:
                return
        # 4. Record the decision
        await self._record(runtime, exchange, approval, approval.state.value, _channel(approval))
        if approval.state is not State.APPROVED:
            raise RefusedError(_reason(approval), _refusal_message(approval))
        exchange.approved_by = tuple(given.approver for given in approval.decisions)
        # 5. Check again
        await self._check_again(runtime, flow, exchange, ask, decision)
        # 6. Use it up
        await self._consume(runtime, flow, exchange, approval, ask)
        await self._record(runtime, exchange, approval, "consumed", "gateway")

    def _ask(self, flow: http.HTTPFlow, exchange: Exchange, decision: Decision | None) -> ApprovalAsk:
        principal, call = exchange.principal, exchange.call
        if principal is None or call is None or decision is None or decision.approval is None:
            raise RefusedError(Reason.NOT_CLEARED, "The call has no terms under which it could be approved.")
        return ApprovalAsk(
            digest=self._digest(flow, exchange),
            exchange_id=exchange.id,
            requester=principal.subject,
            requester_issuer=principal.issuer,
            service=exchange.service,
            operation=call.operation,
            method=call.head.method,
            host=call.head.host,
            path=exchange.path,
            model=call.model,
            direction=self._direction,
            rule=decision.rule,
            message=decision.message,
            risk=decision.risk,
            terms=decision.approval,
            preview=self._preview(flow, exchange, decision),
        )

    def _preview(self, flow: http.HTTPFlow, exchange: Exchange, decision: Decision) -> str:
        """Return what people decide about: the masked tool calls in one piece, those that a rule met first; the body.

        In the body a streamed call is in shreds, and one at the end of a long conversation is cut off.
        """
        content = exchange.request_content if self._direction is Direction.REQUEST else exchange.response_content
        places = {match.place for match in decision.matches}
        called = sorted(content.tool_calls if content else (), key=lambda call: call.place not in places)
        calls = (f"{call.name} {call.arguments}" for call in called)
        return "\n".join((*calls, self._body(flow).decode("utf-8", "replace")))

    def _body(self, flow: http.HTTPFlow) -> bytes:
        message = flow.request if self._direction is Direction.REQUEST else flow.response
        return (message.raw_content or b"") if message else b""

    def _digest(self, flow: http.HTTPFlow, exchange: Exchange) -> str:
        principal, call, head = exchange.principal, exchange.call, request_head(flow)
        if principal is None or call is None:
            raise RefusedError(Reason.NOT_CLEARED, "The call was not parsed.")
        return call_digest(
            principal,
            service=exchange.service,
            method=head.method,
            host=f"{head.host}:{head.port}",
            path=head.path,
            query=head.query,
            operation=call.operation,
            direction=self._direction,
            body=self._body(flow),
            headers=(*head.headers, *binding(flow, self._direction)),
        )

    async def _wait(self, flow: http.HTTPFlow, exchange: Exchange, approval: Approval) -> tuple[Approval, Woken]:
        store = self._plant.runtime.approvals
        await asyncio.to_thread(store.join, approval.id, clock.now())
        with held(flow, approval.id) as holding:
            self.holding.add(holding)
            try:
                await show(flow, _held_comment(approval, exchange), HELD_MARK)
                return await self._until_decided(holding, exchange, approval)
            finally:
                self.holding.remove(holding)
                await asyncio.to_thread(store.leave, approval.id, clock.now())

    async def _until_decided(self, holding: HeldFlow, exchange: Exchange, approval: Approval) -> tuple[Approval, Woken]:
        runtime = self._plant.runtime
        while True:
            woken = await holding.wait(approval.expires_at - clock.now())
            now = clock.now()
            if woken is Woken.CLIENT_GONE:
                await self._record(runtime, exchange, approval, "client_gone", "gateway")
            elif woken in (Woken.RESUMED, Woken.KILLED):
                await self._operator(holding, approval, resume=woken is Woken.RESUMED)
            elif woken is Woken.TIMEOUT:
                await asyncio.to_thread(runtime.approvals.sweep, now)
            current = runtime.approvals.get(approval.id)
            if woken is Woken.CLIENT_GONE or current.state is not State.PENDING:
                return current, woken

    async def _operator(self, holding: HeldFlow, approval: Approval, *, resume: bool) -> None:
        """Count what was done in mitmweb; where it does not count, the flow goes back to held."""
        store, reason = self._plant.runtime.approvals, "resumed in mitmweb" if resume else "killed in mitmweb"
        try:
            await asyncio.to_thread(
                store.decide,
                approval.id,
                MITMWEB_OPERATOR,
                approve=resume,
                reason=reason,
                channel="mitmweb",
                now=clock.now(),
            )
        except ApprovalError as error:
            holding.flow.intercept()
            await show(holding.flow, f"{holding.flow.comment}\nNot released: {error}", HELD_MARK)

    async def _check_again(
        self, runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, ask: ApprovalAsk, decision: Decision | None
    ) -> None:
        """Go through the earlier steps once more, with the token, the policy and the call as they are now."""
        await runtime.verify_again(flow)
        if self._digest(flow, exchange) != ask.digest or runtime.in_force is not runtime.judged_by[flow]:
            runtime.pin(flow)
            for step in self._again:
                if (rest := step(flow)) is not None:
                    await rest
        after = exchange.decision if self._direction is Direction.REQUEST else exchange.answer_decision
        edited = self._digest(flow, exchange) != ask.digest
        if edited and _must_hold(after):
            raise RefusedError(
                Reason.APPROVAL_EDIT_REFUSED, "The call was edited while it was held, and needs an approval of its own."
            )
        if after is not None and _must_hold(after) and after.approval != ask.terms:
            raise RefusedError(
                Reason.APPROVAL_EXPIRED,
                "The policy now asks for other approvers than those who were asked. Call again.",
            )
        if edited:
            await runtime.journal.append(record.intent(exchange, clock.now(), runtime.gateway, edited=True))
        if decision is not None:
            stands = replace(decision, reason=Reason.APPROVED)
            if self._direction is Direction.REQUEST:
                exchange.decision = stands
            else:
                exchange.answer_decision = stands

    async def _consume(
        self, runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, approval: Approval, ask: ApprovalAsk
    ) -> None:
        try:
            await asyncio.to_thread(runtime.approvals.consume, approval.id, ask.digest, clock.now())
        except ApprovalError as error:
            raise RefusedError(Reason.APPROVAL_EXPIRED, f"The approval could not be used: {error}.") from None
        if self._direction is Direction.RESPONSE and exchange.principal:
            runtime.released.add(exchange.principal, delivered(runtime, flow, exchange).tool_calls)

    async def _record(self, runtime: Runtime, exchange: Exchange, approval: Approval, what: str, channel: str) -> None:
        entry = record.approval(what, exchange, approval, channel, clock.now(), runtime.gateway)
        try:
            await runtime.journal.append(entry)
        except LedgerError:
            raise RefusedError(
                Reason.LEDGER_UNAVAILABLE, "The ledger cannot take the record of the approval."
            ) from None


def _channel(approval: Approval) -> str:
    return approval.decisions[-1].channel if approval.decisions else "gateway"


def _held_comment(approval: Approval, exchange: Exchange) -> str:
    return (
        f"Held by rule '{approval.rule}': {approval.message}\n"
        f"Approval {approval.id}, asked for by {approval.requester}, risk {approval.risk}, record {exchange.id}"
    )


def _reason(approval: Approval) -> Reason:
    if approval.state is not State.DENIED:
        return Reason.APPROVAL_EXPIRED
    return Reason.APPROVAL_KILLED if _channel(approval) == "mitmweb" else Reason.APPROVAL_DENIED


def _refusal_message(approval: Approval) -> str:
    return f"The call was not approved: {ended_because(approval)}."
