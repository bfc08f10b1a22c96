"""Texts that come in several parts: a value cut by the end of a part is masked as the client joins it.

1. The parts of a content that follow each other make one text, in requests and in answers.
2. In an answer that came as an array of chunks, the parts of all chunks of a candidate do.
3. Where that finds nothing more than looking at each part, each part is masked on its own and stays what it was.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from addons.core.call import Json
from addons.core.protocols.gemini.parts import Part, kind_of, parts_of, text_runs
from addons.core.protocols.gemini.spellings import get, key_of, repeated
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_stream import LeafStream, mask_leaf
from addons.core.protocols.places import below
from addons.core.protocols.protocol import Masker

type Hits = Counter[tuple[str, str]]


@dataclass(slots=True)
class Plan:
    """What goes out instead of texts, by place and text, and what was found in them."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    hits: Hits = field(default_factory=Counter)

    def add(self, run: list[Part], masker: Masker) -> None:
        """Plan the texts of ``run``, if they say more together than each alone."""
        texts = [part.text or "" for part in run]
        alone = [mask_leaf(masker, text)[0] for text in texts]
        if len(texts) < 2 or "".join(alone) == mask_leaf(masker, "".join(texts))[0]:  # noqa: PLR2004  # two make a run
            return
        stream = LeafStream(masker)
        masked = [stream.feed(text) for text in texts]
        masked[-1] += stream.finish()
        for part, text, out in zip(run, texts, masked, strict=True):
            self.texts[part.text_place, text] = out
        self.hits.update({(run[0].text_place, detector): count for detector, count in stream.hits.items()})


def candidates_of(value: Json) -> Iterator[tuple[int, dict[str, Json], str]]:
    """Yield number, value and place of each candidate in an answer, or in an array of chunks."""
    is_chunks = isinstance(value, list)
    for at, chunk in enumerate(value if isinstance(value, list) else [value]):
        place = below(f"/{at}" if is_chunks else "", key_of(as_object(chunk), "candidates"))
        for position, (item, where) in enumerate(repeated(get(chunk, "candidates"), place) or []):
            candidate = as_object(item)
            number = get(candidate, "index")
            yield number if isinstance(number, int) else position, candidate, where


def answer_runs(value: Json) -> dict[tuple[int, str], list[Part]]:
    """Return the parts of each text of an answer: by candidate, and what it says apart from what it thinks."""
    runs: dict[tuple[int, str], list[Part]] = defaultdict(list)
    for number, candidate, place in candidates_of(value):
        for part in parts_of(get(candidate, "content"), f"{place}/content"):
            if kind := kind_of(part.value):
                runs[number, kind].append(part)
    return runs


def request_runs(value: Json, place: str = "") -> Iterator[list[Part]]:
    """Yield the parts of each text anywhere in a request."""
    if isinstance(value, dict):
        yield from text_runs(parts_of(value, place))
        for key, item in value.items():
            yield from request_runs(item, below(place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from request_runs(item, f"{place}/{index}")
