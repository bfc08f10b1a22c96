"""The gateway's side of an entity worker: whatever a worker does wrong, there is an error and no answer."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from addons.adapters.entity_process import EntityError, EntityProcess
from addons.core.detect.entity import EntitySpan
from addons.core.policy.model import Entities
from tests.entity_model import make_model

SETTINGS = Entities(("PERSON", "LOCATION"))
PATIENT_S = 60.0

FRAMES = """
import json, sys, time
def hear():
    return json.loads(sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4))))
def raw(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
def say(value):
    data = json.dumps(value).encode()
    raw(len(data).to_bytes(4) + data)
settings = hear()
"""
READY = FRAMES + "say({'ready': True})\nasked = hear()\n"


def worker(code: str) -> tuple[str, ...]:
    """Return the command of a worker that does what ``code`` says."""
    return (sys.executable, "-c", code)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EntityProcess]:
    model = make_model(tmp_path_factory.mktemp("model"))
    with EntityProcess(Entities(("PERSON", "LOCATION"), model=str(model))) as process:
        yield process


def test_it_finds_what_the_model_knows(real: EntityProcess) -> None:
    first = "Maria Gonzalez lives in Springfield."
    found = real.ask([first, "nobody here", "Ann \ufffd Weiß \U0001f600 Ann, Acme"], PATIENT_S)
    assert found[0] == (EntitySpan(0, 14, "PERSON"), EntitySpan(24, 35, "LOCATION"))
    assert found[1] == ()
    assert [(one.start, one.end) for one in found[2]] == [(0, 3), (6, 10), (13, 16)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Entities(("PERSON",), model="no_such_package"), "there is no spaCy model 'no_such_package'"),
        (Entities(("PERSON",), model="/no/such/folder"), "there is no spaCy model '/no/such/folder'"),
        (
            Entities(("ADDRESS", "PERSON"), model="MODEL"),
            "not know ADDRESS; it knows LOCATION, ORGANIZATION, PERSON",
        ),
        (Entities(("PERSON",), model="MODEL", score=0.9), "nothing is found with a score of 0.9"),
        (Entities(("PERSON",), model="FOLDER"), "Could not read meta.json"),
    ],
)
def test_what_cannot_find_anything_does_not_start(tmp_path: Path, settings: Entities, message: str) -> None:
    folder = make_model(tmp_path).parent
    model = {"MODEL": str(folder / "model"), "FOLDER": str(folder)}.get(settings.model, settings.model)
    with pytest.raises(EntityError, match=message):
        EntityProcess(Entities(settings.types, model=model, score=settings.score))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (FRAMES + "say({'ready': False})", "does not say that it is ready"),
        (FRAMES + "say([])", "does not say that it is ready"),
        (FRAMES + "say({'error': 'no model'})", "^no model$"),
        (FRAMES + "raw(b'no frame at all')", "has died"),
        (FRAMES, "has died"),
        ("", "has died"),
        (FRAMES + "time.sleep(600)", "took more than 0.5 s"),
        ("import time; time.sleep(600)", "took more than 0.5 s"),
    ],
)
def test_a_worker_that_does_not_get_ready_is_an_error(code: str, message: str) -> None:
    with pytest.raises(EntityError, match=message):
        EntityProcess(SETTINGS, worker(code), start_timeout=0.5 if "sleep" in code else PATIENT_S)


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(EntityError, match="cannot be started: No such file"):
        EntityProcess(SETTINGS, ("/no/such/program",))


@pytest.mark.parametrize(
    "answer",
    [
        "say(None)",
        "say([])",
        "say({'id': 0})",
        "say({'id': 1, 'found': [[]]})",
        "say({'id': 0, 'found': []})",
        "say({'id': 0, 'found': [[], []]})",
        "say({'id': 0, 'found': {}})",
        "say({'id': 0, 'found': [None]})",
        "say({'id': 0, 'found': [[[0, 3]]]})",
        "say({'id': 0, 'found': [[[0, 4, 'PERSON']]]})",
        "say({'id': 0, 'found': [[[2, 2, 'PERSON']]]})",
        "say({'id': 0, 'found': [[[-1, 2, 'PERSON']]]})",
        "say({'id': 0, 'found': [[['0', 2, 'PERSON']]]})",
        "say({'id': 0, 'found': [[[0, 2, 'SECRET']]]})",
        "raw(b'\\xff\\xff\\xff\\xff')",
        "raw(b'\\x00\\x00\\x00\\x02[')",
        "raw(b'\\x00\\x00\\x00\\x02}}')",
        "raw(b'\\x00')",
        "raise SystemExit",
        "",
    ],
)
def test_an_answer_that_makes_no_sense_is_an_error_and_ends_the_worker(answer: str) -> None:
    with EntityProcess(SETTINGS, worker(READY + answer)) as process:
        with pytest.raises(EntityError, match=r"makes no sense|has died"):
            process.ask(["Ann"], PATIENT_S)
        assert not process.is_alive


def test_a_worker_that_takes_too_long_is_killed() -> None:
    with EntityProcess(SETTINGS, worker(READY + "time.sleep(600)")) as process:
        with pytest.raises(EntityError, match=r"took more than 0\.2 s"):
            process.ask(["Ann"], 0.2)
        assert not process.is_alive


def test_a_worker_that_does_not_listen_is_killed() -> None:
    with (
        EntityProcess(SETTINGS, worker(FRAMES + "say({'ready': True})\ntime.sleep(600)")) as process,
        pytest.raises(EntityError, match="took more than"),
    ):
        process.ask(["x" * 1_000_000], 0.2)


def test_a_question_after_the_end_is_an_error() -> None:
    with EntityProcess(SETTINGS, worker(READY)) as process:
        process.kill()
        with pytest.raises(EntityError, match="has died"):
            process.ask(["Ann"], PATIENT_S)


def test_who_waits_hears_that_the_worker_was_ended() -> None:
    with EntityProcess(SETTINGS, worker(READY + "say('heard')\ntime.sleep(600)")) as process:
        threading.Timer(0.1, process.kill).start()
        with pytest.raises(EntityError):
            process.ask(["Ann"], PATIENT_S)


def test_a_worker_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    names = "say({'error': ' '.join(sorted(__import__('os').environ))})"
    with pytest.raises(EntityError) as told:
        EntityProcess(SETTINGS, worker(FRAMES + names))
    assert "PATH" in str(told.value)
    assert {*str(told.value).split()} - {"LC_CTYPE"} <= {*os.environ, "OMP_NUM_THREADS"} - {"OPENAI_API_KEY"}


def test_a_worker_cannot_use_the_network() -> None:
    code = (
        "import socket\nfrom addons.adapters.entity_worker import forbid_network\nforbid_network()\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9))\nexcept PermissionError as one:\n    told = str(one)\n"
    )
    with pytest.raises(EntityError, match="does not use the network"):
        EntityProcess(SETTINGS, worker(code + FRAMES + "say({'error': told})"))
