"""Approvals on disk: one SQLite file that the gateway and the command line share.

A change is one ``BEGIN IMMEDIATE`` transaction: read, move by ``core.approval.states``, write. SQLite lets one writer
in at a time, over all threads and processes, so two deciders or two consumers never see the same state. A commit is
on disk (``synchronous=FULL``) before the call returns: an approval that was used stays used after a power cut.

Threads: any thread may call anything; a store holds two connections, each behind a lock.
Reading (``version``, ``get``, ``find``, ``list``) has its own connection and never waits for a writer (WAL): it may
be done on an event loop, where ``list`` costs some 20 µs for each approval and ``get`` 30 µs.
Everything else writes: 0.1 to 0.3 ms on an SSD. But it waits for the disk, and up to ``BUSY_TIMEOUT_S`` (see
``approval_file``) for another process, so call it in a thread where that matters.

To wait for a decision, poll ``version`` every 50 to 100 ms and call ``get`` when it has changed: a poll costs about
5 µs, whatever the number of approvals.
"""

import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from addons.adapters.approval_file import ApprovalStoreError, connect, open_checked
from addons.core.approval import states
from addons.core.approval.approval import Approval, ApprovalAsk, State
from addons.core.approval.ids import RANDOM_BYTES, id_from, prefix_from
from addons.core.approval.record import from_record, to_record
from addons.core.approval.states import ApprovalError
from addons.core.errors import RefusedError
from addons.core.exchange import Principal
from addons.core.reasons import Reason

STATE_FILE = "state.sqlite"
"""The file's name in the ledger's folder."""

MAX_PENDING = 1_000
"""Pending approvals in all: more than people will ever read, and a held call costs the gateway 40 KB."""

MAX_PENDING_PER_REQUESTER = 100
"""So that one application in a loop does not take all the places from the others."""

MAX_ENDED = 1_000
"""Ended approvals kept for the command line; the ledger is the record for good. Bounds the file to some 40 MB."""

ENDED_RETENTION_S = 7 * 86_400.0
"""How long an ended approval is kept: over a weekend."""

_INSERT = """
INSERT INTO approvals (
    id, state, digest, exchange_id, requester, requester_issuer, service, operation, method, host, path, model,
    direction, rule, message, risk, terms, preview, requested_at, expires_at, waiting, left_at, ended_at, decisions
) VALUES (
    :id, :state, :digest, :exchange_id, :requester, :requester_issuer, :service, :operation, :method, :host, :path,
    :model, :direction, :rule, :message, :risk, :terms, :preview, :requested_at, :expires_at, :waiting, :left_at,
    :ended_at, :decisions
)
"""

_UPDATE = """
UPDATE approvals SET state = :state, waiting = :waiting, left_at = :left_at, ended_at = :ended_at,
    decisions = :decisions WHERE id = :id
"""

# A coarse sieve by index; ``states.settled`` decides.
_DUE = """
SELECT * FROM approvals WHERE ended_at IS NULL AND (expires_at <= :now OR waiting = 0 AND left_at <= :left_before)
"""

# A denial is remembered until it expires, however many have ended since.
_FORGET = """
DELETE FROM approvals WHERE ended_at IS NOT NULL AND NOT (state = 'denied' AND expires_at > :now) AND (
    ended_at <= :ended_before OR id NOT IN (
        SELECT id FROM approvals WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT :kept
    )
)
"""


