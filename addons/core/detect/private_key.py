r"""Private keys in textual encoding (RFC 7468), PGP's included, also where line ends are escaped or the end is missing.

The header is enough to match. The key goes on for as long as its text does, and through its END line: so a key without
one, or a very long one, is masked to where base64 ends. Words that follow such a key look like base64 and go with it.
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
    pattern=rf"-----BEGIN {_KEY}",
    vetted=True,
    tail=rf"(?<!-----END {_KEY})(?:{_HEADER}|{_LINE_END}|{_BODY}{{1,128}}|{_JOINED_STRINGS}|-----END {_KEY})",
    examples=(
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A,0\n\nMI\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAA\\n-----END OPENSSH PRIVATE KEY-----\\n",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBF\n=ab\n-----END PGP PRIVATE KEY BLOCK-----",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGl",
        '"-----BEGIN EC PRIVATE KEY-----\\n" +\n  "MHcCAQEEIIGlMHcCAQEEIIGl\\n" +\n  "-----END EC PRIVATE KEY-----"',
    ),
    counter_examples=(
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        "PRIVATE KEY",
        "-----END PRIVATE KEY-----",
    ),
)
