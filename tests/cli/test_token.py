from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from addons.adapters import clock
from addons.adapters.local_issuer import KEY_FILE, KEY_SET_FILE, create_key, create_key_set, load_key
from addons.cli.token import token
from addons.core.errors import RefusedError
from addons.core.exchange import Principal
from addons.core.identity.keys import parse_key_set
from addons.core.identity.verify import unverified, verify
from addons.core.policy.model import Issuer
from addons.core.reasons import Reason

app = typer.Typer()
app.command()(token)


@pytest.fixture
def certs(tmp_path: Path) -> Path:
    create_key(tmp_path / KEY_FILE)
    create_key_set(tmp_path / KEY_SET_FILE, load_key(tmp_path / KEY_FILE))
    return tmp_path


def run(certs: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments, "--key", str(certs / KEY_FILE)])
    return result.exit_code, result.stdout, result.stderr


def verified(
    certs: Path, value: str, issuer: str = "https://chainwarden.local", audience: str = "chainwarden"
) -> Principal:
    head = unverified(value)
    key = parse_key_set((certs / KEY_SET_FILE).read_bytes()).find(head.kid, head.algorithm)
    assert key is not None
    return verify(value, Issuer(issuer, (audience,)), key, clock.now())


def test_prints_nothing_but_a_token_that_verifies(certs: Path) -> None:
    code, out, err = run(certs, "--subject", "alice", "--group", "data-science", "--group", "on call")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    principal = verified(certs, out.strip())
    assert (principal.subject, principal.groups) == ("alice", ("data-science", "on call"))
    assert 3590 < principal.expires_at - clock.now() <= 3600


def test_each_token_is_a_session_of_its_own(certs: Path) -> None:
    sessions = {verified(certs, run(certs, "--subject", "alice")[1].strip()).session for _ in range(2)}
    assert len(sessions) == 2


def test_issuer_audience_and_lifetime_can_be_chosen(certs: Path) -> None:
    arguments = ("--subject", "bob", "--issuer", "https://x.example", "--audience", "y", "--expires", "2d")
    value = run(certs, *arguments)[1].strip()
    assert verified(certs, value, "https://x.example", "y").expires_at - clock.now() > 2 * 86_400 - 10
    with pytest.raises(RefusedError) as caught:
        verified(certs, value, "https://x.example")
    assert caught.value.reason is Reason.TOKEN_AUDIENCE_WRONG


def test_json_for_machines(certs: Path) -> None:
    code, out, _ = run(certs, "--subject", "alice", "--group", "a", "--expires", "90s", "--json")
    made = orjson.loads(out)
    assert code == 0
    assert (made["subject"], made["groups"]) == ("alice", ["a"])
    assert verified(certs, made["token"]).expires_at == made["expires_at"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--subject", ""), "subject"),
        (("--subject", "a\nb"), "subject"),
        (("--subject", "a", "--group", ""), "Groups"),
        (("--subject", "a", "--group", "g" * 257), "Groups"),
        (("--subject", "a", "--expires", "soon"), "15m"),
        (("--subject", "a", "--expires", "0s"), "15m"),
        (("--subject", "a", "--expires", "-1h"), "15m"),
        (("--subject", "a", "--expires", "1.5h"), "15m"),
        (("--subject", "a", "--expires", "١h"), "15m"),
        (("--subject", "a", "--expires", "31d"), "30d"),
    ],
)
def test_what_cannot_be_issued_is_refused(certs: Path, arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run(certs, *arguments)
    assert (code, out) == (1, "")
    assert says in err


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"])
def test_a_missing_or_bad_key_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / KEY_FILE).write_bytes(content)
    code, out, err = run(tmp_path, "--subject", "alice")
    assert (code, out) == (1, "")
    assert "run scripts/certs" in err
