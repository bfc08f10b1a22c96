"""Approvals as text for a terminal. Names and previews come from outside: nothing in them may steer the terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.markup import escape

from addons.core.approval.approval import Approval, Decision
from addons.core.approval.states import LIVE

COLUMNS = ("id", "age", "requester", "service", "operation", "rule", "risk", "state", "yes", "expires", "held")
"""``yes`` is approvals given/needed for each set of groups, ``expires`` in how long, ``held`` how many clients wait.
Short, so that eleven columns fit a usual terminal."""

FREE_COLUMNS = frozenset({"requester", "service", "operation", "rule"})
"""Those that hold names of any length: they take several lines where the terminal is narrow."""

TAB_COLUMNS = 4

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def printable(text: str) -> str:
    """Return ``text`` with everything that is not plain to see written out: escape sequences, line ends, bidi marks."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def row(approval: Approval, now: float) -> tuple[str, ...]:
    """Return the cells for ``COLUMNS``, as rich markup."""
    cells = (
        approval.id,
        duration(now - approval.requested_at),
        approval.requester,
        approval.service,
        approval.operation,
        approval.rule,
        str(approval.risk),
        approval.state.value,
        " ".join(f"{need.given}/{need.needed}" for need in approval.needs),
        _expires_in(approval, now),
        str(approval.waiting),
    )
    return tuple(escape(printable(cell)) for cell in cells)


def details(approval: Approval, now: float) -> Iterator[str]:
    """Yield the lines of everything that is known about ``approval``."""
    facts = {
        "id": approval.id,
        "state": approval.state.value,
        "requested": f"{_at(approval.requested_at)} by {approval.requester} ({approval.requester_issuer})",
        "expires": f"{_at(approval.expires_at)} {_expires_in(approval, now)}",
        "ended": "" if approval.ended_at is None else _at(approval.ended_at),
        "needs": _progress(approval),
        "waiting": f"{approval.waiting} clients",
        "rule": approval.rule,
        "message": approval.message,
        "risk": str(approval.risk),
        "service": approval.service,
        "operation": approval.operation,
        "model": approval.model,
        "call": f"{approval.method} {approval.host}{approval.path}",
        "direction": approval.direction.value,
        "exchange": approval.exchange_id,
        "digest": approval.digest,
    }
    width = max(len(name) for name in facts) + 2
    yield from (f"{name:<{width}}{printable(fact)}" for name, fact in facts.items() if fact.strip())
    yield from (f"{'decision':<{width}}{printable(_decided(decision))}" for decision in approval.decisions)
    # Indented, so that no line of it can pass for one of the facts.
    yield "preview"
    yield from (f"    {printable(line.expandtabs(TAB_COLUMNS))}" for line in approval.preview.split("\n"))


def outcome(approval: Approval) -> str:
    """Say in one line where ``approval`` stands after a decision."""
    asked = f"{approval.rule}, asked by {approval.requester}"
    return printable(f"{approval.id} {approval.state} ({_progress(approval)}): {asked}")


def duration(seconds: float) -> str:
    """Return ``seconds`` in its largest unit that fits: ``12s``, ``3m``, ``5h``, ``2d``."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{max(0.0, seconds):.0f}s"


def _expires_in(approval: Approval, now: float) -> str:
    return duration(approval.expires_at - now) if approval.state in LIVE else ""


def _progress(approval: Approval) -> str:
    return ", ".join(str(need) for need in approval.needs)


def _decided(decision: Decision) -> str:
    word = "approved" if decision.approve else "denied"
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{word} by {decision.approver} ({decision.issuer}) via {decision.channel} at {_at(decision.at)}{reason}"


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="seconds")
