"""Containers in which a value can hide, in both directions: it does not arrive, in any of its spellings.

A case says what the call holds, and then either why it is refused, or how much of it was inspected and where the value
was found. The detectors of this policy know e-mail addresses and card numbers.
"""

import gzip
import json
import re
import time
import zlib
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # the package ships no types
import httpx
import pytest
import zstandard

from addons.core.reasons import Reason, http_status
from tests.end_to_end.disguises import Called, Web, as_json, says, web_in, whole
from tests.end_to_end.refusals import read_head, read_to_end
from tests.simulators.answers import chunked, head

MAIL = "jane.roe@example.com"
CARD = "4111111111111111"
ESCAPED = MAIL.replace("@", "\\u0040")
FULL, PARTIAL = "full", "partial"
FILE = f"Name,Mail\nJane,{MAIL}\n".encode()
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(300)


def packed(data: bytes) -> str:
    return b64encode(data).decode()


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(8)) + packer.flush()


def brotlied(data: bytes) -> bytes:
    compressed: bytes = brotli.compress(data)
    return compressed


def form(*parts: tuple[str, bytes], end: bytes = b"--\r\n") -> bytes:
    """Return a multipart body of heads and bodies."""
    pieces = (f"--limit\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts)
    return b"".join(pieces) + b"--limit" + end


def field(name: str, *more: str) -> str:
    return "\r\n".join((f'Content-Disposition: form-data; name="{name}"', *more))


NOTE = field("note")


@dataclass(frozen=True)
class Case:
    """What is sent beside a Content-Type, and what becomes of it."""

    kind: str = ""
    body: bytes = b""
    headers: tuple[str, ...] = ()
    path: str = ""
    places: tuple[str, ...] = ()
    inspected: str = FULL
    refused: Reason | None = None
    method: str = "POST"


def text(body: bytes, kind: str = "text/plain", **more: object) -> Case:
    return Case(kind, body, **({"places": ("body",)} | more))  # type: ignore[arg-type]  # fields of Case


def refused(kind: str, body: bytes, reason: Reason, *headers: str) -> Case:
    return Case(kind, body, headers, refused=reason)


JSON, MULTIPART, FORM = "application/json", "multipart/form-data; boundary=limit", "application/x-www-form-urlencoded"
LINES = "application/x-ndjson"

# Bodies that are treated alike in requests and answers.
BODIES: dict[str, Case] = {
    "JSON": text(as_json({"to": MAIL}), JSON, places=("/to",)),
    "JSON escapes": text(f'{{"to": "{ESCAPED}"}}'.encode(), JSON, places=("/to",)),
    "JSON in JSON": text(as_json({"to": json.dumps({"x": MAIL}).replace("@", "\\u0040")}), JSON, places=("/to",)),
    "JSON with a mark": text(b"\xef\xbb\xbf" + as_json({"to": MAIL}), JSON, places=("/to",)),
    "a key": text(as_json({MAIL: 1}), JSON, places=("",)),
    "a number": text(b'{"n": 4111111111111111}', JSON, places=("/n",)),
    "a float": text(b'{"n": 4111111111111111.0}', JSON, places=("/n",)),
    "an exponent": text(b'{"n": 4.111111111111111E+15}', JSON, places=("/n",)),
    "a lone surrogate": text(f'{{"a": "\\ud800 {MAIL}"}}'.encode(), JSON, places=("/a",)),
    "a JSON string": text(as_json(MAIL), JSON, places=("",)),
    "a file in JSON": text(as_json({"file": packed(FILE)}), JSON, places=("/file",)),
    "a file in lines": text(as_json({"file": encodebytes(FILE * 4).decode()}), JSON, places=("/file",)),
    "a file for URLs": text(as_json({"f": urlsafe_b64encode(FILE).decode().rstrip("=")}), JSON, places=("/f",)),
    "a file in UTF-16": text(as_json({"file": packed(FILE.decode().encode("utf-16"))}), JSON, places=("/file",)),
    "a file in gzip": text(as_json({"file": packed(gzip.compress(FILE))}), JSON, places=("/file",)),
    "a file in a file": text(as_json({"f": packed(as_json({"x": packed(FILE)}))}), JSON, places=("/f",)),
    "a data URL": text(as_json({"u": f"data:text/csv;base64,{packed(FILE)}"}), JSON, places=("/u",)),
    "a data URL in percent": text(as_json({"u": f"data:,{quote(MAIL)}"}), JSON, places=("/u",)),
    "a text called a picture": text(as_json({"u": f"data:image/png;base64,{packed(FILE)}"}), JSON, places=("/u",)),
    "a picture beside": text(
        as_json({"to": MAIL, "u": f"data:image/png;base64,{packed(PNG)}"}), JSON, places=("/to",), inspected=PARTIAL
    ),
    "NDJSON": text(f'{{"a": "{ESCAPED}"}}\n{{"a": {CARD}}}\n'.encode(), LINES, places=("/a",)),
    "NDJSON called text": text(f'{{"a": "{ESCAPED}"}}\n{{"a": {CARD}}}\n'.encode(), places=("/a",)),
    "NDJSON with a text": text(f'{{"a": 1}}\nto {MAIL}\n'.encode(), LINES, places=("line",), inspected=PARTIAL),
    "a JSON sequence": text(f'\x1e{{\n"a": "{ESCAPED}"}}\n'.encode(), "application/json-seq", places=("/a",)),
    "guarded JSON": text(f')]}}\',\n{{"a": "{ESCAPED}"}}'.encode(), places=("body",), inspected=PARTIAL),
    "JSONP": text(f'call({{"a": "{ESCAPED}"}});'.encode(), "text/javascript", inspected=PARTIAL),
    "text": text(FILE),
    "text in UTF-16": text(FILE.decode().encode("utf-16")),
    "text in UTF-16 by its label": text(FILE.decode().encode("utf-16-be"), "text/plain; charset=utf-16be"),
    "text in UTF-16 by nothing": text(FILE.decode().encode("utf-16-le"), inspected=PARTIAL),
    "text in UTF-32": text(FILE.decode().encode("utf-32")),
    "text with two marks": text(FILE.decode().encode("utf-16"), "text/plain; charset=utf-8", inspected=PARTIAL),
    "text in Shift JIS": text("名 ".encode("shift_jis") + FILE, "text/plain; charset=Shift_JIS"),
    "text in Windows-1252": text(b"\x80\xe9 " + FILE, "text/plain; charset=windows-1252"),
    "text in Latin-1 without a label": text(b"\xe9 " + FILE, inspected=PARTIAL),
    "text without a label": Case("", FILE, places=("body",), inspected=PARTIAL),
    "a text that is base64": text(b64encode(FILE)),
    "HTML with a charset": text(b"<meta charset=utf-8>" + FILE, "text/html", inspected=PARTIAL),
    "XML with an encoding": text(
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>" + FILE + b"</a>", "application/xml", inspected=PARTIAL
    ),
    "a form": text(f"to={quote(MAIL)}&a=1".encode(), FORM, places=("form",)),
    "a form's name": text(f"{quote(MAIL)}=1".encode(), FORM, places=("form",)),
    "a form with spaces": text(b"n=4111+1111+1111+1111", FORM, places=("form",)),
    "a form twice encoded": text(f"to={quote(quote(MAIL))}".encode(), FORM, places=("form",)),
    "JSON in a form": text(f"j={quote(f'{{"a": "{ESCAPED}"}}')}".encode(), FORM, places=("form",)),
    "a file in a form": text(f"f={quote(packed(FILE))}".encode(), FORM, places=("form",)),
    "multipart": text(form((NOTE, FILE)), MULTIPART, places=("/form/note",)),
    "a part's name": text(form((field(MAIL), b"x")), MULTIPART, places=("/form/*",)),
    "a file's name": text(form((f'{NOTE}; filename="{MAIL}.txt"', b"x")), MULTIPART, places=("/form/note",)),
    "a file's name in percent": text(
        form((f"{NOTE}; filename*=UTF-8''{quote(MAIL)}", b"x")), MULTIPART, places=("/form/note",)
    ),
    "JSON in a part": text(
        form((field("j", "Content-Type: application/json"), f'{{"a": "{ESCAPED}"}}'.encode())),
        MULTIPART,
        places=("/form/j/a",),
    ),
    "NDJSON in a part": text(
        form((field("j", "Content-Type: application/jsonl"), f'{{"a": "{ESCAPED}"}}\n'.encode())),
        MULTIPART,
        places=("/form/j/a",),
    ),
    "a part in base64": text(
        form((field("note", "Content-Transfer-Encoding: base64"), encodebytes(FILE).replace(b"\n", b"\r\n"))),
        MULTIPART,
        places=("/form/note",),
    ),
    "a part quoted": text(
        form((field("note", "Content-Transfer-Encoding: quoted-printable"), MAIL.replace("@", "=40").encode())),
        MULTIPART,
        places=("/form/note",),
    ),
    "a part in UTF-16": text(
        form((field("note", "Content-Type: text/plain; charset=utf-16"), FILE.decode().encode("utf-16"))),
        MULTIPART,
        places=("/form/note",),
    ),
    "a picture among parts": text(
        form((NOTE, FILE), (field("p", "Content-Type: image/png"), PNG)),
        MULTIPART,
        places=("/form/note",),
        inspected=PARTIAL,
    ),
    "a part called a picture": text(
        form((field("p", "Content-Type: image/png"), FILE)), MULTIPART, places=("/form/p",), inspected=PARTIAL
    ),
    "multipart in multipart": text(
        form((field("m", "Content-Type: multipart/mixed; boundary=in"), b"--in\r\n\r\n" + FILE + b"\r\n--in--")),
        MULTIPART,
        places=("/form/m/part/0",),
    ),
    "gzip": text(gzip.compress(FILE), headers=("Content-Encoding: gzip",)),
    "x-gzip": text(gzip.compress(FILE), headers=("Content-Encoding: x-gzip",)),
    "gzip in members": text(gzip.compress(FILE[:20]) + gzip.compress(FILE[20:]), headers=("Content-Encoding: gzip",)),
    "deflate": text(zlib.compress(FILE), headers=("Content-Encoding: deflate",)),
    "raw deflate": text(zlib.compress(FILE, wbits=-15), headers=("Content-Encoding: deflate",)),
    "br": text(brotlied(FILE), headers=("Content-Encoding: br",)),
    "zstd": text(zstandard.compress(FILE), headers=("Content-Encoding: zstd",)),
    "stacked": text(brotlied(gzip.compress(FILE)), headers=("Content-Encoding: gzip, br",)),
    "stacked in two headers": text(
        brotlied(gzip.compress(FILE)), headers=("Content-Encoding: gzip", "Content-Encoding: br")
    ),
    "identity": text(FILE, headers=("Content-Encoding: identity",)),
}

WRONG, BROKEN, TYPE, UNREAD = (
    Reason.BODY_ENCODING_WRONG,
    Reason.BODY_MALFORMED,
    Reason.BODY_TYPE_WRONG,
    Reason.UNINSPECTED,
)
TWICE, LARGE = Reason.BODY_DUPLICATE_KEYS, Reason.BODY_TOO_LARGE

# Bodies that nobody lets pass: why, as a request. As an answer, what is malformed is so by the upstream.
REFUSED: dict[str, Case] = {
    "a key twice": refused(JSON, f'{{"a": 1, "a": "{MAIL}"}}'.encode(), TWICE),
    "a key twice in a line": refused(LINES, f'{{"a": 1, "a": "{MAIL}"}}\n{{}}\n'.encode(), TWICE),
    "NaN in a line": refused(LINES, f'{{"a": NaN, "b": "{MAIL}"}}\n{{}}\n'.encode(), BROKEN),
    "UTF-7": refused("text/plain; charset=utf-7", b"jane.roe+AEA-example.com", TYPE),
    "EBCDIC": refused("text/plain; charset=cp037", MAIL.encode("cp037"), TYPE),
    "ISO 2022": refused("text/plain; charset=iso-2022-jp", FILE, TYPE),
    "a charset of nobody's": refused("text/plain; charset=x-mine", FILE, TYPE),
    "UTF-7 in HTML": refused("text/html", b"<meta charset=utf-7>jane.roe+AEA-example.com", TYPE),
    "EBCDIC in XML": refused("application/xml", f"<?xml version='1.0'?><a>{MAIL}</a>".encode("cp037"), TYPE),
    "gzip that is none": refused("text/plain", FILE, WRONG, "Content-Encoding: gzip"),
    "truncated gzip": refused("text/plain", gzip.compress(FILE)[:-3], WRONG, "Content-Encoding: gzip"),
    "gzip and more": refused("text/plain", gzip.compress(FILE) + FILE, WRONG, "Content-Encoding: gzip"),
    "compress": refused("text/plain", FILE, WRONG, "Content-Encoding: compress"),
    "aws-chunked": refused("text/plain", FILE, WRONG, "Content-Encoding: aws-chunked"),
    "a gzip bomb": refused("text/plain", bomb(), LARGE, "Content-Encoding: gzip"),
}
REFUSED_REQUESTS: dict[str, Case] = REFUSED | {
    "gzip called text": refused("text/plain", gzip.compress(FILE), WRONG),
    "zlib called text": refused("text/plain", zlib.compress(FILE), WRONG),
    "zstd called text": refused("text/plain", zstandard.compress(FILE), WRONG),
    "JSON in UTF-16 by its label": refused(f"{JSON}; charset=utf-16", as_json({"to": MAIL}), TYPE),
    "JSON in UTF-16": refused(JSON, f'{{"to": "{MAIL}"}}'.encode("utf-16"), BROKEN),
    "brotli called text": refused("text/plain", brotlied(FILE * 3), UNREAD),
    "a picture": refused("image/png", PNG, UNREAD),
    "a preamble": refused(MULTIPART, FILE + b"\r\n" + form((NOTE, b"x")), BROKEN),
    "an epilogue": refused(MULTIPART, form((NOTE, b"x")) + FILE, BROKEN),
    "no end": refused(MULTIPART, form((NOTE, FILE), end=b"\r\n"), BROKEN),
    "a bare line feed": refused(MULTIPART, form((NOTE, FILE)).replace(b"\r\n--limit--", b"\n--limit--"), BROKEN),
    "a boundary inside": refused(MULTIPART, form((NOTE, b"x--limit" + FILE)), BROKEN),
    "two boundaries": refused(f"{MULTIPART}; boundary=other", form((NOTE, FILE)), BROKEN),
    "no boundary": refused("multipart/form-data", form((NOTE, FILE)), BROKEN),
    "a folded head": refused(MULTIPART, form((f"{NOTE};\r\n filename=x", FILE)), BROKEN),
    "a header twice": refused(MULTIPART, form((f"{NOTE}\r\n{NOTE}", FILE)), BROKEN),
    "a name twice": refused(MULTIPART, form((f'{NOTE}; name="b"', FILE)), BROKEN),
    "no name": refused(MULTIPART, form(("Content-Type: text/plain", FILE)), BROKEN),
    "an escaped quote": refused(MULTIPART, form((f'{NOTE}; filename="a\\"b"', FILE)), BROKEN),
    "an unknown transfer encoding": refused(
        MULTIPART, form((field("n", "Content-Transfer-Encoding: x-uuencode"), FILE)), BROKEN
    ),
    "base64 that is none": refused(MULTIPART, form((field("n", "Content-Transfer-Encoding: base64"), FILE)), BROKEN),
    "a boundary that is a value": refused(f"multipart/form-data; boundary={CARD}", b"", TYPE),
    "words of a file": refused(JSON, as_json({"f": packed(b"the pirate treasure is here")}), Reason.GUARDRAIL),
    "words of a part": refused(MULTIPART, form((NOTE, b"the pirate treasure")), Reason.GUARDRAIL),
    "words of a part's name": refused(MULTIPART, form((field("pirate treasure"), b"x")), Reason.GUARDRAIL),
    "words of a line": refused(LINES, b'{"a": 1}\n{"a": "pirate\\u0020treasure"}\n', Reason.GUARDRAIL),
    "words of JSONP": refused("text/plain", b'f({"a": "pirate\\u0020treasure"})', Reason.GUARDRAIL),
}

HEADS: dict[str, Case] = {
    "the path": Case(path=f"/{MAIL}", places=("path",)),
    "the path in percent": Case(path=f"/a%2Fb/{quote(MAIL)}/c", places=("path",)),
    "the path twice in percent": Case(path=f"/{quote(quote(MAIL))}", places=("path",)),
    "a parameter of the path": Case(path=f"/x;to={quote(MAIL)}/y", places=("path",)),
    "the query": Case(path=f"?to={quote(MAIL)}&b=%2f", places=("query",)),
    "a name of the query": Case(path=f"?{quote(MAIL)}", places=("query",)),
    "spaces in the query": Case(path="?n=4111+1111+1111+1111", places=("query",)),
    "JSON in the query": Case(path=f"?q={quote(f'{{"a": "{ESCAPED}"}}')}", places=("query",)),
    "a file in the query": Case(path=f"?q={quote(packed(FILE))}", places=("query",)),
    "a URL in the query": Case(path=f"?u={quote(f'https://x.test/?to={quote(MAIL)}', safe='')}", places=("query",)),
    "a fragment": Case(path=f"?a=1#{MAIL}", places=("query",)),
    "a header": Case(headers=(f"X-To: {MAIL}",), places=("header:x-to",)),
    "a header in percent": Case(headers=(f"X-To: {quote(MAIL)}",), places=("header:x-to",)),
    "a header twice": Case(headers=("X-To: a", f"X-To: {MAIL}"), places=("header:x-to",)),
    "JSON in a header": Case(headers=(f'X-To: {{"a": "{ESCAPED}"}}',), places=("header:x-to",)),
    "base64 in a header": Case(headers=(f"X-To: {packed(FILE)}",), places=("header:x-to",)),
    "an encoded word": Case(
        headers=("X-To: =?utf-8?q?jane.roe?= =?utf-8?b?QGV4YW1wbGUuY29t?=",), places=("header:x-to",)
    ),
    "an extended parameter": Case(
        headers=(f"Content-Disposition: attachment; filename*=UTF-8''{quote(MAIL)}",),
        places=("header:content-disposition",),
    ),
    "a cookie": Case(headers=(f"Cookie: a=1; to={quote(MAIL)}; b=2",), places=("header:cookie",)),
    "a quoted cookie": Case(headers=(f'Cookie: a=1; to="{MAIL}"',), places=("header:cookie",)),
    "a file in a cookie": Case(headers=(f"Cookie: s={packed(FILE)}",), places=("header:cookie",)),
    "a cookie's name": Case(headers=(f"Cookie: {quote(MAIL)}=1",), places=("header:cookie",)),
    "a link": Case(headers=(f"Link: <https://x.test/?to={quote(MAIL)}>; rel=next",), places=("header:link",)),
    "a type's parameter": Case(headers=(f"Content-Type: text/plain; to={MAIL}",), places=("header:content-type",)),
}
REQUEST_HEADS: dict[str, Case] = HEADS | {
    "the referrer": Case(headers=(f"Referer: https://x.test/{quote(MAIL)}",), places=("header:referer",)),
    "what is accepted": Case(headers=(f"Accept: text/plain; to={MAIL}",), places=("header:accept",)),
    "a name": Case(headers=(f"X-{CARD}: 1",), places=("header",)),
    "basic credentials": Case(
        headers=(f"X-Upstream: Basic {packed(f'{MAIL}:p'.encode())}",), places=("header:x-upstream",)
    ),
    "the method": Case(method=f"X-{CARD}", refused=Reason.REQUEST_MALFORMED),
}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with web_in(tmp_path_factory.mktemp("disguises")) as started:
        yield started
        assert MAIL not in started.gate.log


def recorded(web: Web, before: int) -> dict[str, object]:
    """Return the record of the one call since there were ``before``."""
    deadline = time.monotonic() + 20
    while len(made := web.outcomes()) == before:
        assert time.monotonic() < deadline, "the call is not on record"
        time.sleep(0.01)
    assert len(made) == before + 1
    return made[-1]


def run(web: Web, case: Case) -> Called:
    before = len(web.outcomes())
    kind = (f"Content-Type: {case.kind}",) if case.kind else ()
    path = case.path if case.path.startswith("/") else f"/x{case.path}"
    called = web.call(path, *kind, *case.headers, body=case.body, method=case.method)
    called.record = recorded(web, before)
    return called


@pytest.mark.parametrize("name", [*BODIES, *REQUEST_HEADS, *REFUSED_REQUESTS])
def test_no_upstream_gets_what_a_request_hides(web: Web, name: str) -> None:
    case = (BODIES | REQUEST_HEADS | REFUSED_REQUESTS)[name]
    called = run(web, case)
    record = json.dumps(called.record)
    assert not [got for got in called.received if says(whole(got), MAIL) or CARD in readable(whole(got))]
    assert MAIL not in record
    assert CARD not in record
    if case.refused:
        assert (called.reason, called.answer.status_code) == (case.refused, http_status(case.refused)), record
        assert called.received == []
    else:
        assert called.answer.status_code == 200, called.answer.text
        assert called.record["request_inspected"] == case.inspected
        assert called.places("request") == set(case.places)
        assert "content-encoding" not in dict(called.received[0].headers)


def readable(data: bytes) -> str:
    return re.sub(r"[ +]", "", data.decode("latin-1"))


ANSWER_HEADS = {name: case for name, case in HEADS.items() if case.headers and "ookie" not in name} | {
    "a set cookie": Case(headers=(f"Set-Cookie: to={quote(MAIL)}; Path=/; HttpOnly",), places=("header:set-cookie",)),
    "a cookie's path": Case(headers=(f"Set-Cookie: a=1; Path=/{MAIL}",), places=("header:set-cookie",)),
    "a location": Case(headers=(f"Location: https://x.test/?to={quote(MAIL)}&b=1",), places=("header:location",)),
    "a name": Case(headers=(f"X-{CARD}: 1",), places=("header",)),
}
OF_ANSWERS = {
    WRONG: Reason.UPSTREAM_MALFORMED,
    BROKEN: Reason.UPSTREAM_MALFORMED,
    TYPE: Reason.UPSTREAM_MALFORMED,
    TWICE: Reason.UPSTREAM_MALFORMED,
    LARGE: Reason.UPSTREAM_TOO_LARGE,
}
REFUSED_ANSWERS = REFUSED | {
    "gzip called text": refused("text/plain", gzip.compress(FILE), UNREAD),
    "a picture": refused("image/png", PNG, UNREAD),
    "a preamble": refused(MULTIPART, FILE + b"\r\n" + form((NOTE, b"x")), UNREAD),
    "a boundary inside": refused(MULTIPART, form((NOTE, b"x--limit" + FILE)), UNREAD),
    "JSON in UTF-16": refused(JSON, f'{{"to": "{MAIL}"}}'.encode("utf-16"), BROKEN),
}


@pytest.mark.parametrize("name", [*BODIES, *ANSWER_HEADS, *REFUSED_ANSWERS])
def test_no_client_gets_what_an_answer_hides(web: Web, name: str) -> None:
    case = (BODIES | ANSWER_HEADS | REFUSED_ANSWERS)[name]
    raw = head(case.body, *case.headers, kind=case.kind) if case.kind else bare(case)
    web.upstream.replies["/x"] = lambda _: raw
    before = len(web.outcomes())
    called = web.call("/x", method="GET")
    web.upstream.replies.clear()
    called.record = recorded(web, before)
    record = json.dumps(called.record)
    assert not says(called.raw, MAIL)
    assert CARD not in readable(called.raw)
    assert MAIL not in record
    assert CARD not in record
    if case.refused:
        reason = OF_ANSWERS.get(case.refused, case.refused)
        assert (called.reason, called.answer.status_code) == (reason, http_status(reason)), record
    else:
        assert called.answer.status_code == 200, called.answer.text
        assert called.record["response_inspected"] == case.inspected
        assert called.places("response") == set(case.places)


def bare(case: Case) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(case.body)}", *case.headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + case.body


