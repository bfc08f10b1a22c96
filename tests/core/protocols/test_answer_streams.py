import gzip

import pytest

from addons.core.call import Inspected
from addons.core.errors import RefusedError
from addons.core.protocols.answer_streams import may_stream, open_stream
from addons.core.protocols.channels import Channels
from addons.core.protocols.headers import media_type
from addons.core.protocols.protocol import AnswerStream
from addons.core.reasons import Reason
from tests.core.protocols.cuts import assert_cuts_do_not_matter, run
from tests.core.protocols.masks import MASKER

PLAIN = "text/plain"


def opened(label: str = PLAIN) -> AnswerStream:
    return open_stream(media_type(label), Channels(MASKER), None, wants_events=False)


@pytest.mark.parametrize(
    ("label", "has_length", "streams"),
    [
        ("text/event-stream", False, True),
        ("Text/Event-Stream; charset=utf-8", True, True),
        ("application/x-ndjson", False, True),
        ("application/x-ndjson", True, False),
        ("application/json-seq", False, True),
        ("application/x-ndjson; charset=utf-16", False, False),
        (PLAIN, False, True),
        (PLAIN, True, False),
        (f"{PLAIN}; charset=shift_jis", False, False),
        ("text/html", False, False),
        ("application/json", False, False),
        ("application/octet-stream", False, False),
        ("", False, False),
    ],
)
def test_what_clients_read_while_it_comes(label: str, *, has_length: bool, streams: bool) -> None:
    assert may_stream(media_type(label), has_length=has_length) is streams


TEXT = "Write to jane.doe@example.com, \u00e9\U0001f600. "
MASKED = TEXT.replace("jane.doe@example.com", "[EMAIL]")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_texts_in_every_width(encoding: str) -> None:
    assert_cuts_do_not_matter(opened, TEXT.encode(encoding))
    stream = opened()
    assert run(stream, [TEXT.encode(encoding)]) == MASKED.encode(encoding)
    assert (stream.inspected is Inspected.FULL) == encoding.startswith("utf-8")


@pytest.mark.parametrize(
    ("label", "body", "inspected"),
    [
        (PLAIN, b"text", Inspected.FULL),
        (PLAIN, b"text \xff", Inspected.PARTIAL),
        (PLAIN, b"text \0 and more", Inspected.PARTIAL),
        ("application/octet-stream", b"text", Inspected.PARTIAL),
    ],
)
def test_how_much_was_read(label: str, body: bytes, inspected: Inspected) -> None:
    stream = opened(label)
    assert run(stream, [body]) == body
    assert stream.inspected is stream.content.inspected is inspected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"text"), Reason.BODY_ENCODING_WRONG),
        ("\ufefftext".encode("utf-16-le") + b"\0", Reason.BODY_MALFORMED),
        ("\ufefftext".encode("utf-32-le") + b"\xff\xff\xff\xff", Reason.BODY_MALFORMED),
    ],
)
def test_what_is_no_text_is_refused(body: bytes, reason: Reason) -> None:
    for pieces in ([body], [body[at : at + 1] for at in range(len(body))]):
        with pytest.raises(RefusedError) as error:
            run(opened(), pieces)
        assert error.value.reason is reason
