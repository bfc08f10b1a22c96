"""A journal in a test, and its files read as their format is documented."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from addons.adapters.journal import Journal


@contextmanager
def opened(ledger: Path, segment_bytes: int = 64 * 1024 * 1024) -> Iterator[Journal]:
    journal = Journal(ledger, "gw", segment_bytes)
    journal.start()
    try:
        yield journal
    finally:
        journal.close()


def files(ledger: Path, pattern: str = "0*.jsonl") -> list[Path]:
    return sorted((ledger / "journal").glob(pattern))


def records(ledger: Path) -> list[tuple[int, bytes]]:
    """Read the journal as its format is documented, independent of the code that writes it."""
    found = []
    for path in files(ledger):
        for line in path.read_bytes().splitlines(keepends=True):
            seq, text, crc = line.split(b"\t")
            assert crc == b"%08x\n" % zlib.crc32(seq + b"\t" + text)
            found.append((int(seq), text))
    return found
