"""An auditor's process: ``python -m tests.adapters.audit_reader LEDGER CALLS`` reads until all calls are there."""

import sys
from pathlib import Path

import duckdb


def read(ledger: Path, calls: int) -> None:
    """Count on one open connection; print what is wrong, and at last how often the count grew."""
    grew, before = 0, (0, 0)
    with duckdb.connect(ledger / "audit.duckdb", read_only=True) as connection:
        connection.execute("SELECT count(*) FROM flows")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while before[1] < calls:
            rows = connection.execute("SELECT count(*), count(DISTINCT seq), max(seq) + 1 FROM records").fetchone()
            flows = connection.execute(
                "SELECT count(*), count(DISTINCT id), count(ended_at), count(*) FILTER (subject IS NULL) FROM flows"
            ).fetchone()
            assert rows
            assert flows
            now = (int(rows[0]), int(flows[2]))
            if rows[0] and (rows[0] != rows[1] or rows[0] != rows[2]):
                sys.stdout.write(f"records torn or doubled: {rows}\n")
            if flows[0] != flows[1] or flows[3] or not 0 <= flows[0] - flows[2] <= 1:
                sys.stdout.write(f"flows torn or doubled: {flows}\n")
            if now < before:
                sys.stdout.write(f"lost: {before} became {now}\n")
            grew += now > before
            before = now
    sys.stdout.write(f"grew {grew}\n")


if __name__ == "__main__":
    read(Path(sys.argv[1]), int(sys.argv[2]))
