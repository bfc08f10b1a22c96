"""An approval as a flat record of plain values, and back: what a database row or a line of JSON holds."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import orjson

from addons.core.approval.approval import Approval, Decision, State
from addons.core.approval.states import ApprovalError
from addons.core.call import Direction
from addons.core.exchange import ApprovalTerms

type Plain = str | int | float | None

COLUMNS = tuple(part.name for part in fields(Approval))
"""The record's names, in the order of ``Approval``'s fields."""


def to_record(approval: Approval) -> dict[str, Plain]:
    """Return ``approval`` by column; ``terms`` and ``decisions`` are JSON."""
    record: dict[str, Plain] = {name: getattr(approval, name) for name in COLUMNS}
    return record | {
        "state": approval.state.value,
        "direction": approval.direction.value,
        "terms": orjson.dumps(approval.terms).decode(),
        "decisions": orjson.dumps(approval.decisions).decode(),
    }


def from_record(record: Mapping[str, Plain]) -> Approval:
    """Return the approval that ``to_record`` made ``record`` from; raises ``ApprovalError`` where it is none."""
    values: dict[str, Any] = {name: record[name] for name in COLUMNS}
    try:
        return Approval(
            **values
            | {
                "state": State(str(record["state"])),
                "direction": Direction(str(record["direction"])),
                "terms": _terms(orjson.loads(str(record["terms"]))),
                "decisions": tuple(_decision(one) for one in orjson.loads(str(record["decisions"]))),
            },
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ApprovalError(f"the record of approval {record['id']} is damaged: {error}") from error


def _terms(value: dict[str, Any]) -> ApprovalTerms:
    sets = {"groups": tuple(value["groups"]), "also": tuple(tuple(groups) for groups in value["also"])}
    return ApprovalTerms(**value | sets)


def _decision(value: dict[str, Any]) -> Decision:
    return Decision(**value | {"groups": tuple(value["groups"])})
