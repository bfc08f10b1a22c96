"""The ledger's journal: records go in from many tasks, one thread writes them, and each is durable when acknowledged.

What holds at any time:

1. ``append`` returns a sequence number only after ``fdatasync`` of everything up to it. Numbers have no gaps, begin
   at 0 and go on across restarts.
2. Records that arrive while the disk is busy share the next write and sync.
3. A write that fails is taken back and each of its records refused; the next one is tried afresh.
4. One process at a time writes to a ledger.
5. The backlog is bounded; nobody waits for a thread that is gone.

A later step seals segments that are full and builds the hash tree over the sequence numbers.
"""

import asyncio
import fcntl
import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from addons.adapters.journal_recovery import Recovery, recover
from addons.adapters.journal_segment import (
    FILE_MODE,
    FOLDER_MODE,
    GROUP_BYTES,
    Segment,
    line,
    path_of,
    sync_folder,
)
from addons.core.errors import LedgerError
from addons.core.ledger.sections import RECORD_CAP

JOURNAL_FOLDER = "journal"
LOCK_FILE = "journal.lock"

SEGMENT_BYTES = 64 * 1024 * 1024
"""When the next segment begins. Small enough to be checked at start within a second, and to be sealed in one go."""

GROUP_RECORDS = 512
"""Records per write: some milliseconds of work, so that nobody waits long behind others."""

BACKLOG_RECORDS = 8192
"""Records that may wait. A healthy disk never has more than a few hundred; a stuck one must not eat the memory."""

BACKLOG_BYTES = 64 * 1024 * 1024
"""Bytes that may wait, for the same reason."""

