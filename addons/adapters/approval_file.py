"""The SQLite file that holds approvals: made whole, opened, and refused where it is damaged or of another version."""

import os
import secrets
import sqlite3
from contextlib import suppress
from pathlib import Path

from addons.core.errors import ChainwardenError

APPLICATION_ID = 0x43574152
"""Says in the file's header whose it is (``CWAR``)."""

SCHEMA_VERSION = 1

FILE_MODE = 0o600
"""Previews are masked, but who asked for what is nobody else's business; and who can write here can approve."""

BUSY_TIMEOUT_S = 5.0
"""How long a change waits for another process's. Changes take a millisecond, so only a stuck disk gets here."""

_SCHEMA = f"""
BEGIN;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE approvals (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, digest TEXT NOT NULL, exchange_id TEXT NOT NULL,
    requester TEXT NOT NULL, requester_issuer TEXT NOT NULL, service TEXT NOT NULL, operation TEXT NOT NULL,
    method TEXT NOT NULL, host TEXT NOT NULL, path TEXT NOT NULL, model TEXT NOT NULL, direction TEXT NOT NULL,
    rule TEXT NOT NULL, message TEXT NOT NULL, risk INTEGER NOT NULL, terms TEXT NOT NULL, preview TEXT NOT NULL,
    requested_at REAL NOT NULL, expires_at REAL NOT NULL, waiting INTEGER NOT NULL, left_at REAL NOT NULL,
    ended_at REAL, decisions TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_live_per_call ON approvals (digest) WHERE ended_at IS NULL;
CREATE INDEX by_digest ON approvals (digest);
CREATE INDEX by_end ON approvals (ended_at);
COMMIT;
"""


class ApprovalStoreError(ChainwardenError):
    """The state file cannot be used."""


def open_checked(path: Path) -> sqlite3.Connection:
    """Return a connection to the file, made with its folder if missing; raises ``ApprovalStoreError`` if it is no good.

    Errors of SQLite and of the file system come as they are. The connection may be used by any thread, one at a time.
    """
    if not path.exists():
        _create(path)
    path.chmod(FILE_MODE)
    db = connect(path)
    try:
        _check(db, path)
    except (sqlite3.Error, ApprovalStoreError):
        db.close()
        raise
    return db


def connect(path: Path) -> sqlite3.Connection:
    """Return one more connection to an existing file."""
    address = f"{path.resolve().as_uri()}?mode=rw"
    db = sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _create(path: Path) -> None:
    """Make an empty file, all or nothing: what stands under ``path`` is always whole, whoever else is at it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    try:
        db = connect(draft)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
        finally:
            db.close()
        with suppress(FileExistsError):  # Another process was first, and its file is as good.
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _check(db: sqlite3.Connection, path: Path) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise ApprovalStoreError(f"{path} is not a file of approvals: move it away; pending approvals are asked again")
    if version != SCHEMA_VERSION:
        raise ApprovalStoreError(
            f"{path} has version {version}, and this Chainwarden reads {SCHEMA_VERSION}: "
            "use the one that wrote it, or move the file away",
        )
    fault = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if fault != "ok":
        raise ApprovalStoreError(f"{path} is damaged ({fault}): move it away; pending approvals are asked again")
