"""Made-up values of each kind, from the definitions of their formats: registries, RFCs, issuers' documentation."""

import base64
import ipaddress
import json
import string
from random import Random

import phonenumbers as plans

URL = string.ascii_letters + string.digits + "-_"
WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
BASE32 = string.ascii_uppercase + "234567"
BASE64 = string.ascii_letters + string.digits + "+/"
UPPER = string.ascii_uppercase + string.digits

FIRST = ("jane", "Ali", "maria", "chen", "Olga", "sven", "Noor", "li", "j", "anne-marie", "jos\u00e9", "bj\u00f6rn")
LAST = ("doe", "M\u00fcller".lower(), "garcia", "smith2", "O'Brien", "nowak", "van.dijk", "x", "ivanova", "kim")
TAGS = ("+news", "+shop-2024", "+a.b", "_work", "%sales", "+2fa", "", "", "", "", "")
HOSTS = ("example", "mail.example", "acme-corp", "my-startup", "3com", "uni-koeln", "lists.example", "a1", "163", "b")
TOPS = (
    *("com", "org", "net", "de", "co.uk", "com.br", "io", "ai", "dev", "app", "xyz", "online", "photography"),
    *("technology", "email", "museum", "travel", "co.jp", "gov", "edu.au", "info", "shop", "cloud", "so", "rs"),
)
FOREIGN_HOSTS = (
    *("b\u00fccher.example", "xn--bcher-kva.example", "caf\u00e9.fr", "stra\u00dfe.de", "xn--e1afmkfd.xn--p1ai"),
    *("\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", "\u4f8b\u5b50.\u516c\u53f8", "ma\u00f1ana.es"),
)


def of(source: Random, alphabet: str, size: int) -> str:
    """Return ``size`` random characters."""
    return "".join(source.choices(alphabet, k=size))


def digits(source: Random, size: int) -> str:
    """Return ``size`` random digits."""
    return of(source, string.digits, size)


def luhn_complete(body: str) -> str:
    """Return ``body`` with its check digit (ISO/IEC 7812-1, annex B)."""
    total = sum(sum(divmod(int(char) * (2 - place % 2), 10)) for place, char in enumerate(reversed(body)))
    return body + str(-total % 10)


def email(source: Random) -> str:
    """RFC 5321, with tags, internationalised names (RFC 6531, RFC 5890) and bounce addresses (VERP)."""
    host = f"{source.choice(HOSTS)}.{source.choice(TOPS)}"
    host = source.choice(FOREIGN_HOSTS) if source.random() < 0.1 else "qq.com" if host.startswith("163.") else host
    if source.random() < 0.03:
        return f"bounce+{source.choice(('jane', 'ali'))}={source.choice(HOSTS[:5])}.com@{host}"
    local = source.choice(
        (
            f"{source.choice(FIRST)}.{source.choice(LAST)}",
            f"{source.choice(FIRST)}_{source.choice(LAST)}",
            source.choice(FIRST),
            source.choice(FIRST)[0] + source.choice(LAST),
            digits(source, 8),
            source.choice(("info", "no-reply", "sales", "support", "hr", "a.b.c")),
        )
    )
    value = f"{local}{source.choice(TAGS)}@{host}"
    return value.upper() if source.random() < 0.03 else value


REGIONS = (
    *("US", "US", "US", "CA", "GB", "GB", "DE", "DE", "FR", "FR", "IT", "ES", "NL", "BE", "AT", "CH", "SE", "NO", "DK"),
    *("FI", "IE", "PT", "PL", "CZ", "GR", "HU", "RO", "AU", "NZ", "JP", "KR", "IN", "BR", "MX", "ZA", "IL", "TR", "SG"),
    *("CN", "UA", "AR"),
)
NATIONAL_REGIONS = (
    *("US", "US", "US", "US", "CA", "GB", "GB", "DE", "DE", "FR", "FR", "IT", "ES", "NL", "BE", "AT", "CH", "SE"),
    *("NO", "DK", "FI", "IE", "PT", "PL", "AU", "JP", "BR"),
)
EXTENSIONS = (" x123", " ext. 45", " ext 4567", " extension 12", ", ext. 9", "x77")


def _number(source: Random, region: str) -> plans.PhoneNumber:
    kind = source.choice((plans.PhoneNumberType.FIXED_LINE, plans.PhoneNumberType.MOBILE))
    example = plans.example_number_for_type(region, kind)
    assert example is not None
    while True:
        national = str(example.national_number)
        changed = int(national[:-6] + digits(source, 6))
        number = plans.PhoneNumber(country_code=example.country_code, national_number=changed)
        number.italian_leading_zero = example.italian_leading_zero
        if plans.is_valid_number(number):
            return number


