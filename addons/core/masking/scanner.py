"""The one door to Hyperscan: many expressions looked for at once, in block mode.

It is there only where its package has a wheel; ``AVAILABLE`` says so. Facts that shape this module:

- A database may be shared by threads; the scratch memory of a scan may not, and a scan lets other threads run. So each
  thread has its own.
- A database that was loaded has no scratch of its own, and one that is given scratch frees it twice. So scratch is
  always passed to the scan.
- A callback that asks to stop crashes the process. So it never does; each expression is reported once.
- A database is trusted only after each of its expressions was found in bytes that are known to match it.
"""

import hashlib
import platform
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import groupby
from typing import Protocol

from addons.core.errors import ChainwardenError
from addons.core.masking.relaxed import Expression

try:
    import hyperscan

    _VERSION = version("hyperscan")
except ImportError:
    AVAILABLE = False
else:
    AVAILABLE = True

MAX_SCAN = 2**31 - 1
"""Bytes of a text: Hyperscan counts in 32 bits."""
MAX_TOGETHER = 8_000
"""Positions of one database: 25 large patterns take a tenth of a second for each, 100 together take a minute."""
MIN_DIGITS = 4
"""Digits that an expression needs to be tried only in texts with as many: it is dear to look for digits."""
MAX_DATABASE = 32 * 1024 * 1024
"""Bytes of a compiled database: 10 times what 1,000 large patterns take."""


_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))


class ScannerError(ChainwardenError):
    """The scanner gave no answer: any of its expressions may match."""


class DatabaseCache(Protocol):
    """Keeps compiled databases. Its failures are misses: neither method raises.

    Who can change what it keeps can make rules blind. Databases hold the patterns, so they are as secret as the policy.
    """

    def load(self, key: str) -> bytes | None:
        """Return what was saved under ``key``, a SHA-256 in hexadecimal; ``None`` where there is nothing good."""
        ...

    def save(self, key: str, database: bytes) -> None:
        """Keep ``database`` under ``key``, if that can be done."""
        ...


class Scanner:
    """A database at work. Any number of threads may use it."""

    __slots__ = ("_database", "_local")

    def __init__(self, database: bytes) -> None:
        """Load what ``compiled_database`` returned; raises ``ScannerError`` where it is damaged, or made elsewhere."""
        self._local = threading.local()
        try:
            self._database = hyperscan.loadb(database, hyperscan.HS_MODE_BLOCK)
        except hyperscan.error as error:
            raise ScannerError("a compiled database cannot be loaded") from error

    def scan(self, text: bytes) -> list[int]:
        """Return the indices of the expressions that match somewhere, each once; raises ``ScannerError``."""
        if len(text) > MAX_SCAN:
            raise ScannerError("a text is too long to be scanned")
        found: list[int] = []
        try:
            self._database.scan(text, match_event_handler=_note, context=found, scratch=self._scratch())
        except hyperscan.error as error:
            raise ScannerError("a scan failed") from error
        return found

    def _scratch(self) -> "hyperscan.Scratch":
        try:
            scratch: hyperscan.Scratch = self._local.scratch
        except AttributeError:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        return scratch

    def unanswered(self, expressions: Sequence[Expression]) -> frozenset[int]:
        """Return the indices of ``expressions`` that are not found in their own samples; raises ``ScannerError``."""
        return frozenset(
            index for index, expression in enumerate(expressions) if index not in self.scan(expression.sample)
        )


def _note(index: int, start: int, end: int, flags: int, found: object) -> None:
    del start, end, flags
    assert isinstance(found, list)
    found.append(index)


def scanner(expressions: Sequence[Expression], cache: DatabaseCache | None = None) -> Scanner:
    """Return a scanner for ``expressions``; raises ``ScannerError`` where there can be none.

    What ``cache`` returns is used only if it answers for all of them.
    """
    key = database_key(expressions)
    saved = cache.load(key) if cache else None
    if saved is not None:
        try:
            known = Scanner(saved)
            if not known.unanswered(expressions):
                return known
        except ScannerError:
            pass  # made anew below, and put in its place
    database = compiled_database(expressions)
    fresh = Scanner(database)
    if cache:
        cache.save(key, database)
    return fresh


