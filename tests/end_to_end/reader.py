"""An auditor's program: queries the ledger in a loop while calls run, and says what did not add up.

``python -m tests.end_to_end.reader DATABASE STOP-FILE``: ends when the stop file exists; prints JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

TWICE = {
    "flows": "SELECT id FROM flows GROUP BY id HAVING count(*) > 1",
    "approvals": "SELECT id FROM approvals GROUP BY id HAVING count(*) > 1",
    "messages": "SELECT flow_id FROM messages GROUP BY flow_id, direction, position HAVING count(*) > 1",
    "findings": "SELECT * FROM findings GROUP BY ALL HAVING count(*) > 1",
    "events": "SELECT id FROM events GROUP BY id HAVING count(*) > 1",
}
TORN = {
    "flows": "SELECT id FROM flows WHERE gateway IS NULL OR started_at IS NULL OR (ended_at IS NOT NULL AND "
    "(status IS NULL OR verdict IS NULL OR reason IS NULL OR duration_us IS NULL OR response IS NULL))",
    "approvals": "SELECT id FROM approvals WHERE state IS NULL OR requested_at IS NULL OR len(flow_ids) = 0",
    "messages": "SELECT flow_id FROM messages WHERE role IS NULL OR position IS NULL",
    "findings": "SELECT flow_id FROM findings WHERE type IS NULL OR count IS NULL",
    "events": "SELECT id FROM events WHERE name IS NULL OR details IS NULL",
}
FINISHED = "SELECT id, verdict, reason, status, request, response FROM flows WHERE ended_at IS NOT NULL"


def read(database: Path, finished: dict[str, tuple[Any, ...]]) -> list[str]:
    """Look at every view once, with a connection of its own; return what is wrong."""
    wrong: list[str] = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for what, queries in (("twice", TWICE), ("torn", TORN)):
            for view, query in queries.items():
                wrong += [f"{view}: {row} is there {what}" for row in connection.execute(query).fetchall()]
        now = {row[0]: row for row in connection.execute(FINISHED).fetchall()}
    wrong += [f"flows: {key} has changed or gone" for key, row in finished.items() if now.get(key) != row]
    finished |= now
    return wrong


def main() -> None:
    """Read until told to stop."""
    database, stop = Path(sys.argv[1]), Path(sys.argv[2])
    wrong: list[str] = []
    finished: dict[str, tuple[Any, ...]] = {}
    rounds = 0
    last = False
    while not last:
        last = stop.exists()
        wrong += read(database, finished)
        rounds += 1
    json.dump({"wrong": wrong, "rounds": rounds, "finished": sorted(finished)}, sys.stdout)


if __name__ == "__main__":
    main()
