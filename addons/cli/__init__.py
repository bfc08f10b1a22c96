"""The ``chainwarden`` command: one file per group of subcommands, listed here."""

import typer

from addons.cli import approvals, audit, policy
from addons.cli.certs import certs
from addons.cli.token import token

app = typer.Typer(
    name="chainwarden",
    help="Operate the Chainwarden gateway: tokens, policies, approvals and the audit record.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(token)
app.command()(certs)
app.add_typer(policy.app, name="policy")
app.add_typer(approvals.app, name="approvals")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line."""
    app()
