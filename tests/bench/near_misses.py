"""What looks like a value and is none: as texts in themselves, each with the words that usually stand beside it."""

import base64
import uuid
from collections.abc import Callable
from random import Random

from tests.bench.labelled_values import BASE64, HEX, UPPER, WORD, digits, luhn_complete, of

HOSTS = ("GitHub.com".lower(), "gitlab.example.com", "bitbucket.org", "ssh.dev.azure.com")


def _dotted(source: Random, parts: int, top: int) -> str:
    return ".".join(str(source.randint(1, top)) for _ in range(parts))


def _isbn(source: Random) -> str:
    body = f"978{digits(source, 9)}"
    check = -sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(body)) % 10
    return f"ISBN 978-{body[3]}-{body[4:8]}-{body[8:]}-{check}"


def _time(source: Random) -> str:
    day = f"{source.randint(2019, 2027)}-{source.randint(1, 12):02}-{source.randint(1, 28):02}"
    clock = f"{source.randint(0, 23):02}:{source.randint(0, 59):02}:{source.randint(0, 59):02}"
    return source.choice(
        (
            f"{day}T{clock}.{digits(source, 6)}+00:00",
            f"{day} {clock},{digits(source, 3)}",
            f"17{digits(source, 8)}",
            f"17{digits(source, 11)}",
            f"{day.replace('-', '')}T{clock.replace(':', '')}Z",
            f"{day[8:]}.{day[5:7]}.{day[:4]} {clock[:5]}",
            f"{day[5:7]}/{day[8:]}/{day[:4]}",
            f"17{digits(source, 8)}.{digits(source, 6)}",
            f"{day.replace('-', '')}{clock.replace(':', '')}",
        )
    )


def _number(source: Random) -> str:
    return source.choice(
        (
            f"order {digits(source, 8)}",
            f"order no. {digits(source, 3)}-{digits(source, 7)}-{digits(source, 7)}",
            f"invoice INV-{digits(source, 4)}-{digits(source, 6)}",
            f"ticket #{digits(source, 6)}",
            f"customer id {digits(source, 10)}",
            f"{source.randint(1, 999)},{digits(source, 3)},{digits(source, 3)}.{digits(source, 2)} USD",
            f"{source.randint(1, 999)}.{digits(source, 3)}.{digits(source, 3)},{digits(source, 2)} \u20ac",
            f"{source.randint(1, 99)} {digits(source, 3)} {digits(source, 3)} kr",
            f"SKU {of(source, UPPER, 4)}-{digits(source, 5)}",
            f"case {source.randint(10, 99)}-cv-{digits(source, 5)}",
            f"PO Box {digits(source, 4)}, zip {digits(source, 5)}-{digits(source, 4)}",
            f"account 00{digits(source, 8)}",
            f"rows {digits(source, 4)} {digits(source, 4)} {digits(source, 4)}",
            f"pages {source.randint(100, 400)}-{source.randint(401, 999)}",
            f"part {digits(source, 3)}-{digits(source, 4)}",
        )
    )


def _list(source: Random) -> str:
    """Numbers have no leading zeros; a long id in groups may have."""
    width, count = source.choice((2, 3, 3, 4, 5)), source.randint(5, 14)
    if source.random() < 0.2:
        return " ".join(digits(source, width) for _ in range(count))
    return " ".join(str(source.randint(10 ** (width - 1), 10**width - 1)) for _ in range(count))


def _not_a_card(source: Random) -> str:
    return source.choice(
        (
            f"IMEI {luhn_complete('35' + digits(source, 12))}",
            f"ICCID {luhn_complete('8944' + digits(source, 14))}",
            f"ref {luhn_complete('1' + digits(source, 14))}",
            f"ref {luhn_complete('7' + digits(source, 14))}",
            f"SIREN {luhn_complete(digits(source, 8))}",
            f"id {luhn_complete('4' + digits(source, 10))}",
            f"total {luhn_complete('5' + digits(source, 20))}",
        )
    )


def _tracking(source: Random) -> str:
    return source.choice(
        (
            f"UPS 1Z{of(source, UPPER, 6)}{digits(source, 10)}",
            f"USPS 94{digits(source, 20)}",
            f"DHL {digits(source, 10)}",
            f"FedEx {digits(source, 12)}",
            f"RR{digits(source, 9)}DE",
        )
    )


