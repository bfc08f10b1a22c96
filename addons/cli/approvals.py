"""``chainwarden approvals``: what is held for a human's decision, and the decision."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from addons.adapters import clock
from addons.adapters.approval_store import STATE_FILE, ApprovalStore
from addons.adapters.authenticator import Authenticator
from addons.adapters.policy_file import load
from addons.cli.approval_text import COLUMNS, FREE_COLUMNS, details, outcome, printable, row
from addons.cli.shared import (
    DEFAULT_LEDGER,
    SHIPPED_POLICY,
    JsonOption,
    LedgerOption,
    PoliciesOption,
    fail,
)
from addons.core.approval.approval import Approval, State
from addons.core.approval.states import LIVE, settled
from addons.core.errors import ChainwardenError
from addons.core.exchange import Principal

CHANNEL = "cli"
STANDARD_INPUT = "-"

FILE_WIDTH = 200
"""Columns of the table where it does not go to a terminal: wide enough that no cell is cut."""

app = typer.Typer(
    name="approvals",
    help="See held calls, approve and deny them.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The approval's id, or its first 4 or more characters.")]
AllOption = Annotated[bool, typer.Option("--all", help="Also those that have ended.")]
ReasonOption = Annotated[str, typer.Option(help="Why: kept with the decision; a denial's is shown to the client.")]
TokenOption = Annotated[
    str,
    typer.Option(
        envvar="CHAINWARDEN_TOKEN",
        metavar="TOKEN",
        help="Proves who you are. '-' reads it from standard input. Others on this host can see command lines: "
        "prefer '-' or the environment variable.",
    ),
]


@app.command("list")
def list_approvals(
    *,
    every: AllOption = False,
    as_json: JsonOption = False,
    ledger: LedgerOption = DEFAULT_LEDGER,
    _policies: PoliciesOption = SHIPPED_POLICY,
) -> None:
    """List what waits for a decision, or was approved and not used yet: yes = given/needed, held = waiting clients."""
    now = clock.now()
    with _store(ledger) as store:
        stored = store.list(tuple(State)) if every else store.list()
    shown = [approval for kept in stored if (approval := settled(kept, now)).state in LIVE or every]
    if as_json:
        _print_json([asdict(approval) for approval in shown])
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in COLUMNS:
        table.add_column(name, no_wrap=name not in FREE_COLUMNS, overflow="fold")
    for approval in shown:
        table.add_row(*row(approval, now))
    Console(width=None if sys.stdout.isatty() else FILE_WIDTH).print(table)


@app.command()
def show(
    approval_id: IdArgument,
    *,
    as_json: JsonOption = False,
    ledger: LedgerOption = DEFAULT_LEDGER,
    _policies: PoliciesOption = SHIPPED_POLICY,
) -> None:
    """Show everything about one approval, with the masked call."""
    now = clock.now()
    with _store(ledger) as store:
        approval = settled(store.find(approval_id), now)
    if as_json:
        _print_json(asdict(approval))
        return
    for line in details(approval, now):
        typer.echo(line)


@app.command()
def approve(
    approval_id: IdArgument,
    *,
    token: TokenOption = "",
    reason: ReasonOption = "",
    as_json: JsonOption = False,
    ledger: LedgerOption = DEFAULT_LEDGER,
    policies: PoliciesOption = SHIPPED_POLICY,
) -> None:
    """Let the held call pass, once."""
    approval = _decided(approval_id, token, reason, ledger, policies, approve=True)
    _report(approval, as_json=as_json)


@app.command()
def deny(
    approval_id: IdArgument,
    *,
    token: TokenOption = "",
    reason: ReasonOption = "",
    as_json: JsonOption = False,
    ledger: LedgerOption = DEFAULT_LEDGER,
    policies: PoliciesOption = SHIPPED_POLICY,
) -> None:
    """Refuse the held call, and its retries until it would have expired."""
    approval = _decided(approval_id, token, reason, ledger, policies, approve=False)
    _report(approval, as_json=as_json)


def _decided(approval_id: str, token: str, reason: str, ledger: Path, policies: Path, *, approve: bool) -> Approval:
    with _store(ledger) as store:
        # 1. Which call
        found = store.find(approval_id)
        # 2. Who decides, by the policy's issuers
        approver = asyncio.run(_authenticated(_given(token), policies))
        # 3. Whether they may, and what follows: one transaction
        return store.decide(found.id, approver, approve=approve, reason=reason, channel=CHANNEL, now=clock.now())


@contextmanager
def _store(ledger: Path) -> Iterator[ApprovalStore]:
    """Open the gateway's store; whatever is refused inside ends the command with one message."""
    path = ledger / STATE_FILE
    if not path.exists():
        fail(f"{path} does not exist: nothing was held there yet, or --ledger is not the gateway's folder.")
    try:
        with ApprovalStore(path) as store:
            yield store
    except ChainwardenError as error:
        fail("\n".join(printable(line) for line in str(error).splitlines()))


def _given(token: str) -> str:
    given = sys.stdin.readline().strip() if token == STANDARD_INPUT else token.strip()
    if not given:
        fail("Deciding needs your token: give --token, '--token -' for standard input, or set CHAINWARDEN_TOKEN.")
    return given


async def _authenticated(token: str, policies: Path) -> Principal:
    authenticator = Authenticator(load(policies).identity, policies.parent)
    try:
        return await authenticator.authenticate(token)
    finally:
        await authenticator.close()


def _report(approval: Approval, *, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(approval))
    else:
        typer.echo(outcome(approval))


def _print_json(value: object) -> None:
    # ASCII only: a C1 control or a bidi mark in a preview would reach the terminal in any other JSON.
    typer.echo(json.dumps(value))
