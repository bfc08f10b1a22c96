import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from addons.adapters import disk_blocks
from addons.adapters.journal import BACKLOG_BYTES, BACKLOG_RECORDS, Journal
from addons.adapters.journal_segment import RESERVE_BYTES
from addons.core.errors import LedgerError
from addons.core.ledger.sections import RECORD_CAP
from tests.adapters.journal_files import files, opened, records
from tests.adapters.journal_process import LIMIT_BYTES, SMALL_SEGMENT, fill

PROGRAM = (sys.executable, "-m", "tests.adapters.journal_process")


def run(name: str, ledger: Path) -> str:
    return subprocess.run([*PROGRAM, name, str(ledger)], check=True, capture_output=True, text=True).stdout


def test_concurrent_appends_are_all_there_in_order_when_acknowledged(tmp_path: Path) -> None:
    async def append_all(journal: Journal) -> list[int]:
        async def one(number: int) -> int:
            seq = await journal.append(b'{"n":%d}' % number)
            assert b'\t{"n":%d}\t' % number in files(tmp_path)[-1].read_bytes(), "acknowledged before it was written"
            return seq

        return await asyncio.gather(*(one(number) for number in range(500)))

    with opened(tmp_path) as journal:
        sequence = asyncio.run(append_all(journal))

    assert sequence == list(range(500))
    assert records(tmp_path) == [(number, b'{"n":%d}' % number) for number in range(500)]


def test_numbers_and_segments_go_on_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path, segment_bytes=300) as journal:
        assert [journal.append_sync(b'{"x":"%b"}' % (b"x" * 80)) for _ in range(10)] == list(range(10))
    with opened(tmp_path, segment_bytes=300) as journal:
        assert journal.recovery.next_seq == 10
        assert journal.append_sync(b"{}") == 10

    assert [seq for seq, _ in records(tmp_path)] == list(range(11))
    assert [path.name for path in files(tmp_path)] == [f"{first:012d}.jsonl" for first in (0, 3, 6, 9)]


def test_only_the_owner_can_read_the_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "deep" / "ledger"
    with opened(ledger) as journal:
        journal.append_sync(b"{}")

    modes = {path.name: path.stat().st_mode & 0o777 for path in (ledger, *ledger.rglob("*"))}
    assert modes == {"ledger": 0o700, "journal": 0o700, "journal.lock": 0o600, "000000000000.jsonl": 0o600}