def _version(source: Random) -> str:
    four = _dotted(source, 4, 60)
    return source.choice(
        (
            f"v{four}",
            f"version {four}",
            f"Version: {four}",
            f"Chrome/{source.randint(90, 130)}.0.{digits(source, 4)}.{source.randint(10, 200)}",
            f'file_version="{four}"',
            f"numpy=={_dotted(source, 3, 30)}",
            f"lib-{four}.tar.gz",
            f"openssl-{_dotted(source, 4, 12)}",
            f"firmware {four}",
            f"upgraded from {four} to {_dotted(source, 4, 60)} (build {digits(source, 4)})",
            f"<Version>{four}</Version>",
            f"react@{_dotted(source, 3, 20)}",
        )
    )


def _section(source: Random) -> str:
    four = _dotted(source, 4, 24)
    return source.choice(
        (
            f"section {four}",
            f"\u00a7 {four}",
            f"RFC 5280, Sections {four} and {_dotted(source, 4, 24)}",
            f"see clause {four}",
            f"chapter {four}",
            f"\n### {four} Requirements\n",
            f"1.3.6.1.4.1.{source.randint(300, 50000)}.{source.randint(1, 30)}",
            f"2.5.29.{source.randint(14, 54)}",
            f"2.5.4.{source.randint(10, 97)}",
            f"OID {four}",
            f"1.2.840.{source.randint(10000, 113549)}.1.1.11",
            f"Table {four}",
        )
    )


def _code(source: Random) -> str:
    name = source.choice(("cache", "property", "app.route('/x')", "pytest.fixture", "dataclass(frozen=True)"))
    return source.choice(
        (
            f"@{name}",
            f"git@{source.choice(HOSTS)}:team/repo.git",
            f"ssh://git@{source.choice(HOSTS)}:22/team/repo.git",
            "user@localhost",
            "root@db-1:/var/lib",
            "deploy@{host}",
            "x = a @ b.T",
            "actions/checkout@v4.2.0",
            "icon@2x.png",
            "this@MainActivity.findViewById",
            "@media (max-width: 600px)",
            "@org.junit.Test",
            "std::vector<int> a{1, 2}; dead::beef(); a::b",
            "a[::2], b[1::3], x[::-1]",
            "getty@tty1.service",
            "sk-learn, sk-toolbar, key-value, hf_hub_download, npm_config_registry",
            "AKIA and ASIA are prefixes",
            "background: #4a90e2; margin: 0 10px 20px 30px; z-index: 2147483647",
            "!function(e,t){var n=e[0x1f]||t.apply(this,[9007199254740991,65535]);return n?1e3:-0}(window,[])",
            "M10.5 20.25 30 40 50 60 70 80 90 100-12.5 200.75z",
        )
    )


def _blob(source: Random) -> str:
    return source.choice(
        (
            base64.b64encode(source.randbytes(90)).decode(),
            f"data:image/png;base64,iVBORw0KGgo{of(source, BASE64, 120)}=",
            of(source, HEX, 64),
            of(source, HEX, 40),
            of(source, HEX, 32),
            str(uuid.UUID(int=source.getrandbits(128), version=4)),
            f"sha256:{of(source, HEX, 64)}",
            ":".join(of(source, HEX.upper(), 2) for _ in range(20)),
            " ".join(of(source, HEX, 2) for _ in range(16)),
            f"SHA256:{of(source, BASE64, 43)}",
            f"-----BEGIN CERTIFICATE-----\n{of(source, BASE64, 64)}\n-----END CERTIFICATE-----",
            f"0x{of(source, HEX, 12)}",
            f'W/"{of(source, HEX, 16)}-{of(source, WORD, 10)}"',
            "lorem-ipsum-" + of(source, WORD, 20),
        )
    )


def _place(source: Random) -> str:
    return source.choice(
        (
            f"{source.uniform(-90, 90):.7f}, {source.uniform(-180, 180):.7f}",
            f"[{source.uniform(-180, 180):.6f},{source.uniform(-90, 90):.6f}]",
            f"{source.randint(0, 89)}\u00b0{source.randint(0, 59)}'{source.randint(0, 59)}.{digits(source, 2)}\"N",
            f"POINT({source.uniform(-180, 180):.5f} {source.uniform(-90, 90):.5f})",
        )
    )


KINDS: tuple[Callable[[Random], str], ...] = (
    *(_isbn, _time, _time, _number, _number, _list, _not_a_card, _tracking),
    *(_version, _section, _code, _code, _blob, _blob, _place),
)


def near_miss(source: Random) -> str:
    """Return one of them."""
    return source.choice(KINDS)(source)
