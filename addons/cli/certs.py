"""``chainwarden certs``: the keys that a gateway on one machine needs. Made once, never committed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from addons.adapters import clock
from addons.adapters.local_issuer import (
    KEY_FILE,
    KEY_SET_FILE,
    LocalIssuerError,
    create_key,
    create_key_set,
    create_private,
    load_key,
)
from addons.cli.shared import JsonOption, fail, print_json

CA_FOLDER = "mitmproxy"
CA_FILE = "mitmproxy-ca.pem"
CA_CERTIFICATE_FILE = "mitmproxy-ca-cert.pem"

CA_LIFETIME = timedelta(days=3 * 365)
"""Long enough for a development machine, shorter than mitmproxy's own ten years."""

CA_BACKDATED = timedelta(days=1)
"""Clients whose clocks are a little behind must accept a certificate that was just made."""


def certs(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the files are made.")] = Path("certs"),
    *,
    as_json: JsonOption = False,
) -> None:
    """Make the embedded issuer's key and the certificate authority that applications must trust; keep what is there."""
    made: dict[Path, bool] = {}
    key_file, key_set_file = folder / KEY_FILE, folder / KEY_SET_FILE
    ca_folder = folder / CA_FOLDER
    try:
        ca_folder.mkdir(parents=True, exist_ok=True)
        made[key_file] = create_key(key_file)
        made[key_set_file] = create_key_set(key_set_file, load_key(key_file))
        made[ca_folder / CA_FILE] = create_private(ca_folder / CA_FILE, _new_authority())
        made[ca_folder / CA_CERTIFICATE_FILE] = _create_certificate(ca_folder)
    except LocalIssuerError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename} cannot be made or read: {error.strerror}.")
    if as_json:
        print_json(
            {"made": [str(path) for path, new in made.items() if new], "kept": [str(p) for p in made if not made[p]]}
        )
        return
    for path, new in made.items():
        typer.echo(f"{'made' if new else 'kept'}  {path}")


def _create_certificate(folder: Path) -> bool:
    authority, target = folder / CA_FILE, folder / CA_CERTIFICATE_FILE
    try:
        certificate = x509.load_pem_x509_certificates(authority.read_bytes())[0]
    except ValueError:
        fail(f"{authority} holds no certificate: move it away and run scripts/certs.")
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    if target.exists():
        if target.read_bytes().strip() != pem.strip():
            fail(f"{target} does not belong to {authority}: move it away and run scripts/certs.")
        return False
    target.write_bytes(pem)
    return True


def _new_authority() -> bytes:
    # P-256 instead of mitmproxy's RSA: each new host costs a signature, and each connection too.
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem + _certificate(key).public_bytes(serialization.Encoding.PEM)


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return a CA certificate that strict verifiers accept (RFC 5280 sections 4.2.1.1 to 4.2.1.3 and 4.2.1.9)."""
    now = datetime.fromtimestamp(clock.now(), UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Chainwarden gateway"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Chainwarden"),
        ]
    )
    public = key.public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CA_BACKDATED)
        .not_valid_after(now + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )


_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
