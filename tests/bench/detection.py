"""Measures the detectors: precision, recall and F1 on labelled texts, false positives on text with nothing in it."""

import argparse
import sysconfig
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from addons.core.detect.catalogue import DETECTORS
from addons.core.masking.masker import Hit, Masker
from tests.bench.labelled import ENTITIES, Labelled, Value, labelled, negatives
from tests.bench.labelled_ids import ID_ENTITIES, labelled_ids, negative_ids

GOALS = {**dict.fromkeys(ENTITIES, 0.95), "phone": 0.85, "named_secret": 0.9}
"""F1 to be exceeded."""
ID_GOALS = dict.fromkeys(ID_ENTITIES, 0.9)
"""The same for personal identifiers, some of which read the same in several countries."""
MOST_FALSE = 2.0
"""False positives allowed in 100 KB of text with nothing in it."""
KB_100 = 100_000
REAL_IN_CODE = frozenset({"email", "ip"})
"""Kinds of which real values stand in the standard library: its authors' addresses, loopback, examples in docs."""


@dataclass
class Score:
    """Counts for one entity. ``whole`` are true values that are masked to their last character."""

    values: int = 0
    found: int = 0
    whole: int = 0
    true: int = 0
    false: int = 0

    @property
    def precision(self) -> float:
        """Return the share of what was found that is a value."""
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    @property
    def recall(self) -> float:
        """Return the share of values that was found."""
        return self.found / self.values if self.values else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Miss:
    """Something to look at: what was expected or found, and where."""

    entity: str
    kind: str
    value: str
    text: str


def _overlap(hit: Hit, value: Value) -> bool:
    return hit.detector == value.entity and hit.start < value.end and value.start < hit.end


def _covered(hits: Iterable[Hit], value: Value) -> bool:
    left = set(range(value.start, value.end))
    for hit in hits:
        left -= set(range(hit.start, hit.end))
    return not left


@cache
def _masker() -> Masker:
    """Return all detectors, prepared: large texts would take a minute otherwise."""
    masker = Masker(DETECTORS)
    masker.prepare()
    return masker


def judge(texts: Iterable[Labelled]) -> tuple[dict[str, Score], list[Miss]]:
    """Return the scores of all entities over ``texts``, with the detectors together as in use, and each miss."""
    masker = _masker()
    scores = {entity: Score() for entity in (*ENTITIES, *ID_ENTITIES)}
    misses: list[Miss] = []
    for each in texts:
        hits = masker.find(each.text)
        for value in each.values:
            score, found = scores[value.entity], any(_overlap(hit, value) for hit in hits)
            score.values += 1
            score.found += found
            score.whole += (whole := _covered(hits, value))
            if not (found and whole):
                kind = "partial" if found else "missed"
                misses.append(Miss(value.entity, kind, each.text[value.start : value.end], each.text))
        for hit in hits:
            true = any(_overlap(hit, value) for value in each.values)
            scores[hit.detector].true += true
            scores[hit.detector].false += not true
            if not true:
                misses.append(Miss(hit.detector, "false", each.text[hit.start : hit.end], each.text))
    return scores, misses


def found_in(text: str) -> tuple[Counter[str], list[Miss]]:
    """Return how often each entity is found in ``text``, line by line, and what."""
    masker = _masker()
    misses = [
        Miss(hit.detector, "false", text[hit.start : hit.end], text[max(0, hit.start - 30) : hit.end + 30])
        for hit in masker.find(text)
    ]
    return Counter(miss.entity for miss in misses), misses


def standard_library(seed: int, size: int) -> str:
    """Return about ``size`` characters of Python source: files of the running interpreter's library, by chance."""
    root = Path(sysconfig.get_path("stdlib"))
    skipped = {"site-packages", "test", "tests", "idle_test"}
    files = [path for path in sorted(root.rglob("*.py")) if not skipped & set(path.relative_to(root).parts)]
    Random(seed).shuffle(files)  # noqa: S311 - a sample
    parts: list[str] = []
    total = 0
    for path in files:
        if total >= size:
            break
        parts.append(path.read_text(encoding="utf-8", errors="replace"))
        total += len(parts[-1])
    return "\n".join(parts)


def score_table(scores: dict[str, Score]) -> Table:
    """Return the scores beside the goals."""
    table = Table("entity", "values", "precision", "recall", "F1", "goal", "masked whole", title="labelled texts")
    for entity, score in scores.items():
        goal = ({**GOALS, **ID_GOALS})[entity]
        colour = "green" if score.f1 > goal else "red"
        ratios = (f"{score.precision:.4f}", f"{score.recall:.4f}", f"[{colour}]{score.f1:.4f}[/]", f"> {goal}")
        table.add_row(entity, str(score.values), *ratios, f"{score.whole / max(score.values, 1):.4f}")
    return table


def negative_table(texts: dict[str, str]) -> tuple[Table, list[Miss]]:
    """Return what is found in each of ``texts``, in 100 KB."""
    table = Table(
        "text",
        "KB",
        *ENTITIES,
        "identifiers",
        "false in 100 KB",
        "goal",
        title="text with nothing in it: false positives",
    )
    everything: list[Miss] = []
    for kind, text in texts.items():
        counts, misses = found_in(text)
        everything += misses
        real = REAL_IN_CODE if kind == "standard library" else frozenset()
        rate = sum(count for entity, count in counts.items() if entity not in real) / len(text) * KB_100
        colour = "green" if rate <= MOST_FALSE else "red"
        cells = [f"({counts[entity]})" if entity in real else str(counts[entity]) for entity in ENTITIES]
        cells.append(str(sum(counts[entity] for entity in ID_ENTITIES)))
        table.add_row(kind, str(len(text) // 1000), *cells, f"[{colour}]{rate:.2f}[/]", f"<= {MOST_FALSE}")
    return table, everything


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of all texts")
    parser.add_argument("--rounds", type=int, default=1000, help="labelled texts of each kind")
    parser.add_argument("--size", type=int, default=500_000, help="characters of each text with nothing in it")
    parser.add_argument("--show", default="", help="list the misses of these entities, with commas between them")
    options = parser.parse_args()
    scores, misses = judge(
        chain(labelled(options.seed, options.rounds), labelled_ids(options.seed, options.rounds // 5))
    )
    library = {"standard library": standard_library(options.seed, options.size)}
    table, false = negative_table(
        {**negatives(options.seed, options.size), "numbers": negative_ids(options.seed, options.size), **library}
    )
    console = Console(width=140)
    console.print(score_table(scores), table)
    shown = options.show.split(",")
    for miss in (*misses, *false):
        if miss.entity in shown:
            console.print(f"{miss.entity} {miss.kind}: {miss.value!a} in {miss.text!a}"[:400], markup=False)


if __name__ == "__main__":
    main()
