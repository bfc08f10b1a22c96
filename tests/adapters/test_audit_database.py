import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from addons.adapters import audit_database
from addons.adapters.audit_query import AuditQueries
from addons.adapters.journal_segment import line
from addons.core.approval.approval import Decision, State
from addons.core.call import Content, Message
from addons.core.ledger import record
from addons.core.ledger.canonical import Value
from addons.core.ledger.sections import BODY_CAP, RECORD_CAP
from addons.core.reasons import Reason
from tests.adapters.audit_ledger import ask, gateway, put, whole
from tests.adapters.journal_process import CALLS
from tests.core.ledger.exchanges import STARTED_AT, allowed, answered, asked, held, word

FLOWS = """
id VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP, duration_us BIGINT,
gateway VARCHAR, client VARCHAR, subject VARCHAR, issuer VARCHAR, groups VARCHAR[], session VARCHAR, service VARCHAR,
protocol VARCHAR, operation VARCHAR, method VARCHAR, host VARCHAR, path VARCHAR, model VARCHAR, verdict VARCHAR,
reason VARCHAR, rules VARCHAR[], risk BIGINT, approval_id VARCHAR, status INTEGER, request_bytes BIGINT,
response_bytes BIGINT, tokens_in BIGINT, tokens_out BIGINT,
redactions STRUCT(request MAP(VARCHAR; BIGINT); response MAP(VARCHAR; BIGINT)), inspected VARCHAR,
policy_digest VARCHAR, error VARCHAR, request VARCHAR, response VARCHAR, request_encoding VARCHAR,
response_encoding VARCHAR, request_truncated BOOLEAN, response_truncated BOOLEAN, seq UBIGINT
"""
FINDINGS = """
flow_id VARCHAR, at TIMESTAMP, direction VARCHAR, type VARCHAR, place VARCHAR, rule VARCHAR,
action VARCHAR, count BIGINT
"""
APPROVALS = """
id VARCHAR, state VARCHAR, requester VARCHAR, issuer VARCHAR, service VARCHAR, operation VARCHAR, direction VARCHAR,
rule VARCHAR, message VARCHAR, risk BIGINT, approvers_needed BIGINT, groups_needed VARCHAR[][], approvers VARCHAR[],
deniers VARCHAR[], requested_at TIMESTAMP, expires_at TIMESTAMP,
decided_at TIMESTAMP, reason VARCHAR, channel VARCHAR, flow_ids VARCHAR[], digest VARCHAR,
events VARCHAR[], decisions STRUCT(approver VARCHAR; issuer VARCHAR; "groups" VARCHAR[]; approve BOOLEAN;
reason VARCHAR; channel VARCHAR; "at" TIMESTAMP)[], gateway VARCHAR
"""
MESSAGES = """
flow_id VARCHAR, at TIMESTAMP, direction VARCHAR, position BIGINT, role VARCHAR, content VARCHAR,
tool_calls JSON
"""
EVENTS = "id VARCHAR, at TIMESTAMP, gateway VARCHAR, name VARCHAR, details JSON"


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        ("flows", FLOWS),
        ("findings", FINDINGS),
        ("approvals", APPROVALS),
        ("messages", MESSAGES),
        ("events", EVENTS),
    ],
)
def test_view_has_these_columns_and_explains_each(tmp_path: Path, view: str, columns: str) -> None:
    with gateway(tmp_path):
        found = ask(tmp_path, f"FROM (DESCRIBE {view}) SELECT column_name, column_type")
        comments = ask(tmp_path, "SELECT table_name, column_name FROM duckdb_columns() WHERE comment <> ''")
        about = dict(ask(tmp_path, "SELECT view_name, comment FROM duckdb_views()"))

    expected = [tuple(column.split(" ", 1)) for column in re.split(r",\s+", columns.strip())]
    assert [(name, kind.replace(", ", "; ").replace('"', "")) for name, kind in found] == [
        (name, re.sub(r"\s+", " ", kind).replace('"', "")) for name, kind in expected
    ]
    assert [name for table, name in comments if table == view] == [name for name, _ in found]
    assert about[view]


def test_views_are_empty_over_an_empty_ledger(tmp_path: Path) -> None:
    database = audit_database.create(tmp_path / "ledger")

    for view in ("records", "flows", "findings", "approvals", "messages", "events"):
        assert ask(database.parent, f"FROM {view}") == []
    assert database.stat().st_mode & 0o777 == 0o600


