import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from typer.testing import CliRunner, Result

from addons.adapters.journal import Journal
from addons.cli.audit import TABLE_ROWS, app
from addons.cli.audit_text import CELL_CHARS
from addons.core.ledger import record
from tests.core.ledger.exchanges import STARTED_AT, allowed, answered, held, refused

PROGRAM = (sys.executable, "-c", "from addons.cli.audit import app; app()")
ESCAPE = "\x1b]0;owned\x07[red]"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return a ledger with three calls: allowed, held and in progress, refused; the gateway has stopped."""
    folder = tmp_path / "ledger"
    journal = Journal(folder, "gw")
    journal.start()
    journal.append_sync(record.event("gateway_started", {"note": ESCAPE}, STARTED_AT, "gw"))
    for exchange in (answered("call-1"), refused("call-3", STARTED_AT + 2)):
        for made in (record.intent, record.outcome):
            journal.append_sync(made(exchange, STARTED_AT + 3, "gw"))
    journal.append_sync(record.intent(held("call-2", STARTED_AT + 1), STARTED_AT + 1, "gw"))
    journal.close()
    return folder


def run(ledger: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--ledger", str(ledger)])


def lines(text: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in text.splitlines()]


def test_sql_prints_a_table(ledger: Path) -> None:
    result = run(ledger, "sql", "SELECT id, verdict, status, rules FROM flows ORDER BY id")

    assert result.exit_code == 0
    rows = [re.split(r"\s*[│┃]\s*", line)[1:-1] for line in result.stdout.splitlines() if line[0] in "│┃"]
    assert rows == [
        ["id", "verdict", "status", "rules"],
        ["call-1", "allow", "200", "[]"],
        ["call-2", "hold", "NULL", "[shell, seen]"],
        ["call-3", "block", "401", "[]"],
    ]
    assert result.stdout.endswith("Rows: 3\n")


def test_sql_prints_one_json_object_a_line(ledger: Path) -> None:
    result = run(
        ledger, "sql", "SELECT id, started_at, \"groups\", redactions FROM flows WHERE id = 'call-1'", "--json"
    )

    assert lines(result.stdout) == [
        {
            "id": "call-1",
            "started_at": "2023-11-14 22:13:20.25",
            "groups": ["data", "ops"],
            "redactions": {"request": {"email": 2}, "response": {"name": 1}},
        }
    ]


def test_sql_shows_wide_rows_upright_and_cuts_long_cells(ledger: Path) -> None:
    result = run(ledger, "sql", "SELECT * REPLACE (repeat('y', 9000) AS request) FROM flows WHERE id = 'call-1'")

    assert "Row 1" in result.stdout
    assert re.search(r"│ subject\s+│ alice@example.com\s+│", result.stdout)
    assert result.stdout.count("y") < CELL_CHARS + 20
    assert f"… {9000 - CELL_CHARS} more characters" in " ".join(result.stdout.split())


def test_sql_says_when_there_are_more_rows_than_it_shows(ledger: Path) -> None:
    result = run(ledger, "sql", f"FROM range({TABLE_ROWS + 1})")

    assert result.stdout.count("│") == 2 * TABLE_ROWS
    assert f"The first {TABLE_ROWS} rows" in result.stdout


def test_nothing_on_record_steers_the_terminal(ledger: Path) -> None:
    for query in ("FROM events", f"SELECT '{ESCAPE}' AS \"{ESCAPE}\"", f"SELECT error('{ESCAPE}')"):
        result = run(ledger, "sql", query)

        assert "[red]" in result.output
        assert not {"\x1b", "\x07"} & set(result.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sql", "SELECT nothing FROM flows"), 'Referenced column "nothing" not found'),
        (("sql", "SELEC"), "Parser Error"),
        (("sql", "SELECT at FROM events"), "write it in double quotes"),
        (("sql", "DROP VIEW flows"), "only read"),
        (("sql", "SELECT * FROM read_text('/etc/hostname')"), "Permission Error"),
        (("sql", "SELECT error('boom')", "--json"), "boom"),
        (("export", "--output", "{ledger}/out.csv", "--sql", "SELECT nothing FROM flows"), "nothing"),
        (("export", "--output", "{ledger}/nowhere/out.csv"), "is no folder"),
        (("export", "--output", "{ledger}/journal/000000000000.jsonl"), "journal's own folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message(ledger: Path, arguments: tuple[str, ...], said: str) -> None:
    before = {path: path.read_bytes() for path in (ledger / "journal").iterdir()}
    result = run(ledger, *(argument.format(ledger=ledger) for argument in arguments))

    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not result.stdout
    assert before.items() <= {path: path.read_bytes() for path in (ledger / "journal").iterdir()}.items()
    assert not list(ledger.glob("*out.csv*"))


def test_folder_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    for command in (("tail",), ("sql", "SELECT 1"), ("export", "--output", str(tmp_path / "x"))):
        result = run(tmp_path / "typo", *command)

        assert result.exit_code == 1
        assert "is no ledger" in result.stderr
    assert not list(tmp_path.iterdir())


def test_tail_shows_a_line_for_each_of_the_last_calls(ledger: Path) -> None:
    result = run(ledger, "tail", "--limit", "2")

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["2023-11-14", "22:13:21.25", "alice@example.com", "openai", "chat", "hold", "guardrail", "shell,", "seen"],
        ["2023-11-14", "22:13:22.25", "-", "-", "-", "block", "token_expired"],
    ]


def test_tail_prints_json(ledger: Path) -> None:
    shown = lines(run(ledger, "tail", "--json").stdout)

    assert [(call["id"], call["verdict"], call["rules"]) for call in shown] == [
        ("call-1", "allow", []),
        ("call-2", "hold", ["shell", "seen"]),
        ("call-3", "block", []),
    ]


@pytest.fixture
def following(ledger: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*PROGRAM, "tail", "--follow", "--json", "--limit", "1", "--ledger", str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_tail_follows_until_it_is_interrupted(ledger: Path, following: subprocess.Popen[str]) -> None:
    assert following.stdout

    def shown() -> tuple[str, str, str]:
        assert following.stdout
        call = orjson.loads(following.stdout.readline())
        return call["id"], call["verdict"], call["reason"]

    assert shown() == ("call-3", "block", "token_expired")
    journal = Journal(ledger, "gw")
    journal.start()
    waiting = held("call-4", STARTED_AT + 9)
    journal.append_sync(record.intent(waiting, STARTED_AT + 9, "gw"))
    assert shown() == ("call-4", "hold", "guardrail")
    waiting.approved_by = ("bob",)
    journal.append_sync(record.outcome(waiting, STARTED_AT + 10, "gw"))
    assert shown() == ("call-4", "hold", "approved")
    # Nothing that was shown is shown again: a finished call of the past says no news.
    journal.append_sync(record.outcome(waiting, STARTED_AT + 10, "gw"))
    journal.append_sync(record.intent(allowed("call-5", STARTED_AT), STARTED_AT + 11, "gw"))
    assert shown() == ("call-5", "allow", "allowed")
    journal.close()

    following.send_signal(signal.SIGINT)
    assert following.wait() == 0
    assert following.stderr
    assert not following.stderr.read()


@pytest.mark.parametrize("target_format", ["csv", "json", "parquet"])
def test_export_writes_a_view_for_its_owner_only(ledger: Path, tmp_path: Path, target_format: str) -> None:
    output = tmp_path / f"out.{target_format}"
    output.write_text("old")
    result = run(ledger, "export", "--format", target_format, "--output", str(output), "--view", "flows")

    assert result.exit_code == 0
    assert re.search(r"3 rows in .*out\." + target_format, result.stderr)
    assert output.stat().st_mode & 0o777 == 0o600
    read = {"csv": duckdb.read_csv, "json": duckdb.read_json, "parquet": duckdb.read_parquet}[target_format]
    assert read(str(output)).project("id, verdict").order("id").fetchall() == [
        ("call-1", "allow"),
        ("call-2", "hold"),
        ("call-3", "block"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger", output.name]


@pytest.mark.parametrize(("target_format", "first"), [("csv", "call-1,"), ("json", '{"id":"call-1"')])
def test_export_without_a_file_goes_to_standard_output(ledger: Path, target_format: str, first: str) -> None:
    query = "SELECT id, verdict FROM flows ORDER BY id"
    result = run(ledger, "export", "--format", target_format, "--sql", query)

    assert result.exit_code == 0
    assert any(line.startswith(first) for line in result.stdout.splitlines())


def test_parquet_does_not_go_to_a_terminal(ledger: Path) -> None:
    result = run(ledger, "export", "--format", "parquet")

    assert result.exit_code == 1
    assert "--output" in result.stderr


def test_export_that_fails_leaves_the_old_file(ledger: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("old")
    query = "SELECT if(verdict = 'block', error('boom'), id) FROM flows"

    assert run(ledger, "export", "--output", str(output), "--sql", query).exit_code == 1
    assert output.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger", "out.csv"]


def test_program_answers_while_a_gateway_writes(ledger: Path) -> None:
    journal = Journal(ledger, "gw")
    journal.start()
    command = [*PROGRAM, "sql", "SELECT count(*) AS calls FROM flows", "--json", "--ledger", str(ledger)]
    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    journal.append_sync(record.intent(allowed("call-9"), STARTED_AT, "gw"))
    second = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    journal.close()

    assert (lines(first), lines(second)) == ([{"calls": 3}], [{"calls": 4}])
