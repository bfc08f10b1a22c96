r"""Passwords that a command, a statement or a call has in a place of its own: ``mysql -pX``, ``IDENTIFIED BY '…'``.

What stands there is looked at behind the match, as for names, and only the password is masked.
"""

from addons.core.detect.detector import Detector
from addons.core.detect.secret_value import is_argument, is_password

_REST = r"[^\n|;&]{0,120}"
"""A command's other arguments."""
_GLUED = "mysql|mysqldump|mysqladmin|mysqlimport|mariadb|sshpass"
"""Commands that take a password directly after ``-p``: after a space stands a database."""
_SPACED = "sshpass|docker login|podman login|nerdctl login|registry login|az login|mongo|mongosh|mongodump|mongorestore"
_COMMANDS = (
    rf"(?:{_GLUED})(?: {_REST})?[ ]-p[\"']?",
    rf"(?:{_SPACED})(?: {_REST})?[ ]-p[ =][\"']?",
    r"redis-cli[ ](?:[^\n|;&]{0,160}[ ])?-a[ ][\"']?",
    r"ldap(?:search|modify|add|passwd|delete|whoami)[ ]" + _REST + r" -w[ ][\"']?",
    r"htpasswd[ ]-[a-zA-Z]{0,8}b[a-zA-Z]{0,8}[ ][\w./-]{1,80}[ ][\w.@-]{1,64}[ ][\"']?",
    r"snmp(?:walk|get|bulkwalk)[ ]" + _REST + r" -[AX][ ][\"']?",
    r"(?:-pass(?:in|out)?|-k)[ ][\"']?pass:",
    r"net use[ ][^\n]{1,120}/user:[^\s]{1,64}[ ]",
    r"smbclient[ ][^\n]{1,120}-U[ ][\"']?[^\s%]{1,64}%",
    r"aws configure set[ ][a-z_.-]{0,60}(?:secret_access_key|session_token)[ ][\"']?",
    r"gh secret set[ ][^\n]{1,80}(?:--body|-b)[ =][\"']?",
    r"(?<![A-Za-z])requirepass[ ]{1,8}[\"']?",
    r"machine[ ][^\s]{1,120}\s{1,8}(?:login[ ][^\s]{1,64}\s{1,8})?password[ ]",
    r":5432:[\w*-]{1,63}:[\w*.-]{1,63}:",
    r":\*:[\w*-]{1,63}:[\w*.-]{1,63}:",
    r"enable secret \d ",
    r"enable password \d ",
)
_CALLS = (
    r"(?:IDENTIFIED BY|WITH PASSWORD|SET PASSWORD =|ENCRYPTED PASSWORD) [\"']",
    r"(?:identified by|with password|set password =|encrypted password) [\"']",
    r"auth=\([\"'][^\"'\n]{1,64}[\"'], ?[\"']",
    r"auth = \([\"'][^\"'\n]{1,64}[\"'], ?[\"']",
    r"BasicAuth\([\"'][^\"'\n]{1,64}[\"'], ?[\"']",
    r"NetworkCredential\([\"'][^\"'\n]{1,64}[\"'], ?[\"']",
    r"getConnection\([^\n,]{1,120}, ?[\"'][^\"'\n]{1,64}[\"'], ?[\"']",
    r"(?:put|set|setProperty)\([\"'][a-zA-Z._]{0,32}[pP]assword[\"'], ?[\"']",
    r"setPassword\([\"']",
    r"ConvertTo-SecureString (?:-String )?[\"']",
    r"define\([\"'][A-Za-z_]{0,32}(?:PASS|PASSWORD|SECRET|password)[\"'], ?[\"']",
    r"jwt\.(?:sign|verify|encode|decode)\([^\n\"',]{1,80}, ?[\"']",
    r"jdbc:oracle:thin:[A-Za-z0-9_$#]{1,30}/",
    r"temporary password is generated for [^\s]{1,80}: ",
)

