"""Credentials are read where the policy says, and refused where they cannot go into a header."""

from pathlib import Path

import pytest

from addons.adapters.credential_sources import MAX_CREDENTIAL_BYTES, CredentialSources
from addons.core.errors import CredentialError
from addons.core.policy.model import CredentialSource

SECRET = "sk-secret-value"


def test_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", SECRET)
    assert CredentialSources(tmp_path).read(CredentialSource("env", "UPSTREAM_KEY")) == SECRET


def test_from_a_file_and_again_when_it_was_rotated(tmp_path: Path) -> None:
    sources, source = CredentialSources(tmp_path), CredentialSource("file", "key")
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="ascii")
    assert sources.read(source) == SECRET
    (tmp_path / "key").write_text("sk-rotated-value", encoding="ascii")
    assert sources.read(source) == "sk-rotated-value"
    (tmp_path / "key").unlink()
    with pytest.raises(CredentialError):
        sources.read(source)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"two\nlines",
        b"carriage\rreturn",
        b"nul\0byte",
        b"tab\there",
        "sk-schlüssel".encode(),
        b"\xff\xfe",
        b"x" * (MAX_CREDENTIAL_BYTES + 1),
    ],
)
def test_what_cannot_go_into_a_header_is_refused_without_showing_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(CredentialError) as refused:
        CredentialSources(tmp_path).read(CredentialSource("file", "key"))
    assert "file:key" in str(refused.value)
    assert refused.value.__cause__ is None
    if content.strip():
        assert content.decode("utf-8", "replace") not in str(refused.value)


def test_a_missing_variable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSTREAM_KEY", raising=False)
    with pytest.raises(CredentialError, match="env:UPSTREAM_KEY"):
        CredentialSources(tmp_path).read(CredentialSource("env", "UPSTREAM_KEY"))
