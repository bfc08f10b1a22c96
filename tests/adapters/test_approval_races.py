"""Several threads and processes at one file; and a process that is killed at work."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from addons.adapters.approval_store import STATE_FILE, ApprovalStore
from addons.core.approval.approval import Approval, State
from addons.core.approval.states import ApprovalError
from addons.core.exchange import ApprovalTerms
from tests.core.approval.samples import ASK, EXPIRES, NOW, ask, person

REPOSITORY = Path(__file__).parents[2]
THREADS = 12
PROCESSES = 4
TWO = ApprovalTerms(groups=("security",), count=2, expires=EXPIRES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / STATE_FILE


def at_once(moves: Sequence[Callable[[], Approval]]) -> list[Approval | ApprovalError]:
    """Run all moves from threads that start together; return what each came to."""
    barrier = Barrier(len(moves))

    def run(move: Callable[[], Approval]) -> Approval | ApprovalError:
        barrier.wait()
        try:
            return move()
        except ApprovalError as error:
            return error

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(run, moves))


def winners(results: Sequence[Approval | ApprovalError]) -> list[Approval]:
    return [result for result in results if isinstance(result, Approval)]


def workers(path: Path, commands: Sequence[Sequence[str]]) -> list[str]:
    """Run worker processes that start together; return what each printed."""
    started = [_worker(path, *command) for command in commands]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    results = [process.communicate(timeout=60)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    return results


def _worker(path: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.approval_worker", str(path), *command],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def approved(store: ApprovalStore) -> Approval:
    asked = store.request(ASK, NOW)
    return store.decide(asked.id, person("bob", "security"), approve=True, reason="", channel="test", now=NOW)


@pytest.mark.parametrize("stores", [1, 3])
def test_of_many_threads_one_consumes(path: Path, stores: int) -> None:
    opened = [ApprovalStore(path) for _ in range(stores)]
    item = approved(opened[0])
    consumers = (opened[number % stores] for number in range(THREADS))
    results = at_once([partial(store.consume, item.id, item.digest, NOW + 1) for store in consumers])
    assert [result.state for result in winners(results)] == [State.CONSUMED]
    for store in opened:
        store.close()


def test_of_many_processes_one_consumes(path: Path) -> None:
    with ApprovalStore(path) as store:
        item = approved(store)
        results = workers(path, [["consume", item.id, item.digest]] * PROCESSES)
        assert results.count("consumed") == 1
        assert sum(result.endswith("is consumed: ask again") for result in results) == PROCESSES - 1
        assert store.get(item.id).state is State.CONSUMED


def test_one_person_at_many_keyboards_counts_once(path: Path) -> None:
    with ApprovalStore(path) as store:
        item = store.request(ask(terms=TWO), NOW)
        bob = person("bob", "security")
        results = at_once(
            [lambda: store.decide(item.id, bob, approve=True, reason="", channel="test", now=NOW + 1)] * THREADS
        )
        assert len(winners(results)) == 1
        assert (store.get(item.id).state, len(store.get(item.id).approvers)) == (State.PENDING, 1)
        assert workers(path, [["decide", item.id, "bob", "approve"]] * 2)[0].startswith("refused: bob has decided")


def test_many_people_at_once_approve_as_often_as_needed(path: Path) -> None:
    with ApprovalStore(path) as store:
        item = store.request(ask(terms=TWO), NOW)
        results = workers(path, [["decide", item.id, f"p{number}", "approve"] for number in range(PROCESSES)])
        assert results.count("decided") == TWO.count
        assert (store.get(item.id).state, len(store.get(item.id).approvers)) == (State.APPROVED, TWO.count)


def test_approval_against_denial_has_one_outcome(path: Path) -> None:
    with ApprovalStore(path) as store:
        for number in range(10):
            item = store.request(ask(f"{number:064}"), NOW)
            results = at_once(
                [
                    partial(
                        store.decide,
                        item.id,
                        person(f"p{word}", "security"),
                        approve=word,
                        reason="",
                        channel="test",
                        now=NOW + 1,
                    )
                    for word in (True, False)
                ]
            )
            assert len(winners(results)) == 1
            assert store.get(item.id) == winners(results)[0]


def test_retries_at_once_make_one_approval(path: Path) -> None:
    with ApprovalStore(path) as store:
        results = winners(at_once([lambda: store.request(ASK, NOW)] * THREADS))
        assert len({result.id for result in results}) == 1
        assert len(results) == THREADS
        assert set(workers(path, [["request", ASK.digest]] * 2)) == {results[0].id}


def test_processes_that_create_the_file_at_once_share_it(path: Path) -> None:
    ids = workers(path, [["create", ASK.digest]] * PROCESSES)
    assert len(set(ids)) == 1
    with ApprovalStore(path) as store:
        assert [item.id for item in store.list()] == ids[:1]
    assert not list(path.parent.glob(".*"))


def test_waiting_clients_are_counted_by_all(path: Path) -> None:
    with ApprovalStore(path) as store:
        item = store.request(ASK, NOW)
        assert len(winners(at_once([lambda: store.join(item.id, NOW)] * THREADS))) == THREADS
        at_once([lambda: store.leave(item.id, NOW)] * (THREADS - 1))
        assert store.get(item.id).waiting == 1


@pytest.mark.parametrize("lines", [1, 2, 7, 20, 33])
def test_what_a_killed_process_reported_stays_so(path: Path, lines: int) -> None:
    """``kill -9`` in the middle of a write loses at most what was not reported, and never makes a call pass twice."""
    process = _worker(path, "work")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()
    reported = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    rest = process.communicate(timeout=60)[0]
    said = [line.split() for line in [*reported, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    used = {approval_id for word, approval_id in said if word == "consumed"}
    with ApprovalStore(path) as store:
        for _, approval_id in said:
            item = store.get(approval_id)
            assert len(item.approvers) == 1
            assert item.state in {State.APPROVED, State.CONSUMED}
            assert item.state is State.CONSUMED or approval_id not in used
        for approval_id in used:
            with pytest.raises(ApprovalError, match="is consumed"):
                store.consume(approval_id, store.get(approval_id).digest, NOW + 1)
        assert store.request(ask("f" * 64), NOW).state is State.PENDING
