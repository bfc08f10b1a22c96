"""The scanner answers, or says that it cannot; what a cache returns is believed only after it has proved itself."""

import pytest

from addons.core.masking import scanner as module
from addons.core.masking.parser import parse
from addons.core.masking.prefilter import PlainPrefilter, ScanningPrefilter, prefilter
from addons.core.masking.relaxed import Expression, relaxed
from addons.core.masking.scanner import (
    JointScanner,
    Scanner,
    ScannerError,
    compiled_database,
    compiles,
    database_key,
    scanner,
    scanner_for,
)

PATTERNS = ["alpha", "beta[0-9]{2}", "(?<=gamma )delta"]
EXPRESSIONS = [expression for pattern in PATTERNS for expression in relaxed(parse(pattern))]
UNREADABLE = Expression("(", b"(")
GOOD = compiled_database(EXPRESSIONS)


class Memory:
    """A cache that keeps databases in a dictionary."""

    def __init__(self, **kept: bytes) -> None:
        self.kept = kept
        self.saves = 0

    def load(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def save(self, key: str, database: bytes) -> None:
        self.saves += 1
        self.kept[key] = database


class Failing(Scanner):
    """A scanner whose scratch memory is in use, or whose library has another fault."""

    def scan(self, text: bytes) -> list[int]:
        raise ScannerError(f"a scan of {len(text)} bytes failed")


def test_each_expression_is_reported_once() -> None:
    assert sorted(scanner(EXPRESSIONS).scan(b"alpha alpha gamma beta12 alpha gamma")) == [0, 1, 3]
    assert scanner(EXPRESSIONS).scan(b"") == []
    assert scanner(EXPRESSIONS).scan(b"\xff\xfe\x00") == []


def test_a_scan_that_fails_names_all() -> None:
    ranked = [(rank, parse(pattern)) for rank, pattern in enumerate(PATTERNS)]
    made = ScanningPrefilter(ranked, {0: frozenset({0}), 1: frozenset({1})}, Failing(GOOD))
    assert made.able("") == [0, 1, 2]


def test_a_text_that_is_too_long_names_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made = prefilter(PATTERNS)
    monkeypatch.setattr(module, "MAX_SCAN", 10)
    assert made.able("x" * 10) == []
    assert made.able("x" * 11) == [0, 1, 2]


def test_a_database_that_is_too_large_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DATABASE", 1000)
    made = prefilter(PATTERNS)
    assert isinstance(made, PlainPrefilter)
    assert made.able("alpha") == [0]


def test_expressions_that_cannot_be_compiled_are_left_out() -> None:
    assert not compiles(UNREADABLE)
    assert compiles(EXPRESSIONS[0])
    with pytest.raises(ScannerError):
        scanner([*EXPRESSIONS, UNREADABLE])
    made = scanner_for([UNREADABLE, *EXPRESSIONS])
    assert made is not None
    assert made[1] == EXPRESSIONS
    assert made[0].scan(b"alpha") == [0]
    assert scanner_for([UNREADABLE]) is None
    assert scanner_for([]) is None


def test_expressions_that_do_not_answer_are_known() -> None:
    assert scanner(EXPRESSIONS).unanswered(EXPRESSIONS) == frozenset()
    blind = [Expression("alpha", b"alpha"), Expression("beta", b"something else")]
    assert scanner(blind).unanswered(blind) == {1}


def test_a_cached_database_is_used() -> None:
    cache = Memory()
    for _ in range(3):
        assert prefilter(PATTERNS, cache).able("alpha beta12") == [0, 1]
    assert cache.saves == 1
    assert list(cache.kept) == [database_key(EXPRESSIONS)]


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no database",
        GOOD[:-1],
        GOOD[: len(GOOD) // 2],
        GOOD + b"x",
        bytes([GOOD[0] ^ 1]) + GOOD[1:],
        GOOD[:500] + bytes([GOOD[500] ^ 1]) + GOOD[501:],
        GOOD[:4] + b"\x01" + GOOD[5:],
        compiled_database(relaxed(parse("something else"))),
        compiled_database(EXPRESSIONS[:-1]),
        compiled_database(EXPRESSIONS[::-1]),
    ],
    ids=lambda data: str(len(data)),
)
def test_a_cached_database_that_is_damaged_or_another_is_refused(damaged: bytes) -> None:
    cache = Memory(**{database_key(EXPRESSIONS): damaged})
    assert prefilter(PATTERNS, cache).able("alpha gamma delta") == [0, 2]
    assert cache.kept == {database_key(EXPRESSIONS): GOOD}


def test_keys_differ_with_all_that_matters() -> None:
    first, second = Expression("ab", b"ab"), Expression("cd", b"cd")
    lists = ([first], [second], [first, second], [second, first], [Expression("a", b"a"), Expression("bcd", b"bcd")])
    assert len({database_key(each) for each in lists}) == len(lists)


def test_expressions_in_several_databases_keep_their_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TOGETHER", 6)
    made = scanner_for([EXPRESSIONS[0], UNREADABLE, *EXPRESSIONS[1:]])
    assert made is not None
    assert isinstance(made[0], JointScanner)
    assert made[1] == EXPRESSIONS
    for index, expression in enumerate(EXPRESSIONS):
        assert made[0].scan(expression.sample) == [index]
    assert made[0].unanswered(EXPRESSIONS) == frozenset()
