"""Made-up API keys, in the form and the full length that their issuers hand out."""

import string
from random import Random
from uuid import UUID

from tests.bench.labelled_values import BASE32, BASE64, HEX, UPPER, URL, WORD, digits, of

LOWER = string.ascii_lowercase + string.digits
_BY_PREFIX: tuple[tuple[str, str, int], ...] = (
    # what it begins with, the alphabet of the rest, how many of them
    *(("sk-proj-", URL, 156), ("sk-svcacct-", URL, 156), ("sk-admin-", URL, 148), ("sk-", WORD, 48)),
    *(("sk-ant-api03-", URL, 95), ("sk-ant-admin01-", URL, 95), ("sk-or-v1-", HEX, 64), ("sk-", HEX, 32)),
    *(("AIzaSy", URL, 33), ("hf_", string.ascii_letters, 34), ("api_org_", string.ascii_letters, 34)),
    *(("gsk_", WORD, 52), ("xai-", WORD, 80), ("pplx-", WORD, 48), ("r8_", WORD, 37), ("csk-", LOWER, 48)),
    *(("fw_", WORD, 24), ("nvapi-", URL, 64), ("tvly-dev-", WORD, 32), ("tvly-", WORD, 32), ("fc-", HEX, 32)),
    *(("jina_", HEX, 32 + 28), ("pcsk_5", WORD, 69), ("ls__", HEX, 32), ("AGE-SECRET-KEY-1", UPPER, 58)),
    *((f"gh{kind}_", WORD, 36) for kind in "pousr"),
    *((f"{kind}-", URL, 20) for kind in ("glpat", "gldt", "glptt", "glft", "glsoat", "glrt")),
    *(("GR1348941", URL, 20), ("ATATT3xFfGF0", URL, 180), ("ATCTT3xFfGN0", URL, 180), ("npm_", WORD, 36)),
    *(("pypi-AgEIcHlwaS5vcmc", URL, 150), ("rubygems_", HEX, 48), ("dckr_pat_", URL, 27), ("CCIPAT_", WORD, 62)),
    *(("sntrys_", BASE64, 150), ("sntryu_", HEX, 64), ("lin_api_", WORD, 40), ("ntn_", WORD, 46)),
    *(("secret_", WORD, 43), ("figd_", URL, 40), ("AKIA", BASE32, 16), ("ASIA", BASE32, 16), ("GOCSPX-", URL, 28)),
    *(("ya29.a0", URL, 160), ("dapi", HEX, 32), ("dop_v1_", HEX, 64), ("doo_v1_", HEX, 64), ("hvs.", URL, 95)),
    *(("hvb.", URL, 140), ("pul-", HEX, 40), ("dp.pt.", WORD, 43), ("dp.st.dev.", WORD, 43), ("sbp_", HEX, 40)),
    *(("sb_secret_", URL, 31), ("pscale_tkn_", URL, 43), ("pscale_pw_", URL, 43), ("NRAK-", UPPER, 27)),
    *(("LTAI5t", WORD, 18), ("HRKU-AA", URL, 58), ("fm2_", BASE64, 160), ("sk_live_", WORD, 24)),
    *(("sk_test_51", WORD, 97), ("rk_live_", WORD, 24), ("whsec_", BASE64, 32), ("SK", HEX, 32)),
    *((f"shp{kind}_", HEX, 32) for kind in ("at", "ca", "pa", "ss")),
    *(("tgp_v1_", URL, 43), ("cfut_", WORD, 48), ("nfp_", WORD, 36), ("vcp_", WORD, 56), ("squ_", HEX, 40)),
    *(("napi_", WORD, 64), ("sk_", HEX, 48), ("essu_", WORD, 60), ("tfp_", URL, 59), ("rdme_", LOWER, 70)),
    *(("CFPAT-", URL, 43), ("xoxe-1-", UPPER, 146), ("AKCp", WORD, 69), ("EZAK", WORD, 54), ("1//0", URL, 100)),
    *(("sha256~", URL, 43), ("ABIA", BASE32, 16), ("llx-", WORD, 48), ("bkua_", HEX, 40), ("ops_eyJ", WORD, 400)),
    *(("sbp_v0_", HEX, 40), ("xsmtpsib-", HEX, 64), ("bkat_", HEX, 40), ("phc_", WORD, 43), ("dose", HEX, 32)),
    *(("NRJS-", HEX, 19), ("hcaik_", LOWER, 58), ("rzp_live_", WORD, 14), ("tr_dev_", WORD, 20), ("m0-", WORD, 40)),
    *(("key-", HEX, 32), ("sq0atp-", URL, 22), ("sq0csp-", URL, 43), ("sl.", URL, 136)),
)


