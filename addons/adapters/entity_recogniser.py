"""Finds names in texts with a few entity workers: what they are asked waits in a bounded queue.

Each worker has a thread, which starts it, asks it, and starts it again when it has died: after a pause that doubles
while it keeps dying. Whatever goes wrong is an ``EntityError``, and the call is refused. What was found in a text is
remembered by the text's digest, since a conversation sends its history with each call.
"""

import asyncio
import importlib.util
import os
import queue
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from addons.adapters.entity_process import COMMAND, EntityError, EntityProcess
from addons.core.detect.entity import EntitySpan, has_letters, readable
from addons.core.detect.pieces import pieces
from addons.core.policy.model import Entities

MAX_CHARS = 500_000
"""Characters of a body that are asked about at once, beside what is remembered: 10 s of work for a large model."""
QUESTION_CHARS = 20_000
"""Characters that a worker is asked about at once: about half a second of work."""
MAX_WAITING = 256
"""Questions that wait for a worker. Further ones are refused: they would wait until their time is over."""
MAX_REMEMBERED = 20_000
"""Texts whose entities are remembered: about 10 MB."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
"""Seconds until a worker that died is started again. A model may die of what it is asked, and takes seconds to load."""
_LOOK_S = 0.2
"""Seconds after which a thread without questions looks whether its worker is still there."""

type Found = tuple[EntitySpan, ...]
type Answer = Future[list[Found]]
type Start = Callable[[], EntityProcess]


class TooMuchError(EntityError):
    """A body has more text than may be asked about."""


@dataclass(slots=True)
class _Desk:
    """What the threads share. They must not know the recogniser: it stops them when it is forgotten."""

    start: Start
    timeout: float
    questions: queue.Queue[tuple[Sequence[str], Answer]] = field(default_factory=lambda: queue.Queue(MAX_WAITING))
    closed: threading.Event = field(default_factory=threading.Event)


class EntityRecogniser:
    """Running workers. ``settings`` are those that it was made with; make it in a thread, for models load slowly.

    Raises:
        EntityError: Presidio is not installed, or a worker does not start.
    """

    def __init__(self, settings: Entities, command: Sequence[str] = COMMAND) -> None:
        require_presidio()
        self.settings = settings
        self._desk = _Desk(lambda: EntityProcess(settings, command), settings.timeout)
        self._remembered: OrderedDict[bytes, Found] = OrderedDict()
        self._key = os.urandom(16)
        first = self._desk.start()
        self.close = weakref.finalize(self, self._desk.closed.set)
        for running in (first, *[None] * (settings.workers - 1)):
            threading.Thread(target=_work, args=(self._desk, running), name="entities", daemon=True).start()

    async def find(self, texts: Iterable[str]) -> list[tuple[str, Found]]:
        """Return what is in ``texts``: those in which there is something, each once.

        Raises:
            EntityError: no worker has answered in time.
            TooMuchError: there is more than ``MAX_CHARS`` to be asked about.
        """
        keys = {text: self._digest(text) for text in texts if has_letters(text)}
        known = {text: self._remembered[key] for text, key in keys.items() if key in self._remembered}
        asked = [text for text in keys if text not in known]
        known |= zip(asked, await self._ask(asked) if asked else (), strict=True)
        for text, key in keys.items():
            self._remember(key, known[text])
        return [(text, found) for text, found in known.items() if found]

    async def _ask(self, texts: Sequence[str]) -> list[Found]:
        """Ask in small questions: none of them takes a worker so long that it must be stuck, and other calls get on."""
        if sum(map(len, texts)) > MAX_CHARS:
            raise TooMuchError(f"more than {MAX_CHARS} characters would have to be looked through for names")
        found: list[list[EntitySpan]] = [[] for _ in texts]
        answers: list[tuple[Sequence[_Part], Answer]] = []
        try:
            answers.extend((question, self._put(question)) for question in _questions(texts))
            async with asyncio.timeout(2 * self.settings.timeout):  # as long in the queue as for the answer
                for question, answer in answers:
                    heard: list[Found] = await asyncio.wrap_future(answer)
                    for part, spans in zip(question, heard, strict=True):
                        found[part.text] += map(part.moved, spans)
        except TimeoutError:
            raise EntityError("the entity workers were not done in time") from None
        finally:
            for _, answer in answers:
                answer.cancel()
        return list(map(tuple, found))

    def _put(self, question: Sequence["_Part"]) -> Answer:
        answer: Answer = Future()
        try:
            self._desk.questions.put_nowait(([part.piece for part in question], answer))
        except queue.Full:
            raise EntityError("too many calls wait for the entity workers") from None
        return answer

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    def _remember(self, key: bytes, found: Found) -> None:
        self._remembered[key] = found
        self._remembered.move_to_end(key)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a text: the text's number, and where the piece begins in it."""

    text: int
    start: int
    piece: str

    def moved(self, span: EntitySpan) -> EntitySpan:
        """Return where ``span`` of the piece stands in the text."""
        return replace(span, start=span.start + self.start, end=span.end + self.start)


def _questions(texts: Iterable[str]) -> Iterator[list[_Part]]:
    """Yield the pieces of ``texts``, a few at a time."""
    question: list[_Part] = []
    size = 0
    for number, text in enumerate(texts):
        for start, piece in pieces(readable(text)):
            if question and size + len(piece) > QUESTION_CHARS:
                yield question
                question, size = [], 0
            question.append(_Part(number, start, piece))
            size += len(piece)
    yield question


def require_presidio() -> None:
    """Raise ``EntityError`` where the optional packages are not there."""
    if not all(map(importlib.util.find_spec, ("presidio_analyzer", "spacy"))):
        raise EntityError("`entities` needs Presidio: pip install 'chainwarden[entities]', and a spaCy model")


def _work(desk: _Desk, worker: EntityProcess | None) -> None:
    """Keep one worker running and let it answer, until the desk is closed."""
    pause = 0.0
    while not desk.closed.wait(pause):
        worker = worker or _started(desk)
        has_answered = worker is not None and _serve(desk, worker)
        worker = None
        pause = FIRST_PAUSE_S if has_answered else min(max(2 * pause, FIRST_PAUSE_S), LONGEST_PAUSE_S)


def _started(desk: _Desk) -> EntityProcess | None:
    try:
        return desk.start()
    except EntityError:
        return None


def _serve(desk: _Desk, worker: EntityProcess) -> bool:
    """Answer while ``worker`` lives; return whether it has answered at all."""
    answered = False
    with worker:
        while worker.is_alive and not desk.closed.is_set():
            try:
                texts, answer = desk.questions.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(worker.ask(texts, desk.timeout))
                answered = True
            except EntityError as error:
                answer.set_exception(error)
    return answered
