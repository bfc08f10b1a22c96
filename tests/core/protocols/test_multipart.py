from base64 import encodebytes
from collections.abc import Callable

import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Inspected
from addons.core.errors import RefusedError
from addons.core.protocols.http import Http
from addons.core.protocols.multipart import parse_multipart
from addons.core.protocols.multipart_requests import read_other
from addons.core.protocols.registry import by_name
from addons.core.reasons import Reason
from tests.core.protocols.heads import request_head
from tests.core.protocols.masks import MASKER

HTTP = Http()
KIND = "multipart/form-data; boundary=b"
MAIL = b"jane.doe@example.com"
NAME = b'Content-Disposition: form-data; name="n"'
FULL, PARTIAL, NONE = Inspected.FULL, Inspected.PARTIAL, Inspected.NONE


def one(head: bytes = NAME, body: bytes = b"x") -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


END = b"--b--\r\n"

# content type, body, whether it must be refused, what it becomes where it is not, and how much of it is inspected
CASES: dict[str, tuple[str, bytes, bool, bytes, Inspected]] = {
    "a field": (KIND, one(body=MAIL) + END, False, one(body=b"[EMAIL]") + END, FULL),
    "no last line end": (KIND, one(body=MAIL) + b"--b--", False, one(body=b"[EMAIL]") + b"--b--", FULL),
    "a quoted boundary": (
        'Multipart/Form-Data; charset=utf-8; BOUNDARY="b c"',
        one(body=MAIL).replace(b"--b", b"--b c") + b"--b c--",
        False,
        one(body=b"[EMAIL]").replace(b"--b", b"--b c") + b"--b c--",
        FULL,
    ),
    "a boundary in capitals": (
        "multipart/form-data; boundary=B",
        (one(body=MAIL) + END).replace(b"--b", b"--B"),
        False,
        (one(body=b"[EMAIL]") + END).replace(b"--b", b"--B"),
        FULL,
    ),
    "fields alike": (KIND, (one(body=MAIL) * 2) + END, False, (one(body=b"[EMAIL]") * 2) + END, FULL),
    "an empty field": (KIND, one(body=b"") + END, False, one(body=b"") + END, FULL),
    "odd spaces": (KIND, one(NAME.replace(b": ", b":  ") + b" ", MAIL) + END, False, b"", FULL),
    "a header of its own": (
        KIND,
        one(NAME + b"\r\nX-To: " + MAIL) + END,
        False,
        one(NAME + b"\r\nX-To: [EMAIL]") + END,
        FULL,
    ),
    "a length": (
        KIND,
        one(NAME + b"\r\nContent-Length: 20", MAIL) + END,
        False,
        one(NAME + b"\r\nContent-Length: 7", b"[EMAIL]") + END,
        FULL,
    ),
    "a name in percent": (
        KIND,
        one(NAME + b'; filename="%22jane.doe%40example.com"') + END,
        False,
        one(NAME + b'; filename="%22[EMAIL]"') + END,
        FULL,
    ),
    "an extended name": (
        KIND,
        one(NAME + b"; filename*=iso-8859-1'en'jane.doe%40example.com%E9") + END,
        False,
        one(NAME + b"; filename*=UTF-8''%5BEMAIL%5D%C3%A9") + END,
        FULL,
    ),
    "base64": (
        KIND,
        one(NAME + b"\r\nContent-Transfer-Encoding: BASE64", encodebytes(MAIL).replace(b"\n", b"\r\n")) + END,
        False,
        one(NAME + b"\r\nContent-Transfer-Encoding: BASE64", b"W0VNQUlMXQ==") + END,
        FULL,
    ),
    "quoted": (
        KIND,
        one(NAME + b"\r\nContent-Transfer-Encoding: quoted-printable", b"jane.doe=40exam=\r\nple.com=C3=A9") + END,
        False,
        one(NAME + b"\r\nContent-Transfer-Encoding: quoted-printable", b"[EMAIL]=C3=A9") + END,
        FULL,
    ),
    "mixed": (
        "multipart/mixed; boundary=b",
        b"--b\r\n\r\n" + MAIL + b"\r\n" + END,
        False,
        b"--b\r\n\r\n[EMAIL]\r\n" + END,
        FULL,
    ),
    "a picture": (
        KIND,
        one(body=MAIL) + one(NAME + b"\r\nContent-Type: image/png", b"\x89\0") + END,
        False,
        one(body=b"[EMAIL]") + one(NAME + b"\r\nContent-Type: image/png", b"\x89\0") + END,
        PARTIAL,
    ),
    "no parts": (KIND, b"--b--", False, b"--b--", FULL),
    "a preamble": (KIND, b"x\r\n" + one() + END, True, b"", NONE),
    "an epilogue": (KIND, one() + END + b"x", True, b"", NONE),
    "no end": (KIND, one(), True, b"", NONE),
    "nothing of it": (KIND, MAIL, True, b"[EMAIL]", NONE),
    "a space after the boundary": (KIND, one().replace(b"--b\r\n", b"--b \r\n") + END, True, b"", NONE),
    "a longer boundary": (KIND, one() + one().replace(b"--b", b"--bc") + END, True, b"", NONE),
    "the boundary in a body": (KIND, one(body=b"x--b") + END, True, b"", NONE),
    "bare line feeds": (KIND, one().replace(b"\r\n", b"\n") + END, True, b"", NONE),
    "no empty line": (KIND, b"--b\r\n" + NAME + b"\r\n" + END, True, b"", NONE),
    "nothing between": (KIND, b"--b\r\n" + END, True, b"", NONE),
    "no boundary": ("multipart/form-data", one() + END, True, b"", NONE),
    "an empty boundary": ('multipart/form-data; boundary=""', one() + END, True, b"", NONE),
    "a long boundary": (f"multipart/form-data; boundary={'b' * 71}", one() + END, True, b"", NONE),
    "two boundaries": (f"{KIND}; boundary=c", one() + END, True, b"", NONE),
    "a boundary in quotes": ('multipart/form-data; x="; boundary=b"; boundary=c', one() + END, True, b"", NONE),
    "no name": (KIND, one(b"Content-Disposition: form-data") + END, True, b"", NONE),
    "no disposition": (KIND, one(b"Content-Type: text/plain") + END, True, b"", NONE),
    "another disposition": (KIND, one(b'Content-Disposition: attachment; name="n"') + END, True, b"", NONE),
    "a name twice": (KIND, one(NAME + b'; Name="m"') + END, True, b"", NONE),
    "a disposition twice": (KIND, one(NAME + b"\r\n" + NAME.lower()) + END, True, b"", NONE),
    "a type twice": (KIND, one(NAME + b"\r\nContent-Type: a/b\r\ncontent-type: c/d") + END, True, b"", NONE),
    "a folded line": (KIND, one(NAME + b"\r\n x") + END, True, b"", NONE),
    "a bare line end in a head": (KIND, one(NAME + b"; a=b\nX: y") + END, True, b"", NONE),
    "a zero in a head": (KIND, one(NAME + b"\0") + END, True, b"", NONE),
    "an escaped quote": (KIND, one(NAME + b'; filename="a\\"b"') + END, True, b"", NONE),
    "an open quote": (KIND, one(NAME + b'; filename="a') + END, True, b"", NONE),
    "a name in pieces": (KIND, one(NAME + b"; filename*0=a; filename*1=b") + END, True, b"", NONE),
    "an extended field name": (KIND, one(NAME + b"; name*=UTF-8''a") + END, True, b"", NONE),
    "a name in UTF-7": (KIND, one(NAME + b"; filename*=UTF-7''a") + END, True, b"", NONE),
    "a long head": (KIND, one(NAME + b"\r\nX: " + b"x" * 9000) + END, True, b"", NONE),
    "many headers": (KIND, one(NAME + b"".join(b"\r\nX%d: y" % at for at in range(20))) + END, True, b"", NONE),
    "many parts": (KIND, one() * 1001 + END, True, b"", NONE),
    "an unknown encoding": (KIND, one(NAME + b"\r\nContent-Transfer-Encoding: x-uu", MAIL) + END, True, b"", NONE),
    "base64 that is none": (KIND, one(NAME + b"\r\nContent-Transfer-Encoding: base64", MAIL) + END, True, b"", NONE),
    "base64 without its end": (
        KIND,
        one(NAME + b"\r\nContent-Transfer-Encoding: base64", b"abcde") + END,
        True,
        b"",
        NONE,
    ),
    "JSON that is none": (KIND, one(NAME + b"\r\nContent-Type: application/json", b"{") + END, True, b"", PARTIAL),
    "a part in UTF-7": (KIND, one(NAME + b"\r\nContent-Type: text/plain; charset=utf-7") + END, True, b"", PARTIAL),
}


