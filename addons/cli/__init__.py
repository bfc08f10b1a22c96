"""The ``chainwarden`` command: one file per group of subcommands, listed here."""

import typer

app = typer.Typer(
    name="chainwarden",
    help="Operate the Chainwarden gateway: tokens, policies, approvals and the audit record.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line."""
    app()