def test_what_is_masked_is_still_what_it_was(web: Web) -> None:
    body = as_json({"file": packed(FILE), "url": f"data:text/csv;base64,{packed(FILE)}"})
    got = run(web, Case(JSON, body)).received[0].json()
    masked = FILE.replace(MAIL.encode(), b"[EMAIL]")
    assert (got["file"], got["url"]) == (packed(masked), f"data:text/csv;base64,{packed(masked)}")
    multipart = form((f'{NOTE}; filename="a.csv"', FILE), (field("p", "Content-Type: image/png"), PNG))
    assert run(web, Case(MULTIPART, multipart)).received[0].body == multipart.replace(MAIL.encode(), b"[EMAIL]")


STREAMS: dict[str, tuple[str, list[bytes], bytes, str]] = {
    "NDJSON": (
        LINES,
        [b'{"a": "jane.roe\\u00', b'40example.com"}\n', b'{"b": 1}\n'],
        b'{"a": "[EMAIL]"}\n{"b": 1}\n',
        FULL,
    ),
    "a JSON sequence": (
        "application/json-seq",
        [b'\x1e{"a": "jane.roe@exa', b'mple.com"}\n', b'\x1e{"b": 1}\n'],
        b'\x1e{"a": "[EMAIL]"}\n\x1e{"b": 1}\n',
        FULL,
    ),
    "text": ("text/plain", [b"To jane.roe@exa", b"mple.com, now. ", b"Bye."], b"To [EMAIL], now. Bye.", FULL),
    "text in UTF-16": (
        "text/plain",
        ["\ufeffTo jane.roe@exa".encode("utf-16-le"), "mple.com, now. ".encode("utf-16-le"), b".\0"],
        "\ufeffTo [EMAIL], now. .".encode("utf-16-le"),
        PARTIAL,
    ),
    "JSON called text": (
        "text/plain; charset=utf-8",
        [b'{"a": "jane.roe\\u00', b'40example.com"}\n', b"[1]"],
        b'{"a": "[EMAIL]"}\n[1]',
        FULL,
    ),
    "events called text": (
        "text/plain",
        [b"data: jane.roe@exam\n\n", b"data: ple.com\n\n"],
        b"data: \n\ndata: \n\ndata: [EMAIL]\n\n",
        PARTIAL,
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_progressive_answer_is_masked_while_it_comes(web: Web, name: str) -> None:
    kind, pieces, masked, inspected = STREAMS[name]
    web.upstream.replies["/stream"] = lambda _: chunked(*pieces, kind=kind)
    before = len(web.outcomes())
    called = web.call("/stream", method="GET")
    web.upstream.replies.clear()
    called.record = recorded(web, before)
    assert called.answer.content == masked
    assert called.record["response_inspected"] == inspected
    assert called.places("response") != set()
    assert MAIL not in json.dumps(called.record)


@pytest.mark.parametrize(
    ("kind", "first", "masked"),
    [
        (LINES, b'{"to": "jane.roe@example.com"}\n', b'{"to": "[EMAIL]"}\n'),
        ("text/plain", b"To jane.roe@example.com, now. ", b"To [EMAIL], now. "),
    ],
)
def test_what_is_complete_arrives_before_the_rest_is_written(web: Web, kind: str, first: bytes, masked: bytes) -> None:
    before = len(web.outcomes())
    with web.connect() as client:
        client.sendall(web.head("/slow", "Content-Length: 0", host="slow.example.net:8080"))
        web.slow.settimeout(20)
        upstream, _ = web.slow.accept()
        with upstream:
            assert read_head(upstream).startswith(b"POST /slow ")
            upstream.sendall(chunked(first, end=b"", kind=kind))
            got = read_head(client)
            while masked not in got:
                got += client.recv(1000)
            assert len(web.outcomes()) == before
            upstream.sendall(b"0\r\n\r\n")
            while not got.endswith(b"0\r\n\r\n"):
                got += client.recv(1000)
    assert MAIL.encode() not in got
    recorded(web, before)


CUT: dict[str, tuple[str, bytes, Reason]] = {
    "a key twice": (LINES, f'{{"ok": 1}}\n{{"a": 1, "a": "{MAIL}"}}\n'.encode(), Reason.UPSTREAM_MALFORMED),
    "a line without end": (LINES, b'{"ok": 1}\n"' + MAIL.encode() * 300_000, Reason.UPSTREAM_TOO_LARGE),
    "gzip called text": ("text/plain", gzip.compress(FILE), Reason.UPSTREAM_MALFORMED),
    "a charset that hides": ("text/event-stream; charset=utf-7", b"data: x\n\n", Reason.UPSTREAM_MALFORMED),
}


@pytest.mark.parametrize("name", CUT)
def test_a_progressive_answer_that_cannot_be_read_is_cut(web: Web, name: str) -> None:
    kind, body, reason = CUT[name]
    web.upstream.replies["/cut"] = lambda _: chunked(body, kind=kind)
    before = len(web.outcomes())
    with web.connect() as opened:
        opened.sendall(web.head("/cut", "Connection: close", method="GET"))
        got = read_to_end(opened)
    web.upstream.replies.clear()
    assert recorded(web, before)["reason"] == reason
    assert MAIL.encode() not in got
    assert b"HTTP/1.1 502 " in got or not got.endswith(b"\r\n0\r\n\r\n")


TRAILERS = f"0\r\nX-To: {MAIL}\r\n\r\n".encode()


def test_trailers_go_nowhere(web: Web) -> None:
    web.upstream.received.clear()
    web.upstream.replies["/t"] = lambda _: chunked(b"{}", end=TRAILERS)
    with web.connect() as opened:
        opened.sendall(web.head("/t", "Connection: close", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n" + TRAILERS)
        got = read_to_end(opened)
    web.upstream.replies.clear()
    assert got.startswith(b"HTTP/1.1 200 ")
    assert MAIL.encode() not in got + whole(web.upstream.received[0])


def test_no_answer_comes_in_pieces_that_the_client_chose(web: Web) -> None:
    called = run(web, Case(headers=("Range: bytes=0-9", 'If-Range: "a"')))
    assert not {"range", "if-range"} & dict(called.received[0].headers).keys()


CLIENTS: dict[str, Callable[[httpx.Client, str], httpx.Response]] = {
    "an upload": lambda client, url: client.post(url, files={"f": (f"{MAIL}.csv", FILE, "text/csv")}, data={"a": MAIL}),
    "a form": lambda client, url: client.post(url, data={"a": MAIL, "b": "c d"}),
    "JSON": lambda client, url: client.post(url, json={"a": [MAIL]}),
    "a query": lambda client, url: client.get(url, params={"a": MAIL}),
    "cookies": lambda client, url: client.get(url, headers={"Cookie": f"a={MAIL}"}),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_what_a_real_client_sends_is_masked(web: Web, name: str) -> None:
    web.upstream.received.clear()
    with httpx.Client(proxy=web.gate.proxy(web.token), timeout=20) as client:
        assert CLIENTS[name](client, "http://web.example.net:8080/client").status_code == 200
    assert not says(whole(web.upstream.received[0]), MAIL)
    assert "EMAIL" in whole(web.upstream.received[0]).decode()
