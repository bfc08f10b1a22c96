r"""Email addresses, as people have them: RFC 5321 in length, dotted and tagged local parts, names with a dot inside.

Not covered: quoted local parts, the punctuation that RFC 5322 allows and no provider hands out, and names in scripts
other than Latin and Russian (each character counts in a stream, where what may still become a match is held back).
"""

from addons.core.detect.detector import Detector

_LETTER = "A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0430-\u044f"
_START = (
    rf"(?:(?<![{_LETTER}_\\])"
    r"|(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4})"  # JSON escapes are not a part of the address
    r"|(?<=\\)(?![nrtbf]|u[0-9A-Fa-f]{4}))"  # but DOMAIN\user@… has one
)
_BOUNCE = rf"(?<=\+[A-Za-z0-9._-]{{1,32}})=(?=[{_LETTER}])"
"""Mailing lists put whom they wrote to into the sender: ``list+jane=example.com@…`` (VERP)."""
_LOCAL = rf"(?:[odlODL]')?[{_LETTER}_](?:[{_LETTER}_.+%~-]|(?<=[odlODL])'(?=[{_LETTER}])|{_BOUNCE}){{0,254}}"
_TOP = r"(?:[xX][nN]--[A-Za-z0-9-]{2,59}|[A-Za-z\u00c0-\u024f\u0430-\u044f]{2,24})"
_DOMAIN = rf"(?:[{_LETTER}](?:[{_LETTER}-]{{0,62}})\.){{1,8}}{_TOP}"

_FILES = """
    png jpg jpeg gif svg webp ico bmp pdf css scss less js mjs cjs jsx tsx json html htm xml yaml yml toml txt log csv
    tgz gz bz2 xz whl jar war exe dll dylib cpp hpp java kt swift php rb vue lock map
"""
_UNITS = "service socket target timer mount slice scope device swap"
_NOT_TLDS = frozenset(f"{_FILES} {_UNITS}".split())
"""File endings (``icon@2x.png``) and systemd units (``getty@tty1.service``) that are no top-level domains."""
_NUMERIC_PROVIDERS = frozenset({"com", "net", "org", "cn", "ru", "de"})
"""Where providers with a number for a name are (163.com, 126.com); elsewhere it is a version (``pkg@1.0.rc``)."""


def is_email_address(value: str) -> bool:
    """Say whether the domain can be one, and the local part is somebody's."""
    local, _, domain = value.rpartition("@")
    *labels, top = domain.split(".")
    one_case = top in {top.lower(), top.upper(), top.capitalize()}  # this@Activity.findView is Kotlin
    version = labels[-1].isdigit() and (len(labels) > 1 or top.lower() not in _NUMERIC_PROVIDERS)
    library = top == "so" and labels[-1].startswith("lib")  # memcpy@libc.so.6
    return (
        one_case
        and not version
        and not library
        and top.lower() not in _NOT_TLDS
        and local.lower() not in {"git", "svn", "hg"}
    )


EMAIL = Detector(
    name="email",
    label="EMAIL",
    groups=("pii",),
    pattern=f"{_START}{_LOCAL}@{_DOMAIN}",
    validate=is_email_address,
    examples=(
        "jane.doe@example.com",
        "j+tag_1%x@mail.example.co.uk",
        "o'brien@example.ie",
        "jos\u00e9@ejemplo.es",
        "user@xn--bcher-kva.example",
        "USER@XN--E1AFMKFD.XN--P1AI",
        "\u0438\u043d\u0444\u043e@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444",
        "list+jane=example.com@lists.example.org",
        "team@startup.so",
        "10086@163.com",
        "<bob@example.org>",
        "mailto:bob@example.org?subject=hi",
        "--bob@example.org",
        "CORP\\john@example.com",
        "...bob@example.com_",
        "\\nbob@example.com",
        "\u8054\u7cfbbob@example.com\u8bf7",
    ),
    counter_examples=(
        "@dataclass",
        "user@localhost",
        "lodash@4.17.21",
        "actions/checkout@v4.1.1",
        "icon@2x.png",
        "getty@tty1.service",
        "git@github.com:org/repo.git",
        "this@MainActivity.findViewById(R.id.x)",
        "java.lang.Object@1b6d3586",
        "a @ b.c",
        "alpine@sha256:0123456789abcdef",
        "x@y",
        "jane.doe@",
        "@example.com",
        "memcpy@libc.so.6",
    ),
)
