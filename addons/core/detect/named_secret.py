r"""Passwords, keys and tokens that only their name gives away: ``DB_PASSWORD=…``, ``"apiKey": "…"``, ``Bearer …``.

The name and what joins it to its value are looked at behind the match, and only the value is masked. A name counts by
how it ends, so ``OPENAI_API_KEY`` is one and ``max_tokens`` is none. What counts as a value says ``secret_value``.
Such a judgement is too weak for answers, which are full of code.
"""

from addons.core.detect.command_secret import COMMAND_SECRETS
from addons.core.detect.detector import Detector
from addons.core.detect.kubernetes_secret import KUBERNETES_SECRET
from addons.core.detect.secret_value import is_key, is_passphrase, is_password

_PASSWORD = (
    *("[pP]assw(?:or[dt]|d)", "[pP]assphrase", "[pP]asscode", "PASS(?:WORD|WD|PHRASE|CODE)?"),
    *(
        "pwd",
        "Pwd",
        "PWD",
        "(?<![A-Za-z])pass",
        "storepass",
        "keypass",
        "(?<![A-Za-z])mdp",
        "(?<![A-Za-z])clave",
        "[^A-Za-z]psk",
    ),
    *("[kK]ennwort", "[cC]ontrase\u00f1a", "[mM]ot de passe", "[sS]enha", "[wW]achtwoord", "[hH]as\u0142o"),
    *("[\u043f\u041f]\u0430\u0440\u043e\u043b\u044c", "\u30d1\u30b9\u30ef\u30fc\u30c9"),
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
    *("[sS]ubscription", "[sS]torage", "STORAGE", "[aA]dmin", "ADMIN", "[aA]pplication", "APPLICATION"),
    *("[dD]eploy", "DEPLOY", "[rR]ecord", "RECORD", "[cC]onsumer", "CONSUMER", "[sS]ervice", "SERVICE"),
)
_KEY = (
    *("[tT]oken", "TOKEN", "[sS]ecret(?: key)?", "SECRET", "[cC]redentials?", "CREDENTIALS?", "apikey", "APIKEY"),
    rf"(?:{'|'.join(_WHICH)})(?:_key|-key|Key|_KEY|-Key)",
    *("[aA]pi key", "secret_key_base", "API [kK]ey", "Api Key", "[aA]ccess key", "[aA]uthorization"),
    *('"auth', "'auth", "_auth", "-auth", "_AUTH"),
)
_TYPE = r"(?:: ?[&A-Za-z]{2,12})?"
"""A type between name and value, as in ``token: str = …``."""
_JOINT = (
    rf"(?:\\{{0,3}}[\"'`])?\]?(?:{_TYPE}[ ]{{0,8}}(?:=|:=|=>|==)|[ ]?:)[ \t]{{0,8}}"  # assigned
    r"|\*\*:? ?|:\*\* ?|\uff1a[ ]?| (?:->?|\u2192) | \| "  # in Markdown, in a list or a table
    r"|:[ ]?[|>][+-]?[ ]?\n[ ]{1,16}"  # a YAML block
    r"|[\"']?,?\s{1,24}[\"']?[vV]alue[\"']?[ ]?[:=][ ]{0,4}|[\"'] \{\s{1,24}default[ ]{1,8}=[ ]"  # a pair; Terraform
    r"|[\"']?>|[\"'] value=|[\"']? [A-Z][A-Za-z]{2,12}=[\"'][A-Za-z:/.#-]{1,80}[\"']>|</key>\s{1,16}<string>"  # XML
    r"| (?:is|was|ist|lautet|es|est|\u00e8|\u00e9|jest):? "  # said
)
_QUOTED = r"(?:[^\s\"'`\\]|\\[^\s\"'rnt]){6,200}"
_BARE = r"[^\s\"'`<>,;()\[\]{}|\\]"
_BARE_KEY = r"[^\s\"'`<>,;&()\[\]{}|\\]"
"""A key has no ampersand: there the next parameter of a query begins."""
_TAIL = f"{_BARE_KEY}{{1,128}}"


_OPTION = r"--[a-z0-9-]{0,40}"
_SHORT = r"(?:(?<![A-Za-z])(?:pw|PW)|\u5bc6\u7801)(?: ?[:=]|\uff1a) ?[\"'`]?"
"""Names of two letters."""
_USER = r"curl [^\n|;]{0,200}(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,64}:"
"""What stands before a password for curl."""


_SPOKEN = (
    r"(?:API [kK]ey|api key|API [tT]oken|api token|access token|secret key) [\"'`]?"
    r"|ENV [A-Z_]{0,32}(?:TOKEN|SECRET|_KEY)[ =][\"']?"
)
"""What stands before a key in a sentence, and in a Dockerfile."""


def _after(names: tuple[str, ...], *others: str, bare: str = _BARE) -> str:
    """Return a pattern for what stands after one of ``names``, or ``others``. The first look behind fails quickly."""
    name = f"(?:{'|'.join(names)})"
    places = (
        rf"{name}(?:{_JOINT})(?:[fbr]?\\{{0,3}}[\"'`]{{1,3}}\n?)?",
        f"{_OPTION}{name} [\"']?",
        f"{name} [\"']",
        f"[mM]y {name} ",
        *others,
    )
    return (
        rf"(?<=[=: >\t\n\"'`*\uff1a])(?![=:>\s]{{2}})(?<={'|'.join(places)})"
        rf"(?:(?<=[\"'`]){_QUOTED}|(?<![\"'`])(?>{bare}{{6,200}})(?![(\[]))"
    )


# The made-up examples are put together, so that a scanner of this repository finds no secret in it.
_HUNTER, _RANDOM, _HEX = "hunter2" + "!Xy", "a1B2c3D4" + "e5F6g7H8", "0123456789abcdef" * 2

NAMED_PASSWORD = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=_after(_PASSWORD, _USER, _SHORT),
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
    pattern=_after(_KEY, _SPOKEN, bare=_BARE_KEY),
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

_WORD = r"[^\s\"'`\\<>{}]{1,40}"
PASSPHRASE = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=rf"(?<=[\"'=])(?<=(?:{'|'.join(_PASSWORD)}|[sS]ecret|SECRET)(?:{_JOINT})[\"']?)"
    rf"{_WORD}(?: {_WORD}){{1,9}}(?=[\"'\n]|\Z)",
    validate=is_passphrase,
    requests_only=True,
    examples=(
        '{"password":"' + 'correct horse battery staple"}',
        "POSTGRES_PASSWORD='" + "p@ss w0rd!'",
        'SESSION_SECRET="' + 'keyboard cat 99"',
        "SMTP_PASS=" + "abcd efgh ijkl mnop",
    ),
    counter_examples=(
        '"password": "must have 8 characters, 1 digit and 1 sign"',
        '"password": "Enter your password"',
        '"password": "Mot de passe oubli\u00e9"',
        "password = getpass.getpass() or ask()",
        "password=x if y else z",
    ),
)

NAMED_SECRETS = (NAMED_PASSWORD, NAMED_KEY, AUTHORIZATION, PASSPHRASE, *COMMAND_SECRETS, KUBERNETES_SECRET)
