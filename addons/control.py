"""Starts and stops the gateway: options, policy, ledger. Before it has succeeded, nothing is forwarded."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from threading import Timer
from typing import Any

from mitmproxy import ctx, exceptions
from mitmproxy.addonmanager import Loader

from addons.adapters import clock
from addons.adapters.approval_file import ApprovalStoreError
from addons.adapters.approval_store import STATE_FILE, ApprovalStore
from addons.adapters.authenticator import Authenticator
from addons.adapters.credential_sources import CredentialSources
from addons.adapters.entity_process import EntityError
from addons.adapters.entity_recogniser import EntityRecogniser
from addons.adapters.journal import Journal
from addons.adapters.pattern_cache import PatternCache
from addons.adapters.policy_file import PolicyFile
from addons.adapters.secret_file import read_or_create
from addons.core.errors import ChainwardenError, LedgerError
from addons.core.ledger import record
from addons.core.ledger.canonical import Value
from addons.core.policy.model import Entities, Policy
from addons.core.policy.problems import PolicyError, Problem
from addons.mask_sets import MaskSets
from addons.runtime import InForce, Plant, Runtime

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent
SHIPPED_POLICY = str(ROOT / "policies.yaml")
DEFAULT_LEDGER = "ledger"
PREPARE_AFTER_S = 2.0
"""Seconds: the start, and a gateway that is started only to be looked at, need not share the processor with it."""
OPTIONS = ("policies", "ledger", "gateway_name")


class Control:
    """Fills the plant's runtime, follows changes of the policy file, and closes the ledger at the end."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._policy_file: PolicyFile | None = None
        self._masks: MaskSets | None = None
        self._entities: EntityRecogniser | None = None
        self._patterns = _pattern_cache()
        self._tasks: set[asyncio.Task[None]] = set()

    def load(self, loader: Loader) -> None:
        """Declare the gateway's options."""
        loader.add_option("policies", str, SHIPPED_POLICY, "Chainwarden's policy file.")
        loader.add_option("ledger", str, DEFAULT_LEDGER, "The folder of Chainwarden's ledger.")
        loader.add_option("gateway_name", str, socket.gethostname(), "This gateway's name in the ledger.")

    def configure(self, updated: set[str]) -> None:
        """Start the gateway at the first call; afterwards refuse to change what it runs on."""
        if not updated & set(OPTIONS):
            return
        if self._plant.started:
            raise exceptions.OptionsError(
                "Chainwarden's options are read at the start. Restart the gateway to change them."
            )
        try:
            self._start()
        except (ChainwardenError, ApprovalStoreError, OSError, ValueError) as error:
            sys.stderr.write(f"Chainwarden does not start: nothing is forwarded.\n{error}\n")
            sys.exit(1)

    def _start(self) -> None:
        # 1. A policy that is good as a whole
        self._policy_file = PolicyFile(Path(ctx.options.policies), prepare=self._compile)
        # 2. A ledger that takes records
        ledger = Path(ctx.options.ledger)
        ledger.mkdir(mode=0o700, parents=True, exist_ok=True)
        journal = Journal(ledger, ctx.options.gateway_name)
        journal.start()
        # 3. The state that outlives a restart
        approvals = ApprovalStore(ledger / STATE_FILE)
        approvals.reset_waiting(clock.now())
        runtime = Runtime(
            gateway=ctx.options.gateway_name,
            ledger=ledger,
            in_force=self._in_force(self._policy_file.current),
            journal=journal,
            approvals=approvals,
            token_key=read_or_create(ledger / "tokens.key"),
        )
        # 4. The start is itself on record
        details: Mapping[str, Value] = {
            "policy_digest": runtime.in_force.policy.digest,
            "torn_bytes": journal.torn_bytes,
        }
        journal.append_sync(record.event("gateway_started", details, clock.now(), runtime.gateway))
        self._plant.start(runtime)

    def _compile(self, policy: Policy) -> None:
        """Compile what ``policy`` looks for; for a changed policy this runs in a thread, before it is in force."""
        masks = MaskSets.of(policy)
        if self._plant.started:
            masks.prepare(self._patterns)
        self._entities = self._recogniser(policy.entities)
        self._masks = masks

    def _recogniser(self, settings: Entities | None) -> EntityRecogniser | None:
        """Return running entity workers, those that run already where they have these settings."""
        if settings is None or (self._entities is not None and self._entities.settings == settings):
            return self._entities if settings else None
        try:
            return EntityRecogniser(settings)
        except EntityError as error:
            raise PolicyError((Problem(ctx.options.policies, 0, 0, "entities", str(error)),)) from None

    def _in_force(self, policy: Policy) -> InForce:
        assert self._masks is not None
        base = Path(ctx.options.policies).resolve().parent
        authenticator = Authenticator(policy.identity, base)
        return InForce(policy, authenticator, CredentialSources(base), self._masks, self._entities)

    async def running(self) -> None:
        """Begin what needs the event loop: keys, the policy's watcher, the audit database."""
        runtime = self._plant.runtime
        await runtime.in_force.authenticator.start()
        # The first policy is in force without it: it only makes it faster, so a stop need not wait for it.
        timer = Timer(PREPARE_AFTER_S, runtime.in_force.masks.prepare, [self._patterns])
        timer.daemon = True
        timer.start()
        self._spawn(self._watch_policy())
        self._spawn(_create_audit_database(runtime.ledger.resolve()))

    async def _watch_policy(self) -> None:
        if self._policy_file is not None:
            await self._policy_file.watch(self._policy_changed, self._policy_rejected)

    def _policy_changed(self, policy: Policy) -> None:
        runtime = self._plant.runtime
        try:
            after = self._in_force(policy)
        except ChainwardenError as error:
            self._policy_rejected(error)
            return
        before, runtime.in_force = runtime.in_force, after
        self._spawn(self._exchange_authenticators(before, after))
        self._spawn(self._event("policy_loaded", {"policy_digest": policy.digest}))

    def _policy_rejected(self, error: ChainwardenError) -> None:
        logger.error("Chainwarden keeps the last good policy; the changed file is refused:\n%s", error)
        self._spawn(self._event("policy_rejected", {"problems": str(error)}))

    async def _exchange_authenticators(self, before: InForce, after: InForce) -> None:
        await after.authenticator.start()
        await before.authenticator.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _event(self, name: str, details: Mapping[str, Value]) -> None:
        runtime = self._plant.runtime
        try:
            await runtime.journal.append(record.event(name, details, clock.now(), runtime.gateway))
        except LedgerError as error:
            logger.error("Chainwarden cannot record %s: %s", name, error)  # noqa: TRY400 - no traceback: it is no fault

    async def done(self) -> None:
        """Stop: end the tasks, put the stop on record, close the ledger."""
        if not self._plant.started:
            return
        runtime = self._plant.runtime
        for task in tuple(self._tasks):
            task.cancel()
        await runtime.in_force.authenticator.close()
        await self._event("gateway_stopped", {})
        if runtime.in_force.entities is not None:
            runtime.in_force.entities.close()
        runtime.journal.close()
        runtime.approvals.close()


def _pattern_cache() -> PatternCache | None:
    """Return the user's cache of compiled patterns, which all gateways of a user share; ``None`` without a home."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return PatternCache(base / "chainwarden" / "patterns", logger.warning)


async def _create_audit_database(ledger: Path) -> None:
    """Make the views in a child: the gateway itself never opens a DuckDB file."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "addons.adapters.audit_database", str(ledger)),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    if await child.wait() != 0:
        logger.warning(
            "Chainwarden could not make %s; run 'chainwarden audit tail' to try again.", ledger / "audit.duckdb"
        )
