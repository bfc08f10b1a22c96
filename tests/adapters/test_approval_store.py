import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from addons.adapters import approval_store
from addons.adapters.approval_file import SCHEMA_VERSION, ApprovalStoreError, connect
from addons.adapters.approval_store import ENDED_RETENTION_S, STATE_FILE, ApprovalStore
from addons.core.approval.approval import MITMWEB_OPERATOR, Approval, State
from addons.core.approval.ids import ALPHABET, ID_CHARS
from addons.core.approval.record import COLUMNS
from addons.core.approval.states import RETRY_GRACE_S, ApprovalError
from addons.core.errors import RefusedError
from addons.core.exchange import ApprovalTerms, Principal
from addons.core.reasons import Reason
from tests.core.approval.samples import ASK, EXPIRES, NOW, ask, person

BOB = person("bob", "security")
CAROL = person("carol", "platform")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / STATE_FILE


@pytest.fixture
def store(path: Path) -> Iterator[ApprovalStore]:
    with ApprovalStore(path) as opened:
        yield opened


def decide(store: ApprovalStore, approval: Approval, who: Principal = BOB, *, approve: bool = True) -> Approval:
    return store.decide(approval.id, who, approve=approve, reason="because", channel="cli", now=NOW + 1)


def test_a_held_call_is_approved_by_another_process_and_passes_once(store: ApprovalStore, path: Path) -> None:
    asked = store.request(ASK, NOW)
    assert store.join(asked.id, NOW).waiting == 1
    with ApprovalStore(path) as other:
        assert decide(other, asked).state is State.APPROVED
    assert store.get(asked.id).decisions[0].approver == "bob"
    used = store.consume(asked.id, ASK.digest, NOW + 2)
    assert (used.state, used.ended_at) == (State.CONSUMED, NOW + 2)
    with pytest.raises(ApprovalError, match="is consumed: ask again"):
        store.consume(asked.id, ASK.digest, NOW + 2)
    assert store.request(ASK, NOW + 3).id != asked.id


def test_everything_survives_a_restart(path: Path) -> None:
    with ApprovalStore(path) as first:
        asked = first.request(ASK, NOW)
        decided = decide(first, asked)
    with ApprovalStore(path) as second:
        assert second.get(asked.id) == decided
        assert second.request(ASK, NOW + 2) == decided
        assert second.consume(asked.id, ASK.digest, NOW + 2).state is State.CONSUMED
    with ApprovalStore(path) as third, pytest.raises(ApprovalError, match="consumed"):
        third.consume(asked.id, ASK.digest, NOW + 3)


def test_a_retry_joins_what_is_pending_or_approved(store: ApprovalStore) -> None:
    asked = store.request(ASK, NOW)
    assert store.request(replace(ASK, exchange_id="retry"), NOW + 1) == asked
    approved = decide(store, asked)
    assert store.request(ASK, NOW + 2) == approved
    assert store.list() == (approved,)


@pytest.mark.parametrize("ended", [State.EXPIRED, State.WITHDRAWN, State.SUPERSEDED, State.CONSUMED])
def test_a_retry_of_what_has_ended_asks_anew(store: ApprovalStore, ended: State) -> None:
    asked = store.join(store.request(ASK, NOW).id, NOW)
    later = NOW + 2
    if ended is State.EXPIRED:
        later = asked.expires_at
    elif ended is State.WITHDRAWN:
        store.withdraw(asked.id, NOW + 1)
    elif ended is State.SUPERSEDED:
        store.supersede(asked.id, NOW + 1)
    else:
        decide(store, asked)
        store.consume(asked.id, ASK.digest, NOW + 1)
    again = store.request(ASK, later)
    assert again.id != asked.id
    assert (again.state, again.decisions) == (State.PENDING, ())
    assert store.get(asked.id).state is ended


def test_a_denial_is_remembered_until_it_would_have_expired(store: ApprovalStore) -> None:
    asked = store.request(ASK, NOW)
    decide(store, asked, approve=False)
    with pytest.raises(RefusedError) as refused:
        store.request(ASK, NOW + EXPIRES - 1)
    assert refused.value.reason is Reason.APPROVAL_DENIED
    assert refused.value.message == f"approval {asked.id} is denied by bob: because"
    assert store.request(ask("e" * 64), NOW + 2).state is State.PENDING
    assert store.request(ASK, NOW + EXPIRES).state is State.PENDING


