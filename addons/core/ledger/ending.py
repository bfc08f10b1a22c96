"""How a call ended, in the words that the ledger's ``verdict``, ``reason``, ``rules`` and ``inspected`` columns use."""

from dataclasses import dataclass

from addons.core.call import Inspected
from addons.core.exchange import Decision, Exchange, Verdict
from addons.core.reasons import Reason

NOT_OUR_DOING = frozenset(
    {
        Reason.CLIENT_GONE,
        Reason.UPSTREAM_UNREACHABLE,
        Reason.UPSTREAM_MALFORMED,
        Reason.UPSTREAM_TOO_LARGE,
        Reason.UPSTREAM_ENDED_EARLY,
    }
)
"""Reasons for which a call failed although no rule blocked it: its verdict stays what the rules said."""

_STRENGTH = {Inspected.NONE: 0, Inspected.PARTIAL: 1, Inspected.FULL: 2}


@dataclass(frozen=True, slots=True)
class Ending:
    """A verdict and why; both are ``None`` where nothing was decided, which is never a permission."""

    verdict: Verdict | None
    reason: Reason | None


def ending(exchange: Exchange) -> Ending:
    """Return how ``exchange`` ended, or stands now.

    A refusal is a ``BLOCK``, unless its reason is ``NOT_OUR_DOING``. Otherwise the stricter of the decisions on
    request and answer counts; a held call that people released says ``HOLD`` and ``APPROVED``.
    """
    strictest = _strictest(exchange)
    if exchange.refusal is not None:
        verdict = strictest.verdict if strictest else None
        blocked = exchange.refusal.reason not in NOT_OUR_DOING
        return Ending(Verdict.BLOCK if blocked else verdict, exchange.refusal.reason)
    if strictest is None:
        return Ending(None, None)
    released = strictest.verdict is Verdict.HOLD and bool(exchange.approved_by)
    return Ending(strictest.verdict, Reason.APPROVED if released else strictest.reason)


def risk(exchange: Exchange) -> int:
    """Return the higher of the risk of the request and that of the answer."""
    return max((decision.risk for decision in _decisions(exchange)), default=0)


def rules(exchange: Exchange) -> list[str]:
    """Return the names of all rules that matched, those in observe mode included, in order of appearance."""
    matched = [match.rule for decision in _decisions(exchange) for match in decision.matches]
    deciding = [decision.rule for decision in _decisions(exchange)]
    refusing = [exchange.refusal.rule] if exchange.refusal else []
    return [rule for rule in dict.fromkeys(matched + deciding + refusing) if rule]


def request_inspected(exchange: Exchange) -> Inspected:
    """Return how much of the request was read: nothing, where it was refused before it was parsed."""
    if exchange.call is None:
        return Inspected.NONE
    masked = exchange.request_content
    return weaker(exchange.call.content.inspected, masked.inspected if masked else Inspected.FULL)


def response_inspected(exchange: Exchange) -> Inspected:
    """Return how much of the answer was read: nothing, where bytes came and no step parsed them."""
    if exchange.response_bytes and exchange.answer is None and exchange.response_content is None:
        return Inspected.NONE
    contents = (content for content in (exchange.answer, exchange.response_content) if content)
    return weaker(exchange.response_inspected, *(content.inspected for content in contents))


def weaker(*parts: Inspected) -> Inspected:
    """Return the least that is true of all ``parts``."""
    return min(parts, key=_STRENGTH.__getitem__)


def _decisions(exchange: Exchange) -> list[Decision]:
    return [decision for decision in (exchange.decision, exchange.answer_decision) if decision]


def _strictest(exchange: Exchange) -> Decision | None:
    return max(_decisions(exchange), key=lambda decision: decision.verdict, default=None)