def _joined(source: Random) -> str:
    """Return one of those that have several parts."""
    return source.choice(
        (
            f"sk-lf-{UUID(int=source.getrandbits(128), version=4)}",
            f"lsv2_{source.choice(('pt', 'sk'))}_{of(source, HEX, 32)}_{of(source, HEX, 10)}",
            f"github_pat_{of(source, WORD, 22)}_{of(source, WORD, 59)}",
            f"glpat-{of(source, URL, 27)}.01.{of(source, LOWER, 9)}",
            f"PMAK-{of(source, HEX, 24)}-{of(source, HEX, 34)}",
            f"tskey-auth-k{of(source, WORD, 11)}CNTRL-{of(source, WORD, 32)}",
            f"glsa_{of(source, WORD, 32)}_{of(source, HEX, 8)}",
            f"xox{source.choice('bp')}-{digits(source, 12)}-{digits(source, 12)}-{of(source, WORD, 24)}",
            f"xapp-1-A{of(source, UPPER, 10)}-{digits(source, 13)}-{of(source, HEX, 64)}",
            f"SG.{of(source, URL, 22)}.{of(source, URL, 43)}",
            f"xkeysib-{of(source, HEX, 64)}-{of(source, WORD, 16)}",
            f"{of(source, WORD, 14)}.atlasv1.{of(source, URL, 67)}",
            f"{digits(source, 10)}:AA{of(source, URL, 33)}",
            f"{of(source, HEX, 32)}-us{source.randint(1, 21)}",
            f"{of(source, WORD, 3)}8Q~{of(source, WORD, 34)}",
            f"pat-na1-{UUID(int=source.getrandbits(128), version=4)}",
            f"pat{of(source, WORD, 14)}.{of(source, HEX, 64)}",
            f"SWMTKN-1-{of(source, LOWER, 50)}-{of(source, LOWER, 25)}",
        )
    )


def password(source: Random) -> str:
    """Return one that somebody chose, or a generator."""
    word = source.choice(("hunter", "Summer", "dragon", "Tr0ub4dor", "qwErty", "Monkey"))
    return source.choice(
        (
            f"{word}{digits(source, 2)}!",
            f"{word}{digits(source, 4)}",
            of(source, f"{WORD}!#*+^~", 15) + digits(source, 1),
            f"{word}&{of(source, LOWER, 5)}{digits(source, 1)}",
            of(source, WORD, 23) + digits(source, 1),
        )
    )


def secret(source: Random) -> str:
    """Return a random key without a mark of its issuer."""
    alphabet, size = source.choice(((HEX, 32), (HEX, 64), (WORD, 24), (WORD, 40), (BASE64, 44), (URL, 43)))
    return of(source, alphabet, size - 2) + digits(source, 1) + "a"


def url_password(source: Random) -> str:
    """Return one as it stands in a URL, with the colon that is masked with it."""
    return ":" + source.choice((of(source, WORD, 12) + "%21", f"s3cr{of(source, LOWER, 5)}%40", of(source, WORD, 20)))


def ethereum(source: Random) -> str:
    """Return an address without a checksum."""
    return f"0x{of(source, HEX, 39)}7"


SECRET_TEMPLATES: dict[str, tuple[str, ...]] = {
    "named_secret": (
        "DB_PASSWORD={password}\nDB_HOST=db.internal\n",
        "export SERVICE_API_KEY={secret}",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: {password}\n      POSTGRES_DB: shop\n",
        '{"ConnectionStrings": {}, "Jwt": {"SigningKey": "{secret}", "Issuer": "shop"}}',
        'resource "db" "main" {\n  username = "admin"\n  password = "{password}"\n}\n',
        "spring.datasource.password={password}\nspring.jpa.show-sql=false\n",
        "The password is {password} and the user is admin.",
        'client = Client(secret="{secret}", timeout={n})',
        "curl -H 'Authorization: Bearer {secret}' https://api.example.com/v1/{n}",
        "mysql --user=root --password={password} shop",
        '{"client_id": "app-{n}", "client_secret": "{secret}"}',
        "x-api-key: {secret}\naccept: */*\n",
        "<password>{password}</password>",
        "stringData:\n  token: {secret}\n",
        "env:\n- name: DB_PASSWORD\n  value: {password}\n",
        'variable "db_password" {\n  default = "{password}"\n}\n',
        "Passwort: {password}",
        "- **Password:** `{password}`",
        "machine api.example.com login ci password {password}\n",
        "ALTER USER app IDENTIFIED BY '{password}';",
        "docker login -u ci -p {password} registry.example.com",
        "token: |\n  {secret}\nnext: {n}\n",
    ),
    "url_credentials": (
        "DATABASE_URL=postgres://app{url_password}@db.internal:5432/shop",
        '{"broker": "amqps://worker{url_password}@mq.example.com/v"}',
        "git clone https://jane{url_password}@example.com/team/repo.git",
        "redis://{url_password}@cache:6379/0",
    ),
    "crypto_address": ("Send it to {ethereum}, please.", '{"to": "{ethereum}", "value": {n}}'),
}
NAMED_NOTHING = (
    "password = os.environ['DB_PASSWORD_{n}']",
    "password: str | None = None  # {n}",
    "max_tokens={n}, token_count={n}",
    "DB_PASSWORD=${DB_PASSWORD}",
    "api_key: <your-api-key>",
    "https://example.com:{n}/path?token=next&page={n}",
    "secretName: app-secret-{n}",
    "Enter your password: ********",
    "def login(user: str, password: str) -> Token: return self.tokens[{n}]",
    "postgres://user:password@localhost:{n}/db",
    "docker run -p {n}:80 nginx",
    "mysql -u root -p shop{n}",
    '{"password": "Enter your password again", "n": {n}}',
    "kind: ConfigMap\ndata:\n  workers: {n}\n  mode: production\n",
)
"""Lines that name a secret and have none."""


def api_key(source: Random) -> str:
    """Return a key."""
    if source.random() < 0.15:
        return _joined(source)
    prefix, alphabet, size = source.choice(_BY_PREFIX)
    body = of(source, alphabet, size)
    return prefix + (body[:-1] + "a" if body[-1] in "-_+/" else body)