STRICTER = ApprovalTerms(groups=("security",), count=2, expires=EXPIRES)


def test_a_pending_approval_is_superseded_when_the_policy_asks_for_more(store: ApprovalStore) -> None:
    asked = store.request(ASK, NOW)
    again = store.request(ask(terms=STRICTER), NOW + 1)
    assert again.id != asked.id
    assert again.terms == STRICTER
    assert store.get(asked.id).state is State.SUPERSEDED


def test_an_approval_by_the_old_terms_is_worth_nothing_by_the_new(store: ApprovalStore) -> None:
    asked = decide(store, store.request(ASK, NOW))
    again = store.request(ask(terms=STRICTER), NOW + 1)
    assert (again.state, again.decisions) == (State.PENDING, ())
    with pytest.raises(ApprovalError, match="expired"):
        store.consume(asked.id, ASK.digest, NOW + 1)


def test_what_the_new_terms_end_stays_ended_when_the_request_is_refused(
    store: ApprovalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval_store, "MAX_PENDING", 0 + 1)
    approved = decide(store, store.request(ASK, NOW))
    store.request(ask("e" * 64), NOW)
    with pytest.raises(RefusedError):
        store.request(ask(terms=STRICTER), NOW + 1)
    assert store.get(approved.id).state is State.EXPIRED


def test_pending_approvals_are_capped_in_all_and_for_each_requester(
    store: ApprovalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval_store, "MAX_PENDING", 3)
    monkeypatch.setattr(approval_store, "MAX_PENDING_PER_REQUESTER", 2)
    first = store.request(ask("1" * 64), NOW)
    store.request(ask("2" * 64), NOW)
    with pytest.raises(RefusedError, match="2 of your calls and 2 in all") as mine:
        store.request(ask("3" * 64), NOW)
    store.request(ask("4" * 64, requester="erin"), NOW)
    with pytest.raises(RefusedError, match="0 of your calls and 3 in all") as every:
        store.request(ask("5" * 64, requester="frank"), NOW)
    assert {mine.value.reason, every.value.reason} == {Reason.APPROVALS_FULL}
    assert store.request(ask("1" * 64), NOW) == first
    decide(store, first)
    assert store.request(ask("5" * 64), NOW + 1).state is State.PENDING


def test_expired_ones_do_not_count_against_the_cap(store: ApprovalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approval_store, "MAX_PENDING", 1)
    store.request(ask("1" * 64), NOW)
    assert store.request(ask("2" * 64), NOW + EXPIRES).state is State.PENDING


def test_sweeping_expires_and_withdraws_what_is_due_and_says_so_once(store: ApprovalStore) -> None:
    gone = store.request(ask("1" * 64), NOW)
    kept = store.join(store.request(ask("2" * 64), NOW).id, NOW)
    approved = decide(store, store.request(ask("3" * 64), NOW))
    assert store.sweep(NOW + RETRY_GRACE_S - 1) == ()
    swept = store.sweep(NOW + RETRY_GRACE_S)
    assert [(item.id, item.state) for item in swept] == [(gone.id, State.WITHDRAWN)]
    swept = store.sweep(NOW + EXPIRES)
    assert {item.id: item.state for item in swept} == {kept.id: State.EXPIRED, approved.id: State.EXPIRED}
    assert store.sweep(NOW + EXPIRES) == store.list() == ()


def test_the_gateway_starts_with_nobody_waiting(store: ApprovalStore) -> None:
    asked = store.request(ASK, NOW)
    store.join(asked.id, NOW)
    store.join(asked.id, NOW)
    store.reset_waiting(NOW + 300)
    kept = store.get(asked.id)
    assert (kept.waiting, kept.left_at) == (0, NOW + 300)
    assert store.sweep(NOW + 300 + RETRY_GRACE_S - 1) == ()
    assert store.sweep(NOW + 300 + RETRY_GRACE_S)[0].state is State.WITHDRAWN