def test_flow_says_everything_about_a_call(tmp_path: Path) -> None:
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()))
        found = ask(
            tmp_path,
            "SELECT * REPLACE (epoch_us(started_at) AS started_at, epoch_us(ended_at) AS ended_at) FROM flows",
        )

    assert found == [
        (
            "call-1", 1_700_000_000_250_000, 1_700_000_002_250_000, 2_000_000, "gw", "10.0.0.7:5000",
            "alice@example.com", "https://login.example.com", ["data", "ops"], "sid-1", "openai", "openai", "chat",
            "POST", "api.openai.com", "/v1/chat/completions", "gpt-5", "allow", "allowed", [], 0, None, 200, 17, 14,
            12, 7, {"request": {"email": 2}, "response": {"name": 1}}, "full", "ab" * 32, None, '{"model":"gpt-5"}',
            '{"choices":[]}', "text", "text", False, False, 1,
        )
    ]  # fmt: skip


def test_call_without_an_outcome_is_there(tmp_path: Path) -> None:
    with gateway(tmp_path) as journal:
        put(journal, record.intent(held(), STARTED_AT, "gw"))
        put(journal, record.approval("requested", held(), asked(State.PENDING), "gateway", STARTED_AT, "gw"))
        found = ask(tmp_path, "SELECT id, verdict, rules, approval_id, ended_at IS NULL, status, redactions FROM flows")
        findings = ask(tmp_path, "SELECT flow_id, type, count FROM findings")

    counts = {"request": {"email": 2}, "response": {}}
    assert found == [("call-1", "hold", ["shell", "seen"], "appr-1", True, None, counts)]
    assert findings == [("call-1", "email", 2)]


def test_outcome_without_an_intent_is_there(tmp_path: Path) -> None:
    """The disk was full when the call came, so it was refused, and free again when it ended."""
    exchange = allowed()
    exchange.refuse(Reason.LEDGER_UNAVAILABLE, "No.")
    with gateway(tmp_path) as journal:
        put(journal, record.outcome(exchange, STARTED_AT + 1, "gw"))

        assert ask(tmp_path, "SELECT subject, verdict, reason FROM flows") == [
            ("alice@example.com", "block", "ledger_unavailable")
        ]


def test_edited_call_is_one_row_with_what_was_forwarded(tmp_path: Path) -> None:
    edited = answered()
    edited.request_body = b"edited"
    with gateway(tmp_path) as journal:
        put(journal, record.intent(answered(), STARTED_AT, "gw"))
        put(journal, record.intent(edited, STARTED_AT + 1, "gw", edited=True))
        put(journal, record.outcome(edited, STARTED_AT + 2, "gw"))

        assert ask(tmp_path, "SELECT id, request, response FROM flows") == [("call-1", "edited", '{"choices":[]}')]
        assert ask(tmp_path, "SELECT count(*) FROM messages") == [(3,)]
        assert ask(tmp_path, "SELECT count(*) FROM findings") == [(3,)]


def test_findings_and_messages_of_both_directions(tmp_path: Path) -> None:
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()))
        findings = ask(
            tmp_path,
            "SELECT flow_id, epoch_us(f.at), direction, type, place, rule, action, count FROM findings f ORDER BY type",
        )
        messages = ask(
            tmp_path,
            "SELECT flow_id, epoch_us(m.at), direction, position, role, content, tool_calls ->> '$[0].arguments' "
            "FROM messages m ORDER BY direction, position",
        )

    asked_at, told_at = 1_700_000_001_250_000, 1_700_000_002_250_000
    assert findings == [
        ("call-1", asked_at, "request", "email", "/messages/1/content", "", "masked", 2),
        ("call-1", told_at, "response", "iban", "/choices/0/message/content", "", "kept", 1),
        ("call-1", told_at, "response", "name", "/choices/0/message/content", "names", "masked", 1),
    ]
    assert messages == [
        ("call-1", asked_at, "request", 0, "system", "Be brief.", None),
        ("call-1", asked_at, "request", 1, "user", "Who am I? [EMAIL]", None),
        ("call-1", told_at, "response", 0, "assistant", "You are [NAME].", '{"q":1.5}'),
    ]