def _respelt(source: Random, value: str) -> str:
    if " " in value and source.random() < 0.3:
        return value.replace("(", "").replace(") ", " ").replace(" ", source.choice((".", "-", "\u00a0", "-")))
    return value


def _extended(source: Random, value: str) -> str:
    return value + source.choice(EXTENSIONS) if source.random() < 0.07 else value


def phone(source: Random) -> str:
    """A number as its country or ITU-T E.123 writes it, with separators."""
    if source.random() < 0.5:
        return national_phone(source)
    number = _number(source, source.choice(REGIONS))
    style = source.random()
    international = plans.format_number(number, plans.PhoneNumberFormat.INTERNATIONAL)
    if style < 0.3:
        return plans.format_number(number, plans.PhoneNumberFormat.E164)
    if style < 0.4:
        return "00" + international[1:]
    if style < 0.5 and number.country_code in {33, 44, 49, 43, 41, 46, 31}:
        return international.replace(" ", " (0)", 1)
    return _extended(source, _respelt(source, international))


def national_phone(source: Random) -> str:
    """A number as it is written at home, in the groups of its plan."""
    number = _number(source, source.choice(NATIONAL_REGIONS))
    return _extended(source, _respelt(source, plans.format_number(number, plans.PhoneNumberFormat.NATIONAL)))


def plain_phone(source: Random) -> str:
    """A number without separators, as databases hold it."""
    value = plans.format_number(_number(source, source.choice(NATIONAL_REGIONS)), plans.PhoneNumberFormat.NATIONAL)
    return "".join(char for char in value if char.isdigit())


CARDS = (
    *(("4", 16),) * 5,
    ("4", 13),
    ("4", 19),
    *((str(prefix), 16) for prefix in (51, 52, 53, 54, 55, 2221, 2360, 2720)),
    *(("34", 15), ("37", 15)) * 2,
    *((prefix, 16) for prefix in ("6011", "644", "649", "65", "622126")),
    *(("62", 16), ("62", 17), ("62", 18), ("62", 19)),
    *(("3528", 16), ("3589", 16)),
    *(("300", 14), ("305", 14), ("36", 14), ("38", 14), ("3095", 14)),
    *(("5018", 16), ("5020", 13), ("6304", 18), ("6759", 19), ("6763", 12), ("5612", 16)),
    *(("2200", 16), ("2204", 16), ("6062", 16), ("8172", 16), ("5067", 16), ("636368", 16), ("9792", 16)),
)
GROUPS = {15: (4, 6, 5), 14: (4, 6, 4), 13: (4, 4, 5), 19: (4, 4, 4, 4, 3), 18: (4, 4, 4, 4, 2), 17: (4, 4, 4, 4, 1)}


def card(source: Random) -> str:
    """ISO/IEC 7812: issuers' prefixes and lengths, plain or in the groups that are printed on the card."""
    prefix, size = source.choice(CARDS)
    number = luhn_complete(prefix + digits(source, size - len(prefix) - 1))
    if source.random() < 0.4:
        return number
    gap, at, groups = source.choice((" ", " ", " ", "-", "-", "\u00a0", ".")), 0, []
    for width in GROUPS.get(size, (4, 4, 4, 4)):
        groups.append(number[at : at + width])
        at += width
    return gap.join(group for group in groups if group)


def us_ssn(source: Random) -> str:
    """SSA, after randomisation: no area 000, 666 or 9xx, no group 00, no serial 0000."""
    area = source.choice([number for number in range(1, 900) if number != 666])
    group, serial = source.randint(1, 99), source.randint(1, 9999)
    return f"{area:03}-{group:02}-{serial:04}".replace("-", source.choice("---- \u2011"))


def plain_us_ssn(source: Random) -> str:
    """As databases hold it."""
    return "".join(char for char in us_ssn(source) if char.isdigit())


STRUCTURES = {
    "DE": "18n",
    "GB": "4a14n",
    "FR": "10n11c2n",
    "ES": "20n",
    "IT": "1a10n12c",
    "NL": "4a10n",
    "BE": "12n",
    "AT": "16n",
    "CH": "5n12c",
    "SE": "20n",
    "NO": "11n",
    "DK": "14n",
    "FI": "14n",
    "PL": "24n",
    "PT": "21n",
    "IE": "4a14n",
    "GR": "7n16c",
    "CZ": "20n",
    "HU": "24n",
    "RO": "4a16c",
    "BG": "4a6n8c",
    "HR": "17n",
    "LU": "3n13c",
    "MT": "4a5n18c",
    "SK": "20n",
    "SI": "15n",
    "EE": "16n",
    "LV": "4a13c",
    "LT": "16n",
    "CY": "8n16c",
    "TR": "6n16c",
    "SA": "2n18c",
    "AE": "19n",
    "IL": "19n",
    "BR": "23n1a1c",
    "UA": "6n19c",
    "LC": "4a24c",
    "KW": "4a22c",
    "JO": "4a4n18c",
    "GT": "24c",
    "GE": "2a16n",
    "PK": "4a16c",
    "QA": "4a21c",
}
"""Basic account numbers by country: the IBAN registry's own notation."""
_KINDS = {"n": string.digits, "a": string.ascii_uppercase, "c": UPPER}


