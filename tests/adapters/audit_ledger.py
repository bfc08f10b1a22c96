"""A ledger that is written and asked in a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from addons.adapters import audit_database
from addons.adapters.journal import Journal
from addons.core.exchange import Exchange
from addons.core.ledger import record
from tests.core.ledger.exchanges import STARTED_AT


@contextmanager
def gateway(ledger: Path, segment_bytes: int = 64 * 1024 * 1024) -> Iterator[Journal]:
    journal = Journal(ledger, "gw", segment_bytes)
    journal.start()
    audit_database.create(ledger)
    try:
        yield journal
    finally:
        journal.close()


def ask(ledger: Path, query: str) -> list[Any]:
    with duckdb.connect(ledger / "audit.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def put(journal: Journal, *records: bytes) -> None:
    for each in records:
        journal.append_sync(each)


def whole(exchange: Exchange, at: float = STARTED_AT) -> tuple[bytes, bytes]:
    return record.intent(exchange, at + 1, "gw"), record.outcome(exchange, at + 2, "gw")
