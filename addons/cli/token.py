"""``chainwarden token``: a token of the embedded issuer, for development."""

import re
from pathlib import Path
from typing import Annotated

import typer

from addons.adapters import clock
from addons.adapters.local_issuer import KEY_FILE, LocalIssuer, LocalIssuerError, load_key
from addons.cli.shared import JsonOption, fail, print_json

DEFAULT_KEY = Path("certs") / KEY_FILE
DEFAULT_ISSUER = "https://chainwarden.local"
DEFAULT_AUDIENCE = "chainwarden"

MAX_LIFETIME_S = 30 * 86_400
"""Seconds: a development token that lives longer is a password."""

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def token(
    *,
    subject: Annotated[str, typer.Option(help="Who the token is for.")],
    group: Annotated[list[str] | None, typer.Option(help="A group of the subject; may be repeated.")] = None,
    audience: Annotated[str, typer.Option(help="Who will accept the token.")] = DEFAULT_AUDIENCE,
    issuer: Annotated[str, typer.Option(help="The issuer's name, as in the policy.")] = DEFAULT_ISSUER,
    expires: Annotated[str, typer.Option(metavar="DURATION", help="How long it is valid: 90s, 15m, 1h, 7d.")] = "1h",
    key: Annotated[Path, typer.Option(metavar="FILE", help="The issuer's private key.")] = DEFAULT_KEY,
    as_json: JsonOption = False,
) -> None:
    """Print a token of the embedded issuer: export TOKEN=$(chainwarden token --subject alice --group data-science)."""
    lifetime_s = _seconds(expires)
    now = clock.now()
    try:
        made = LocalIssuer(load_key(key), issuer, audience).issue(subject, tuple(group or ()), now, lifetime_s)
    except LocalIssuerError as error:
        fail(str(error))
    if as_json:
        print_json({"token": made, "subject": subject, "groups": group or [], "expires_at": int(now + lifetime_s)})
    else:
        typer.echo(made)


def _seconds(duration: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", duration)
    if match is None:
        fail(f"--expires {duration!r} is not a duration: write 90s, 15m, 1h or 7d.")
    seconds = int(match[1]) * _UNIT_S[match[2]]
    if seconds > MAX_LIFETIME_S:
        fail(f"--expires {duration!r} is too long: a development token lives 30d at most.")
    return seconds