def test_ended_ones_are_forgotten_in_time_and_in_number_but_denials_are_not(
    store: ApprovalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval_store, "MAX_ENDED", 2)
    denied = decide(store, store.request(ask("0" * 64), NOW), approve=False)
    ended = []
    for number in range(1, 5):
        asked = store.request(ask(str(number) * 64), NOW)
        ended.append(store.withdraw(asked.id, NOW + 10 + number))
    live = store.request(ask("9" * 64), NOW + 20)
    store.sweep(NOW + 20)
    assert {item.id for item in store.list(tuple(State))} == {denied.id, ended[2].id, ended[3].id, live.id}
    monkeypatch.setattr(approval_store, "MAX_ENDED", 100)
    store.sweep(NOW + 20 + ENDED_RETENTION_S)
    assert [item.id for item in store.list(tuple(State))] == [live.id]


def test_ids_are_found_by_an_unambiguous_prefix(store: ApprovalStore, path: Path) -> None:
    one, two = (store.request(ask(digit * 64), NOW) for digit in "12")
    assert len(one.id) == ID_CHARS
    assert set(one.id) <= set(ALPHABET)
    change(path, "UPDATE approvals SET id = 'a1b2c3d4e5' WHERE id = ?", one.id)
    change(path, "UPDATE approvals SET id = 'a1b2c9d4e5' WHERE id = ?", two.id)
    assert store.find("a1b2c3").digest == one.digest
    assert store.find("A1B2C9D4E5").digest == two.digest
    for typed, refusal in {"a1b2": "several", "a1b2c": "several", "a1b": "is no", "zzzz": "no approval 'zzzz'"}.items():
        with pytest.raises(ApprovalError, match=refusal):
            store.find(typed)


UNKNOWN = ["get", "join", "leave", "withdraw", "supersede", "consume", "decide"]


@pytest.mark.parametrize("method", UNKNOWN)
def test_an_unknown_id_is_refused(store: ApprovalStore, method: str) -> None:
    missing = "0" * ID_CHARS
    calls: dict[str, Callable[[], Approval]] = {
        "get": lambda: store.get(missing),
        "join": lambda: store.join(missing, NOW),
        "leave": lambda: store.leave(missing, NOW),
        "withdraw": lambda: store.withdraw(missing, NOW),
        "supersede": lambda: store.supersede(missing, NOW),
        "consume": lambda: store.consume(missing, ASK.digest, NOW),
        "decide": lambda: store.decide(missing, BOB, approve=True, reason="", channel="cli", now=NOW),
    }
    with pytest.raises(ApprovalError, match="there is no approval '0000000000'"):
        calls[method]()


def test_a_refused_move_changes_nothing(store: ApprovalStore) -> None:
    asked = store.request(replace(ASK, terms=replace(ASK.terms, mitmweb=False)), NOW)
    version = store.version()
    refused: list[Callable[[], Approval]] = [
        lambda: store.consume(asked.id, ASK.digest, NOW + 1),
        lambda: store.consume(asked.id, "e" * 64, NOW + 1),
        lambda: decide(store, asked, person("alice", "security")),
        lambda: decide(store, asked, MITMWEB_OPERATOR),
        lambda: decide(store, asked, person("dave")),
    ]
    for move in refused:
        with pytest.raises(ApprovalError):
            move()
    assert store.get(asked.id) == asked
    assert store.version() == version


def test_the_version_changes_with_every_change_by_anybody(store: ApprovalStore, path: Path) -> None:
    versions = [store.version()]
    asked = store.request(ASK, NOW)
    versions.append(store.version())
    store.request(ASK, NOW)
    assert store.version() == versions[-1]
    store.join(asked.id, NOW)
    versions.append(store.version())
    with ApprovalStore(path) as other:
        decide(other, asked)
    versions.append(store.version())
    store.sweep(NOW + 2)
    assert store.version() == versions[-1]
    store.sweep(NOW + EXPIRES)
    versions.append(store.version())
    assert len(set(versions)) == len(versions)


def test_strange_texts_are_kept(store: ApprovalStore) -> None:
    strange = replace(ASK, preview="\x00\x1b[2J\ud800 '; DROP TABLE approvals; --", model="%_", requester="al\ud800")
    asked = store.request(strange, NOW)
    assert store.get(asked.id).preview == "\x00\x1b[2J\\ud800 '; DROP TABLE approvals; --"
    assert store.request(strange, NOW) == asked


# The file


def test_the_file_and_its_companions_are_for_their_owner_only(store: ApprovalStore, path: Path) -> None:
    store.request(ASK, NOW)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    names = sorted(entry.name for entry in path.parent.iterdir())
    assert names == [STATE_FILE, f"{STATE_FILE}-shm", f"{STATE_FILE}-wal"]
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()} == {0o600}