COMMAND_SECRET = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=rf"(?<=[ :\"'p%/])(?![:/ -]{{2}})(?<={'|'.join(_COMMANDS)})[^\s\"'`<>|;@]{{4,200}}",
    validate=is_argument,
    requests_only=True,
    examples=(
        "mysql -u root -p" + "S3cr3tRoot shop",
        "sshpass -p '" + "R00t!pass' ssh root@host",
        "docker login -u ci -p " + "Wk29Dm3x registry.example.com",
        "redis-cli -h cache -a " + "Zq82mXk4 ping",
        "openssl pkcs12 -in a.p12 -passin pass:" + "Tz82kQm -nodes",
        "machine api.example.com login bob password " + "Kx82mQzW",
        "db.example.com:5432:shop:app:" + "Kx82mQzW",
        "requirepass " + "Zk82mQx9Lw",
        "htpasswd -b .htpasswd bob " + "Kq82Lmx",
    ),
    counter_examples=(
        "mysql -u root -p shop",
        "mysql -u root -p shop1",
        "mysql -u root -p --port 3306",
        "docker run -p 8080:80 nginx",
        "docker login -u ci -p $CI_TOKEN1 registry.example.com",
        "sshpass -p '' ssh x",
        "redis-cli -h cache -a",
        "ssh -p 2222 host",
    ),
)

CALL_SECRET = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=rf"(?<=[\"'/ ])(?<={'|'.join(_CALLS)})[^\s\"'`\\]{{6,200}}(?=[\"'@\s;]|\Z)",
    validate=is_password,
    requests_only=True,
    examples=(
        "ALTER USER 'root'@'localhost' IDENTIFIED BY '" + "Kz82mQx!';",
        'requests.get(url, auth=("bob", "' + 'Kz82mQx9"))',
        'new NetworkCredential("bob", "' + 'Kz82mQx!")',
        'DriverManager.getConnection(url, "app", "' + 'Kz82mQx!9")',
        '$p = ConvertTo-SecureString "' + 'Kz82mQx!" -AsPlainText -Force',
        "define('DB_PASSWORD', '" + "Kz82mQx!');",
        "jdbc:oracle:thin:scott/" + "T1gerT1ger@//db:1521/orcl",
    ),
    counter_examples=(
        "IDENTIFIED BY 'password'",
        'auth=("user", "pass")',
        "jwt.decode(token, 'secret')",
        "define('DB_PASSWORD', 'password_here');",
        'ConvertTo-SecureString "$env:PW1"',
    ),
)

_HASH = "[A-Za-z0-9./]"
PASSWORD_HASH = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=rf"\$2[abxy]\$[0-9]{{2}}\${_HASH}{{53}}|\$apr1\${_HASH}{{1,8}}\${_HASH}{{20,22}}"
    rf"|\$1\${_HASH}{{1,8}}\${_HASH}{{22}}|\$[56]\$(?:rounds=[0-9]{{1,9}}\$)?{_HASH}{{1,16}}\${_HASH}{{43,86}}"
    rf"|\$y\${_HASH}{{1,8}}\${_HASH}{{1,86}}\${_HASH}{{43}}"
    r"|\$argon2(?:id|i|d)\$v=[0-9]{1,3}\$m=[0-9]{1,9},t=[0-9]{1,4},p=[0-9]{1,3}\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,128}",
    vetted=True,
    tail=f"{_HASH}{{1,128}}",
    requests_only=True,
    examples=(
        "bob:$apr1$uUsDW9Ks$" + "kQ8ZmX2vLw9RtY5bN1cD4.",
        "bob:$2y$10$" + "WvK8ZmX2vLw9RtY5bN1cDuF6hJ0sAeUu3Kq8ZmX2vLw9RtY5bN1cO",
        "root:$6$rounds=5000$saltsalt$" + "a1B2c3D4" * 10 + "e5F6g7:19000:0:99999:7:::",
    ),
    counter_examples=("$1$2", "$2b$10$", "cost $5$ or $6$", "$argon2id$v=19$"),
)

COMMAND_SECRETS = (COMMAND_SECRET, CALL_SECRET, PASSWORD_HASH)
