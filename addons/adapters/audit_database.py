"""``audit.duckdb``: views over the journal, so that auditors query the ledger while the gateway writes it.

The file holds no data. DuckDB lets many processes read a database that nobody has open for writing, so the gateway
never opens it: it runs ``python -m addons.adapters.audit_database LEDGER`` as a child process instead.
"""

import glob
import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from addons.adapters.journal import JOURNAL_FOLDER
from addons.adapters.journal_segment import FILE_MODE, FOLDER_MODE
from addons.core.errors import LedgerError

DATABASE_FILE = "audit.duckdb"

SEED_FILE = "empty.jsonl"
"""Stays empty: DuckDB refuses a pattern that matches no file, and a new journal has none."""

_VIEWS = Path(__file__).with_name("audit_views.sql")


def create(ledger: Path) -> Path:
    """Create or replace the audit database of ``ledger`` and return its path.

    Whoever has the old file open keeps it. Raises ``LedgerError``.
    """
    database = ledger / DATABASE_FILE
    try:
        journal = ledger / JOURNAL_FOLDER
        journal.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        (journal / SEED_FILE).touch(FILE_MODE)
        with written_whole(database) as path, duckdb.connect(path) as connection:
            connection.execute(_definitions(ledger))
    except (OSError, duckdb.Error) as error:
        raise LedgerError(f"{database} cannot be made: {error}") from error
    return database


def is_current(connection: duckdb.DuckDBPyConnection, ledger: Path) -> bool:
    """Return whether an open audit database is for ``ledger`` where it is now, and for this version's views."""
    try:
        found = connection.execute("SELECT definitions_digest()").fetchone()
    except duckdb.CatalogException:
        return False
    return found == (_digest(_script(ledger)),)


def pattern_folder(ledger: Path) -> str:
    """Return the journal's folder as the views name it: absolute, with characters that mean something escaped."""
    return glob.escape(str(ledger.resolve() / JOURNAL_FOLDER))


def quoted(text: str) -> str:
    """Return ``text`` for use between the quotes of an SQL string."""
    return text.replace("'", "''")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a path to write to, and put that file in ``target``'s place when it is complete and durable.

    After an error ``target`` is as it was. The file's mode is 0600.
    """
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        path = Path(folder) / target.name
        yield path
        path.chmod(FILE_MODE)
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        path.replace(target)


def _definitions(ledger: Path) -> str:
    script = _script(ledger)
    return f"CREATE MACRO definitions_digest() AS '{_digest(script)}';\n{script}"


def _script(ledger: Path) -> str:
    return f"CREATE MACRO journal_files() AS '{quoted(pattern_folder(ledger))}/*.jsonl';\n{_VIEWS.read_text('utf-8')}"


def _digest(script: str) -> str:
    return hashlib.sha256(script.encode("utf-8", "surrogateescape")).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Create the audit database of the ledger that ``arguments`` names; return the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m addons.adapters.audit_database LEDGER\n")
        return 2
    try:
        create(Path(arguments[0]))
    except LedgerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
