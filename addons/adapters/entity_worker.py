"""The entity worker: ``python -m addons.adapters.entity_worker`` finds names in texts, with Presidio and spaCy.

It is a process of its own: a model takes up to a gigabyte and a second, and reads whatever clients send. It gets its
settings in the first frame, says ``ready`` or ``error``, and then answers each frame of texts with what is found in
them. It ends with its input.
"""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from addons.adapters.entity_frames import FrameError, read_frame, write_frame
from addons.core.call import Json

NAMING = frozenset({"ner", "beam_ner", "entity_ruler", "span_ruler"})
"""The parts of a spaCy model that name entities."""


class Analyzer:
    """A model, loaded, with Presidio in front. Raises ``ValueError`` where it cannot find what is wanted."""

    def __init__(self, model: str, language: str, types: list[str], score: float) -> None:
        if not (spacy.util.is_package(model) or Path(model).is_dir()):
            raise ValueError(f"there is no spaCy model '{model}' here: install its package, or name its folder")
        naming = NerModelConfiguration()
        engine = SpacyNlpEngine([{"lang_code": language, "model_name": model}], naming)
        engine.load()
        known = _types_of(engine.get_nlp(language), naming.model_to_presidio_entity_mapping or {})
        unknown = [kind for kind in types if kind not in known]
        if unknown:
            raise ValueError(
                f"the model '{model}' does not know {', '.join(unknown)}; it knows {', '.join(sorted(known)) or 'none'}"
            )
        if score > (naming.default_score or 0.0):
            raise ValueError(f"nothing is found with a score of {score:g}: spaCy's own is {naming.default_score:g}")
        registry = RecognizerRegistry(supported_languages=[language])
        registry.add_recognizer(SpacyRecognizer(supported_language=language, supported_entities=types))
        self._engine = AnalyzerEngine(registry, engine, supported_languages=[language])
        self._language, self._types, self._score = language, types, score

    def find(self, text: str) -> list[Json]:
        """Return start, end and type of each entity in ``text``."""
        return [
            [one.start, one.end, one.entity_type]
            for one in self._engine.analyze(text, self._language, self._types, score_threshold=self._score)
        ]


def _types_of(nlp: spacy.language.Language, names: Mapping[str, str]) -> set[str]:
    """Return what a model can find, in Presidio's words."""
    parts = [name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory in NAMING]
    return {names.get(label, label) for name in parts for label in nlp.pipe_labels.get(name, [])}


def forbid_network() -> None:
    """Let nothing in this process use the network from now on: it reads what must not leave."""

    def refuse(event: str, _arguments: object) -> None:
        if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg"):
            raise PermissionError("the entity worker does not use the network")

    sys.addaudithook(refuse)


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the two pipes. What libraries print goes to standard error: it would be taken for a frame."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, sink


def _load(settings: Json) -> Analyzer:
    match settings:
        case {"model": str(model), "language": str(language), "types": list(types), "score": float(score)}:
            return Analyzer(model, language, [str(kind) for kind in types], score)
    raise ValueError("these are no settings")


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer until the input ends. Raises ``FrameError``."""
    try:
        analyzer = _load(read_frame(source))
    except (OSError, ValueError, KeyError, ImportError) as error:
        write_frame(sink, {"error": str(error)})
        return
    write_frame(sink, {"ready": True})
    while True:
        match read_frame(source):
            case {"id": int(number), "texts": list(texts)}:
                write_frame(sink, {"id": number, "found": [analyzer.find(str(text)) for text in texts]})
            case _:
                raise FrameError("this is no question")


def main() -> None:
    """Serve the gateway that started this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the gateway as well, and that ends this
    forbid_network()
    try:
        serve(*_own_pipes())
    except FrameError:
        sys.exit(1)


if __name__ == "__main__":
    main()
