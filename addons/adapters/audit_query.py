"""Queries of an auditor against a ledger: read-only, one SELECT, and no file but the ledger's own.

DuckDB is told to reach nothing but the journal. That still covers ``COPY … TO`` a file in the journal's folder, so
only a SELECT is run at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import duckdb

from addons.adapters import audit_database
from addons.adapters.audit_database import DATABASE_FILE, quoted
from addons.adapters.journal import JOURNAL_FOLDER
from addons.core.errors import LedgerError

BATCH = 256
"""Rows that are fetched at a time."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # Nothing is loaded over the network, and no variable of this program is a table.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}

_NESTED = ("STRUCT", "MAP", "UNION")


class Format(StrEnum):
    """What a result can be exported to."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


_COPY_OPTIONS = {
    Format.CSV: "FORMAT csv, HEADER true",
    Format.JSON: "FORMAT json",
    Format.PARQUET: "FORMAT parquet, COMPRESSION zstd",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A result as text. ``rows`` are read as they are asked for; ``None`` is NULL."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[str | None, ...]]


class AuditQueries:
    """The ledger's views. Use as a context manager. Every method raises ``LedgerError`` with DuckDB's own words."""

    def __init__(self, ledger: Path, output: Path | None = None) -> None:
        """Open the ledger's audit database, made when it is missing; ``output`` is the one file to export to."""
        self._output = output
        self._connection = _opened(ledger)
        # DuckDB checks the views' pattern as it stands, and then each file.
        folders = [audit_database.pattern_folder(ledger), str(ledger.resolve() / JOURNAL_FOLDER)]
        _shut_in(self._connection, folders + ([str(output.resolve().parent)] if output else []))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.close()

    def table(self, query: str) -> Table:
        """Return the result of one SELECT with every value as text, times in UTC."""
        self._name_result(query)
        cursor = self._run("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM this_query")
        return Table(tuple(column[0] for column in cursor.description), _rows(cursor))

    def json_lines(self, query: str) -> Iterator[str]:
        """Yield each row of one SELECT as a JSON object."""
        self._name_result(query)
        for (line,) in _rows(self._run("SELECT to_json(this_query) FROM this_query")):
            if line is not None:
                yield line

    def export(self, query: str, target_format: Format) -> int:
        """Write the result of one SELECT to ``output``; return the number of rows."""
        assert self._output is not None
        self._name_result(query)
        columns = self._flat_columns() if target_format is Format.CSV else "*"
        target = quoted(str(self._output.resolve()))
        copy = f"COPY (FROM this_query SELECT {columns}) TO '{target}' ({_COPY_OPTIONS[target_format]})"
        copied = self._run(copy).fetchone()
        return int(copied[0]) if copied else 0

    def progress(self) -> float:
        """Return the percentage of the running query that is done, below 0 where nobody can say. For other threads."""
        return float(self._connection.query_progress())

    def interrupt(self) -> None:
        """Stop the running query. For other threads."""
        self._connection.interrupt()

    def _name_result(self, query: str) -> None:
        """Make ``query`` the view ``this_query``, if it is one SELECT (or FROM, SHOW, DESCRIBE, SUMMARIZE)."""
        text = query.strip().rstrip(";")
        try:
            statements = self._connection.extract_statements(text)
        except duckdb.Error as error:
            raise LedgerError(_explained(error, text)) from error
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise LedgerError("The ledger is only read: write one SELECT (or SHOW TABLES, DESCRIBE flows)")
        self._run(f"CREATE OR REPLACE TEMP VIEW this_query AS FROM (\n{text}\n)")

    def _flat_columns(self) -> str:
        """Return a column list that turns lists, maps and structs into JSON: CSV has no notation of its own."""
        return ", ".join(_flat(str(name), str(kind)) for name, kind, *_ in self._run("DESCRIBE this_query").fetchall())

    def _run(self, statement: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(statement)
        except duckdb.Error as error:
            raise LedgerError(_explained(error, statement)) from error


def _opened(ledger: Path) -> duckdb.DuckDBPyConnection:
    if not (ledger / JOURNAL_FOLDER).is_dir():
        raise LedgerError(
            f"{ledger} is no ledger: it has no folder {JOURNAL_FOLDER!r}. Name the gateway's with --ledger"
        )
    if not (ledger / DATABASE_FILE).exists():
        audit_database.create(ledger)
    connection = _connected(ledger)
    if audit_database.is_current(connection, ledger):
        return connection
    connection.close()
    audit_database.create(ledger)
    return _connected(ledger)


def _connected(ledger: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(ledger / DATABASE_FILE, read_only=True, config=_CONFIG)
    except duckdb.Error as error:
        raise LedgerError(
            f"{ledger / DATABASE_FILE} cannot be opened: {error}\nIt holds no data: remove it, and it is made anew."
        ) from error


def _shut_in(connection: duckdb.DuckDBPyConnection, folders: list[str]) -> None:
    """Let ``connection`` reach nothing but ``folders``, for good."""
    allowed = ", ".join(f"'{quoted(folder)}/'" for folder in folders)
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    connection.execute(f"SET allowed_directories = [{allowed}]; SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[str | None, ...]]:
    try:
        while batch := cursor.fetchmany(BATCH):
            yield from batch
    except duckdb.Error as error:
        raise LedgerError(str(error)) from error


def _flat(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    nested = kind.startswith(_NESTED) or kind.endswith("]")
    return f"CAST(to_json({column}) AS VARCHAR) AS {column}" if nested else column


def _explained(error: duckdb.Error, statement: str) -> str:
    """Return DuckDB's message, and a hint where it trips over the one column whose name is a key word."""
    words = statement.replace(",", " ").replace("(", " ").replace(")", " ").lower().split()
    hint = '\nThe column "at" is a key word of SQL: write it in double quotes.' if "at" in words else ""
    return f"{error}{hint if isinstance(error, duckdb.ParserException) else ''}"
