import pytest

from addons.core.errors import RefusedError
from addons.core.protocols.charsets import (
    codec_of,
    is_compressed,
    label_to_believe,
    read_text,
    require_ascii,
    require_charset,
    wide_encoding,
)
from addons.core.protocols.headers import media_type
from addons.core.reasons import Reason

TEXT = "Jane: jane.doe@example.com, \u00e9"
PLAIN = "text/plain"

# content type, body, whether the label must be refused, the text or None where it is none, whether it is sure
CASES: list[tuple[str, bytes, bool, str | None, bool]] = [
    (PLAIN, TEXT.encode(), False, TEXT, True),
    (f"{PLAIN}; charset=utf-8", TEXT.encode(), False, TEXT, True),
    (f'{PLAIN}; charset="UTF-8"', TEXT.encode("utf-8-sig"), False, "\ufeff" + TEXT, True),
    (f"{PLAIN}; charset=iso-8859-1", TEXT.encode("latin-1"), False, TEXT, True),
    (f"{PLAIN}; charset=windows-1252", b"\x80 x", False, "\u20ac x", True),
    (f"{PLAIN}; charset=windows-1252", b"\x81 x", False, "\x81 x", False),
    (f"{PLAIN}; charset=koi8-r", "\u0434\u0430 x".encode("koi8-r"), False, "\u0434\u0430 x", True),
    (f"{PLAIN}; charset=shift_jis", "\u540d x".encode("shift_jis"), False, "\u540d x", True),
    (f"{PLAIN}; charset=gb18030", "\u540d x".encode("gb18030"), False, "\u540d x", True),
    (f"{PLAIN}; charset=euc-kr", "\ud55c x".encode("euc_kr"), False, "\ud55c x", True),
    (PLAIN, TEXT.encode("latin-1"), False, TEXT, False),
    (f"{PLAIN}; charset=utf-8", TEXT.encode("latin-1"), False, TEXT, False),
    (PLAIN, TEXT.encode("utf-16"), False, "\ufeff" + TEXT, True),
    (f"{PLAIN}; charset=utf-16", TEXT.encode("utf-16"), False, "\ufeff" + TEXT, True),
    (f"{PLAIN}; charset=utf-16", b"\xfe\xff" + TEXT.encode("utf-16-be"), False, "\ufeff" + TEXT, True),
    (f"{PLAIN}; charset=utf-16", TEXT.encode("utf-16-be"), False, TEXT, False),
    (f"{PLAIN}; charset=utf-16le", TEXT.encode("utf-16-le"), False, TEXT, True),
    (f"{PLAIN}; charset=utf-32", TEXT.encode("utf-32"), False, "\ufeff" + TEXT, True),
    (PLAIN, TEXT.encode("utf-16-le"), False, TEXT, False),
    (PLAIN, TEXT.encode("utf-16-be"), False, TEXT, False),
    (f"{PLAIN}; charset=utf-8", TEXT.encode("utf-16"), False, "\ufeff" + TEXT, False),
    (f"{PLAIN}; charset=utf-16", TEXT.encode("utf-8-sig"), False, "\ufeff" + TEXT, False),
    (PLAIN, "x \ud800 y".encode("utf-16-le", "surrogatepass"), False, "x \ud800 y", False),
    (PLAIN, TEXT.encode("utf-16")[:-1], False, None, False),
    (PLAIN, b"a\0b and so on", False, "a\0b and so on", False),
    (PLAIN, b"\x1b$B\x1b(B x", False, "\x1b$B\x1b(B x", False),
    (PLAIN, b"\xff\x01\x02", False, None, False),
    (PLAIN, b"\x1f\x8b\x08\xe9", False, None, False),
    ("", b"\xff", False, None, False),
    ("", b"a\0b", False, None, False),
    ("image/png", b"text", False, None, False),
    ("image/png; charset=utf-7", b"text", False, None, False),
    ("text/html", b"<meta charset='utf-8'>x", False, "<meta charset='utf-8'>x", False),
    ("text/html", b"<meta charset=windows-1252>\x80", False, "<meta charset=windows-1252>\u20ac", False),
    ("text/xml", b"<?xml version='1.0' encoding='koi8-r'?>", False, "<?xml version='1.0' encoding='koi8-r'?>", False),
    (f"{PLAIN}; charset=utf-7", b"x", True, None, False),
    (f"{PLAIN}; charset=cp037", b"x", True, None, False),
    (f"{PLAIN}; charset=ebcdic-cp-us", b"x", True, None, False),
    (f"{PLAIN}; charset=iso-2022-jp", b"x", True, None, False),
    (f"{PLAIN}; charset=hz-gb-2312", b"x", True, None, False),
    (f"{PLAIN}; charset=x-user-defined", b"x", True, None, False),
    (f"{PLAIN}; charset=rot13", b"x", True, None, False),
    (f"{PLAIN}; charset=../utf-8", b"x", True, None, False),
    ("text/html", b"<META http-equiv=x content='text/html; charset=utf-7'>", True, None, False),
    ("application/xml", b"<?xml version='1.0' encoding='IBM037'?>", True, None, False),
    ("application/xml", "<?xml version='1.0'?>".encode("cp037"), True, None, False),
]


