"""Which masks a call gets: detectors of the policy and its redacting rules, tokens, and the call's own credential."""

from collections import Counter
from collections.abc import Iterable, Sequence
from types import MappingProxyType

from mitmproxy import http

from addons.core.call import Direction
from addons.core.detect.catalogue import literal
from addons.core.detect.detector import Detector
from addons.core.exchange import Action, Exchange, Finding
from addons.core.masking.masker import Masker
from addons.core.masking.stray_tokens import StrayTokens
from addons.core.masking.styles import STYLED, Replace, Style, hashed, label, mask_keep_last_four
from addons.core.masking.tokens import TokenVault, restorer, session_key
from addons.core.policy.evaluate import redactors
from addons.core.policy.model import Policy
from addons.core.protocols.protocol import PlacedHit
from addons.mask_sets import RULED
from addons.own_token import own_token
from addons.runtime import Runtime

CREDENTIAL = "held_credential"
RESTORED = "token"

MAX_STRAY_CHARS = 256 * 1024
"""Characters of an answer in which stray tokens are looked for: they cost a third of a second there at worst."""

_ACTIONS = MappingProxyType({Style.HASH: Action.HASHED, Style.TOKEN: Action.TOKENISED})
_HEADER = "header"
"""Begins the places of headers and trailers, in which nothing is put back."""


def _masker(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, direction: Direction) -> Masker:
    """Return the masker of one direction of this call: rules apply to it once it is known whose it is, and what."""
    if exchange.principal is None or exchange.call is None:
        return runtime.masks_of(flow).towards(direction).masker_for(())
    rules = redactors(runtime.policy_of(flow), exchange.principal, exchange.call, direction)
    return runtime.masks_of(flow).towards(direction).masker_for(rules)


def _key(runtime: Runtime, exchange: Exchange, direction: Direction, style: Style) -> bytes:
    """Return a key that is stable within a session of one principal, and worth nothing elsewhere.

    Directions have keys of their own: a pseudonym in an answer must not turn out to be the token of a guess.
    """
    principal = exchange.principal
    owner = (principal.issuer, principal.subject, principal.session) if principal else ("", "", exchange.id)
    return session_key(runtime.token_key, f"{direction} {style}", *owner)


def _style(runtime: Runtime, exchange: Exchange, direction: Direction) -> tuple[Replace, TokenVault]:
    """Return what takes the place of what is found in one direction, and the vault of the tokens that it gives."""
    vault = TokenVault(_key(runtime, exchange, direction, Style.TOKEN))
    ways: dict[str, Replace] = {
        Style.MASK: mask_keep_last_four,
        Style.HASH: hashed(_key(runtime, exchange, direction, Style.HASH)),
        Style.TOKEN: vault,
    }

    def replace(detector: Detector, value: str) -> str:
        style = detector.name.removeprefix(STYLED).partition("/")[0] if detector.name.startswith(STYLED) else ""
        return ways.get(style, label)(detector, value)

    return replace, vault


def request_masker(
    runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, entities: Sequence[Detector] = ()
) -> tuple[Masker, TokenVault]:
    """Return the masker of this request, and the vault that it fills where the policy's style is ``token``.

    ``entities`` are detectors of what a language model has found in it.
    """
    replace, vault = _style(runtime, exchange, Direction.REQUEST)
    own = (*own_token(runtime.tokens.get(flow)), *entities)
    return _masker(runtime, flow, exchange, Direction.REQUEST).preceded(own, replace), vault


def answer_masker(
    runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, entities: Sequence[Detector] = ()
) -> Masker:
    """Return the masker of this call's answer as it is shown and recorded: it leaves tokens, and masks the rest."""
    replace, _ = _style(runtime, exchange, Direction.RESPONSE)
    token, _ = restorer(exchange.tokens)

    def keep(detector: Detector, value: str) -> str:
        if detector is not token:
            return replace(detector, value)
        return value if value in exchange.tokens else label(token, value)  # else it is a part of something larger

    return _answer_masker(runtime, flow, exchange, (token, *entities), keep)


def wire_masker(runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, entities: Sequence[Detector] = ()) -> Masker:
    """Return the masker of this call's answer as the client gets it: it puts values back in place of their tokens."""
    replace, _ = _style(runtime, exchange, Direction.RESPONSE)
    token, restore = restorer(exchange.tokens, replace)
    return _answer_masker(runtime, flow, exchange, (token, *entities), restore)


def _answer_masker(
    runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange, own: Sequence[Detector], replace: Replace
) -> Masker:
    """Return the policy's shared masker after what belongs to this call only: ``own`` and its credential.

    ``own`` begins with the detector of the call's tokens.
    """
    credential = runtime.injected.get(flow)
    first = [*own[:1]] if exchange.tokens else []
    first += [literal(CREDENTIAL, "CREDENTIAL", credential)] if credential else []
    return _masker(runtime, flow, exchange, Direction.RESPONSE).preceded((*first, *own[1:]), replace)


def findings(direction: Direction, hits: Iterable[PlacedHit]) -> list[Finding]:
    """Return what was masked as findings, and the tokens that were turned back for the client, or not, in a head."""
    return [_finding(direction, hit) for hit in hits]


def _finding(direction: Direction, hit: PlacedHit) -> Finding:
    if hit.detector == RESTORED:
        action = Action.KEPT if hit.place.partition(":")[0] == _HEADER else Action.RESTORED
        return Finding(direction, RESTORED, hit.place, "", action, hit.count)
    if hit.detector.startswith(RULED):
        rule, _, detector = hit.detector.removeprefix(RULED).partition("/")
        return Finding(direction, detector, hit.place, rule, Action.MASKED, hit.count)
    if hit.detector.startswith(STYLED):
        style, _, detector = hit.detector.removeprefix(STYLED).partition("/")
        return Finding(direction, detector, hit.place, "", _ACTIONS.get(Style(style), Action.MASKED), hit.count)
    return Finding(direction, hit.detector, hit.place, "", Action.MASKED, hit.count)


def stray_findings(policy: Policy, exchange: Exchange) -> list[Finding]:
    """Return what looks like tokens in the answer as it was delivered and is none, or a garbled one, of this call's."""
    if not exchange.tokens or exchange.response_content is None:
        return []
    strays = StrayTokens(exchange.tokens, {detector.label for detector in policy.catalogue.detectors})
    found: list[Finding] = []
    left = MAX_STRAY_CHARS
    for text in exchange.response_content.texts:
        if left <= 0:
            break
        counts = Counter(strays.find(text.text[:left]))
        left -= len(text.text)
        found += [Finding(Direction.RESPONSE, kind, text.place, "", Action.KEPT, n) for kind, n in counts.items()]
    return found
