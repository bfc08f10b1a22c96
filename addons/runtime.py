"""What the steps of the pipeline share while the gateway runs. ``Control`` fills it, the steps read it."""

from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from mitmproxy.http import HTTPFlow

from addons.adapters.approval_store import ApprovalStore
from addons.adapters.authenticator import Authenticator
from addons.adapters.credential_sources import CredentialSources
from addons.adapters.entity_recogniser import EntityRecogniser
from addons.adapters.journal import Journal
from addons.core.approval.released import ReleasedToolCalls
from addons.core.policy.model import Policy, Service
from addons.exchange_of import exchange_of
from addons.mask_sets import MaskSets


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy and what follows from it. Replaced as a whole, so that a reload is atomic."""

    policy: Policy
    authenticator: Authenticator
    credentials: CredentialSources
    masks: MaskSets
    entities: EntityRecogniser | None = None


@dataclass(slots=True)
class Runtime:
    """The running gateway. ``in_force`` is the policy of new calls; a call keeps the one that judged it."""

    gateway: str
    ledger: Path
    in_force: InForce
    journal: Journal
    approvals: ApprovalStore
    token_key: bytes = field(repr=False)
    released: ReleasedToolCalls = field(default_factory=ReleasedToolCalls)
    judged_by: WeakKeyDictionary[HTTPFlow, InForce] = field(default_factory=WeakKeyDictionary)
    services: WeakKeyDictionary[HTTPFlow, Service] = field(default_factory=WeakKeyDictionary)
    tokens: WeakKeyDictionary[HTTPFlow, str] = field(default_factory=WeakKeyDictionary, repr=False)
    injected: WeakKeyDictionary[HTTPFlow, str] = field(default_factory=WeakKeyDictionary, repr=False)
    """Credentials that went out with a call: an upstream may echo them."""
    restored: WeakKeyDictionary[HTTPFlow, bytes] = field(default_factory=WeakKeyDictionary, repr=False)
    """Bodies of whole answers with the caller's own values in place of tokens: for the wire, not for flow or ledger."""

    def pin(self, flow: HTTPFlow) -> InForce:
        """Bind ``flow`` to the policy in force now."""
        self.judged_by[flow] = self.in_force
        return self.in_force

    async def verify_again(self, flow: HTTPFlow) -> None:
        """Check the token of a call that waited, against the issuers and keys in force now.

        Raises:
            RefusedError: the token is no longer good.
        """
        exchange_of(flow).principal = await self.in_force.authenticator.authenticate(self.tokens[flow])

    def policy_of(self, flow: HTTPFlow) -> Policy:
        """Return the policy that ``flow`` was judged by."""
        return self.judged_by[flow].policy

    def masks_of(self, flow: HTTPFlow) -> MaskSets:
        """Return what the policy that ``flow`` was judged by looks for."""
        return self.judged_by[flow].masks


class Plant:
    """Holds the runtime from the moment that ``Control`` has started it."""

    def __init__(self) -> None:
        self._runtime: Runtime | None = None

    def start(self, runtime: Runtime) -> None:
        """Make ``runtime`` available to the pipeline."""
        self._runtime = runtime

    @property
    def runtime(self) -> Runtime:
        """The running gateway.

        Raises:
            RuntimeError: it has not started; the guard turns that into a refusal.
        """
        if self._runtime is None:
            raise RuntimeError("the gateway has not started")
        return self._runtime

    @property
    def started(self) -> bool:
        """Whether there is a runtime."""
        return self._runtime is not None
