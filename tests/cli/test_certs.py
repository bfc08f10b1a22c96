"""The made authority is put to use by mitmproxy itself, and judged by curl and by Python's strict verifier."""

import asyncio
import shutil
import ssl
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
import typer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from mitmproxy.certs import CertStore
from typer.testing import CliRunner

from addons.adapters import clock
from addons.adapters.authenticator import Authenticator
from addons.adapters.local_issuer import LocalIssuer, load_key
from addons.cli.certs import certs
from addons.core.policy.model import IdentityPolicy, Issuer

app = typer.Typer()
app.command()(certs)

PRIVATE = ("issuer.key", "mitmproxy/mitmproxy-ca.pem")
PUBLIC = ("issuer.jwks.json", "mitmproxy/mitmproxy-ca-cert.pem")


def run(folder: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["--dir", str(folder)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "certs"
    assert run(folder)[0] == 0
    return folder


def test_makes_everything_and_says_so(tmp_path: Path) -> None:
    code, out, err = run(tmp_path / "new" / "certs")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 4
    for name in (*PRIVATE, *PUBLIC):
        assert f"made  {tmp_path / 'new' / 'certs' / name}" in lines


def test_private_keys_are_their_owners_and_never_printed(tmp_path: Path) -> None:
    _, out, err = run(tmp_path)
    for name in PRIVATE:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        for line in (tmp_path / name).read_text().splitlines():
            assert line not in out + err
    for name in PUBLIC:
        assert b"PRIVATE" not in (tmp_path / name).read_bytes()
        assert b'"d"' not in (tmp_path / name).read_bytes()


def test_existing_files_stay(tmp_path: Path) -> None:
    run(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in (*PRIVATE, *PUBLIC)}
    for name in PUBLIC:
        (tmp_path / name).unlink()
    code, out, _ = run(tmp_path)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()].count("made") == 2
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


@pytest.mark.parametrize("name", [*PRIVATE, *PUBLIC])
def test_files_that_do_not_belong_together_are_refused(made: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(made, tmp_path / "certs")
    run(tmp_path / "others")
    shutil.copy(tmp_path / "others" / name, tmp_path / "certs" / name)
    code, _, err = run(tmp_path / "certs")
    assert code == 1
    assert "move it away and run scripts/certs" in err


@pytest.mark.parametrize("name", PRIVATE)
def test_a_damaged_key_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(made, tmp_path / "certs")
    (tmp_path / "certs" / name).write_bytes(b"")
    code, _, err = run(tmp_path / "certs")
    assert code == 1
    assert "move it away and run scripts/certs" in err


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, err = run(tmp_path / "file" / "certs")
    assert code == 1
    assert "cannot be made" in err


def test_the_key_and_the_key_set_serve_the_gateway(made: Path) -> None:
    name = "https://chainwarden.local"
    value = LocalIssuer(load_key(made / "issuer.key"), name, "chainwarden").issue("alice", ("a",), clock.now(), 60)
    policy = IdentityPolicy((Issuer(name, ("chainwarden",), jwks_file="issuer.jwks.json"),))
    assert asyncio.run(Authenticator(policy, made).authenticate(value)).subject == "alice"


def test_the_authority_is_limited_in_time_and_signs_certificates_only(made: Path) -> None:
    authority = x509.load_pem_x509_certificate((made / "mitmproxy" / "mitmproxy-ca-cert.pem").read_bytes())
    assert (authority.not_valid_after_utc - authority.not_valid_before_utc).days <= 3 * 365 + 1
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (True, True, False)


@pytest.fixture(scope="module")
def intercepted(made: Path) -> Iterator[str]:
    """Serve with a certificate that mitmproxy made for localhost from the files in ``confdir``."""
    store = CertStore.from_store(made / "mitmproxy", "mitmproxy", 2048)
    entry = store.get_cert("localhost", [x509.DNSName("localhost")])
    chain = made / "localhost.pem"
    private = load_pem_private_key((made / "mitmproxy" / "mitmproxy-ca.pem").read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    chain.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + entry.cert.to_pem())
    with _https(chain) as port:
        yield f"https://localhost:{port}/"


@contextmanager
def _https(chain: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the parent's name
        """Say nothing."""


def _curl(url: str, *arguments: str) -> int:
    command = ["curl", "--silent", "--noproxy", "*", *arguments, url]
    return subprocess.run(command, check=False, timeout=20).returncode


def test_curl_accepts_what_mitmproxy_signs_with_it(made: Path, intercepted: str) -> None:
    assert _curl(intercepted, "--cacert", str(made / "mitmproxy" / "mitmproxy-ca-cert.pem")) == 0
    assert _curl(intercepted) != 0


def test_pythons_strict_verifier_accepts_it(made: Path, intercepted: str) -> None:
    port = int(intercepted.rstrip("/").rpartition(":")[2])
    context = ssl.create_default_context(cafile=made / "mitmproxy" / "mitmproxy-ca-cert.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN

    async def scenario() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        writer.close()
        await writer.wait_closed()

    asyncio.run(scenario())


def test_json_says_what_was_made_and_what_was_kept(tmp_path: Path) -> None:
    first = orjson.loads(CliRunner().invoke(app, ["--dir", str(tmp_path), "--json"]).stdout)
    again = orjson.loads(CliRunner().invoke(app, ["--dir", str(tmp_path), "--json"]).stdout)
    assert (len(first["made"]), first["kept"]) == (4, [])
    assert again == {"made": [], "kept": first["made"]}
