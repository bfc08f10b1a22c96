"""``chainwarden audit``: the record of every call, by SQL, as it happens, and as a file."""

import shutil
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from addons.adapters.audit_database import written_whole
from addons.adapters.audit_query import AuditQueries, Format
from addons.adapters.journal import JOURNAL_FOLDER
from addons.adapters.journal_segment import segments
from addons.cli.approval_text import printable
from addons.cli.audit_text import call_line, console, table
from addons.cli.shared import DEFAULT_LEDGER, JsonOption, LedgerOption, fail
from addons.core.errors import LedgerError

TABLE_ROWS = 1000
"""Rows of a table on a terminal; nobody scrolls further, and a table is laid out in memory."""

FOLLOW_S = 0.5
"""How often ``tail --follow`` looks for new records: it feels immediate, and costs a ``stat`` while nothing happens."""

REMEMBERED_CALLS = 100_000
"""Calls that ``tail --follow`` knows it has shown: far more than can be in progress at once, in 30 MB."""

PROGRESS_S = 0.1
"""How often the progress display of an export is updated."""

_CALLS = "SELECT seq, id, started_at, subject, service, operation, verdict, reason, rules"
_NEWEST = _CALLS + " FROM flows ORDER BY started_at DESC, seq DESC LIMIT {limit}"
_CHANGED = _CALLS + " FROM flows WHERE seq > {seq} ORDER BY seq"
_LAST = "SELECT coalesce(CAST(max(seq) AS BIGINT), -1) AS seq FROM records"


class View(StrEnum):
    """The views that can be exported as a whole."""

    FLOWS = "flows"
    FINDINGS = "findings"
    APPROVALS = "approvals"
    MESSAGES = "messages"
    EVENTS = "events"


QueryArgument = Annotated[str, typer.Argument(metavar="SQL", help="One SELECT over the views; try 'SHOW TABLES'.")]
FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Go on with new calls until Ctrl-C.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=0, help="How many of the last calls.")]
FormatOption = Annotated[Format, typer.Option("--format", help="csv, json (one object a line) or parquet.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Replaced when all is written. Without it: standard output."),
]
SqlOption = Annotated[str, typer.Option("--sql", metavar="SQL", help="One SELECT, instead of a view.")]
ViewOption = Annotated[View, typer.Option("--view", help="The view to export.")]