def test_a_file_that_others_can_read_is_closed_to_them(path: Path) -> None:
    with ApprovalStore(path):
        path.chmod(0o666)
    with ApprovalStore(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_commits_wait_for_the_disk(store: ApprovalStore, path: Path) -> None:
    store.version()
    with closing(connect(path)) as db:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_readers_never_wait_for_a_writer(store: ApprovalStore, path: Path) -> None:
    asked = store.request(ASK, NOW)
    writer = sqlite3.connect(path, isolation_level=None)
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE approvals SET state = 'approved'")
    assert store.get(asked.id) == asked
    assert store.find(asked.id) == asked
    assert store.list() == (asked,)
    store.version()
    writer.execute("ROLLBACK")
    writer.close()


def test_the_table_has_the_columns_of_a_record(store: ApprovalStore, path: Path) -> None:
    store.version()
    raw = sqlite3.connect(path)
    assert {row[1] for row in raw.execute("PRAGMA table_info(approvals)")} == set(COLUMNS)
    raw.close()


def change(path: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(statement, values)


def truncate(path: Path, size: int) -> None:
    os.truncate(path, size)


def overwrite(path: Path, offset: int, size: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * size)


def filled(path: Path) -> None:
    with ApprovalStore(path) as store:
        for number in range(20):
            store.request(replace(ask(f"{number:064}", requester=f"r{number}"), preview="p" * 9_000), NOW)


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "newer version": (lambda path: change(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}"), "has version 2"),
    "no version": (lambda path: change(path, "PRAGMA user_version = 0"), "has version 0"),
    "another program's": (lambda path: change(path, "PRAGMA application_id = 1"), "not a file of approvals"),
    "empty": (lambda path: truncate(path, 0), "not a file of approvals"),
    "cut to half": (lambda path: truncate(path, path.stat().st_size // 2), "damaged|malformed|cannot be read"),
    "header lost": (lambda path: overwrite(path, 0, 100), "not a database"),
    "schema lost": (lambda path: overwrite(path, 100, 900), "malformed|damaged|cannot be read"),
    "pages lost": (lambda path: overwrite(path, 4096, 40_000), "malformed|damaged|cannot be read"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_file_that_is_damaged_or_foreign_is_refused_and_left_alone(path: Path, name: str) -> None:
    damage, refusal = DAMAGES[name]
    filled(path)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(ApprovalStoreError, match=refusal):
        ApprovalStore(path)
    assert path.read_bytes() == before


def test_a_folder_in_the_files_place_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ApprovalStoreError, match=r"state\.sqlite: the approvals cannot be read or written"):
        ApprovalStore(path)


def test_a_damaged_row_is_refused(store: ApprovalStore, path: Path) -> None:
    asked = store.request(ASK, NOW)
    change(path, "UPDATE approvals SET terms = '{}'")
    moves: list[Callable[[], object]] = [
        lambda: store.get(asked.id),
        lambda: store.consume(asked.id, ASK.digest, NOW),
        store.list,
    ]
    for move in moves:
        with pytest.raises(ApprovalError, match="is damaged"):
            move()


def test_the_database_itself_allows_one_live_approval_for_a_call(store: ApprovalStore, path: Path) -> None:
    store.request(ask("1" * 64), NOW)
    store.request(ask("2" * 64), NOW)
    with pytest.raises(sqlite3.IntegrityError):
        change(path, "UPDATE approvals SET digest = ?", "1" * 64)


def test_a_file_locked_for_long_is_an_error_not_a_pass(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addons.adapters.approval_file.BUSY_TIMEOUT_S", 0.01)
    with ApprovalStore(path) as store:
        approved = decide(store, store.request(ASK, NOW))
        lock = sqlite3.connect(path, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        with pytest.raises(ApprovalStoreError, match="locked"):
            store.consume(approved.id, ASK.digest, NOW + 2)
        lock.execute("ROLLBACK")
        lock.close()
        assert store.consume(approved.id, ASK.digest, NOW + 2).state is State.CONSUMED


def test_a_closed_store_refuses(path: Path) -> None:
    store = ApprovalStore(path)
    store.close()
    with pytest.raises(ApprovalStoreError, match="closed"):
        store.request(ASK, NOW)
    with pytest.raises(ApprovalStoreError, match="closed"):
        store.version()
