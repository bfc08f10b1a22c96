r"""Passwords, keys and tokens that only their name gives away: ``DB_PASSWORD=…``, ``"apiKey": "…"``, ``Bearer …``.

The name and what joins it to its value are looked at behind the match, and only the value is masked. A name counts by
how it ends, so ``OPENAI_API_KEY`` is one and ``max_tokens`` is none. What counts as a value says ``secret_value``.
Such a judgement is too weak for answers, which are full of code.
"""

from addons.core.detect.detector import Detector
from addons.core.detect.secret_value import is_key, is_password

_PASSWORD = (
    *("[pP]assw(?:or)?d", "[pP]assphrase", "[pP]asscode", "PASS(?:WORD|WD|PHRASE|CODE)?"),
    *("pwd", "Pwd", "PWD", "_pass", "[kK]ennwort", "[cC]ontrase\u00f1a", "[mM]ot de passe"),
)
_WHICH = (
    *("[aA]pi", "API", "[aA]ccess", "ACCESS", "[pP]rivate", "PRIVATE", "[sS]igning", "SIGNING", "[eE]ncryption"),
    *(
        "ENCRYPTION",
        "[mM]aster",
        "MASTER",
        "[sS]hared",
        "SHARED",
        "[sS]ecret",
        "SECRET",
        "[aA]uth",
        "AUTH",
        "[aA]ccount",
    ),
    *("ACCOUNT", "[lL]icense", "LICENSE", "[aA]pp", "APP", "[jJ][wW][tT]", "JWT", "[hH]mac", "HMAC"),
    *("[sS]ubscription", "[sS]torage", "STORAGE"),
)
_KEY = (
    *("[tT]oken", "TOKEN", "[sS]ecret(?: key)?", "SECRET", "[cC]redentials?", "CREDENTIALS?", "apikey", "APIKEY"),
    rf"(?:{'|'.join(_WHICH)})(?:_key|-key|Key|_KEY|-Key)",
    *("[aA]pi key", "API key", "[aA]ccess key", "[aA]uthorization"),
    *('"auth', "'auth", "_auth", "-auth", "_AUTH"),
)
_TYPE = r"(?:: ?[&A-Za-z]{2,12})?"
"""A type between name and value, as in ``token: str = …``."""
_JOINT = (
    rf"(?:\\{{0,3}}[\"'`])?\]?(?:{_TYPE}[ ]{{0,8}}(?:=|:=|=>|==)|[ ]?:)[ \t]{{0,8}}"  # assigned
    r"|[\"']?>|[\"'] value="  # XML
    r"| (?:is|was|ist|lautet|es|est):? "  # said
)
_QUOTED = r"(?:[^\s\"'`\\]|\\[^\s\"'rnt]){6,200}"
_BARE = r"[^\s\"'`<>,;()\[\]{}|\\]"
_BARE_KEY = r"[^\s\"'`<>,;&()\[\]{}|\\]"
"""A key has no ampersand: there the next parameter of a query begins."""
_TAIL = f"{_BARE_KEY}{{1,128}}"


_OPTION = r"--[a-z-]{0,24}"
_USER = r" (?:-u|--user)[ =][\"']?[^\s:\"']{1,64}:"
"""What stands before a password for curl."""


def _after(names: tuple[str, ...], *others: str, bare: str = _BARE) -> str:
    """Return a pattern for what stands after one of ``names``, or ``others``. The first look behind fails quickly."""
    name = f"(?:{'|'.join(names)})"
    places = (rf"{name}(?:{_JOINT})(?:[fbr]?\\{{0,3}}[\"'`])?", f"{_OPTION}{name} [\"']?", *others)
    return rf"(?<=[=: >\t\"'`])(?<={'|'.join(places)})(?:(?<=[\"'`]){_QUOTED}|(?<![\"'`])(?>{bare}{{6,200}})(?![(\[]))"


# The made-up examples are put together, so that a scanner of this repository finds no secret in it.
_HUNTER, _RANDOM, _HEX = "hunter2" + "!Xy", "a1B2c3D4" + "e5F6g7H8", "0123456789abcdef" * 2

