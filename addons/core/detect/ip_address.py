"""IP addresses: dotted IPv4, and IPv6 as RFC 4291 writes it. Versions, times and C++ names look much the same."""

from ipaddress import IPv6Address
from itertools import pairwise

from addons.core.detect.detector import Detector
from addons.core.detect.edges import start

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_DOTTED = rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}"
_NUMBERED = (
    r"(?i:versions?|release|build|firmware|sections?|clauses?|chapter|table|annex|oid|(?<![A-Za-z])(?:ver|rev|driver)"
    r"|\u00a7|\\u00a7)"
)
_DOTTED_NUMBERS = r"[0-9]{1,5}(?:\.[0-9]{1,5}){1,5}"
_NO_VERSION_BEFORE = (
    rf"(?<!{_NUMBERED}[\"']?[ =:(>\\\\]{{0,4}}[\"'v]?)"
    rf"(?<!{_NUMBERED}[ ]{_DOTTED_NUMBERS}(?:,| and| or| to)[ ])"  # Sections 3.2.1.12 and 3.2.1.14
    r"(?<!(?i:grad(?:e|ed|ing)|updated)(?: from| to)[ ])"
    rf"(?<!(?i:grad(?:e|ed|ing)|updated) from {_DOTTED_NUMBERS} to )"
    r"(?!(?:2\.5\.(?:4|29)|1\.3\.101)\.)"  # object identifiers with four parts: X.520, X.509, EdDSA (RFC 8410)
    r"(?!(?<=(?://|/\*|\#)[ ])(?:[1-9][0-9]?\.){3}[1-9][0-9]?(?:[ ]\*/|\n))"  # all of a comment is a section
    r"(?!(?<=\#\#[ ])(?:[1-3]?[0-9]\.){3}[1-9])"  # a numbered heading in Markdown
    r"(?<![A-Za-z]-)"  # openssl-1.1.1.1
    r"(?!(?<=[A-Za-z]/)[0-9]{1,3}\.0\.0\.0)"  # Chrome/120.0.0.0
)
_NO_VERSION_AFTER = (
    r"(?!_?[A-Za-z0-9]|\.[0-9]|-[A-Za-z])"
    r"(?!\.(?:tar|jar|zip|whl|tgz|deb|rpm|exe|dll|so|msi|dmg|pkg|gem)\b)"
)
_HEX = "[0-9A-Fa-f]"

_LARGEST_DIGIT = 9
_LARGEST_PART = 99
_MASK = 255
_KNOWN_VARIETY = 2
_FULL_GROUP = 4
_WIDER_THAN_A_BYTE = 3
_LOCAL_RANGES = ("fe8", "fe9", "fea", "feb", "fc", "fd", "ff")
"""Link-local, unique local and multicast: the ranges in use whose first group may be letters only."""


def is_ipv4(value: str) -> bool:
    """Say whether ``value`` is an address and no number of a section or a version (``4.3.2.2``).

    Nobody's are masks of networks (255.255.255.0), and those of "this network" that read like a version (0.19.8.1).
    Addresses without an octet above 9 are rare: those that people know repeat themselves (8.8.4.4) or count (1.2.3.4).
    """
    octets = [int(octet) for octet in value.split(".")]
    unreal = octets[0] == _MASK or (octets[0] == 0 and any(octets) and max(octets) <= _LARGEST_PART)
    counting = all(after - before == 1 for before, after in pairwise(octets))
    known = len(set(octets)) <= _KNOWN_VARIETY or counting
    return not unreal and (max(octets) > _LARGEST_DIGIT or known)


def is_ipv6(value: str) -> bool:
    """Say whether ``value`` is an address that is meant as one.

    ``std::dec`` and ``a[::2]`` hold addresses by the letter of the RFC. Those in use begin with a full group, but for
    loopback, mapped IPv4 and the NAT64 prefix; without ``::`` one group is wider than the bytes of a hardware address.
    """
    try:
        IPv6Address(value)
    except ValueError:
        return False
    value = value.lower().partition("%")[0]
    first = value.partition(":")[0]
    if "::" not in value:
        return any(len(group) >= _WIDER_THAN_A_BYTE for group in value.split(":"))
    if not first.strip("0"):
        return value == "::1" or "." in value
    in_use = not first.isalpha() or first.startswith(_LOCAL_RANGES)
    return value.startswith("64:ff9b:") or (len(first) == _FULL_GROUP and in_use)