FORBIDDEN = (b"\t", b"\n", b"\r")
"""What canonical JSON never holds raw, and would break a line."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    record: bytes = field(repr=False)
    done: Future[int]


class Journal:
    """The journal in ``folder`` (the ledger's), written to by the gateway named ``gateway``."""

    def __init__(self, folder: Path, gateway: str, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.recovery = Recovery(next_seq=0)
        self._ledger = folder
        self._folder = folder / JOURNAL_FOLDER
        self._gateway = gateway
        self._segment_bytes = segment_bytes
        self._change = threading.Condition()
        self._refusing = "is not started"
        self._writer: threading.Thread | None = None
        self._closed = False
        self._backlog: deque[_Waiting] = deque()
        self._group: list[_Waiting] = []
        self._pending = 0
        self._pending_bytes = 0

    def start(self) -> Recovery:
        """Check the journal, remove what a crash left half written, and take records.

        Raises ``LedgerError``, and changes nothing, where another process writes to it, a record in its middle is
        damaged, or the folder cannot be written to.
        """
        with self._change:
            if self._writer is not None:
                raise LedgerError(f"The journal in {self._folder} was started before: make a new one")
            try:
                self._open()
            except OSError as error:
                raise LedgerError(f"The ledger in {self._ledger} cannot be used: {_said(error)}") from error
            self._writer = threading.Thread(target=self._run, name="chainwarden journal", daemon=True)
            self._writer.start()
            self._refusing = ""
        return self.recovery

    def close(self) -> None:
        """Write what waits, then take no more. A second call does nothing."""
        with self._change:
            writer, was_closed = self._writer, self._closed
            if writer is None or was_closed:
                return
            self._closed = True
            self._refusing = self._refusing or "is closed"
            self._change.notify()
        writer.join()
        self._segment.close()
        os.close(self._lock)

    @property
    def torn_bytes(self) -> int:
        """How much a crash had left half written when the journal was started; it was moved aside."""
        return self.recovery.torn_bytes

    async def append(self, record: bytes) -> int:
        """Return the record's sequence number once it is durable; raise ``LedgerError`` where it is not.

        A record whose caller is cancelled is written all the same.
        """
        return await asyncio.wrap_future(self._enqueue(record))

    def append_sync(self, record: bytes) -> int:
        """Do what ``append`` does, and block meanwhile: for the command line, and for the end of the gateway."""
        return self._enqueue(record).result()

    def _open(self) -> None:
        if not self._ledger.is_dir():
            self._ledger.mkdir(mode=FOLDER_MODE, parents=True)
            sync_folder(self._ledger.resolve().parent)
        self._folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        self._lock = _locked(self._ledger / LOCK_FILE, self._gateway)
        try:
            self._segment, self.recovery = recover(self._folder)
            sync_folder(self._folder)
            sync_folder(self._ledger)
        except (OSError, LedgerError):
            os.close(self._lock)
            raise
        self._next_seq = self.recovery.next_seq

    def _enqueue(self, record: bytes) -> Future[int]:
        if len(record) > RECORD_CAP or not record or any(byte in record for byte in FORBIDDEN):
            raise LedgerError(f"A record of {len(record)} bytes is not canonical JSON of at most {RECORD_CAP}")
        done: Future[int] = Future()
        # From here on it cannot be cancelled, so the writer always may set its result.
        done.set_running_or_notify_cancel()
        with self._change:
            if self._refusing:
                raise LedgerError(f"The journal in {self._folder} {self._refusing}: no record is taken")
            if self._pending >= BACKLOG_RECORDS or self._pending_bytes + len(record) > BACKLOG_BYTES:
                raise LedgerError(f"The disk of {self._folder} is too slow: {self._pending} records wait for it")
            self._pending += 1
            self._pending_bytes += len(record)
            self._backlog.append(_Waiting(record, done))
            self._change.notify()
        return done

    def _run(self) -> None:
        try:
            while self._take():
                self._commit()
        finally:
            self._refuse_all("has no writer any more")

    def _take(self) -> bool:
        """Wait for records and take a group of them; say whether there is one."""
        with self._change:
            while not self._backlog and not self._refusing:
                self._change.wait()
            room = GROUP_BYTES
            while self._backlog and len(self._group) < GROUP_RECORDS:
                room -= len(self._backlog[0].record)
                if self._group and room < 0:
                    break
                self._group.append(self._backlog.popleft())
        return bool(self._group)

    def _commit(self) -> None:
        try:
            first = self._write([waiting.record for waiting in self._group])
        except OSError as error:
            for waiting in self._group:
                waiting.done.set_exception(LedgerError(f"{self._folder} takes no record: {_said(error)}"))
        else:
            for seq, waiting in enumerate(self._group, first):
                waiting.done.set_result(seq)
        self._release_group()

    def _write(self, records: Sequence[bytes]) -> int:
        """Make ``records`` durable; return the sequence number of the first."""
        if self._segment.size >= self._segment_bytes:
            self._rotate()
        first = self._next_seq
        self._segment.append(b"".join(line(seq, record) for seq, record in enumerate(records, first)))
        self._next_seq += len(records)
        return first

    def _rotate(self) -> None:
        following = Segment(path_of(self._folder, self._next_seq), 0)
        try:
            sync_folder(self._folder)
        except OSError:
            following.close()
            raise
        self._segment.close()
        self._segment = following

    def _release_group(self) -> None:
        with self._change:
            self._pending -= len(self._group)
            self._pending_bytes -= sum(len(waiting.record) for waiting in self._group)
            self._group.clear()

    def _refuse_all(self, because: str) -> None:
        """Refuse what waits and what comes: after a regular end nothing waits."""
        with self._change:
            self._refusing = self._refusing or because
            abandoned = [*self._group, *self._backlog]
            self._group.clear()
            self._backlog.clear()
        for waiting in abandoned:
            if not waiting.done.done():
                waiting.done.set_exception(LedgerError(f"The journal in {self._folder} {because}"))


def _locked(path: Path, gateway: str) -> int:
    """Return the lock file's descriptor; the lock lasts as long as it is open."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(fd, 256).decode("utf-8", "replace").strip()
        os.close(fd)
        raise LedgerError(f"{path} is held by {holder or 'another process'}: one gateway writes to a ledger") from error
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"gateway {gateway}, process {os.getpid()}\n".encode("utf-8", "backslashreplace"), 0)
    return fd


def _said(error: OSError) -> str:
    return f"{error.strerror} ({error.filename})" if error.filename else str(error.strerror)
