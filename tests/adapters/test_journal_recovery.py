from collections.abc import Callable
from pathlib import Path

import pytest

from addons.adapters import journal_segment
from addons.adapters.journal import Journal
from addons.core.errors import LedgerError
from tests.adapters.journal_files import files, opened, records

WHOLE = [journal_segment.line(seq, b'{"n":%d}' % seq) for seq in range(4)]


def _journal_of(ledger: Path, content: bytes) -> Path:
    (ledger / "journal").mkdir()
    path = ledger / "journal" / "000000000000.jsonl"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "torn",
    [*(WHOLE[3][:cut] for cut in (1, 5, len(WHOLE[3]) - 1)), b"\0" * 4096, b"3\t{\0\0\0\0\n\0\0", b"garbage\nmore\n"],
)
def test_torn_end_is_moved_aside_and_reported(tmp_path: Path, torn: bytes) -> None:
    path = _journal_of(tmp_path, b"".join(WHOLE[:3]) + torn)
    with opened(tmp_path) as journal:
        assert (journal.recovery.next_seq, journal.torn_bytes) == (3, len(torn))
        assert journal.recovery.torn_file == path.with_name("000000000003.torn")
        assert path.with_name("000000000003.torn").read_bytes() == torn
        assert journal.append_sync(b"{}") == 3

    assert [seq for seq, _ in records(tmp_path)] == [0, 1, 2, 3]


def _changed(content: bytes) -> bytes:
    return content.replace(b'"n":1', b'"n":7')


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"".join(WHOLE), False),
        (b"", False),
        (_changed(b"".join(WHOLE)), True),
        (WHOLE[0] + WHOLE[2] + WHOLE[3], True),
        (WHOLE[0] + WHOLE[2] + WHOLE[1] + WHOLE[3], True),
        (WHOLE[0] + WHOLE[0] + WHOLE[1], True),
        (WHOLE[1] + WHOLE[2], True),
        (WHOLE[0] + b"\n" + WHOLE[1], True),
        (WHOLE[0] + WHOLE[1][:-1] + WHOLE[2] + WHOLE[3], True),
        (WHOLE[0] + b"x" * journal_segment.TORN_CAP + b"x", True),
    ],
)
def test_journal_damaged_in_its_middle_is_refused_and_left_alone(tmp_path: Path, content: bytes, refused: bool) -> None:
    path = _journal_of(tmp_path, content)
    if refused:
        with pytest.raises(LedgerError, match=r"damaged at record \d.*Nothing was changed"):
            Journal(tmp_path, "gw").start()
        assert path.read_bytes() == content
        assert sorted(path.parent.iterdir()) == [path]
    else:
        with opened(tmp_path) as journal:
            assert journal.recovery.next_seq == content.count(b"\n")


def _segment_file(ledger: Path, number: int) -> Path:
    return files(ledger)[number]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda ledger: _segment_file(ledger, 0).unlink(),
        lambda ledger: _segment_file(ledger, 1).unlink(),
        lambda ledger: _segment_file(ledger, 1).write_bytes(_segment_file(ledger, 1).read_bytes()[:-1]),
        lambda ledger: _segment_file(ledger, 1).write_bytes(_changed(_segment_file(ledger, 1).read_bytes())),
        lambda ledger: _segment_file(ledger, 1).rename(_segment_file(ledger, 1).with_name("000000000004.jsonl")),
    ],
)
def test_missing_or_changed_segment_is_refused(tmp_path: Path, tamper: Callable[[Path], object]) -> None:
    with opened(tmp_path, segment_bytes=1) as journal:
        for number in range(4):
            journal.append_sync(b'{"n":%d}' % number)
    tamper(tmp_path)

    with pytest.raises(LedgerError, match="Nothing was changed"):
        Journal(tmp_path, "gw").start()


def test_journal_can_be_started_once_the_damage_is_undone(tmp_path: Path) -> None:
    path = _journal_of(tmp_path, _changed(b"".join(WHOLE)))
    journal = Journal(tmp_path, "gw")
    with pytest.raises(LedgerError):
        journal.start()
    path.write_bytes(b"".join(WHOLE))

    assert journal.start().next_seq == 4
    journal.close()