def test_approval_is_one_row_that_shows_where_it_stands(tmp_path: Path) -> None:
    bob, carol = word("bob", approve=True), word("carol", approve=True, channel="mitmweb")
    steps = [
        ("requested", held(), asked(State.PENDING), "gateway", STARTED_AT),
        ("requested", held("retry"), asked(State.PENDING, bob), "gateway", STARTED_AT + 5),
        ("approved", held(), asked(State.APPROVED, bob, carol), "mitmweb", STARTED_AT + 60),
        ("consumed", held(), asked(State.CONSUMED, bob, carol), "gateway", STARTED_AT + 61),
    ]
    with gateway(tmp_path) as journal:
        put(journal, *(record.approval(*step, "gw") for step in steps))
        found = ask(
            tmp_path,
            "SELECT id, state, requester, rule, approvers, deniers, reason, channel, flow_ids, events, risk, "
            "epoch_us(requested_at), epoch_us(decided_at), epoch_us(expires_at), len(decisions) FROM approvals",
        )
        calls = ask(tmp_path, "SELECT count(*) FROM flows")

    at = 1_700_000_000_250_000
    assert found == [
        (
            "appr-1", "consumed", "alice@example.com", "shell", ["bob", "carol"], [], "because", "mitmweb",
            ["call-1", "retry"], ["requested", "requested", "approved", "consumed"], 40,
            at, at + 60_000_000, at + 900_000_000, 2,
        )
    ]  # fmt: skip
    assert calls == [(0,)], "an approval alone is no call"


@pytest.mark.parametrize(
    ("state", "words", "shown"),
    [
        (State.PENDING, (word("bob", approve=True),), ("pending", ["bob"], [], False)),
        (State.DENIED, (word("bob", approve=True), word("eve", approve=False)), ("denied", ["bob"], ["eve"], True)),
        (State.EXPIRED, (), ("expired", [], [], True)),
    ],
)
def test_approval_that_was_not_given(
    tmp_path: Path, state: State, words: tuple[Decision, ...], shown: tuple[Any, ...]
) -> None:
    with gateway(tmp_path) as journal:
        put(journal, record.approval(state.value, held(), asked(state, *words), "cli", STARTED_AT, "gw"))

        assert ask(tmp_path, "SELECT state, approvers, deniers, decided_at IS NOT NULL FROM approvals") == [shown]


def test_event_has_its_details_as_json(tmp_path: Path) -> None:
    details: dict[str, Value] = {"digest": "aa", "rules": 3, "text": 'tab\t, line\n, \x00, quote" and \ud800'}
    with gateway(tmp_path) as journal:
        put(journal, record.event("policy_loaded", details, STARTED_AT, "gw"))

        assert ask(tmp_path, "SELECT name, gateway, details ->> '$.rules', details ->> '$.text' FROM events") == [
            ("policy_loaded", "gw", "3", 'tab\t, line\n, \x00, quote" and \\ud800')
        ]


@pytest.mark.parametrize(
    ("body", "shown", "encoding", "truncated"),
    [
        (b"", "", "text", False),
        ('"quoted", \\ tab\t and é\r\n'.encode(), '"quoted", \\ tab\t and é\r\n', "text", False),
        (b"\xff\xfe", "//4=", "base64", False),
        (b"\x01" * (BODY_CAP + 1), "\x01" * BODY_CAP, "text", True),
    ],
)
def test_body_comes_back_as_it_was(tmp_path: Path, body: bytes, shown: str, encoding: str, truncated: bool) -> None:
    exchange = answered()
    exchange.request_body = exchange.response_body = body
    with gateway(tmp_path) as journal:
        put(journal, *whole(exchange))
        expected = (shown, encoding, truncated)

        assert ask(tmp_path, "SELECT request, request_encoding, request_truncated FROM flows") == [expected]
        assert ask(tmp_path, "SELECT response, response_encoding, response_truncated FROM flows") == [expected]


def test_record_of_the_largest_size_is_seen(tmp_path: Path) -> None:
    start, end = b'{"at":1,"id":"x","kind":"event","name":"', b'"}'
    with gateway(tmp_path) as journal:
        put(journal, start + b"n" * (RECORD_CAP - len(start) - len(end)) + end, b'{"at":1,"id":"y","kind":"event"}')

        assert ask(tmp_path, "SELECT id, length(name) FROM events ORDER BY id") == [
            ("x", RECORD_CAP - len(start) - len(end)),
            ("y", None),
        ]


NEXT = line(2, b'{"at":1,"gateway":"gw","id":"next","kind":"event"}')


