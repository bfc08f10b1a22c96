r"""Credentials in URLs (RFC 3986, section 3.2.1), in their queries, and in connection strings.

Only the secret is masked, and the colon or the slashes before it, by which it is found quickly; user, host and the
parameter's name stay readable. A user name by itself is a secret where it is a token. Passwords on local machines count
like any other. What is written instead of one in manuals does not: see ``secret_value.is_placeholder``.
"""

from addons.core.detect.detector import Detector
from addons.core.detect.secret_value import is_key, is_placeholder

_USER = r"[^\s/?#@:\"'`<>\\]"
_PASSWORD = r"[^\s/?#@\"'`<>\\]"  # noqa: S105 - a pattern
_SIGNED = (
    *(
        "sig",
        "signature",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "X-Amz-Security-Token",
        "X-Goog-Signature",
        "AWSAccessKeyId",
    ),
    *(
        "api[_-]?key",
        "apikey",
        "key",
        "subscription-key",
        "x-api-key",
        "access[_-]?token",
        "refresh[_-]?token",
        "id_token",
    ),
    *("auth[_-]?token", "token", "auth", "client[_-]?secret", "secret", "password", "passwd", "pwd", "code", "session"),
    *("private[_-]?token", "access[_-]?key", "credential", "assertion", "sas"),
)


_SHORTEST = 3
"""Characters of a password: manuals write ``a:b@host``."""


def is_url_password(value: str) -> bool:
    """Say whether ``value`` is a password, and nothing that stands for one."""
    plain = value.removeprefix(":")
    return len(plain) >= _SHORTEST and not is_placeholder(plain)


def is_url_token(value: str) -> bool:
    """Say whether ``value`` is a key and no name."""
    return is_key(value.removeprefix("//"))


URL_PASSWORD = Detector(
    name="url_credentials",
    label="URL_CREDENTIALS",
    groups=("secrets",),
    pattern=rf":(?<=[A-Za-z0-9+]://{_USER}{{0,128}}:){_PASSWORD}{{1,256}}(?:@{_PASSWORD}{{1,128}}(?=@))?(?=@)",
    validate=is_url_password,
    examples=(
        "postgres://app:" + "s3cret" + "@db.internal:5432/shop",
        "mongodb+srv://root:" + "p%40ss%2Fw0rd" + "@cluster0.example.net/?retryWrites=true",
        "redis://:" + "hunter2" + "@localhost:6379/0",
        "amqp://guest:" + "guest" + "@rabbit",
        "https://jane:" + "pa:ss" + "@example.com/x",
        "smtp://me%40example.com:" + "tr1ck" + "@smtp.example.com",
        "mysql://app:" + "p@ss" + "@db/x",
        "https://x-access-token:" + "abcdef0123" + "@github.com/o/r.git",
    ),
    counter_examples=(
        "https://example.com:8443/path@x",
        "postgres://user:password@host/db",
        "postgres://user:<password>@host/db",
        "postgres://app:${DB_PASSWORD}@db/x",
        "https://user:***@example.com",
        "https://user:{{ password }}@example.com",
        "ssh://git@github.com:22/o/r.git",
        "http://[::1]:8080/a@b",
        "https://host:80 and a@b",
    ),
)

URL_TOKEN = Detector(
    name="url_credentials",
    label="URL_CREDENTIALS",
    groups=("secrets",),
    pattern=rf"//(?<=[A-Za-z0-9+]://){_USER}{{16,256}}(?=:?(?:x-oauth-basic)?@)",
    validate=is_url_token,
    examples=(
        "https://" + "a1B2c3D4e5F6g7H8i9" + "@github.com/o/r.git",
        "https://" + "a1B2c3D4e5F6g7H8i9" + ":x-oauth-basic@github.com",
        "https://" + "0123456789abcdef" * 2 + "@o1.ingest.example.com/2",
    ),
    counter_examples=(
        "ssh://git@github.com",
        "https://continuous-integration@example.com",
        "https://example.com/a1B2c3D4e5F6g7H8i9@x",
    ),
)

URL_PARAMETER = Detector(
    name="url_credentials",
    label="URL_CREDENTIALS",
    groups=("secrets",),
    pattern=rf"(?<==)(?<=[?&#;](?:amp;)?(?i:{'|'.join(_SIGNED)})=)[A-Za-z0-9%._~+/=|:-]{{8,256}}",
    validate=is_key,
    tail="[A-Za-z0-9%._~+/=|:-]{1,128}",
    examples=(
        "https://api.example.com/v1?api_key=" + "a1B2c3D4e5F6" + "&n=1",
        "https://x.blob.core.windows.net/c/f?sv=2022-11-02&sig=" + "a1B2%2Fc3D4e5F6g7%3D",
        "https://s3.amazonaws.com/b/k?X-Amz-Signature=" + "0123456789abcdef" * 4,
        "https://example.com/cb#access_token=" + "a1B2c3D4e5F6" + "&state=1",
        "POST /token?client_secret=" + "a1B2c3D4e5F6",
        "?x=1&amp;token=" + "a1B2c3D4e5F6",
    ),
    counter_examples=(
        "?key=name",
        "?token={token}",
        "?api_key=YOUR_API_KEY",
        "?code=404",
        "&auth=basic",
        "?session=2024-01-15",
        "a == b && key=1",
    ),
)

_NAMED = (
    "[pP]assword|PASSWORD|[pP]wd|PWD|[aA]ccess[kK]ey|[sS]hared[aA]ccess[kK]ey|[sS]hared[sS]ecret|[cC]lient[sS]ecret"
)
"""Case by case: so a text is known not to hold any before a pattern runs."""

CONNECTION_STRING = Detector(
    name="url_credentials",
    label="URL_CREDENTIALS",
    groups=("secrets",),
    pattern=rf"(?<==)(?<=(?:^|[;\"'=\s])(?:{_NAMED})[ ]?=)"
    r"(?:[^;{\s\"'`<>\\][^;\s\"'`<>\\]{0,255}|\{[^{}\n]{1,128}\}|\"[^\"\n]{1,128}\")(?=;)",
    validate=is_url_password,
    examples=(
        "Server=tcp:db,1433;User ID=app;Password=" + "s3cret" + ";Encrypt=true",
        "Uid=app;Pwd=" + "tr1ck" + ";",
        "UID=app;PWD={" + "Kz82;mQx" + "};",
        'User ID=sa;Password="' + 'Kz 82;mQx";',
        "Endpoint=sb://x/;SharedAccessKey=" + "a1B2c3D4=" + ";EntityPath=q",
        "host=db;accesskey=" + "abc/def=" + ";",
    ),
    counter_examples=(
        "Password=;",
        "Password={0};",
        "Password=password;",
        "Pwd=${PWD};",
        "password=yes",
    ),
)

URL_CREDENTIALS = (URL_PASSWORD, URL_TOKEN, URL_PARAMETER, CONNECTION_STRING)
