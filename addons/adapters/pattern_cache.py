"""Compiled pattern databases in a folder, so that a restart need not compile them again.

Who can write here could make rules blind. So a folder or file that is a link, that is not our own or that others can
write to is not used, and a file counts only as it was written, under the key that it was written for. All is done
relative to the opened folder: what was checked is what is used.
"""

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
"""A database holds the policy's patterns, which are nobody else's business."""
MAX_FILES = 256
"""Databases kept: those of the policies of some weeks. The longest unused go first."""
MAX_BYTES = 256 * 1024 * 1024
"""Bytes of all of them together."""
MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of one: twice the largest database there can be. A larger file is not read."""

_MAGIC = b"chainwarden patterns 1\n"
_HEADER = len(_MAGIC) + hashlib.sha256().digest_size
_NAME = re.compile(r"\.?[0-9a-f]{64}(?:\.[0-9a-f]{16})?")
_KEY = re.compile(r"[0-9a-f]{64}")
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe in a file's place must not hang
_CREATE_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class _UnsafeError(OSError):
    """A folder or file could have been written by somebody else, or is damaged."""


class PatternCache:
    """The cache in ``folder``, made where it is missing. ``report`` gets one line for each kind of trouble, once.

    Nothing is raised: without the cache, patterns are compiled. Any number of threads and processes may use the folder.
    """

    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        self._folder = folder
        self._report = report
        self._reported: set[str] = set()

    def load(self, key: str) -> bytes | None:
        """Return what was saved under ``key``; ``None`` where there is nothing, or nothing that can be trusted."""
        try:
            with self._opened() as folder:
                return _read(folder, key)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell("read", error)
            return None

    def save(self, key: str, database: bytes) -> None:
        """Keep ``database`` under ``key``; older ones go where they are too many."""
        try:
            self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            with self._opened() as folder:
                _make_room(folder, len(database) + _HEADER)
                _write(folder, key, database)
        except OSError as error:
            self._tell("written", error)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        folder = os.open(self._folder, _OPEN_FOLDER)
        try:
            _check_owner(os.fstat(folder))
            yield folder
        finally:
            os.close(folder)

    def _tell(self, what: str, error: OSError) -> None:
        line = (
            f"The pattern cache {self._folder} cannot be {what}: {error.strerror or error}. Patterns are "
            "compiled anew at each start. Check that the folder is no link, and that the gateway owns it and alone can "
            "write there."
        )
        if line not in self._reported:
            self._reported.add(line)
            self._report(line)


def _check_owner(status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise _UnsafeError("it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise _UnsafeError("other users can write to it")


def _digest(key: str, database: bytes) -> bytes:
    """Return what proves that ``database`` is whole and was saved under ``key``."""
    return hashlib.sha256(bytes.fromhex(key) + database).digest()


def _read(folder: int, key: str) -> bytes:
    with os.fdopen(os.open(_named(key), _OPEN_FILE, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _UnsafeError("an entry is not a plain file")
        _check_owner(status)
        data = file.read(MAX_FILE_BYTES + 1)
        if len(data) <= MAX_FILE_BYTES and data[:_HEADER] == _MAGIC + _digest(key, data[_HEADER:]):
            with suppress(OSError):  # a folder may be read only
                os.utime(file.fileno())  # it was used: others go first
            return data[_HEADER:]
    raise _UnsafeError("a file is damaged")


def _write(folder: int, key: str, database: bytes) -> None:
    """Write all or nothing. It is not synchronised: a file that a power cut left empty is found to be damaged."""
    draft = f".{_named(key)}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, _CREATE_FILE, FILE_MODE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_MAGIC + _digest(key, database) + database)
        os.rename(draft, key, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(draft, dir_fd=folder)
        raise


def _named(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise _UnsafeError("a key is not a SHA-256 in hexadecimal")
    return key


def _make_room(folder: int, size: int) -> None:
    """Remove the longest unused databases, and drafts that were left behind, until one of ``size`` bytes fits in."""
    if size > MAX_FILE_BYTES:
        raise _UnsafeError("a database is too large to be kept")
    found: list[tuple[int, str, int]] = []
    for name in filter(_NAME.fullmatch, os.listdir(folder)):
        with suppress(FileNotFoundError):  # another process removed it
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            found.append((status.st_mtime_ns, name, status.st_size))
    found.sort(reverse=True)
    total = size
    for kept, (_, name, used) in enumerate(found, start=1):
        total += used
        if kept >= MAX_FILES or total > MAX_BYTES:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