@pytest.mark.parametrize(("label", "body", "refused", "text", "is_sure"), CASES, ids=range(len(CASES)))
def test_bytes_are_read_as_both_sides_do(
    label: str, body: bytes, *, refused: bool, text: str | None, is_sure: bool
) -> None:
    kind = media_type(label)
    if refused:
        with pytest.raises(RefusedError) as error:
            require_charset(kind, body, Reason.BODY_TYPE_WRONG)
        assert error.value.reason is Reason.BODY_TYPE_WRONG
    else:
        require_charset(kind, body, Reason.BODY_TYPE_WRONG)
    read = read_text(body, kind)
    assert (read.text if read else None) == text
    if read is not None:
        assert read.is_sure is is_sure
        assert read.encoded(read.text) == body
        assert b"jane" not in repr(read).encode()


def test_what_an_encoding_cannot_spell_does_not_stop_it() -> None:
    read = read_text(b"x", media_type(f"{PLAIN}; charset=latin-1"))
    assert read is not None
    assert read.encoded("\u540d x") == b"? x"


@pytest.mark.parametrize(
    ("charset", "refused"),
    [("", False), ("utf-8", False), ("latin1", False), ("utf-16", True), ("utf-7", True), ("nonsense", True)],
)
def test_json_and_forms_are_labelled_as_what_they_are(charset: str, *, refused: bool) -> None:
    kind = media_type(f"application/json; charset={charset}" if charset else "application/json")
    if refused:
        with pytest.raises(RefusedError):
            require_ascii(kind)
    else:
        require_ascii(kind)


@pytest.mark.parametrize(
    ("start", "encoding"),
    [
        (b"j\0a\0", "utf-16-le"),
        (b"\0j\0a", "utf-16-be"),
        (b"j\0\0\0", "utf-32-le"),
        (b"\0\0\0j", "utf-32-be"),
        (b"\xff\xfej\0", "utf-16-le"),
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\xef\xbb\xbfj", ""),
        (b"jane", ""),
        (b"j\0", "utf-16-le"),
        (b"", ""),
    ],
)
def test_wide_characters_show_at_the_start(start: bytes, encoding: str) -> None:
    assert wide_encoding(start) == encoding


def test_labels() -> None:
    assert codec_of("utf8") == "utf-8"
    assert codec_of("") == codec_of("a\0b") == codec_of("undefined") == codec_of("base64") == ""
    assert not label_to_believe(media_type("image/png"), b"text").name
    assert label_to_believe(media_type("image/png"), b"\x89PNG\0").name == "image/png"


@pytest.mark.parametrize(("body", "compressed"), [(b"PK\x03\x04\xff", True), (b"PK is text", False), (b"x\x01", False)])
def test_compressed(body: bytes, *, compressed: bool) -> None:
    assert is_compressed(body) is compressed