class ApprovalStore:
    """The approvals in the file ``path``; made with its folder if missing. Times are seconds since the epoch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        with self._explained():
            self._writer = open_checked(path)
            self._reader = connect(path)
            self._reader.execute("PRAGMA query_only = ON")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; later calls raise ``ApprovalStoreError``."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()

    # Changes

    def request(self, ask: ApprovalAsk, now: float) -> Approval:
        """Return the live approval for this call, or a new one.

        A retry of the same call joins what is pending or approved, as long as the policy asks for the same terms.
        Raises ``RefusedError`` while a denial of this call is remembered, or when too many are pending.
        """
        with self._transaction() as db:
            _settle(db, now)
            live = _one(db, "SELECT * FROM approvals WHERE digest = ? AND ended_at IS NULL", ask.digest)
            if live is not None and live.terms == ask.terms:
                return live
            if live is not None:
                db.execute(_UPDATE, to_record(states.outdated(live, now)))
            approval = states.opened(ask, id_from(secrets.token_bytes(RANDOM_BYTES)), now)
            refusal = _denial(db, approval) or _fullness(db, approval)
            if refusal is None:
                db.execute(_INSERT, to_record(approval))
                return approval
        raise refusal

    def join(self, approval_id: str, now: float) -> Approval:
        """Count one more client that waits. Ended approvals can be joined: look at the state."""
        return self._change(approval_id, lambda approval: states.joined(states.settled(approval, now)))

    def leave(self, approval_id: str, now: float) -> Approval:
        """Count one client less."""
        return self._change(approval_id, lambda approval: states.left(approval, now))

    def decide(
        self,
        approval_id: str,
        approver: Principal,
        *,
        approve: bool,
        reason: str,
        channel: str,
        now: float,
    ) -> Approval:
        """Add one person's decision; raises ``ApprovalError`` where it is not theirs to give."""
        return self._change(
            approval_id,
            lambda approval: states.decide(
                approval, approver, approve=approve, reason=reason, channel=channel, now=now
            ),
        )

    def consume(self, approval_id: str, digest: str, now: float) -> Approval:
        """Use the approval for the call with ``digest``. It returns once for each approval, else ``ApprovalError``."""
        return self._change(approval_id, lambda approval: states.consumed(approval, digest, now))

    def withdraw(self, approval_id: str, now: float) -> Approval:
        """End a pending approval, because its requester's session was ended."""
        return self._change(approval_id, lambda approval: states.withdrawn(approval, now))

    def supersede(self, approval_id: str, now: float) -> Approval:
        """End a pending approval, because its call was edited and is now another."""
        return self._change(approval_id, lambda approval: states.superseded(approval, now))

    def sweep(self, now: float) -> tuple[Approval, ...]:
        """Expire and withdraw what is due, forget what ended long ago; return what expired or was withdrawn just now.

        ``request`` settles what is due, too: for a complete account of endings use ``list``.
        """
        with self._transaction() as db:
            changed = _settle(db, now)
            db.execute(_FORGET, {"now": now, "ended_before": now - ENDED_RETENTION_S, "kept": MAX_ENDED})
        return changed

    def reset_waiting(self, now: float) -> None:
        """Count nobody as waiting: at the gateway's start the connections of the earlier process are gone."""
        with self._transaction() as db:
            db.execute("UPDATE approvals SET waiting = 0, left_at = ? WHERE ended_at IS NULL AND waiting > 0", (now,))

    # Reading

    def get(self, approval_id: str) -> Approval:
        """Return one approval by its whole id; raises ``ApprovalError`` if there is none."""
        with self._read() as db:
            return _existing(db, approval_id)

    def find(self, prefix: str) -> Approval:
        """Return the one approval whose id starts with what somebody typed, else raise ``ApprovalError``."""
        start = prefix_from(prefix)
        with self._read() as db:
            found = _all(db, "SELECT * FROM approvals WHERE substr(id, 1, ?) = ? LIMIT 2", len(start), start)
        if len(found) > 1:
            raise ApprovalError(f"several approvals start with {start!r}: give more of the id")
        if not found:
            raise ApprovalError(f"there is no approval {start!r}: see 'chainwarden approvals list --all'")
        return found[0]

    def list(self, states: Collection[State] = (State.PENDING, State.APPROVED)) -> tuple[Approval, ...]:
        """Return the approvals in these states, the oldest first."""
        named = orjson.dumps([state.value for state in states]).decode()
        query = "SELECT * FROM approvals WHERE state IN (SELECT value FROM json_each(?)) ORDER BY requested_at, id"
        with self._read() as db:
            return _all(db, query, named)

    def version(self) -> int:
        """Return a number that differs after every change by anybody, in this process or another.

        ``PRAGMA data_version`` counts what others than its own connection commit, and the reading one commits nothing.
        """
        with self._read() as db:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    def _change(self, approval_id: str, move: Callable[[Approval], Approval]) -> Approval:
        with self._transaction() as db:
            moved = move(_existing(db, approval_id))
            db.execute(_UPDATE, to_record(moved))
            return moved

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), self._writing, self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), self._reading:
            yield self._reader

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ApprovalStoreError(f"{self.path}: the approvals cannot be read or written: {error}") from error


def _one(db: sqlite3.Connection, query: str, *values: str | float) -> Approval | None:
    row = db.execute(query, values).fetchone()
    return None if row is None else from_record(row)


def _all(db: sqlite3.Connection, query: str, *values: str | float) -> tuple[Approval, ...]:
    return tuple(from_record(row) for row in db.execute(query, values))


def _existing(db: sqlite3.Connection, approval_id: str) -> Approval:
    approval = _one(db, "SELECT * FROM approvals WHERE id = ?", approval_id)
    if approval is None:
        raise ApprovalError(f"there is no approval {approval_id!r}")
    return approval


def _settle(db: sqlite3.Connection, now: float) -> tuple[Approval, ...]:
    due = db.execute(_DUE, {"now": now, "left_before": now - states.RETRY_GRACE_S}).fetchall()
    changed = tuple(approval for row in due if (approval := states.settled(from_record(row), now)).ended_at is not None)
    db.executemany(_UPDATE, [to_record(approval) for approval in changed])
    return changed


def _denial(db: sqlite3.Connection, asked: Approval) -> RefusedError | None:
    query = "SELECT * FROM approvals WHERE digest = ? AND state = 'denied' AND expires_at > ?"
    denied = _one(db, query, asked.digest, asked.requested_at)
    return None if denied is None else RefusedError(Reason.APPROVAL_DENIED, states.ended_because(denied))


def _fullness(db: sqlite3.Connection, asked: Approval) -> RefusedError | None:
    pending = "SELECT requester = ? AND requester_issuer = ? FROM approvals WHERE state = 'pending'"
    own = [row[0] for row in db.execute(pending, (asked.requester, asked.requester_issuer))]
    if len(own) < MAX_PENDING and sum(own) < MAX_PENDING_PER_REQUESTER:
        return None
    text = f"{sum(own)} of your calls and {len(own)} in all wait for approval: try again when some are decided"
    return RefusedError(Reason.APPROVALS_FULL, text)
