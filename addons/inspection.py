"""Steps 2 to 4 for one body: parse it, check who may, and judge it. Used for calls, and again for held ones."""

from collections.abc import Iterator
from contextlib import contextmanager

from mitmproxy import http

from addons.core.call import Content, Direction, Inspected
from addons.core.errors import RefusedError
from addons.core.exchange import Decision, Exchange, Verdict
from addons.core.policy.evaluate import authorize, judge, plaintext_refused, service_for
from addons.core.policy.model import Policy, Service
from addons.core.protocols.content_coding import decode
from addons.core.protocols.registry import by_name
from addons.core.reasons import Reason
from addons.runtime import Runtime
from addons.wire import request_head, response_head
from addons.withheld import whole_body

MAX_DECODED_BYTES = 64 * 1024 * 1024
"""What a compressed body may grow to: four times the default limit of a body, far below a host's memory."""


_OF_ANSWERS = {
    Reason.BODY_TOO_LARGE: Reason.UPSTREAM_TOO_LARGE,
    Reason.BODY_ENCODING_WRONG: Reason.UPSTREAM_MALFORMED,
    Reason.BODY_MALFORMED: Reason.UPSTREAM_MALFORMED,
    Reason.BODY_DUPLICATE_KEYS: Reason.UPSTREAM_MALFORMED,
    Reason.BODY_TYPE_WRONG: Reason.UPSTREAM_MALFORMED,
}


def decoded_body(message: http.Message) -> bytes:
    """Return the body of ``message`` without its content codings.

    Raises:
        RefusedError: it is not what its header says, or grows beyond ``MAX_DECODED_BYTES``.
    """
    return decode(message.raw_content or b"", message.headers.get("content-encoding", ""), MAX_DECODED_BYTES)


@contextmanager
def upstream_at_fault() -> Iterator[None]:
    """Say of a body that cannot be read that it is the upstream's, and not the client's."""
    try:
        yield
    except RefusedError as error:
        reason = _OF_ANSWERS.get(error.reason)
        if reason is None:
            raise
        raise RefusedError(reason, f"The upstream's answer is refused. {error.message}") from None


def _refuse_uninspected(service: Service, content: Content, what: str) -> None:
    if content.inspected is Inspected.NONE and service.uninspected == "block":
        raise RefusedError(
            Reason.UNINSPECTED,
            f"The gateway cannot read this {what}, and service '{service.name}' blocks what is not inspected.",
        )


def _refuse_blocked(decision: Decision) -> None:
    if decision.verdict is Verdict.BLOCK:
        raise RefusedError(decision.reason, decision.message)


def _no_service(policy: Policy, request: http.Request) -> RefusedError:
    address = f"{request.host}:{request.port}"
    if request.scheme == "http" and plaintext_refused(policy, request.host, request.port):
        return RefusedError(Reason.PLAINTEXT_REFUSED, f"The service at {address} is not called without TLS: use https.")
    return RefusedError(
        Reason.SERVICE_UNKNOWN, f"No service of the policy has the address {address}. Ask for it to be added."
    )


def inspect_request(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> None:
    """Parse the request of ``flow`` and decide on it.

    Raises:
        RefusedError: it cannot be parsed, is not granted, or is blocked.
    """
    policy = runtime.policy_of(flow)
    service = service_for(policy, flow.request.scheme, flow.request.host, flow.request.port)
    exchange.policy_digest = policy.digest
    if service is None or exchange.principal is None:
        raise _no_service(policy, flow.request)
    runtime.services[flow] = service
    body = whole_body(flow, Direction.REQUEST, decoded_body(flow.request))
    exchange.request_bytes = exchange.request_bytes or len(flow.request.raw_content or b"")
    exchange.call = call = by_name(service.protocol).parse_request(service.name, request_head(flow), body)
    exchange.decision = authorize(policy, exchange.principal, call)
    if exchange.decision is None:
        _refuse_uninspected(service, call.content, "request")
        content = runtime.released.without(exchange.principal, call.content)
        exchange.decision = judge(policy, exchange.principal, call, content, Direction.REQUEST)
    _refuse_blocked(exchange.decision)


def inspect_answer(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> None:
    """Parse the whole answer of ``flow`` and decide on it.

    Raises:
        RefusedError: it cannot be inspected, or is blocked.
    """
    call, response = exchange.call, flow.response
    if call is None or response is None:
        raise RefusedError(Reason.NOT_CLEARED, "There is no judged call for this answer.")
    exchange.response_bytes = len(response.raw_content or b"")
    with upstream_at_fault():
        content = by_name(call.protocol).parse_answer(
            call, response_head(response), whole_body(flow, Direction.RESPONSE, decoded_body(response))
        )
    _refuse_uninspected(runtime.services[flow], content, "answer")
    exchange.answer = content
    judge_answer(runtime, flow, exchange, content)


def delivered(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> Content:
    """Return what the client reads in the whole answer of ``flow``: with its own values in place of tokens."""
    call, response = exchange.call, flow.response
    if call is None or response is None:
        raise RefusedError(Reason.NOT_CLEARED, "There is no judged call for this answer.")
    body = runtime.restored.get(flow) or response.raw_content or b""
    return by_name(call.protocol).parse_answer(call, response_head(response), body)


def judge_answer(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, content: Content) -> None:
    """Decide on what an answer says.

    Raises:
        RefusedError: it is blocked.
    """
    call, principal = exchange.call, exchange.principal
    if call is None or principal is None:
        raise RefusedError(Reason.NOT_CLEARED, "There is no judged call for this answer.")
    risk = exchange.decision.risk if exchange.decision else 0
    exchange.answer_decision = judge(
        runtime.policy_of(flow), principal, call, content, Direction.RESPONSE, carried_risk=risk
    )
    _refuse_blocked(exchange.answer_decision)