@dataclass(frozen=True, slots=True)
class _Part:
    """A scanner whose first expression has the index ``first``; ``numeric`` says that all of them need digits."""

    first: int
    scanner: Scanner
    numeric: bool


class JointScanner(Scanner):
    """Several scanners as one: their indices go on from one to the next. What needs digits is tried where some are."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[_Part]) -> None:
        self._parts = tuple(parts)

    def scan(self, text: bytes) -> list[int]:
        """Return the indices of the expressions that match somewhere, each once; raises ``ScannerError``."""
        skips_numeric = len(text.translate(None, _NO_DIGITS)) < MIN_DIGITS
        return [
            part.first + index
            for part in self._parts
            if not (part.numeric and skips_numeric)
            for index in part.scanner.scan(text)
        ]


def scanner_for(
    expressions: Sequence[Expression], cache: DatabaseCache | None = None
) -> tuple[Scanner, list[Expression]] | None:
    """Return a scanner and the expressions that it has: those that can be compiled. ``None`` where there are none."""
    parts: list[_Part] = []
    good: list[Expression] = []
    for together in _together(expressions):
        try:
            made, compiled = scanner(together, cache), together
        except ScannerError:
            compiled = [expression for expression in together if compiles(expression)]
            try:
                made = scanner(compiled, cache)
            except ScannerError:
                continue
        parts.append(_Part(len(good), made, _is_numeric(compiled[0])))
        good += compiled
    return (JointScanner(parts), good) if parts else None


def _together(expressions: Iterable[Expression]) -> Iterator[list[Expression]]:
    """Yield ``expressions`` in rows of up to ``MAX_TOGETHER`` positions; those that need digits by themselves."""
    for _, alike in groupby(sorted(expressions, key=_is_numeric), _is_numeric):
        row: list[Expression] = []
        positions = 0
        for expression in alike:
            positions += expression.positions
            if row and positions > MAX_TOGETHER:
                yield row
                row, positions = [], expression.positions
            row.append(expression)
        yield row


def _is_numeric(expression: Expression) -> bool:
    return expression.digits >= MIN_DIGITS


def compiled_database(expressions: Sequence[Expression]) -> bytes:
    """Compile ``expressions``, in milliseconds for each; raises ``ScannerError`` if one of them cannot be."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[expression.source.encode() for expression in expressions],
            ids=list(range(len(expressions))),
            flags=[_flags()] * len(expressions),
        )
        data = hyperscan.dumpb(database)
    except hyperscan.error as error:
        raise ScannerError("expressions cannot be compiled") from error
    if len(data) > MAX_DATABASE:
        raise ScannerError(f"a compiled database is larger than {MAX_DATABASE} bytes")
    return data


def compiles(expression: Expression) -> bool:
    """Say whether ``expression`` can be compiled by itself."""
    try:
        compiled_database([expression])
    except ScannerError:
        return False
    return True


def database_key(expressions: Sequence[Expression]) -> str:
    """Return under what a compiled database is kept: a digest of all that it depends on."""
    parts = [*_platform(), str(_flags()), *(expression.source for expression in expressions)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part.encode())
    return digest.hexdigest()


def _flags() -> int:
    """Return the flags of each expression: once is enough, and what is too large for an automaton may match more."""
    return hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_PREFILTER


@cache
def _platform() -> tuple[str, ...]:
    """Return the versions of package and library, and what the library says of the processor. It leaks a little."""
    probe = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        probe.compile(expressions=[b"chainwarden"], ids=[0], flags=[_flags()])
        return _VERSION, str(probe.info()), platform.machine(), platform.system()
    except hyperscan.error as error:
        raise ScannerError("this processor cannot be compiled for") from error
