"""Options and output that every subcommand shares."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

SHIPPED_POLICY = Path(__file__).resolve().parents[2] / "policies.yaml"
DEFAULT_LEDGER = Path("ledger")

LedgerOption = Annotated[Path, typer.Option("--ledger", metavar="DIR", help="The ledger's folder.")]
PoliciesOption = Annotated[Path, typer.Option("--policies", metavar="FILE", help="The policy file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

EXIT_REFUSED = 1
"""The command understood and said no: a bad policy, a refused token, an unknown id."""


def print_json(value: object) -> None:
    """Print ``value`` as one line of JSON on standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str) + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Print ``rows`` as a table on standard output, one column per name in ``columns``."""
    names = list(columns)
    table = Table(*names, title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if row.get(name) is None else str(row.get(name)) for name in names))
    Console().print(table)


def fail(message: str) -> NoReturn:
    """Say on standard error what went wrong and what to do, and leave with ``EXIT_REFUSED``."""
    Console(stderr=True, soft_wrap=True).print(message, style="red", markup=False, highlight=False)
    raise typer.Exit(EXIT_REFUSED)
