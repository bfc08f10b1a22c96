r"""Values of a Kubernetes Secret, in base64 under whatever names: ``data:`` and a few lines below it ``  name: …``.

A ConfigMap has the same shape with its values as they are, so only what is base64 of a text, or of something random,
counts.
"""

import binascii
from base64 import b64decode

from addons.core.detect.detector import Detector

_LINES = 12
"""Lines of a Secret that are looked back over: most have fewer."""
LEAST_BINARY = 32
"""Characters of a value that is no text: shorter ones read like words."""


def is_encoded(value: str) -> bool:
    """Say whether ``value`` is base64 of a printable text, or long and of all kinds of characters."""
    try:
        raw = b64decode(value, validate=True)
    except binascii.Error:
        return False
    try:
        return raw.decode().replace("\n", "").isprintable()
    except UnicodeDecodeError:
        kinds = (str.isupper, str.islower, str.isdigit)
        return len(value) >= LEAST_BINARY and all(any(map(kind, value)) for kind in kinds)


_YAML = rf"data:[ ]?\n(?:[ ]{{1,8}}[^ \n][^\n]{{0,160}}\n){{0,{_LINES}}}[ ]{{1,8}}[\w.-]{{1,64}}: [\"']?"
_JSON = r"\"kind\":[ ]?\"Secret\"[^{}]{0,400}\"data\":[ ]?\{[^{}]{0,1000}\":[ ]?\""

KUBERNETES_SECRET = Detector(
    name="named_secret",
    label="SECRET",
    groups=("secrets",),
    pattern=rf"(?<=[ \"'])(?<={_YAML}|{_JSON})[A-Za-z0-9+/]{{8,4096}}={{0,2}}(?![A-Za-z0-9+/=_.-])",
    validate=is_encoded,
    requests_only=True,
    examples=(
        "kind: Secret\ndata:\n  " + "DB_URL: azNRbTlabVdzIQ==\n",
        'kind: Secret\ntype: Opaque\ndata:\n  user: "YQ=="\n  other: "' + 'azNRbTlabWs="\n',
        '{"kind":"Secret","data":{"x":"' + 'a1E4elgxbUI0d1Y3dFIwcA=="}}',
    ),
    counter_examples=(
        "kind: ConfigMap\ndata:\n  mode: production\n  level: debug123\n",
        "data:\n  name: postgres\n",
        "metadata: x\n  uid: a1B2c3D4\n",
    ),
)
