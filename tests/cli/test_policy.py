"""`chainwarden policy`: what it prints and how it ends."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from addons.cli.policy import app
from tests.core.policy.texts import HEAD

RULE = "guardrails:\n  - name: r\n    when: {tool: shell}\n    then: block\n    tests:\n"
GOOD = "      - match: {tool: shell}\n      - pass: {tool: search}\n"
WRONG = "      - match: {tool: search}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "p.yaml"
    file.write_text(HEAD + RULE + GOOD)
    return file


def test_a_good_file_is_counted(path: Path) -> None:
    result = run("check", "--policies", str(path))
    assert result.exit_code == 0
    assert result.stdout == f"ok: {path}: 1 issuer, 2 services, 0 grants, 0 detectors, 1 guardrail, 2 tests\n"


def test_a_good_file_as_json(path: Path) -> None:
    result = run("check", "--policies", str(path), "--json")
    assert result.exit_code == 0
    found = orjson.loads(result.stdout)
    assert (found["ok"], found["guardrails"], len(found["digest"])) == (True, 1, 64)


def test_every_problem_is_printed_and_the_command_fails(path: Path) -> None:
    path.write_text(f"{HEAD}a: 1\nb: 2\n")
    result = run("check", "--policies", str(path))
    assert result.exit_code == 1
    assert [line.split(" ")[0] for line in result.stderr.splitlines()] == [f"{path}:6:1:", f"{path}:7:1:"]


def test_problems_as_json(path: Path) -> None:
    path.write_text(f"{HEAD}risc: 1\n")
    result = run("check", "--policies", str(path), "--json")
    assert result.exit_code == 1
    assert orjson.loads(result.stdout)["problems"] == [
        {
            "file": str(path),
            "line": 6,
            "column": 1,
            "key": "risc",
            "message": "unknown key",
            "suggestion": "Did you mean 'risk'?",
        }
    ]


def test_a_missing_file_fails(tmp_path: Path) -> None:
    result = run("check", "--policies", str(tmp_path / "none.yaml"))
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_examples_that_hold(path: Path) -> None:
    result = run("test", "--policies", str(path))
    assert result.exit_code == 0
    assert "2 examples, 0 failed" in result.stdout
    assert "without examples" not in result.stdout


def test_an_example_that_fails(path: Path) -> None:
    path.write_text(HEAD + RULE + GOOD + WRONG)
    result = run("test", "--policies", str(path))
    assert result.exit_code == 1
    assert "3 examples, 1 failed" in result.stdout
    (row,) = [line for line in result.stdout.splitlines() if "FAILED" in line]
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["r", "13", "tool: search", "match", "pass", "FAILED"]


def test_examples_as_json(path: Path) -> None:
    path.write_text(HEAD + RULE + WRONG + "  - {name: s, when: {tool: x}, then: block}\n")
    result = run("test", "--policies", str(path), "--json")
    assert result.exit_code == 1
    assert orjson.loads(result.stdout) == {
        "ok": False,
        "results": [
            {"rule": "r", "example": "tool: search", "line": 11, "expected": "match", "got": "pass", "ok": False}
        ],
        "untested": ["s"],
    }


def test_a_broken_file_has_no_examples(path: Path) -> None:
    path.write_text("version: 2\n")
    assert run("test", "--policies", str(path)).exit_code == 1


def test_the_shipped_policy_is_sound_and_does_what_its_examples_say() -> None:
    assert run("check").exit_code == 0
    result = run("test", "--json")
    assert result.exit_code == 0
    assert orjson.loads(result.stdout)["untested"] == []
