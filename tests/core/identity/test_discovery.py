import orjson
import pytest

from addons.core.identity.discovery import discovery_url, key_set_url
from addons.core.identity.keys import KeySetError

ISSUER = "https://login.example.com/tenant"


def metadata(issuer: object, jwks_uri: object) -> bytes:
    return orjson.dumps({"issuer": issuer, "jwks_uri": jwks_uri, "token_endpoint": "https://x"})


def test_the_address_follows_the_issuer() -> None:
    assert discovery_url(ISSUER) == "https://login.example.com/tenant/.well-known/openid-configuration"
    assert discovery_url("https://a.example/") == "https://a.example/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("issuer", "jwks_uri"),
    [
        (ISSUER, "https://login.example.com/keys"),
        (ISSUER, "https://keys.example.org/keys"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/jwks"),
        ("http://[::1]:9000", "http://[::1]:9000/jwks"),
        ("http://localhost:9000", "http://127.0.0.1:9001/jwks"),
        ("http://localhost:9000", "https://keys.example.org/keys"),
    ],
)
def test_keys_from_a_safe_address(issuer: str, jwks_uri: str) -> None:
    assert key_set_url(metadata(issuer, jwks_uri), issuer) == jwks_uri


@pytest.mark.parametrize(
    ("document", "issuer"),
    [
        (metadata("https://evil.example", "https://login.example.com/keys"), ISSUER),
        (metadata(ISSUER + "/", "https://login.example.com/keys"), ISSUER),
        (metadata([ISSUER], "https://login.example.com/keys"), ISSUER),
        (metadata(None, "https://login.example.com/keys"), ISSUER),
        (metadata(ISSUER, None), ISSUER),
        (metadata(ISSUER, ["https://login.example.com/keys"]), ISSUER),
        (metadata(ISSUER, ""), ISSUER),
        (metadata(ISSUER, "/keys"), ISSUER),
        (metadata(ISSUER, "https://"), ISSUER),
        (metadata(ISSUER, "https://[broken/keys"), ISSUER),
        (metadata(ISSUER, "http://login.example.com/keys"), ISSUER),
        (metadata(ISSUER, "http://127.0.0.1/keys"), ISSUER),
        (metadata(ISSUER, "file:///etc/passwd"), ISSUER),
        (metadata("http://localhost:9000", "http://keys.example.org"), "http://localhost:9000"),
        (metadata("http://localhost:9000", "http://localhost.evil.example"), "http://localhost:9000"),
        (metadata("http://127.0.0.1:9000", "http://169.254.169.254/keys"), "http://127.0.0.1:9000"),
        (metadata("http://login.example.com", "http://login.example.com/keys"), "http://login.example.com"),
        (b"<html>", ISSUER),
        (b"[]", ISSUER),
        (b'{"issuer":"a","issuer":"b"}', ISSUER),
    ],
)
def test_metadata_that_must_be_refused(document: bytes, issuer: str) -> None:
    with pytest.raises(KeySetError):
        key_set_url(document, issuer)
