"""What may be a secret and what only stands where one should: a table, each kind with what must be refused."""

from collections.abc import Callable

import pytest

from addons.core.detect.command_secret import COMMAND_SECRETS
from addons.core.detect.entropy import shannon_entropy
from addons.core.detect.kubernetes_secret import is_encoded
from addons.core.detect.secret_value import (
    is_argument,
    is_basic_credentials,
    is_key,
    is_passphrase,
    is_password,
    is_placeholder,
)

CASES: tuple[tuple[Callable[[str], bool], tuple[str, ...], tuple[str, ...]], ...] = (
    # what judges, what it accepts, what it must refuse
    (
        is_placeholder,
        (
            "<password>",
            "${DB_PASSWORD}",
            "********",
            "your-api-key",
            "changeme",
            "xxxxxxxx",
            "%s",
            "{{ token }}",
            "...",
        ),
        ("hunter2", "a1B2c3D4", "correcthorsebattery", "Summer2024!"),
    ),
    (
        is_password,
        ("hunter2", "Summer2024!", "S3cr3t", "correcthorsebattery", "wintersonne", "p@ssw0rd", "QwErTyUiOp", "735519"),
        (
            "",
            "short",
            "required",
            "string",
            "self.password",
            "get_password",
            "authentication",
            "sha256",
            "/run/secrets/db",
        ),
    ),
    (
        is_key,
        ("a1B2c3D4e5F6g7H8", "0123456789abcdef" * 2, "dXNlcjpwYXNz", "supersecretjwtkeythatislong"),
        (
            "",
            "1234567890123",
            "getAccessToken",
            "settings.api_key2",
            "aaaaaaaaaaaaaaaa1",
            "my-app-secret-01",
            "AES-256-GCM",
        ),
    ),
    (
        is_passphrase,
        ("correct horse battery staple", "p@ss w0rd!", "keyboard cat 99", "abcd efgh ijkl mnop"),
        (
            "Enter your password",
            "must have 8 characters",
            "x if y else z",
            "Mot de passe oubli\u00e9",
            "two words",
            "a = b1",
        ),
    ),
    (is_argument, ("S3cr3tRoot", "R00t!pass", "Kx82mQzW"), ("shop", "-h", "$PASS1", "/etc/x1", "--port", "8080:80")),
    (is_basic_credentials, ("dXNlcjpwYXNz", "OnB3"), ("", "dXNlcg==", "Og==", "not base64", "//79/A==")),
    (is_encoded, ("azNRbTlabVdzIQ==", "YWRtaW4="), ("production", "a1B2c3D4", "abc", "AAECAw==", "postgres")),
)


@pytest.mark.parametrize(("judge", "value"), [(judge, value) for judge, values, _ in CASES for value in values])
def test_a_secret_is_accepted(judge: Callable[[str], bool], value: str) -> None:
    assert judge(value)


@pytest.mark.parametrize(("judge", "value"), [(judge, value) for judge, _, values in CASES for value in values])
def test_what_is_none_is_refused(judge: Callable[[str], bool], value: str) -> None:
    assert not judge(value)


@pytest.mark.parametrize(("text", "bits"), [("", 0), ("aaaa", 0), ("abab", 1), ("abcd", 2), ("0123456789abcdef", 4)])
def test_entropy_is_that_of_the_letters(text: str, bits: float) -> None:
    assert shannon_entropy(text) == pytest.approx(bits)


def test_secrets_of_commands_are_for_requests_only() -> None:
    assert all(detector.requests_only for detector in COMMAND_SECRETS)
