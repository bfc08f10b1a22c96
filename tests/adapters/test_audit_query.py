from pathlib import Path

import duckdb
import pytest

from addons.adapters.audit_query import AuditQueries, Format
from addons.core.errors import LedgerError
from tests.adapters.audit_ledger import gateway, put, whole
from tests.core.ledger.exchanges import answered, refused


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("SELECT count(*) FROM flows", False),
        ("FROM events;", False),
        ("WITH x AS (SELECT 1) FROM x -- comment", False),
        ("SHOW TABLES", False),
        ("DESCRIBE flows", False),
        ("SUMMARIZE events", False),
        ("", True),
        ("SELEC", True),
        ("SELECT 1; SELECT 2", True),
        ("SELECT 1) AS x; DROP VIEW flows; SELECT * FROM (SELECT 2", True),
        ("SELECT nothing FROM flows", True),
        ("SELECT error('boom')", True),
        ("SELECT * FROM read_text('/etc/hostname')", True),
        ("SELECT * FROM '{ledger}/outside.csv'", True),
        ("SELECT * FROM glob('/etc/*')", True),
        ("COPY (SELECT 1) TO '{ledger}/outside.csv'", True),
        ("COPY (SELECT 1) TO '{ledger}/journal/000000000009.jsonl'", True),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO '{ledger}/journal/000000000009.jsonl'", True),
        ("EXPORT DATABASE '{ledger}/journal'", True),
        ("ATTACH '{ledger}/journal/other.duckdb'", True),
        ("DROP VIEW flows", True),
        ("CREATE TABLE t AS SELECT 1", True),
        ("SET enable_external_access = true", True),
        ("INSTALL httpfs", True),
        ("LOAD httpfs", True),
    ],
)
def test_only_a_select_over_the_ledger_is_answered(tmp_path: Path, query: str, refused: bool) -> None:
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()))
    before = sorted(tmp_path.rglob("*"))

    with AuditQueries(tmp_path) as queries:
        if refused:
            with pytest.raises(LedgerError):
                list(queries.table(query.format(ledger=tmp_path)).rows)
        else:
            assert list(queries.table(query).rows) is not None
            assert list(queries.json_lines(query)) is not None
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("target_format", list(Format))
def test_export_holds_all_rows(tmp_path: Path, target_format: Format) -> None:
    output = tmp_path / "out" / "it's.file"
    output.parent.mkdir()
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()), *whole(refused("call-2")))
    with AuditQueries(tmp_path, output) as queries:
        assert queries.export("FROM flows ORDER BY id", target_format) == 2

    read = {Format.CSV: duckdb.read_csv, Format.JSON: duckdb.read_json, Format.PARQUET: duckdb.read_parquet}
    found = read[target_format](str(output)).project("id, verdict, status, coalesce(request, '')").fetchall()
    assert found == [("call-1", "allow", 200, '{"model":"gpt-5"}'), ("call-2", "block", 401, "")]


def test_csv_has_lists_and_maps_as_json(tmp_path: Path) -> None:
    output = tmp_path / "flows.csv"
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()))
    with AuditQueries(tmp_path, output) as queries:
        queries.export('SELECT "groups", redactions, 1 AS "a""b" FROM flows', Format.CSV)

    expected = '"[""data"",""ops""]","{""request"":{""email"":2},""response"":{""name"":1}}",1'
    assert output.read_text().splitlines() == ['groups,redactions,"a""b"', expected]


def test_moved_ledger_is_read_where_it_is_now(tmp_path: Path) -> None:
    with gateway(tmp_path / "old") as journal:
        put(journal, *whole(answered()))
    (tmp_path / "old").rename(tmp_path / "new")

    with AuditQueries(tmp_path / "new") as queries:
        assert list(queries.json_lines("SELECT id FROM flows")) == ['{"id":"call-1"}']


@pytest.mark.parametrize("macros", ["", "CREATE MACRO definitions_digest() AS 'of another version'"])
def test_database_of_another_version_is_replaced(tmp_path: Path, macros: str) -> None:
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()))
    (tmp_path / "audit.duckdb").unlink()
    with duckdb.connect(tmp_path / "audit.duckdb") as old:
        old.execute(f"CREATE VIEW flows AS SELECT 'old' AS id; {macros}")

    with AuditQueries(tmp_path) as queries:
        assert list(queries.json_lines("SELECT id FROM flows")) == ['{"id":"call-1"}']


def test_database_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with gateway(tmp_path):
        (tmp_path / "audit.duckdb").write_bytes(b"x" * 20_000)

    with pytest.raises(LedgerError, match="remove it, and it is made anew"):
        AuditQueries(tmp_path)
