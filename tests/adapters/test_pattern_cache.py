"""The cache gives back what it was given, or nothing; it is never an error, and each kind of trouble is told once."""

import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from addons.adapters import pattern_cache as module
from addons.adapters.pattern_cache import PatternCache
from addons.core.masking.prefilter import ScanningPrefilter, prefilter
from addons.core.masking.scanner import DatabaseCache

KEY, OTHER = "a" * 64, "b" * 64
DATABASE = bytes(range(256)) * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "patterns"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def cache(folder: Path, told: list[str]) -> PatternCache:
    return PatternCache(folder, told.append)


def test_what_was_saved_is_loaded(folder: Path, cache: PatternCache, told: list[str]) -> None:
    assert cache.load(KEY) is None
    cache.save(KEY, DATABASE)
    cache.save(OTHER, b"")
    assert cache.load(KEY) == DATABASE
    assert PatternCache(folder, told.append).load(OTHER) == b""
    cache.save(KEY, b"newer")
    assert cache.load(KEY) == b"newer"
    assert told == []


def test_only_the_gateway_can_read_it(folder: Path, cache: PatternCache) -> None:
    cache.save(KEY, DATABASE)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [KEY]
    assert (folder / KEY).stat().st_mode & 0o777 == 0o600


def _open_folder(folder: Path) -> None:
    folder.chmod(0o770)


def _sticky_folder(folder: Path) -> None:
    folder.chmod(0o1777)


def _linked_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(folder.with_name("elsewhere"))


def _file_for_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.write_bytes(b"")


def _open_file(folder: Path) -> None:
    (folder / KEY).chmod(0o620)


def _file_open_to_all(folder: Path) -> None:
    (folder / KEY).chmod(0o602)


def _linked_file(folder: Path) -> None:
    (folder / KEY).rename(folder / "elsewhere")
    (folder / KEY).symlink_to(folder / "elsewhere")


def _pipe(folder: Path) -> None:
    (folder / KEY).unlink()
    os.mkfifo(folder / KEY, 0o600)


def _folder_for_file(folder: Path) -> None:
    (folder / KEY).unlink()
    (folder / KEY).mkdir()


def _other_name(folder: Path) -> None:
    (folder / OTHER).rename(folder / KEY)


def _truncated(folder: Path) -> None:
    os.truncate(folder / KEY, 1000)


def _empty(folder: Path) -> None:
    os.truncate(folder / KEY, 0)


def _longer(folder: Path) -> None:
    os.truncate(folder / KEY, 10_000)


def _huge(folder: Path) -> None:
    os.truncate(folder / KEY, module.MAX_FILE_BYTES + 1)


def _flipped_header(folder: Path) -> None:
    data = (folder / KEY).read_bytes()
    (folder / KEY).write_bytes(data[:30] + bytes([data[30] ^ 1]) + data[31:])


def _flipped_end(folder: Path) -> None:
    data = (folder / KEY).read_bytes()
    (folder / KEY).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def _bare(folder: Path) -> None:
    (folder / KEY).write_bytes(DATABASE)


