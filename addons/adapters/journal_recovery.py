"""What a journal needs before it takes records again: no gap, no damage, and no half-written end."""

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from addons.adapters.journal_segment import FILE_MODE, Contents, Segment, path_of, read, segments
from addons.core.errors import LedgerError


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found at start. ``torn_bytes`` of a crash were moved to ``torn_file``, out of the journal."""

    next_seq: int
    torn_bytes: int = 0
    torn_file: Path | None = None


def recover(folder: Path) -> tuple[Segment, Recovery]:
    """Check every record in ``folder`` and return the segment to go on with; an empty folder begins with record 0.

    Raises ``LedgerError``, and changes nothing, where a record is damaged or missing; and ``OSError``.
    """
    last = _checked(folder)
    torn_file = _moved_aside(last) if last.torn else None
    segment = Segment(last.path, last.size)
    if last.torn:
        segment.cut()
    return segment, Recovery(last.next_seq, last.torn, torn_file)


def _checked(folder: Path) -> Contents:
    """Check all segments; return the last one."""
    contents = [read(path, first) for first, path in segments(folder)]
    if not contents:
        return Contents(path_of(folder, 0), size=0, torn=0, next_seq=0)
    if contents[0].path != path_of(folder, 0):
        raise _missing(f"{folder} does not begin with record 0")
    for one, following in pairwise(contents):
        if one.torn or following.path != path_of(folder, one.next_seq):
            raise _missing(f"{one.path} ends before record {one.next_seq}, and {following.path.name} begins elsewhere")
    return contents[-1]


def _missing(what: str) -> LedgerError:
    return LedgerError(
        f"{what}: records are missing. Nothing was changed. Restore the files from a copy, or keep this ledger as "
        "evidence and start with a new folder."
    )


def _moved_aside(last: Contents) -> Path:
    """Keep the torn end of a segment beside it: it may be a crash's, it may be evidence."""
    torn_file = last.path.with_name(f"{last.next_seq:012d}.torn")
    with last.path.open("rb") as segment:
        segment.seek(last.size)
        torn = segment.read()
    torn_file.touch(FILE_MODE)
    with torn_file.open("ab") as copy:
        copy.write(torn)
        copy.flush()
        os.fsync(copy.fileno())
    return torn_file
