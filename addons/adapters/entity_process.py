"""One entity worker, seen from the gateway: a child that is asked, one question at a time, and killed when in doubt."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from addons.adapters.entity_frames import FrameError, read_frame, write_frame
from addons.core.call import Json
from addons.core.detect.entity import EntitySpan
from addons.core.errors import ChainwardenError
from addons.core.policy.model import Entities

COMMAND = (sys.executable, "-m", "addons.adapters.entity_worker")
START_TIMEOUT_S = 120.0
"""Seconds until a model is loaded: a large one takes five, a cold disk many more."""
END_TIMEOUT_S = 5.0
"""Seconds for a killed child to be gone."""

_ROOT = Path(__file__).resolve().parents[2]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
"""What of the gateway's environment a worker gets: held credentials stand in others."""


class EntityError(ChainwardenError):
    """A worker does not start, has died, takes too long, or says what makes no sense. Never holds a text."""


class EntityProcess:
    """A running worker. It is started, and has loaded its model, when this exists; raises ``EntityError``.

    Methods block. ``ask`` is for one thread at a time, ``kill`` for any.
    """

    def __init__(
        self, settings: Entities, command: Sequence[str] = COMMAND, *, start_timeout: float = START_TIMEOUT_S
    ) -> None:
        self._types = frozenset(settings.types)
        self._numbers = count()
        self._child = _start(command)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._sink, self._source = self._child.stdin, self._child.stdout
        try:
            self._load(settings, start_timeout)
        except EntityError:
            self.kill()
            raise

    def _load(self, settings: Entities, timeout: float) -> None:
        types: list[Json] = [*settings.types]
        told: Json = {
            "model": settings.model,
            "language": settings.language,
            "types": types,
            "score": float(settings.score),
        }
        match self._exchange(told, timeout):
            case {"ready": True}:
                return
            case {"error": str(error)}:
                raise EntityError(error)
        raise EntityError("the entity worker does not say that it is ready")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether the child is still there."""
        return self._child.poll() is None

    def ask(self, texts: Sequence[str], timeout: float) -> list[tuple[EntitySpan, ...]]:
        """Return what is in each of ``texts``. The child is killed where it fails; raises ``EntityError``."""
        try:
            return self._ask(texts, timeout)
        except EntityError:
            self.kill()
            raise

    def _ask(self, texts: Sequence[str], timeout: float) -> list[tuple[EntitySpan, ...]]:
        number = next(self._numbers)
        match self._exchange({"id": number, "texts": [*texts]}, timeout):
            case {"id": int(answered), "found": list(found)} if answered == number and len(found) == len(texts):
                return [tuple(self._spans(one, text)) for one, text in zip(found, texts, strict=True)]
        raise EntityError("the entity worker's answer makes no sense")

    def _spans(self, found: Json, text: str) -> Iterator[EntitySpan]:
        for one in found if isinstance(found, list) else [None]:
            match one:
                case [int(start), int(end), str(kind)] if 0 <= start < end <= len(text) and kind in self._types:
                    yield EntitySpan(start, end, kind)
                case _:
                    raise EntityError("the entity worker's answer makes no sense")

    def _exchange(self, value: Json, timeout: float) -> Json:
        with self._killed_after(timeout) as is_late:
            try:
                write_frame(self._sink, value)
                return read_frame(self._source)
            except FrameError:
                late = f"the entity worker took more than {timeout:g} s"
                raise EntityError(late if is_late.is_set() else "the entity worker has died") from None

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[threading.Event]:
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            self._child.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield is_late
        finally:
            timer.cancel()

    def kill(self) -> None:
        """End the child. Whoever waits for its answer hears that it has died."""
        self._child.kill()
        with suppress(subprocess.TimeoutExpired):  # the kernel holds it back; it is not asked again
            self._child.wait(END_TIMEOUT_S)
        for pipe in (self._sink, self._source):
            with suppress(OSError):  # what it was still to be told
                pipe.close()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            command,
            cwd=_ROOT,
            env={**{name: os.environ[name] for name in _INHERITED if name in os.environ}, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libraries quote what they cannot read
        )
    except OSError as error:
        raise EntityError(f"the entity worker cannot be started: {error.strerror}") from None