IPV4 = Detector(
    name="ip",
    label="IP",
    groups=("pii",),
    pattern=rf"(?=[0-9]{{1,3}}\.[0-9]{{1,3}}\.[0-9]){start()}(?<![A-Za-z0-9]\.)"
    rf"{_NO_VERSION_BEFORE}{_DOTTED}{_NO_VERSION_AFTER}",
    validate=is_ipv4,
    examples=(
        "1.2.3.4",
        "192.168.1.10",
        "http://10.0.0.1:8080/",
        "peer=203.0.113.7,",
        "10.0.0.1-10.0.0.9",
        "host/172.16.254.1",
        "The address is 8.8.8.8.",
        "\\n8.8.4.4",
        "10.0.0.0/8",
        "::ffff:198.51.100.4",
        "# 192.168.1.1 is the gateway",
        "table: peers 10.0.0.7",
        "# 10.0.0.1 router",
        "nameserver 25.234.42.41",
        "server 10.1.2.3;",
        "_198.51.100.7_",
    ),
    counter_examples=(
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "v1.2.3.4",
        "version 1.2.3.4",
        'AssemblyVersion("1.0.0.0")',
        "Version=4.0.0.0, Culture=neutral",
        "Chrome/120.0.0.0 Safari/537.36",
        "Chrome/119.0.6045.105",
        "openssl-1.1.1.1",
        "lib-x/1.2.3.4.jar",
        "1.3.6.1.4.1.311",
        "10.0.0.1-beta",
        "01.02.2024",
        "Section 24.1.1.3",
        "(4.3.2.2) Output Terminal",
        "libx (1.2.5.1-2)",
        "RFC 5280, Sections 14.2.1.12 and 14.2.1.14",
        "\u00a7 12.4.3.2",
        "clause 10.2.1.3",
        "Table 10.1.2.3",
        "### 12.4.3.1 Requirements",
        "firmware 12.10.4.1",
        "upgraded from 13.32.55.28 to 13.40.1.2",
        "<Version>4.18.10.1</Version>",
        "2.5.29.15",
        "2.5.4.10",
        "1.3.101.112",
        "/* 8.4.26.1 */",
        "// 19.2.3.1\n",
        "gettext (0.19.8.1-10)",
        "netmask 255.255.255.0",
    ),
)

IPV6 = Detector(
    name="ip",
    label="IP",
    groups=("pii",),
    pattern=rf"(?<![0-9A-Fa-f:]:)(?<![.])(?<![A-Za-z0-9]_)(?=[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:]){start()}"
    rf"(?:{_HEX}{{0,4}}:){{2,7}}(?:{_DOTTED}|{_HEX}{{1,4}}|(?<=::))(?:%[A-Za-z0-9]{{1,16}})?"
    rf"(?!_?[A-Za-z0-9]|:[0-9A-Fa-f:]|\.[0-9])",
    validate=is_ipv6,
    examples=(
        "2001:db8::1",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "fe80::1ff:fe23:4567:890a%eth0",
        "http://[2001:db8::2]:443/",
        "::1",
        "::ffff:192.0.2.128",
        "ip:2a00:1450:4001:81b::200e,",
        "fd12:3456:789a::/48",
        "ff02::fb",
        "::1%lo0",
        "_2001:db8::7_",
    ),
    counter_examples=(
        "12:30:45",
        "std::dec",
        "a::b",
        "x[::2]",
        "x[::-1]",
        "::",
        "00:1a:2b:3c:4d:5e",
        "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
        "50:01:43:80:12:34:56:78",
        "Face::feed()",
        "2024-01-15T10:30:00",
        "2001:db8::1::2",
    ),
)
