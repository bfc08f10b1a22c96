"""Disk blocks reserved beyond a file's end, so that a full disk is met before a record is half written.

``posix_fallocate`` would grow the file, and a reader would find zeros at its end; Linux's own call does not.
"""

import ctypes
import errno
import os

KEEP_SIZE = 0x01
"""``FALLOC_FL_KEEP_SIZE`` of ``linux/falloc.h``."""

_NOT_DONE = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EINTR})
"""What file systems and kernels without the call answer, and one that a signal interrupted."""


def reserve(fd: int, offset: int, length: int) -> bool:
    """Reserve ``length`` bytes from ``offset`` on without changing the file's size.

    Return whether that is so: false where the system or the file system has no such call, which is harmless. Raises
    ``OSError`` where there is no room.
    """
    if _fallocate is None:
        return False
    if _fallocate(fd, KEEP_SIZE, offset, length) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_DONE:
        return False
    raise OSError(code, os.strerror(code))


def release(fd: int, size: int) -> None:
    """Give back what is reserved beyond ``size``, the file's end: a truncation to the same size does that."""
    os.ftruncate(fd, size)


def _load() -> "ctypes._NamedFuncPointer | None":
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        call = libc.fallocate64
    except AttributeError:
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong)
    call.restype = ctypes.c_int
    return call


_fallocate = _load()
