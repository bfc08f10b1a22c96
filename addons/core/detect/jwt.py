"""JSON web tokens (RFC 7519) and their encrypted kin: base64url of a header that begins like JSON, then a payload.

The header's first characters are ``{"``, ``{ "`` or ``{`` and a line's end. Unsigned tokens end in a dot. A token cut
off after a few characters of its payload is masked as well: what is there is the user's data.
"""

from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

JWT = Detector(
    name="jwt",
    label="JWT",
    groups=("secrets",),
    pattern=rf"(?:eyJ{start(3)}|(?:eyAi|ewog){start(4)})[A-Za-z0-9_-]{{9,4096}}={{0,2}}\.{{1,2}}[A-Za-z0-9_-]{{8}}",
    vetted=True,
    tail=r"[A-Za-z0-9_=-]{1,128}|\.(?=[A-Za-z0-9_-])",
    examples=(
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.",
        "token=eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvTiFvSkQ",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3Mi",
        "eyAiYWxnIjogIm5vbmUiIH0.eyJzdWIiOiJhbGljZSJ9.",
        "ewogICJhbGciOiAiSFMyNTYiCn0.ewogICJzdWIiOiAiYWxpY2UiCn0.dozjgNryP4J3jVmNHl0w5N",
        "\\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ),
    counter_examples=(
        "eyJ",
        "eyJhbGciOiJIUzI1NiJ9",
        "eyJhIjoxfQ==",
        "heyJude.and.others",
        "eyJhbGciOiJIUzI1NiJ9. Then",
    ),
)
