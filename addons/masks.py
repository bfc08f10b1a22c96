"""Which masks a call gets: detectors of the policy and its redacting rules, tokens, and the call's own credential."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from mitmproxy import http

from addons.core.call import Call, Direction
from addons.core.detect.catalogue import custom, literal, select
from addons.core.detect.detector import Detector
from addons.core.exchange import Exchange, Finding
from addons.core.masking.masker import Hit, Masker
from addons.core.masking.styles import label
from addons.core.masking.tokens import TokenVault, restorer
from addons.core.policy.evaluate import redactors
from addons.core.policy.model import Policy, RedactionRule
from addons.core.protocols.protocol import PlacedHit
from addons.runtime import Runtime

type Replace = Callable[[Detector, str], str]

RULE = "rule:"
"""Begins the names of detectors that come from a guardrail with ``then: redact``."""

CREDENTIAL = "held_credential"
RESTORED = "token"


@lru_cache(maxsize=64)
def _selected(names: tuple[str, ...]) -> tuple[Detector, ...]:
    """Return the detectors that a policy names; policies are few, and name them for every call."""
    return select(names)


def _rule_detectors(policy: Policy, exchange: Exchange, call: Call, direction: Direction) -> list[Detector]:
    if exchange.principal is None:
        return []
    found: list[Detector] = []
    for rule in redactors(policy, exchange.principal, call, direction):
        found += [custom(f"{RULE}{rule.rule}", "REDACTED", pattern) for pattern in rule.patterns]
        found += _selected(rule.detect)
    return found


def _vault(runtime: Runtime, exchange: Exchange) -> TokenVault:
    """Return a vault whose tokens are stable within a session of one principal, and worth nothing elsewhere."""
    principal = exchange.principal
    owner = (principal.issuer, principal.subject, principal.session) if principal else ("", "", exchange.id)
    message = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in owner)
    return TokenVault(hmac.new(runtime.token_key, message, hashlib.sha256).digest())


def _style(rule: RedactionRule, vault: TokenVault | None) -> Replace:
    if vault is None or rule.style != "token":
        return label

    def replace(detector: Detector, value: str) -> str:
        return label(detector, value) if detector.name.startswith(RULE) else vault(detector, value)

    return replace


def request_masker(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> tuple[Masker, TokenVault | None]:
    """Return the masker of this request and, where the policy's style is ``token``, the vault that it fills."""
    policy = runtime.policy_of(flow)
    rule = policy.redaction.requests
    vault = _vault(runtime, exchange) if rule.style == "token" else None
    own = _rule_detectors(policy, exchange, exchange.call, Direction.REQUEST) if exchange.call else []
    return Masker.shared((*own, *_selected(rule.detect)), _style(rule, vault)), vault


def answer_masker(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> Masker:
    """Return the masker of this call's answer as it is shown and recorded: it leaves tokens, and masks the rest."""
    detectors = _answer_detectors(runtime, flow, exchange)
    if not exchange.tokens:
        return Masker.shared(detectors, label)
    token, _ = restorer(exchange.tokens)

    def keep(detector: Detector, value: str) -> str:
        return value if detector is token else label(detector, value)

    return Masker((token, *detectors), keep)


def wire_masker(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> Masker:
    """Return the masker of this call's answer as the client gets it: it puts values back in place of their tokens."""
    token, restore = restorer(exchange.tokens)
    return Masker((token, *_answer_detectors(runtime, flow, exchange)), restore)


def _answer_detectors(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> tuple[Detector, ...]:
    policy = runtime.policy_of(flow)
    own = _rule_detectors(policy, exchange, exchange.call, Direction.RESPONSE) if exchange.call else []
    detectors = [*own, *_selected(policy.redaction.responses.detect)]
    credential = runtime.injected.get(flow)
    if credential:
        detectors.insert(0, literal(CREDENTIAL, "CREDENTIAL", credential))
    return tuple(detectors)


def _finding(direction: Direction, place: str, detector: str, count: int) -> Finding:
    rule = detector.removeprefix(RULE) if detector.startswith(RULE) else ""
    return Finding(direction, "rule" if rule else detector, place, rule, "masked", count)


def findings(direction: Direction, hits: Iterable[PlacedHit]) -> list[Finding]:
    """Return what was masked as findings; restored tokens are none."""
    return [_finding(direction, hit.place, hit.detector, hit.count) for hit in hits if hit.detector != RESTORED]


def findings_of(direction: Direction, place: str, hits: Iterable[Hit]) -> list[Finding]:
    """Return the hits of one text as findings at ``place``."""
    counts = Counter(hit.detector for hit in hits if hit.detector != RESTORED)
    return [_finding(direction, place, detector, count) for detector, count in counts.items()]
