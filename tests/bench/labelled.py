"""Texts of which it is known what is in them: templates, filled with values and near misses from a seed."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.bench import labelled_values as values
from tests.bench.labelled_keys import (
    NAMED_NOTHING,
    SECRET_TEMPLATES,
    api_key,
    ethereum,
    password,
    secret,
    url_password,
)
from tests.bench.near_misses import near_miss


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in a text from ``start`` to ``end``; ``entity`` is the name of the detector that should find it."""

    entity: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and all values in it, from left to right."""

    text: str
    values: tuple[Value, ...]


ENTITIES = ("email", "phone", "card", "us_ssn", "iban", "ip", "jwt", "private_key", "api_key", *SECRET_TEMPLATES)

_SLOTS: dict[str, tuple[str, Callable[[Random], str]]] = {
    "email": ("email", values.email),
    "phone": ("phone", values.phone),
    "home_phone": ("phone", values.national_phone),
    "plain_phone": ("phone", values.plain_phone),
    "card": ("card", values.card),
    "us_ssn": ("us_ssn", values.us_ssn),
    "plain_us_ssn": ("us_ssn", values.plain_us_ssn),
    "iban": ("iban", values.iban),
    "ip": ("ip", values.ip),
    "ipv4": ("ip", values.ipv4),
    "ipv6": ("ip", values.ipv6),
    "jwt": ("jwt", values.jwt),
    "private_key": ("private_key", values.private_key),
    "api_key": ("api_key", api_key),
    "password": ("named_secret", password),
    "secret": ("named_secret", secret),
    "url_password": ("url_credentials", url_password),
    "ethereum": ("crypto_address", ethereum),
    "near": ("", near_miss),
    "name": ("", lambda source: source.choice(("Jane Doe", "Ali Kaya", "Mar\u00eda Garc\u00eda", "Sven Berg"))),
    "n": ("", lambda source: str(int(10 ** source.uniform(0, 4.5)))),
}
_ANY = (
    "Please check {it} again, {name}.",
    "It was {it}, not {near}; thanks!",
    "{near}\n{it}\n{near}\n",
    "- {it}\n- {near}\n",
    "Bitte {it} verwenden. Die Nummer {near} ist etwas anderes.",
    "Merci de noter : {it} (et non {near}).",
    "El valor nuevo es {it}; el anterior, {near}.",
    "\u8bf7\u4f7f\u7528{it}\u3002",
    "\u041d\u043e\u0432\u043e\u0435 \u0437\u043d\u0430\u0447\u0435\u043d\u0438\u0435: {it}.",
    "| {name} | {it} | {near} |",
    "{n};{name};{it};{n}",
    '{"id": {n}, "value": "{it}", "note": "{near}"}',
    '{"items":["{it}","{near}"],"total":{n}}',
    '"{name}","{it}","{near}"',
    "2026-01-15 10:30:00,123 INFO [worker-{n}] value={it} took {n} ms",
    'level=warn msg="rejected {it}" attempts={n}',
    'VALUE = "{it}"  # was {near}',
    "value: {it}\nother: {n}\n",
    "const it = '{it}';",
    "**Value:** `{it}`",
    "<td>{it}</td><td>{near}</td>",
)
_OWN: dict[str, tuple[str, ...]] = {
    **SECRET_TEMPLATES,
    "email": (
        "Write to {email} or {email}.",
        "From: {name} <{email}>\nTo: {email}\nSubject: Re: {near}\n",
        '<a href="mailto:{email}?subject=hi">mail</a>',
        '{"user": {"name": "{name}", "email": "{email}"}, "ref": "{near}"}',
    ),
    "phone": (
        "Call me on {phone}, please.",
        "You can reach {name} at {plain_phone} after six.",
        "Tel.: {home_phone}",
        "Phone: {home_phone} / Fax: {home_phone}",
        '{"name": "{name}", "phone": "{plain_phone}", "id": "{near}"}',
        "name,phone,plan\n{name},{home_phone},{n}\n",
        "mobile={plain_phone}&plan={n}",
        "\u96fb\u8a71\u756a\u53f7: {home_phone}",
        "T\u00e9l. {home_phone} \u2013 M\u00f3vil: {plain_phone}",
        "My number is {home_phone}. Ring before noon.",
        "Ruf mich an: {home_phone}",
        "BEGIN:VCARD\nFN:{name}\nTEL;TYPE=CELL:{plain_phone}\nEND:VCARD",
        "<contact><phone>{plain_phone}</phone></contact>",
        "<b>Phone</b>: {home_phone}<br>",
        "Dial {plain_phone} for support.",
    ),
    "card": (
        "Charge {card}, exp 12/27, cvv 123.",
        '{"card": {"number": "{card}", "exp": "12/29"}, "order": "{near}"}',
        "card={card}&amount={n}",
        "Karte {card} wurde abgelehnt.",
    ),
    "us_ssn": (
        "My SSN is {us_ssn}.",
        '{"ssn": "{us_ssn}", "ref": "{near}"}',
        '{"ssn": "{plain_us_ssn}"}',
        "name,ssn\n{name},{us_ssn}\n",
        "SSN: {plain_us_ssn}",
        "Social security number: {us_ssn}",
    ),
    "iban": (
        "IBAN: {iban}\nBIC: COBADEFFXXX",
        "Bitte auf {iban} \u00fcberweisen.",
        '{"iban":"{iban}","amount":{n}}',
        "{name};{iban};{n},00;EUR",
        "IBAN{iban}",
    ),
    "ip": (
        '{ip} - - [15/Jan/2026:10:30:00 +0000] "GET /v1/users/{n} HTTP/1.1" 200 {n}',
        "Jan 15 10:30:00 host sshd[{n}]: Failed password for root from {ip} port 52344 ssh2",
        "http://{ipv4}:8080/path?x={n} and http://[{ipv6}]:443/",
        "listen = {ipv4}:9000\nallow {ipv4}/24;",
        "X-Forwarded-For: {ip}, {ip}",
        '{"client": "{ip}", "version": "{near}"}',
        "postgresql://app@{ipv4}:5432/db",
        "nameserver {ip}\noptions timeout:{n}",
        "upstream app { server {ipv4}; }",
        "_{ip}_ is back",
    ),
    "jwt": (
        "Authorization: Bearer {jwt}",
        '{"access_token": "{jwt}", "expires_in": {n}}',
        "https://app.example.com/cb#id_token={jwt}&state={n}",
        "Set-Cookie: session={jwt}; Path=/; HttpOnly",
    ),
    "private_key": (
        "Here is the key:\n\n{private_key}\n\nKeep it safe.",
        '{"type": "service_account", "private_key": "{private_key}\\n", "n": {n}}',
        "```\n{private_key}\n```",
        'KEY = """{private_key}\n"""',
    ),
    "api_key": (
        "export API_KEY={api_key}",
        'client = Client(api_key="{api_key}")  # {near}',
        "api_key: {api_key}\nregion: eu-1\n",
        "curl -H 'Authorization: Bearer {api_key}' https://api.example.com/v1/{n}",
        "https://api.example.com/v1?key={api_key}&n={n}",
        "I pasted {api_key} into the chat by mistake.",
    ),
}
_RECORDS = (
    '{"name": "{name}", "email": "{email}", "phone": "{phone}", "card": "{card}", "ref": "{near}"}',
    "{n},{name},{email},{phone},{us_ssn},{near}\n",
    "Hi,\n\n{name} ({email}, {phone}) paid with {card}; refund to {iban}. Seen from {ip}.\n\nOrder: {near}\n",
    "name: {name}\nemail: {email}\ntel: {home_phone}\niban: {iban}\nnotes: {near}\n",
    "2026-01-15T10:30:00.123456+00:00 INFO login user={email} ip={ip} session={jwt} ref={near}",
)
_SLOT = re.compile(r"\{([a-z_]+)\}")


def _filled(source: Random, template: str, it: str) -> Labelled:
    """Fill the slots; in JSON, values are escaped as JSON wants it."""
    text, found, done = "", [], 0
    escape = template.startswith('{"')
    for slot in _SLOT.finditer(template):
        text += template[done : slot.start()]
        done = slot.end()
        entity, make = _SLOTS[it if slot[1] == "it" else slot[1]]
        value = make(source)
        if escape and slot[1] != "n":
            value = json.dumps(value, ensure_ascii=source.random() < 0.1)[1:-1]
        if entity:
            found.append(Value(entity, len(text), len(text) + len(value)))
        text += value
    return Labelled(text + template[done:], tuple(found))


def labelled(seed: int, rounds: int) -> Iterator[Labelled]:
    """Yield ``rounds`` times a text for each entity and a record with several. A seed always gives the same texts."""
    source = Random(seed)  # noqa: S311 - made-up data
    for _ in range(rounds):
        for entity in ENTITIES:
            own = source.random() < 0.5 or entity in SECRET_TEMPLATES
            yield _filled(source, source.choice(_OWN[entity] if own else _ANY), entity)
        yield _filled(source, source.choice(_RECORDS), "email")


def negatives(seed: int, size: int) -> dict[str, str]:
    """Return texts of about ``size`` characters with nothing in them, by their kind."""
    source = Random(seed)  # noqa: S311 - made-up data
    return {kind: _repeated(source, templates, size) for kind, templates in _NOTHING.items()}


def _repeated(source: Random, templates: tuple[str, ...], size: int) -> str:
    lines: list[str] = []
    total = 0
    while total < size:
        lines.append(_filled(source, source.choice(templates), "near").text)
        total += len(lines[-1]) + 1
    return "\n".join(lines)


_NOTHING = {
    "code": (
        "def f_{n}(x: int = {n}) -> str:\n    return x @ y.T  # {near}",
        "VALUE_{n} = '{near}'",
        "const a{n} = [{n}, {n}, 0x{n}], b = '{near}';",
        "// {near}",
        "#define LIMIT_{n} {n}u /* {near} */",
        "    {{n}, {n}, {n}, {n}, {n}, {n}},",
        ".c{n} { margin: {n}px {n}px; content: '{near}' }",
        "uses: actions/setup@{near}",
        "    for index in range({n}):\n        total += values[index] * 0.{n}",
        "if (count > {n}) { return [{n}, {n}.{n}, {n}e-{n}]; }",
        "import numpy as np  # {n}\nassert f(x, {n}) == {n}, x[{n}:{n}]",
        'func main() { fmt.Println({n}, "{name}") }\n',
        "SELECT id, total FROM orders WHERE id > {n} LIMIT {n};",
        '    <rect x="{n}" y="{n}" width="{n}" height="{n}"/>',
        "class C{n}(Base[{n}]):\n    limit: int = {n}\n",
        *NAMED_NOTHING,
        "arr = np.array([[{n} , {n}], [{n} , {n}]]) / {n}.0",
    ),
    "logs": (
        "2026-01-15 10:30:00,123 INFO [worker-{n}] {near} took 0.{n} s, {n} bytes, pid={n}",
        "2026-01-15T10:30:00.123456+00:00 level=debug ref={near} n={n}",
        "[{n}.{n}] kernel: {near}",
        "{n} {n} {n} {n} {n} {near}",
        "Jan 15 10:30:00 host app[{n}]: {near}",
        "2026-01-15 10:30:{n} GET /v1/orders/{n}?page={n} 200 {n}ms {n}B",
        "Jan 15 10:30:00 host kernel: [{n}.{n}] eth0: link up, {n} Mbps",
        "2026-01-15T10:30:00Z WARN pool.go:{n} queue depth {n}/{n} (p50={n}ms p99={n}ms)",
        "I0115 10:30:00.{n} {n} controller.go:{n}] synced {n} objects in {n}.{n}s",
        "cpu{n} {n} {n} {n} {n} {n} {n} {n}",
    ),
    "json": (
        '{"id": {n}, "ref": "{near}", "values": [{n}, {n}, {n}]}',
        '{"{near}":{n}}',
        '{"a":{"b":"{near}","c":[{n}.{n},{n}.{n}]},"d":"{near}"}',
    ),
    "ids": ("{near}", "{near} {near}", "{n}\t{near}\t{n}", "{near},{near},{n}"),
}