NAMED_PASSWORD = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=_after(_PASSWORD, _USER),
    validate=is_password,
    tail=_TAIL,
    requests_only=True,
    examples=(
        f"DB_PASSWORD={_HUNTER}",
        f"the password is {_HUNTER}",
        f"My password is: {_HUNTER}.",
        f'{{"password": "{_HUNTER}"}}',
        f'{{\\"password\\": \\"{_HUNTER}\\"}}',
        f"db.password: {_HUNTER}",
        f"spring.datasource.password={_HUNTER}",
        f"<password>{_HUNTER}</password>",
        f'<add key="AdminPassword" value="{_HUNTER}" />',
        f"POSTGRES_PASSWORD: '{_HUNTER}'",
        f'$env:ADMIN_PWD = "{_HUNTER}"',
        f"mysqldump --password={_HUNTER} shop",
        f"login --password {_HUNTER}",
        f"curl -u admin:{_HUNTER} https://example.com",
        f'password = "{_HUNTER}"',
        f'const dbPassword: string = "{_HUNTER}";',
        "password: " + "cGFzc3dvcmQx" + "MjM=",
        "pwd=" + "QwErTyUiOp",
    ),
    counter_examples=(
        'password = os.environ["X"]',
        "password: required",
        "password: str | None = None",
        "password=<your-password>",
        "password=${DB_PASSWORD}",
        "password = get_password(user1)",
        "password=self.password1",
        "password: {{ vault_password }}",
        "password=********",
        "PASSWORD=changeme",
        "password = hash256(salt)",
        "the password is required to have 8 characters",
        "password: sha256",
        "password_file=/run/secrets/db1",
        "pwd=/home/user1",
        "password: %s",
        '"password": "must have 8 characters, 1 digit and 1 sign"',
        "secretName: my-secret",
        "--password-file passwords1.txt",
    ),
)

NAMED_KEY = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=_after(_KEY, bare=_BARE_KEY),
    validate=is_key,
    tail=_TAIL,
    requests_only=True,
    examples=(
        f"OPENAI_API_KEY={_RANDOM}",
        f"export STRIPE_SECRET='{_RANDOM}'",
        f'apiKey: "{_RANDOM}",',
        f'{{"client_secret":"{_HEX}"}}',
        f"x-api-key: {_HEX}",
        f"Authorization: {_HEX}",
        f"token: str = '{_RANDOM}'",
        f"--token {_RANDOM}",
        f"my api key is {_RANDOM}",
        f"encryption_key = b'{_RANDOM}'",
        "DD_API_KEY=" + "0a1b2c3d" * 4,
        "HEROKU_API_KEY=" + "01234567-89ab-cdef-0123-456789abcdef",
        '"auth": "' + "dXNlcjpwYXNz" + '"',
    ),
    counter_examples=(
        "token: string",
        "max_tokens=4096",
        "secretName: my-secret",
        "token_id=01234567-89ab-cdef-0123-456789abcdef",
        "api_key = os.getenv('OPENAI_API_KEY')",
        "api_key=settings.openai_api_key2",
        "token = tokens[position1234]",
        "secret: my-app-secret-01",
        "token: YOUR_API_KEY_HERE",
        "access_key: projects/12/keys/db-01",
        "private_key: private-key.pem",
        "cache_key=a1B2c3D4e5F6g7H8",
        "api_key=xxxxxxxxxxxxxxxx",
        "token=getAccessTokenFromHeader",
        "the secret is to stay calm",
    ),
)

AUTHORIZATION = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=r"(?<= )(?<=(?:[bB]earer|BEARER|[uU]thorization[\"']{0,2}[ ]?[:=,]{1,2}[ ]?[\"'`]?[A-Za-z]{3,12}) )"
    r"[A-Za-z0-9._~+/=:-]{8,200}",
    validate=is_key,
    tail="[A-Za-z0-9._~+/=:-]{1,128}",
    requests_only=True,
    examples=(
        f"Authorization: Bearer {_RANDOM}",
        f'"Authorization": "Token {_HEX}"',
        f"curl -H 'Authorization: bearer {_RANDOM}' https://example.com",
        "Authorization: Basic " + "dXNlcjpwYXNz",
        f'headers["Authorization"] = "Bearer {_RANDOM}"'.replace('"] =', '",'),
    ),
    counter_examples=(
        "Authorization: Bearer <token>",
        "Bearer $TOKEN",
        "the bearer of the certificate",
        "Authorization: Bearer {token}",
        "Authorization: Basic authentication",
    ),
)

NAMED_SECRETS = (NAMED_PASSWORD, NAMED_KEY, AUTHORIZATION)