app = typer.Typer(
    name="audit",
    help="Query, watch and export the record of every call.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.command()
def sql(query: QueryArgument, *, ledger: LedgerOption = DEFAULT_LEDGER, as_json: JsonOption = False) -> None:
    """Answer one SELECT over flows, findings, approvals, messages and events. Times are UTC."""
    with _said_plainly(), AuditQueries(ledger) as queries:
        if as_json:
            for line in queries.json_lines(query):
                _print_line(line)
            return
        result = queries.table(query)
        rows = list(islice(result.rows, TABLE_ROWS))
        more = next(result.rows, None) is not None
    out = console()
    for part in table(result.columns, rows, out.width):
        out.print(part)
    out.print(f"The first {TABLE_ROWS} rows; --json or export give all." if more else f"Rows: {len(rows)}")


@app.command()
def tail(
    *,
    follow: FollowOption = False,
    limit: LimitOption = 20,
    ledger: LedgerOption = DEFAULT_LEDGER,
    as_json: JsonOption = False,
) -> None:
    """Show the last calls, one line each: time (UTC), subject, service, operation, verdict, reason, rules.

    With --follow a call gets another line when its verdict or reason changes.
    """
    with _said_plainly(), AuditQueries(ledger) as queries:
        last_seq = int(str(_calls(queries, _LAST)[0]["seq"]))
        news = _News()
        _print_calls(news.of(reversed(_calls(queries, _NEWEST.format(limit=limit)))), as_json=as_json)
        if follow:
            for calls in _changes(queries, ledger, last_seq):
                _print_calls(news.of(calls), as_json=as_json)


@app.command()
def export(
    *,
    output: OutputOption = None,
    target_format: FormatOption = Format.CSV,
    view: ViewOption = View.FLOWS,
    query: SqlOption = "",
    ledger: LedgerOption = DEFAULT_LEDGER,
) -> None:
    """Write a view, or the result of a SELECT, to a file that only its owner can read."""
    statement = query or f"FROM {view.value}"
    if output is None:
        _export_to_standard_output(ledger, statement, target_format)
        return
    with _said_plainly():
        if (ledger / JOURNAL_FOLDER).resolve() in output.resolve().parents:
            raise LedgerError(f"{output} is in the journal's own folder: write the export to another place")
        if not output.parent.is_dir():
            raise LedgerError(f"{output.parent} is no folder: make it, or write the export to another place")
        with written_whole(output) as path, AuditQueries(ledger, path) as queries:
            rows = _exported(queries, statement, target_format)
    Console(stderr=True, soft_wrap=True, highlight=False).print(f"{rows} rows in {output}", markup=False)


def _export_to_standard_output(ledger: Path, statement: str, target_format: Format) -> None:
    if target_format is Format.PARQUET:
        fail("Parquet is no text: say where to write it with --output FILE.")
    with _said_plainly(), TemporaryDirectory(prefix="chainwarden-export-") as folder:
        path = Path(folder) / "export"
        with AuditQueries(ledger, path) as queries:
            _exported(queries, statement, target_format)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


type _Call = dict[str, object]


class _News:
    """Which calls say something that was not shown yet."""

    def __init__(self) -> None:
        self._shown: OrderedDict[object, tuple[object, object]] = OrderedDict()

    def of(self, calls: Iterator[_Call] | Sequence[_Call]) -> Iterator[_Call]:
        """Yield the calls to show."""
        for call in calls:
            state = (call["verdict"], call["reason"])
            if self._shown.get(call["id"]) != state:
                yield call
            self._shown[call["id"]] = state
            if len(self._shown) > REMEMBERED_CALLS:
                self._shown.popitem(last=False)


def _changes(queries: AuditQueries, ledger: Path, seq: int) -> Iterator[list[_Call]]:
    """Yield calls that anything was recorded about after ``seq``, as it happens."""
    size = -1
    while True:
        if size != (size := _journal_size(ledger)):
            calls = _calls(queries, _CHANGED.format(seq=seq))
            seq = max([seq, *(int(str(call["seq"])) for call in calls)])
            yield calls
        time.sleep(FOLLOW_S)


def _journal_size(ledger: Path) -> int:
    return sum(path.stat().st_size for _, path in segments(ledger / JOURNAL_FOLDER))


def _calls(queries: AuditQueries, query: str) -> list[_Call]:
    return [orjson.loads(line) for line in queries.json_lines(query)]


def _print_calls(calls: Iterator[_Call], *, as_json: bool) -> None:
    out = Console(highlight=False, soft_wrap=True)
    for call in calls:
        if as_json:
            _print_line(orjson.dumps(call).decode())
        else:
            out.print(call_line(call))


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _exported(queries: AuditQueries, query: str, target_format: Format) -> int:
    """Run the export in a thread of its own, and show how far it is."""
    result: list[int | LedgerError] = []

    def copy() -> None:
        try:
            result.append(queries.export(query, target_format))
        except LedgerError as error:
            result.append(error)

    worker = threading.Thread(target=copy, name="export")
    columns = (SpinnerColumn(), TextColumn("Exporting"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("export", total=None)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(PROGRESS_S)
                done = queries.progress()
                display.update(task, total=100 if done >= 0 else None, completed=max(0.0, done))
        finally:
            if worker.is_alive():
                queries.interrupt()
            worker.join()
    if isinstance(result[0], LedgerError):
        raise result[0]
    return result[0]


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn errors into one message, and Ctrl-C into a quiet end."""
    try:
        yield
    except LedgerError as error:
        fail("\n".join(printable(line) for line in str(error).split("\n")))
    except BrokenPipeError:
        # Whoever read our output has enough; typer ends quietly.
        raise
    except OSError as error:
        fail(printable(str(error)))
    except KeyboardInterrupt:
        raise typer.Exit from None
