"""One file of the journal: its lines, what a crash leaves at its end, and writes that happen whole or not at all.

A segment is named after its first record: ``000000000042.jsonl``. A line is ``<seq> TAB <json> TAB <crc32> LF``, the
CRC-32 in eight hexadecimal digits over everything before its tab. Canonical JSON holds no raw tab or line end.
"""

import os
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from addons.adapters import disk_blocks
from addons.core.errors import LedgerError
from addons.core.ledger.sections import RECORD_CAP

FILE_MODE = 0o600
FOLDER_MODE = 0o700

RESERVE_BYTES = 4 * 1024 * 1024
"""Disk space reserved ahead: some hundred records, and a reservation costs as much as a write."""

GROUP_BYTES = 8 * 1024 * 1024
"""What one write and one sync carry at most, beside a single larger record: bounds memory and a torn tail."""

TORN_CAP = RECORD_CAP + GROUP_BYTES
"""The most that a crash can leave half written. More than that is damage."""

_NAME = re.compile(r"(\d{12})\.jsonl")
_LINE = re.compile(rb"(0|[1-9]\d{0,15})\t([^\t\n]+)\t([0-9a-f]{8})\n")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a segment holds: valid lines up to byte ``size``, then ``torn`` bytes. ``next_seq`` is the next number."""

    path: Path
    size: int
    torn: int
    next_seq: int


def path_of(folder: Path, first_seq: int) -> Path:
    """Return the name of the segment that begins with ``first_seq``."""
    return folder / f"{first_seq:012d}.jsonl"


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Return the segments in ``folder`` with their first sequence numbers, in order."""
    found = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((int(name[1]), path) for name, path in found if name)


def line(seq: int, record: bytes) -> bytes:
    """Return the line of a record."""
    start = b"%d\t%b" % (seq, record)
    return b"%b\t%08x\n" % (start, zlib.crc32(start))


def sequence_of(text: bytes) -> int | None:
    """Return the sequence number of a whole and undamaged line, else ``None``."""
    parts = _LINE.fullmatch(text)
    return int(parts[1]) if parts and zlib.crc32(text[:-10]) == int(parts[3], 16) else None


def read(path: Path, first_seq: int) -> Contents:
    """Check every line of a segment.

    What a crash leaves is bytes at the end with no valid record behind them. Raises ``LedgerError`` for anything else
    that is not as it was written, and ``OSError``.
    """
    seq, size, total = first_seq, 0, 0
    with path.open("rb") as lines:
        for text in lines:
            total += len(text)
            found = sequence_of(text)
            if found == seq and total - len(text) == size:
                seq, size = seq + 1, total
            elif found is not None:
                raise _damaged(path, seq, f"record {found} follows")
    if total - size > TORN_CAP:
        raise _damaged(path, seq, f"{total - size} bytes follow that are no records")
    return Contents(path, size, total - size, seq)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class Segment:
    """The segment that is written to. Only the journal's writer thread uses it."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        self._reserved = size
        self._stained = False

    def append(self, data: bytes) -> None:
        """Write ``data`` at the end and make it durable; after an ``OSError`` the segment is as it was before."""
        self._clean()
        try:
            self._reserve(len(data))
            self._write(data)
            os.fdatasync(self._fd)
        except OSError:
            self._stained = True
            # Readers should not see the part that was written. If this fails too, the next append tries again first.
            with suppress(OSError):
                self._clean()
            raise
        self.size += len(data)

    def cut(self) -> None:
        """Remove what stands behind ``size``, durably."""
        os.ftruncate(self._fd, self.size)
        os.fsync(self._fd)

    def close(self) -> None:
        """Give back reserved space and close the file. What is in it is durable already."""
        with suppress(OSError):
            disk_blocks.release(self._fd, self.size)
        os.close(self._fd)

    def _clean(self) -> None:
        if self._stained:
            os.ftruncate(self._fd, self.size)
            self._reserved = self.size
            self._stained = False

    def _reserve(self, length: int) -> None:
        end = self.size + length
        if end <= self._reserved:
            return
        try:
            ahead = max(length, RESERVE_BYTES)
            disk_blocks.reserve(self._fd, self.size, ahead)
        except OSError:
            # Not that much is free, but perhaps enough for this.
            ahead = length
            disk_blocks.reserve(self._fd, self.size, ahead)
        self._reserved = self.size + ahead

    def _write(self, data: bytes) -> None:
        rest, offset = memoryview(data), self.size
        while rest:
            written = os.pwrite(self._fd, rest, offset)
            rest, offset = rest[written:], offset + written


def _damaged(path: Path, seq: int, what: str) -> LedgerError:
    return LedgerError(
        f"{path} is damaged at record {seq}: it is missing or changed, and {what}. A crash does not do that. Nothing "
        "was changed. Restore the file from a copy, or keep this ledger as evidence and start with a new folder."
    )