@pytest.mark.parametrize("name", CASES)
def test_bodies_in_parts(name: str) -> None:
    kind, body, refused, masked, inspected = CASES[name]
    head = request_head(headers=(("content-type", kind),))
    if refused:
        with pytest.raises(RefusedError) as error:
            HTTP.parse_request("web", head, body)
        assert error.value.reason in {Reason.BODY_MALFORMED, Reason.BODY_TYPE_WRONG}
    else:
        content = HTTP.parse_request("web", head, body).content
        assert content.inspected is inspected
        hits = HTTP.mask_body(kind, body, MASKER).hits
        assert bool(hits) == any(MAIL.decode() in text.text for text in content.texts)
    for protocol in ("http", "openai"):
        result = by_name(protocol).mask_body(kind, body, MASKER)
        assert result.inspected is inspected
        if masked:
            assert result.body == masked
        assert bool(result.hits) == (result.body != body)
        assert result.body is body or result.hits
        assert "jane" not in repr(result.hits)


def test_parts_in_parts_in_parts_have_an_end() -> None:
    body, kind = b"x", "text/plain"
    for level in "abcd":
        body = f"--{level}\r\nContent-Type: {kind}\r\n\r\n".encode() + body + f"\r\n--{level}--".encode()
        kind = f"multipart/mixed; boundary={level}"
    with pytest.raises(RefusedError, match="nested"):
        HTTP.parse_request("web", request_head(headers=(("content-type", kind),)), body)


