"""Programs that the journal's tests run as processes of their own: ``python -m … NAME LEDGER``."""

import asyncio
import os
import resource
import sys
from pathlib import Path

from addons.adapters.journal import Journal
from addons.core.errors import LedgerError
from addons.core.ledger import record
from tests.core.ledger.exchanges import STARTED_AT, answered

NOBODY = 65534
TASKS = 20
CALLS = 1000
LIMIT_BYTES = 20_000
SMALL_SEGMENT = 40_000


def say(line: str) -> None:
    """Write a line that survives a kill right after it."""
    os.write(1, f"{line}\n".encode())


async def write_forever(ledger: Path) -> None:
    """Append from many tasks, and say ``<seq> <record>`` for each acknowledged record."""
    journal = Journal(ledger, "victim", segment_bytes=SMALL_SEGMENT)
    journal.start()

    async def one_writer(task: int) -> None:
        for number in range(1_000_000):
            text = f'{{"kind":"event","pid":{os.getpid()},"task":{task},"n":{number},"x":"{"x" * (number % 700)}"}}'
            say(f"{await journal.append(text.encode())} {text}")

    await asyncio.gather(*(one_writer(task) for task in range(TASKS)))


def write_calls(ledger: Path) -> None:
    """Append intent and outcome of many calls in small segments, and say each acknowledged sequence number."""
    journal = Journal(ledger, "writer", segment_bytes=SMALL_SEGMENT)
    journal.start()
    for number in range(CALLS):
        exchange = answered(f"call-{number}", STARTED_AT + number)
        for made in (record.intent, record.outcome):
            say(str(journal.append_sync(made(exchange, STARTED_AT + number, "writer"))))
    journal.close()


def fill(journal: Journal, text: bytes) -> tuple[int, str]:
    """Append until one is refused; return how many were taken, and why no more."""
    written = 0
    try:
        while True:
            journal.append_sync(text)
            written += 1
    except LedgerError as error:
        return written, str(error)


def meet_limit(ledger: Path) -> None:
    """Append until the system refuses to let the file grow, then with the limit lifted; say what happened."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    journal = Journal(ledger, "limited")
    journal.start()
    written, why = fill(journal, b'{"n":"%b"}' % (b"x" * 700))
    say(f"refused after {written}: {why}")
    say(f"size {next((ledger / 'journal').glob('0*.jsonl')).stat().st_size}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    say(f"next {journal.append_sync(b'{}')}")
    journal.close()


def start(ledger: Path) -> None:
    """Start a journal and say what came of it."""
    try:
        say(f"started {Journal(ledger, 'second').start().next_seq}")
    except LedgerError as error:
        say(f"refused: {error}")


def start_as_nobody(ledger: Path) -> None:
    """Start a journal without the rights of root."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setuid(NOBODY)
    start(ledger)


if __name__ == "__main__":
    name, folder = sys.argv[1], Path(sys.argv[2])
    if name == "write_forever":
        asyncio.run(write_forever(folder))
    else:
        {"write_calls": write_calls, "meet_limit": meet_limit, "start": start, "start_as_nobody": start_as_nobody}[
            name
        ](folder)
