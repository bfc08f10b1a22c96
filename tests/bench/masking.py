"""Measures the masking engine alone: whole bodies, streamed pieces, and how much text is held back.

Times are of the processor, and depend on the machine; each stands beside that of a known piece of work in the same run.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from random import Random

import orjson
import regex  # type: ignore[import-untyped] # it ships no types
from rich.console import Console
from rich.table import Table

from addons.core.detect.catalogue import DETECTORS, custom, select
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker

BODY_BYTES = 8192
ENGLISH = (
    "The committee met on Tuesday to go through what had been left open in spring. Most of it is settled by now: the "
    "roof is paid for, the garden has been given back to the neighbours, and nobody wants to hear of the lift again. "
    "We agreed to write down, in plain words and not more than two pages, what a newcomer has to know, and to ask "
    "Marta whether she could read it before it is printed. It was also said that the winter was long, that coffee "
    "should be free for helpers, and that whoever breaks the big ladder should say so, kindly, on the same day. "
)
GERMAN = (
    "Der Ausschuss hat sich am Dienstag getroffen, um \u00fcber alles zu sprechen, was im Fr\u00fchjahr offen "
    "geblieben war. Das meiste ist gekl\u00e4rt: Das Dach ist bezahlt, der Garten geh\u00f6rt wieder den Nachbarn, und "
    "\u00fcber den Aufzug m\u00f6chte niemand mehr etwas h\u00f6ren. Wer die gro\u00dfe Leiter zerbricht, soll es noch "
    "am selben Tag sagen, und zwar freundlich. "
)
CODE = (
    "def charge(order, *, retries=3):\n    for attempt in range(retries):\n        try:\n"
    "            return gateway.post('/v1/charges', json={'amount': order.total, 'currency': 'eur'}, timeout=2.5)\n"
    "        except Timeout as error:\n            log.warning('charge %s failed: %r', order.id, error)\n"
)
JSON = '{"items": [{"id": 4711, "name": "chair", "price": 79.9, "tags": ["wood", "oak"], "stock": null}], "next": 12} '


def of_size(text: str, size: int = BODY_BYTES) -> str:
    """Return ``text`` again and again, ``size`` characters in all."""
    return "".join(islice(cycle(text), size))


def rules(count: int) -> list[Detector]:
    """Return as many detectors: the project's own, then made-up ones as policies have them."""
    source = Random(1)  # noqa: S311 - made-up rules, the same each time
    letters = "abcdefghijklmnopqrstuvwxyz"
    made: list[Detector] = []
    for number in range(max(0, count - len(DETECTORS))):
        word = "".join(source.choices(letters, k=source.randint(4, 9)))
        pattern = source.choice(
            (rf"\b{word}-[0-9]{{6}}\b", rf"(?i)\b{word}[ _-]key\b", rf"{word}_[A-Za-z0-9]{{20,40}}", rf"\b{word}\b")
        )
        made.append(custom(f"r{number}", "R", pattern))
    return [*DETECTORS, *made][:count]


def seconds(work: Callable[[], object], least: float = 0.15) -> float:
    """Return how long ``work`` takes: the median of runs that fill ``least`` seconds."""
    work()
    taken: list[float] = []
    begun = time.thread_time()
    while time.thread_time() - begun < least or len(taken) < 5:
        start = time.thread_time()
        work()
        taken.append(time.thread_time() - start)
    return statistics.median(taken)


def whole_bodies(counts: Sequence[int]) -> Table:
    """Measure bodies in which nothing is found."""
    body = of_size(ENGLISH)
    known = seconds(lambda: orjson.loads(orjson.dumps({"content": body})))
    shown = Table(
        "rules",
        "prepared µs",
        "plain µs",
        "each rule alone µs",
        "prepared, in JSON round trips",
        title="8 KB of English",
    )
    for count in counts:
        detectors = rules(count)
        plain, prepared = Masker(detectors), Masker(detectors)
        prepared.prepare()
        patterns = [regex.compile(detector.pattern) for detector in detectors]
        fast = seconds(lambda masker=prepared: masker.mask(body))  # type: ignore[misc] # mypy does not infer defaults
        slow = seconds(lambda masker=plain: masker.mask(body))  # type: ignore[misc]
        alone = seconds(lambda each=patterns: [pattern.search(body) for pattern in each])  # type: ignore[misc]
        shown.add_row(str(count), *(f"{value * 1e6:.0f}" for value in (fast, slow, alone)), f"{fast / known:.1f}")
    return shown


def pieces(text: str, source: Random) -> Iterator[str]:
    """Cut ``text`` as models send it: a word or a part of one."""
    at = 0
    while at < len(text):
        size = source.randint(1, 9)
        yield text[at : at + size]
        at += size


def streams(detectors: Sequence[Detector]) -> Table:
    """Measure streamed pieces, after one pass that warms up."""
    shown = Table(
        "text", "p50 µs", "p99 µs", "p50 in JSON round trips", "held p50", "held p99", "most", title="streamed"
    )
    masker = Masker(detectors)
    masker.prepare()
    for name, text in {"English": ENGLISH, "German": GERMAN, "code": CODE, "JSON": JSON}.items():
        _stream(masker, text)
        taken, held = _stream(masker, text)
        event = orjson.dumps({"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": "word"}}]})
        known = seconds(lambda each=event: orjson.dumps(orjson.loads(each)))  # type: ignore[misc]
        p50, p99 = _quantile(taken, 0.5), _quantile(taken, 0.99)
        times = (f"{p50 * 1e6:.1f}", f"{p99 * 1e6:.1f}", f"{p50 / known:.1f}")
        shown.add_row(name, *times, *(str(_quantile(held, share)) for share in (0.5, 0.99, 1)))
    return shown


def _stream(masker: Masker, text: str) -> tuple[list[float], list[int]]:
    stream = masker.stream()
    taken: list[float] = []
    held: list[int] = []
    for piece in pieces(of_size(text, 40_000), Random(2)):  # noqa: S311 - the same cuts each time
        start = time.thread_time()
        stream.feed(piece)
        taken.append(time.thread_time() - start)
        held.append(stream.held)
    return taken, held


def _quantile[T: (int, float)](values: Sequence[T], share: float) -> T:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, nargs="*", default=[len(DETECTORS), 200, 1000], help="numbers of rules")
    options = parser.parse_args()
    console = Console(width=110)
    console.print(whole_bodies(options.rules))
    console.print(streams(select(["pii", "secrets"])))