CLIENTS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "httpx": lambda: _httpx(data={"a": "1", "b": ["2", "3"]}, files={"f": ('a "b".txt', b"text", "text/plain")}),
    "requests": lambda: _requests(data={"a": "1"}, files={"f": ("\u00e9.bin", b"\0\1", "application/octet-stream")}),
}


def _httpx(**content: object) -> tuple[str, bytes]:
    request = httpx.Request("POST", "https://x.test", **content)  # type: ignore[arg-type]  # data and files
    return request.headers["content-type"], request.read()


def _requests(**content: object) -> tuple[str, bytes]:
    request = requests.Request("POST", "https://x.test", **content).prepare()  # type: ignore[arg-type]  # as above
    assert isinstance(request.body, bytes)
    return str(request.headers["content-type"]), request.body


@pytest.mark.parametrize("client", CLIENTS)
def test_what_clients_send_is_read(client: str) -> None:
    kind, body = CLIENTS[client]()
    parts = parse_multipart(kind, body)
    assert {part.place for part in parts} <= {"/form/a", "/form/b", "/form/f"}
    assert parts[-1].head.file_name
    assert HTTP.mask_body(kind, body, MASKER).body is body


@given(st.binary(max_size=60))
def test_any_part_comes_back(data: bytes) -> None:
    body = one(NAME + b"\r\nContent-Type: application/octet-stream", data) + END
    if b"--b" not in data:
        assert parse_multipart(KIND, body)[0].body == data
    else:
        with pytest.raises(RefusedError):
            parse_multipart(KIND, body)


def upload(*fields: tuple[str, str]) -> bytes:
    return (
        b"".join(one(f"Content-Disposition: form-data; {head}".encode(), body.encode()) for head, body in fields) + END
    )


FILE = ('name="file"; filename="a.txt"', "to jane.doe@example.com")

# fields beside the file, whether they must be refused, the model, whether it streams
UPLOADS: list[tuple[list[tuple[str, str]], bool, str, bool]] = [
    ([], False, "", False),
    ([('name="model"', "whisper-1")], False, "whisper-1", False),
    ([('name="model"', "whisper-1"), ('name="stream"', "True")], False, "whisper-1", True),
    ([('name="model"', "whisper-1"), ('name="model"', "gpt-4o")], True, "", False),
    ([('name="model"; filename="m"', "whisper-1")], True, "", False),
]


@pytest.mark.parametrize(("fields", "refused", "model", "streams"), UPLOADS, ids=range(len(UPLOADS)))
def test_uploads_to_apis_of_models(fields: list[tuple[str, str]], *, refused: bool, model: str, streams: bool) -> None:
    call = HTTP.parse_request("openai", request_head(headers=(("content-type", KIND),)), END)
    if refused:
        with pytest.raises(RefusedError) as error:
            read_other(call, upload(FILE, *fields))
        assert error.value.reason is Reason.BODY_MALFORMED
        return
    read = read_other(call, upload(FILE, *fields))
    assert (read.model, read.streams, read.content.inspected) == (model, streams, FULL)
    assert "to jane.doe@example.com" in [text.text for text in read.content.texts]
