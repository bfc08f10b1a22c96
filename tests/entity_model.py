"""A small language model, made on the spot: it knows some names by heart, and no weights are needed."""

from pathlib import Path
from typing import Any

import spacy

NAMES = {
    "PERSON": ("Maria Gonzalez", "Ann", "Al", "José Álvarez", "Weiß"),
    "GPE": ("Springfield", "Bad Homburg", "Al"),
    "ORG": ("Acme",),
}


def make_model(folder: Path) -> Path:
    """Write the model to ``folder`` and return where it is."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    patterns: list[dict[str, Any]] = [
        {"label": label, "pattern": name} for label, names in NAMES.items() for name in names
    ]
    patterns.append({"label": "PERSON", "pattern": [{"TEXT": {"REGEX": "^Citizen[0-9]+$"}}]})
    ruler.add_patterns(patterns)  # type: ignore[attr-defined]  # it is an EntityRuler, which its type does not say
    nlp.to_disk(folder / "model")
    return folder / "model"
