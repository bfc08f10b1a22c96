r"""Private keys in textual encoding (RFC 7468), PGP's included, also where line ends are escaped or the end is missing.

The header is enough to match. The key goes on for as long as its text does, and through its END line: so a key without
one, or a very long one, is masked to where base64 ends. Words that follow such a key look like base64 and go with it.
So it is with PuTTY's files. The secret members of a JSON web key (RFC 7517) are told by their names and their length.
"""

from addons.core.detect.detector import Detector

_KEY = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_BODY = "[A-Za-z0-9+/=]"
_HEADER = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID):[^\n\\]{0,128}"
_LINE_END = r"[\r\n][ >|#*]{1,8}|\s{1,16}|\\{1,4}[nrt]?"
_JOINED_STRINGS = rf"[\"'][\s,+\\]{{0,60}}[\"'](?={_BODY}{{16}}|-----END )"

PRIVATE_KEY = Detector(
    name="private_key",
    label="PRIVATE_KEY",
    groups=("secrets",),
    pattern=rf"-----BEGIN {_KEY}|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
    vetted=True,
    tail=rf"(?<!-----END {_KEY})(?:{_HEADER}|{_LINE_END}|{_BODY}{{1,128}}|{_JOINED_STRINGS}|-----END {_KEY})",
    examples=(
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A,0\n\nMI\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAA\\n-----END OPENSSH PRIVATE KEY-----\\n",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBF\n=ab\n-----END PGP PRIVATE KEY BLOCK-----",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGl",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: me\nP2/56wAAAi4AAAA3aWYtbW9kbntzaWdu",
        '"-----BEGIN EC PRIVATE KEY-----\\n" +\n  "MHcCAQEEIIGlMHcCAQEEIIGl\\n" +\n  "-----END EC PRIVATE KEY-----"',
    ),
    counter_examples=(
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        "PRIVATE KEY",
        "-----END PRIVATE KEY-----",
    ),
)

PUTTY_KEY = Detector(
    name="private_key",
    label="PRIVATE_KEY",
    groups=("secrets",),
    pattern=r"Private-Lines: ?[0-9]{1,4}",
    vetted=True,
    tail=rf"{_LINE_END}|Private-(?:MAC|Hash): ?[0-9a-f]{{1,64}}|{_BODY}{{1,128}}",
    examples=(
        "Private-Lines: 1\nAAAAIHa8Pu6Yzs2KkZlrPZmCGvc5MzOvDc\nPrivate-MAC: 0123456789abcdef",
        "Private-Lines: 14\r\nAAAAgQCk",
    ),
    counter_examples=("Public-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAIA", "Private-Lines: none"),
)

_MEMBER = 4096
"""Characters between a secret member and the one that says what kind of key it is: those of an RSA key of 4096 bits."""
_MEMBERS = "|".join(f'"{member}"' for member in ("d", "k", "p", "q", "dp", "dq", "qi"))


def is_base64url(value: str) -> bool:
    """Say whether both cases are there, as in no hexadecimal digest."""
    return any(map(str.isupper, value)) and any(map(str.islower, value))


JSON_WEB_KEY = Detector(
    name="private_key",
    label="PRIVATE_KEY",
    groups=("secrets",),
    pattern=rf"(?<=\")(?<=(?:{_MEMBERS})[ ]?:[ ]?\")[A-Za-z0-9_-]{{43,1024}}(?=\")"
    rf"(?:(?<=\"kty\"[^{{}}]{{0,{_MEMBER}}})|(?=[^{{}}]{{0,{_MEMBER}}}\"kty\"))",
    validate=is_base64url,
    examples=(
        '{"kty":"EC","crv":"P-256","d":"' + "a1B2" * 10 + 'c3D"}',
        '{"kty": "oct", "k": "' + "a1B2" * 16 + '"}',
    ),
    counter_examples=(
        '{"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}',
        '{"d":"2026-01-15"}',
        '{"d":"' + "a1B2" * 16 + '"}',
        '{"d":"' + "0123456789abcdef" * 4 + '"}',
        '{"k": "a-name-that-is-short"}',
    ),
)

PRIVATE_KEYS = (PRIVATE_KEY, PUTTY_KEY, JSON_WEB_KEY)