def iban(source: Random) -> str:
    """ISO 13616: check digits by ISO 7064, in printed groups of four or as it is stored."""
    country, structure = source.choice(list(STRUCTURES.items()))
    bban, size = "", ""
    for char in structure:
        if char.isdigit():
            size += char
        else:
            bban, size = bban + of(source, _KINDS[char], int(size)), ""
    number = int("".join(str(int(char, 36)) for char in f"{bban}{country}00"))
    plain = f"{country}{98 - number % 97:02}{bban}"
    style = source.random()
    if style < 0.5:
        return plain
    gap = " " if style < 0.9 else "-" if style < 0.95 else "\u00a0"
    return gap.join(plain[at : at + 4] for at in range(0, len(plain), 4))


def ipv4(source: Random) -> str:
    """Private, public, documentation and loopback addresses."""
    private = f"{source.choice(('10.0', '192.168', '172.16', '100.64'))}.{source.randint(0, 255)}"
    public = ".".join(str(source.randint(low, 255)) for low in (11, 0, 0))
    known = ("127.0.0.1", "8.8.8.8", "1.1.1.1", "203.0.113.7", "198.51.100.23", "169.254.169.254")
    if source.random() < 0.1:
        return source.choice(known)
    return f"{source.choice((private, public))}.{source.randint(1, 254)}"


def ipv6(source: Random) -> str:
    """RFC 4291 and RFC 5952: compressed and full, upper and lower case, with zone and with IPv4 inside."""
    network = source.choice(("2001:db8::", "2a00:1450:4001::", "fe80::", "fd12:3456:789a::", "2606:4700::", "ff02::"))
    host = source.choice((source.getrandbits(8), source.getrandbits(64)))
    address = ipaddress.IPv6Address(int(ipaddress.IPv6Address(network)) | host)
    spelt = source.choice((str(address), str(address), address.exploded, str(address).upper()))
    if source.random() < 0.1:
        return f"::ffff:{ipv4(source)}"
    return f"{spelt}%eth0" if network == "fe80::" and source.random() < 0.3 else spelt


def ip(source: Random) -> str:
    """Return an address of either version."""
    return ipv4(source) if source.random() < 0.7 else ipv6(source)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(source: Random) -> str:
    """RFC 7515 and RFC 7516, compact: three parts, or five where it is encrypted."""
    header = {"alg": source.choice(("HS256", "RS256", "ES256", "EdDSA")), "typ": "JWT", "kid": of(source, WORD, 8)}
    claims = {"sub": digits(source, 10), "iat": 1700000000, "email": "jane@example.com", "aud": of(source, WORD, 12)}
    if source.random() < 0.1:
        sealed = ({"alg": "RSA-OAEP", "enc": "A256GCM"}, *(source.randbytes(size) for size in (256, 12, 64, 16)))
        return ".".join(_base64url(p if isinstance(p, bytes) else json.dumps(p).encode()) for p in sealed)
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    return ".".join(map(_base64url, (*parts, source.randbytes(source.choice((32, 64, 256))))))


def private_key(source: Random) -> str:
    """RFC 7468, PKCS #1, PKCS #8, SEC 1, OpenSSH and OpenPGP."""
    kind = source.choice(("RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED ", "DSA ", "PGP "))
    head, block = "", " BLOCK" if kind == "PGP " else ""
    if kind == "PGP ":
        head = "Version: GnuPG v2\n\n"
    elif kind == "RSA " and source.random() < 0.3:
        head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{of(source, HEX.upper(), 32)}\n\n"
    body = base64.b64encode(source.randbytes(source.choice((64, 121, 360, 1190)))).decode()
    width = 70 if kind == "OPENSSH " else 64
    lines = "\n".join(body[at : at + width] for at in range(0, len(body), width))
    return f"-----BEGIN {kind}PRIVATE KEY{block}-----\n{head}{lines}\n-----END {kind}PRIVATE KEY{block}-----"