def test_space_is_reserved_unseen_and_given_back(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        journal.append_sync(b"{}")
        while_open = files(tmp_path)[0].stat()
    closed = files(tmp_path)[0].stat()

    with (tmp_path / "probe").open("wb") as probe:
        can_reserve = disk_blocks.reserve(probe.fileno(), 0, 4096)
    assert while_open.st_size == closed.st_size == len(b"0\t{}\t01234567\n")
    assert (while_open.st_blocks * 512 >= RESERVE_BYTES) == can_reserve
    assert closed.st_blocks * 512 < RESERVE_BYTES


@pytest.mark.parametrize(
    ("record", "refused"),
    [
        (b"{}", False),
        (b'"' + b"x" * (RECORD_CAP - 2) + b'"', False),
        (b"", True),
        (b'{"a":\t1}', True),
        (b'{"a":1}\n', True),
        (b'{"a":\r1}', True),
        (b"x" * (RECORD_CAP + 1), True),
    ],
)
def test_record_that_would_break_a_line_is_refused(tmp_path: Path, record: bytes, refused: bool) -> None:
    with opened(tmp_path) as journal:
        if refused:
            with pytest.raises(LedgerError, match="not canonical JSON"):
                journal.append_sync(record)
        else:
            assert journal.append_sync(record) == 0

    assert records(tmp_path) == ([] if refused else [(0, record)])


def test_nothing_is_taken_before_start_and_after_close(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "gw")
    with pytest.raises(LedgerError, match="is not started"):
        journal.append_sync(b"{}")
    journal.start()
    journal.close()
    journal.close()
    with pytest.raises(LedgerError, match="is closed"):
        journal.append_sync(b"{}")
    with pytest.raises(LedgerError, match="started before"):
        journal.start()


def test_close_writes_what_waits(tmp_path: Path) -> None:
    async def leave_early(journal: Journal) -> list[int]:
        waiting = [asyncio.create_task(journal.append(b'{"n":%d}' % number)) for number in range(200)]
        await asyncio.sleep(0)
        journal.close()
        return await asyncio.gather(*waiting)

    journal = Journal(tmp_path, "gw")
    journal.start()

    assert asyncio.run(leave_early(journal)) == list(range(200))
    assert len(records(tmp_path)) == 200


def test_record_of_a_cancelled_caller_is_written(tmp_path: Path) -> None:
    async def cancel_all(journal: Journal) -> int:
        tasks = [asyncio.create_task(journal.append(b'{"n":%d}' % number)) for number in range(50)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return await journal.append(b"{}")

    with opened(tmp_path) as journal:
        assert asyncio.run(cancel_all(journal)) == 50
    assert len(records(tmp_path)) == 51


@pytest.fixture
def slow_writer() -> Iterator[None]:
    """Let no other thread run until this one waits for something: to the event loop, the disk is stuck."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("slow_writer")
@pytest.mark.parametrize(
    ("record", "fit", "come"),
    [
        (b"{}", BACKLOG_RECORDS, BACKLOG_RECORDS + 50),
        (b'"' + b"x" * (RECORD_CAP - 2) + b'"', BACKLOG_BYTES // RECORD_CAP, 2 * BACKLOG_BYTES // RECORD_CAP),
    ],
)
def test_full_backlog_refuses_at_once_and_loses_nothing(tmp_path: Path, record: bytes, fit: int, come: int) -> None:
    async def flood(journal: Journal) -> list[int | BaseException]:
        return await asyncio.gather(*(journal.append(record) for _ in range(come)), return_exceptions=True)

    with opened(tmp_path) as journal:
        results = asyncio.run(flood(journal))

    refused = [result for result in results if isinstance(result, LedgerError)]
    assert results[:fit] == list(range(fit))
    assert refused == results[fit:]
    assert f"too slow: {fit} records wait" in str(refused[0])
    assert [seq for seq, _ in records(tmp_path)] == list(range(fit))


def test_second_opener_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        with pytest.raises(LedgerError, match=f"held by gateway gw, process {os.getpid()}: one gateway"):
            Journal(tmp_path, "other").start()
        assert run("start", tmp_path).startswith("refused: ")
        assert journal.append_sync(b"{}") == 0

    assert run("start", tmp_path) == "started 1\n"


def test_every_acknowledged_record_survives_kill_9(tmp_path: Path) -> None:
    acknowledged: dict[int, bytes] = {}
    for this_round in range(4):
        with subprocess.Popen([*PROGRAM, "write_forever", str(tmp_path)], stdout=subprocess.PIPE) as child:
            assert child.stdout
            for _ in range(100 + 150 * this_round):
                seq, text = child.stdout.readline().split(b" ", 1)
                acknowledged[int(seq)] = text.rstrip(b"\n")
            child.kill()
            # What was said before the kill counts as well; its last line may be cut.
            for line in child.stdout.read().splitlines(keepends=True):
                if line.endswith(b"\n"):
                    seq, text = line.split(b" ", 1)
                    acknowledged[int(seq)] = text.rstrip(b"\n")
        with opened(tmp_path, SMALL_SEGMENT) as journal:
            found = dict(records(tmp_path))
            assert journal.recovery.next_seq == len(found)
        assert list(found) == list(range(len(found)))
        assert acknowledged.items() <= found.items()
    assert len(files(tmp_path)) > 1


def test_write_that_the_system_cuts_short_is_taken_back(tmp_path: Path) -> None:
    """A file size limit is met in the middle of a record: the kernel writes a part of it and then fails."""
    refused, size, following = run("meet_limit", tmp_path).splitlines()

    written = re.fullmatch(r"refused after (\d+): .* takes no record: File too large", refused)
    assert written
    assert LIMIT_BYTES - 800 < int(size.removeprefix("size ")) < LIMIT_BYTES
    assert following == f"next {written[1]}"
    assert [seq for seq, _ in records(tmp_path)] == list(range(int(written[1]) + 1))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _can_mount() -> bool:
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def check_full_disk(ledger: Path) -> None:
    with opened(ledger) as journal:
        record = b'{"n":"%b"}' % (b"x" * 2000)
        written, why = fill(journal, record)
        full = [seq for seq, _ in records(ledger)]

        async def several() -> list[int | BaseException]:
            return await asyncio.gather(*(journal.append(record) for _ in range(5)), return_exceptions=True)

        assert all(isinstance(result, LedgerError) for result in asyncio.run(several()))
        (ledger / "ballast").unlink()
        assert journal.append_sync(b"{}") == written
    assert why.endswith("takes no record: No space left on device")
    assert full == list(range(written))
    assert [seq for seq, _ in records(ledger)] == list(range(written + 1))


if _can_mount():

    def test_full_disk_refuses_until_there_is_space(tmp_path: Path) -> None:
        with small_disk(tmp_path):
            (tmp_path / "ballast").write_bytes(b"x" * 64 * 1024)
            check_full_disk(tmp_path)


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match=r"cannot be used: Not a directory \(.*file/ledger\)"):
        Journal(tmp_path / "file" / "ledger", "gw").start()


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    ledger.mkdir(mode=0o500)
    said = run("start_as_nobody", ledger)

    assert said.startswith("refused: ")
    assert "Permission denied" in said


class _Deadly(bytes):
    """A record that ends the writer's thread, as running out of memory would."""

    __slots__ = ()

    def __len__(self) -> int:
        if threading.current_thread() is threading.main_thread():
            return super().__len__()
        raise MemoryError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_dead_writer_refuses_what_waits_and_what_comes(tmp_path: Path) -> None:
    async def append_around(journal: Journal) -> list[int | BaseException]:
        texts = (b"{}", _Deadly(b"{}"), b"{}")
        return await asyncio.gather(*(journal.append(text) for text in texts), return_exceptions=True)

    journal = Journal(tmp_path, "gw")
    journal.start()
    assert journal.append_sync(b"{}") == 0
    waiting = asyncio.run(append_around(journal))
    with pytest.raises(LedgerError, match="has no writer any more"):
        journal.append_sync(b"{}")
    journal.close()

    assert all(isinstance(result, LedgerError) for result in waiting[1:])
    assert run("start", tmp_path) == f"started {len(records(tmp_path))}\n"
