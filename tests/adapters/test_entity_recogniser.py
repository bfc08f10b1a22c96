"""Questions to entity workers: answered once, refused when they cannot be, whatever becomes of the workers."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.adapters import entity_recogniser
from addons.adapters.entity_process import EntityError
from addons.adapters.entity_recogniser import MAX_CHARS, MAX_WAITING, QUESTION_CHARS, EntityRecogniser, TooMuchError
from addons.core.detect.entity import EntitySpan
from addons.core.policy.model import Entities
from tests.adapters.test_entity_process import FRAMES, worker

ONE = Entities(("PERSON",), timeout=30)
HASTY = Entities(("PERSON",), timeout=1)
KNOWS_ANN = """
say({'ready': True})
while True:
    asked = hear()
    with open(sys.argv[1], 'a') as file:
        file.write(json.dumps(asked['texts']) + '\\n')
    if 'die' in asked['texts']:
        raise SystemExit
    found = [[[at, at + 3, 'PERSON'] for at in range(len(text)) if text[at:at + 3] == 'Ann'] for text in asked['texts']]
    say({'id': asked['id'], 'found': found})
"""


@pytest.fixture
def heard(tmp_path: Path) -> Path:
    """What the workers were asked, a line for each question."""
    (tmp_path / "heard").touch()
    return tmp_path / "heard"


@pytest.fixture
def running(heard: Path) -> Iterator[EntityRecogniser]:
    recogniser = EntityRecogniser(ONE, (*worker(FRAMES + KNOWS_ANN), str(heard)))
    yield recogniser
    recogniser.close()


def test_each_text_is_asked_about_once(running: EntityRecogniser, heard: Path) -> None:
    async def ask() -> None:
        ann = ("Ann", (EntitySpan(0, 3, "PERSON"),))
        assert await running.find(["Ann", "nobody", "Ann", "12 + 3", ""]) == [ann]
        assert await running.find(["Ann", "nobody"]) == [ann]
        assert await running.find(["Ann", "someone else"]) == [ann]
        assert await running.find([]) == []

    asyncio.run(ask())
    assert heard.read_text() == '["Ann", "nobody"]\n["someone else"]\n'


def test_what_is_remembered_is_bounded(running: EntityRecogniser, heard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entity_recogniser, "MAX_REMEMBERED", 2)

    async def ask() -> None:
        for text in ("Ann", "Bob", "Ann", "Cid", "Ann", "Bob"):
            await running.find([text])

    asyncio.run(ask())
    assert heard.read_text().split() == ['["Ann"]', '["Bob"]', '["Cid"]', '["Bob"]']


def test_tokens_and_lone_surrogates_do_not_reach_a_worker(running: EntityRecogniser, heard: Path) -> None:
    text = "a [PERSON_ABCDEFGHIJ] b\ud83dAnn"
    assert asyncio.run(running.find([text])) == [(text, (EntitySpan(24, 27, "PERSON"),))]
    assert heard.read_text() == '["a ' + "\\n" * 19 + ' b\\ufffdAnn"]\n'


def test_long_texts_are_asked_about_in_pieces(running: EntityRecogniser, heard: Path) -> None:
    text = "more words " * 5_000 + "Ann"
    assert asyncio.run(running.find(["Ann", text])) == [
        ("Ann", (EntitySpan(0, 3, "PERSON"),)),
        (text, (EntitySpan(55_000, 55_003, "PERSON"),)),
    ]
    asked = [json.loads(line) for line in heard.read_text().splitlines()]
    assert len(asked) > 2
    assert all(sum(map(len, texts)) <= QUESTION_CHARS for texts in asked)


def test_a_worker_that_dies_is_an_error_and_the_next_one_answers(running: EntityRecogniser) -> None:
    async def ask() -> None:
        with pytest.raises(EntityError, match="has died"):
            await running.find(["die"])
        assert len(await running.find(["Ann"])) == 1

    asyncio.run(ask())


def test_too_much_is_refused_before_a_worker_sees_it(running: EntityRecogniser, heard: Path) -> None:
    with pytest.raises(TooMuchError, match="500000 characters"):
        asyncio.run(running.find(["a" * MAX_CHARS, "b"]))
    assert heard.read_text() == ""


def test_who_asks_too_late_is_refused_at_once() -> None:
    recogniser = EntityRecogniser(ONE, worker(FRAMES + "say({'ready': True})\ntime.sleep(600)"))

    async def ask() -> None:
        waiting = [asyncio.create_task(recogniser.find([f"a{number}"])) for number in range(MAX_WAITING + 2)]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert "too many calls wait" in str(done.pop().exception())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(ask())
    recogniser.close()


def test_nobody_waits_longer_than_said() -> None:
    recogniser = EntityRecogniser(HASTY, worker(FRAMES + "say({'ready': True})\ntime.sleep(600)"))

    async def ask() -> None:
        results = await asyncio.gather(*(recogniser.find([f"a{n}"]) for n in range(6)), return_exceptions=True)
        assert {str(result) for result in results} <= {
            "the entity worker took more than 1 s",
            "the entity workers were not done in time",
        }

    asyncio.run(ask())
    recogniser.close()


def test_a_first_worker_that_does_not_start_is_an_error() -> None:
    with pytest.raises(EntityError, match="no model"):
        EntityRecogniser(ONE, worker(FRAMES + "say({'error': 'no model'})"))


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "presidio_analyzer", raising=False)
    with pytest.raises(EntityError, match=r"pip install 'chainwarden\[entities\]', and a spaCy model"):
        EntityRecogniser(ONE)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_recogniser_that_is_forgotten_leaves_no_process(workers: int, tmp_path: Path) -> None:
    note = f"\nopen({str(tmp_path)!r} + '/' + str(__import__('os').getpid()), 'w').close()\n"
    settings = Entities(("PERSON",), workers=workers, timeout=30)
    recogniser = EntityRecogniser(settings, worker(FRAMES + note + "say({'ready': True})\nhear()"))

    _wait_for(workers, tmp_path)
    del recogniser
    _wait_for(0, tmp_path)


def _wait_for(workers: int, notes: Path) -> None:
    deadline = time.monotonic() + 30
    while len([one for one in notes.iterdir() if _is_there(int(one.name))]) != workers:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
