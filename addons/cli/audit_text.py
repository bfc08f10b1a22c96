"""Results as text for a terminal. What is on record came from outside: nothing in it may steer the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from addons.cli.approval_text import printable

CELL_CHARS = 500
"""Characters of a cell that are shown: some lines of a body. ``--json`` and ``export`` have all of it."""

COLUMN_WIDTH = 12
"""Columns of the terminal that a cell needs to be read: where a row has no room for that, it is shown upright."""

FILE_WIDTH = 200
"""Columns of a table that does not go to a terminal."""

VERDICT_STYLES = {"allow": "green", "observe": "cyan", "redact": "blue", "hold": "yellow", "block": "bold red"}

_LINE = (("started_at", 29), ("subject", 24), ("service", 14), ("operation", 16), ("verdict", 7), ("reason", 18))
"""Fields of a line about a call with their least widths; its rules follow."""


def console() -> Console:
    """Return the console for results: as wide as the terminal, or wide enough for a file."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=FILE_WIDTH)


def table(columns: Sequence[str], rows: Iterable[Sequence[str | None]], width: int) -> Iterable[RenderableType]:
    """Yield ``rows`` as one table, or each row upright where they would not fit into ``width``."""
    if len(columns) * COLUMN_WIDTH > width:
        for number, row in enumerate(rows, 1):
            yield _upright(number, columns, row)
        return
    flat = Table()
    for name in columns:
        flat.add_column(Text(printable(name)), overflow="fold")
    for row in rows:
        flat.add_row(*(_cell(value) for value in row))
    yield flat


def call_line(call: Mapping[str, object]) -> Text:
    """Return one line about a call of the ``flows`` view."""
    line = Text()
    for name, width in _LINE:
        text = _shown(call.get(name))
        line.append(f"{text:<{width}}  ", style=VERDICT_STYLES.get(text, "") if name == "verdict" else "")
    rules = call.get("rules")
    line.append(", ".join(_shown(rule) for rule in rules) if isinstance(rules, list) else "")
    line.rstrip()
    return line


def _upright(number: int, columns: Sequence[str], row: Sequence[str | None]) -> RenderableType:
    upright = Table(title=f"Row {number}", title_justify="left", show_header=False)
    upright.add_column(no_wrap=True)
    upright.add_column(overflow="fold")
    for name, value in zip(columns, row, strict=True):
        upright.add_row(Text(printable(name)), _cell(value))
    return upright


def _cell(value: str | None) -> Text:
    if value is None:
        return Text("NULL", style="dim")
    more = len(value) - CELL_CHARS
    shown = Text("\n".join(printable(line) for line in value[:CELL_CHARS].split("\n")), overflow="fold")
    return shown.append(f"… {more} more characters", style="dim") if more > 0 else shown


def _shown(value: object) -> str:
    return "-" if value is None else printable(str(value))