@pytest.mark.parametrize(
    ("tail", "shows"),
    [
        (NEXT, True),
        (b"", False),
        *((NEXT[:cut], False) for cut in range(1, len(NEXT) - 1, 7)),
        (NEXT[:-2], False),
        (b"\0" * 5000, False),
        (b'2\t{"kind":"event"\t00000000\n', False),
        (b"\xff\xfe\t\xff\t00000000\n", False),
        (b'two\t{"kind":"event"}\t00000000\n', False),
    ],
)
def test_half_written_line_neither_shows_nor_breaks_a_query(tmp_path: Path, tail: bytes, shows: bool) -> None:
    with gateway(tmp_path) as journal:
        put(journal, *whole(answered()))
        with (tmp_path / "journal" / "000000000000.jsonl").open("ab") as segment:
            segment.write(tail)

        assert ask(tmp_path, "SELECT count(*) FROM records") == [(3 if shows else 2,)]
        assert ask(tmp_path, "SELECT count(*) FROM flows") == [(1,)]
        assert ask(tmp_path, "SELECT count(*) FROM events") == [(1 if shows else 0,)]


def test_open_reader_sees_each_record_once_it_is_acknowledged_also_in_new_segments(tmp_path: Path) -> None:
    with gateway(tmp_path, segment_bytes=1) as journal, duckdb.connect(tmp_path / "audit.duckdb", read_only=True) as db:
        for number in range(6):
            put(journal, record.event("tick", {"n": number}, STARTED_AT, "gw"))
            assert db.execute("SELECT count(*), max(seq) FROM records").fetchone() == (number + 1, number)
        assert len(list((tmp_path / "journal").glob("0*.jsonl"))) == 6


def test_many_processes_read_while_one_writes(tmp_path: Path) -> None:
    audit_database.create(tmp_path)
    reader = [sys.executable, "-m", "tests.adapters.audit_reader", str(tmp_path), str(CALLS)]
    readers = [subprocess.Popen(reader, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in readers:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    writer = [sys.executable, "-m", "tests.adapters.journal_process", "write_calls", str(tmp_path)]
    said = subprocess.run(writer, check=True, capture_output=True, text=True).stdout

    assert said.split() == [str(seq) for seq in range(2 * CALLS)]
    for process in readers:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert re.fullmatch(r"grew [1-9]\d*\n", out), out
    assert ask(tmp_path, "SELECT count(*), count(ended_at) FROM flows") == [(CALLS, CALLS)]


def test_database_is_replaced_while_it_is_open(tmp_path: Path) -> None:
    with gateway(tmp_path) as journal, duckdb.connect(tmp_path / "audit.duckdb", read_only=True) as before:
        audit_database.create(tmp_path)
        put(journal, *whole(answered()))

        assert before.execute("SELECT count(*) FROM flows").fetchone() == (1,)
        assert ask(tmp_path, "SELECT count(*) FROM flows") == [(1,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.duckdb", "journal", "journal.lock"]


@pytest.mark.parametrize("name", ["it's", "a*b", "[x]", "sp ace", "ünï"])
def test_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    ledger = tmp_path / name
    with gateway(ledger) as journal:
        put(journal, *whole(answered()))

    assert ask(ledger, "SELECT id FROM flows") == [("call-1",)]
    with AuditQueries(ledger) as queries:
        assert list(queries.json_lines("SELECT id FROM flows")) == ['{"id":"call-1"}']


def test_gateway_makes_it_in_a_child_process_and_loads_no_database_itself(tmp_path: Path) -> None:
    module = [sys.executable, "-m", "addons.adapters.audit_database"]
    subprocess.run([*module, str(tmp_path / "ledger")], check=True)
    (tmp_path / "file").touch()
    failed = subprocess.run([*module, str(tmp_path / "file")], check=False, capture_output=True, text=True)
    misused = subprocess.run(module, check=False, capture_output=True, text=True)
    imports = "import sys, addons.adapters.journal, addons.core.ledger.record; print('duckdb' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", imports], check=True, capture_output=True, text=True)

    assert ask(tmp_path / "ledger", "SELECT count(*) FROM flows") == [(0,)]
    assert failed.returncode == 1
    assert "cannot be made" in failed.stderr
    assert misused.returncode == 2
    assert loaded.stdout == "False\n"


def test_long_conversation_is_read_in_order(tmp_path: Path) -> None:
    exchange = answered()
    exchange.request_content = Content(messages=tuple(Message("user", f"{n}" * 1000) for n in range(500)))
    with gateway(tmp_path) as journal:
        put(journal, *whole(exchange))
        positions = ask(tmp_path, "SELECT position FROM messages WHERE direction = 'request' ORDER BY position")

    assert 0 < len(positions) < 500
    assert positions == [(position,) for position in range(500 - len(positions), 500)]