@pytest.mark.parametrize(
    "spoil",
    [
        *(_open_folder, _sticky_folder, _linked_folder, _file_for_folder),
        *(_open_file, _file_open_to_all, _linked_file, _pipe, _folder_for_file),
        *(_other_name, _truncated, _empty, _longer, _huge, _flipped_header, _flipped_end, _bare),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_told_once(
    folder: Path, cache: PatternCache, told: list[str], spoil: Callable[[Path], None]
) -> None:
    cache.save(KEY, DATABASE)
    cache.save(OTHER, b"other")
    spoil(folder)
    assert [cache.load(KEY) for _ in range(3)] == [None] * 3
    assert len(told) == 1
    assert str(folder) in told[0]
    assert "\n" not in told[0]


@pytest.mark.parametrize("spoil", [_open_folder, _sticky_folder, _linked_folder, _file_for_folder])
def test_nothing_is_written_where_others_can_write(
    folder: Path, cache: PatternCache, told: list[str], spoil: Callable[[Path], None]
) -> None:
    cache.save(OTHER, DATABASE)
    spoil(folder)
    cache.save(KEY, DATABASE)
    assert not (folder / KEY).exists()
    assert not (folder.with_name("elsewhere") / KEY).exists()
    assert len(told) == 1


@pytest.mark.parametrize("spoil", [_open_file, _linked_file, _pipe, _other_name, _truncated, _flipped_end, _bare])
def test_a_spoilt_file_is_replaced(folder: Path, cache: PatternCache, spoil: Callable[[Path], None]) -> None:
    cache.save(KEY, DATABASE)
    cache.save(OTHER, DATABASE)
    spoil(folder)
    cache.save(KEY, DATABASE)
    assert cache.load(KEY) == DATABASE
    assert not (folder / KEY).is_symlink()


def test_what_belongs_to_somebody_else_is_refused(
    cache: PatternCache, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.save(KEY, DATABASE)
    another = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: another)
    assert cache.load(KEY) is None
    cache.save(OTHER, DATABASE)
    assert [line.partition(": ")[2].partition(".")[0] for line in told] == ["it belongs to another user"] * 2


@pytest.mark.parametrize("key", ["", "a", "../" + "a" * 61, "A" * 64, "a" * 63 + "/", "a" * 64 + "\n", "a" * 65])
def test_keys_are_digests(tmp_path: Path, folder: Path, cache: PatternCache, told: list[str], key: str) -> None:
    cache.save(KEY, DATABASE)
    cache.save(key, DATABASE)
    assert cache.load(key) is None
    assert len(told) == 2
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [
        (folder / KEY).relative_to(tmp_path)
    ]


def test_a_full_disk_is_told_and_leaves_nothing_behind(folder: Path, cache: PatternCache, told: list[str]) -> None:
    cache.save(OTHER, b"other")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))  # writing more fails, as it does on a full disk
    try:
        cache.save(KEY, DATABASE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert cache.load(KEY) is None
    assert cache.load(OTHER) == b"other"
    assert [path.name for path in folder.iterdir()] == [OTHER]
    assert len(told) == 1


def _key(number: int) -> str:
    return f"{number:064x}"


def _saved(folder: Path, cache: PatternCache, number: int) -> None:
    cache.save(_key(number), DATABASE)
    os.utime(folder / _key(number), (1_000_000 + number, 1_000_000 + number))


def test_the_longest_unused_go_where_they_are_too_many(
    folder: Path, cache: PatternCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 4)
    for number in range(4):
        _saved(folder, cache, number)
    assert cache.load(_key(0)) == DATABASE
    for number in (4, 5):
        _saved(folder, cache, number)
    assert sorted(path.name for path in folder.iterdir()) == [_key(number) for number in (0, 3, 4, 5)]


def test_the_longest_unused_go_where_they_are_too_large(
    folder: Path, cache: PatternCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 3 * (len(DATABASE) + 100))
    for number in range(6):
        _saved(folder, cache, number)
    assert sorted(path.name for path in folder.iterdir()) == [_key(number) for number in (3, 4, 5)]


def test_what_is_not_its_own_stays_and_drafts_left_behind_go(
    folder: Path, cache: PatternCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 1)
    cache.save(KEY, DATABASE)
    (folder / "notes.txt").write_text("kept")
    (folder / f".{OTHER}.0123456789abcdef").write_bytes(b"half")
    cache.save(_key(1), DATABASE)
    assert sorted(path.name for path in folder.iterdir()) == [_key(1), "notes.txt"]


def test_one_that_is_too_large_is_not_kept(
    folder: Path, cache: PatternCache, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 1000)
    cache.save(KEY, DATABASE)
    assert list(folder.iterdir()) == []
    assert len(told) == 1


def test_many_may_save_at_once(folder: Path, cache: PatternCache, told: list[str]) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: cache.save(_key(number % 3), DATABASE), range(60)))
    assert [cache.load(_key(number)) for number in range(3)] == [DATABASE] * 3
    assert len(list(folder.iterdir())) == 3
    assert told == []


@pytest.mark.parametrize("spoil", [None, _truncated, _flipped_end])
def test_a_prefilter_starts_from_it(
    folder: Path, cache: PatternCache, told: list[str], spoil: Callable[[Path], None] | None
) -> None:
    kept: DatabaseCache = cache
    patterns = ["alpha[0-9]", "beta", "(?<=token: )[a-z]{4}"]
    assert isinstance(prefilter(patterns, kept), ScanningPrefilter)
    (file,) = folder.iterdir()
    written = file.read_bytes()
    if spoil:
        file.rename(folder / KEY)
        spoil(folder)
        (folder / KEY).rename(file)
    again = prefilter(patterns, kept)
    assert again.able("alpha1 token: abcd") == [0, 2]
    assert file.read_bytes() == written
    assert len(told) == bool(spoil)
