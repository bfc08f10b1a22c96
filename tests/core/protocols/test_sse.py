import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.errors import RefusedError
from addons.core.protocols.sse import MAX_EVENT_BYTES, Event, SseParser, encode_event
from addons.core.reasons import Reason


def _events(*pieces: bytes) -> list[Event]:
    parser = SseParser()
    return [event for piece in pieces for event in parser.feed(piece)] + parser.finish()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"data:a\r\ndata:  b\r\n\r\n", [("", "a\n b")]),
        (b"\xef\xbb\xbfevent: x\rdata\r\r", [("x", "")]),
        (b"event: x\nevent: y\nid: 1\nretry: 5\ndata: z\n\n", [("y", "z")]),
        (b": only a comment\n\n", [("", None)]),
        (b"data: \xe2\x82\xac\xff\n\n", [("", "\u20ac\ufffd")]),
        (b"data: unfinished", [("", "unfinished")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\n", [("", None)]),
        (b"data: x\n\n\ndata: y\n\n", [("", "x"), ("", None), ("", "y")]),
        (b"", []),
    ],
)
def test_events_are_read_like_the_standard_says(stream: bytes, events: list[tuple[str, str | None]]) -> None:
    assert [(event.name, event.data) for event in _events(stream)] == events


_STREAMS = st.lists(
    st.sampled_from(
        [
            b"data: a",
            b"data:",
            b"data",
            b"event: x",
            b": c",
            b"junk",
            b"id: 1",
            b"\n",
            b"\r",
            b"\r\n",
            b"\xef\xbb\xbf",
            b"\xe2\x82\xac",
            b"\xff",
        ]
    ),
    max_size=20,
)


@given(_STREAMS)
def test_cuts_do_not_matter_and_no_byte_is_lost(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)
    single = [stream[at : at + 1] for at in range(len(stream))]
    for events in (_events(stream), _events(*pieces), _events(*single)):
        assert b"".join(event.raw for event in events) == stream
        read = [(event.name, event.data) for event in events if event.data is not None]
        assert read == [(event.name, event.data) for event in _events(stream) if event.data is not None]


def test_a_line_feed_that_comes_late_stays_with_the_event_that_it_ends() -> None:
    """Else what is sent before the next event would stand between the two bytes of one line ending."""
    assert [event.raw for event in _events(b"data: a\r\n\r", b"\ndata: b\n\n")] == [
        b"data: a\r\n\r",
        b"\n",
        b"data: b\n\n",
    ]


@given(_STREAMS)
def test_an_unchanged_event_is_rebuilt_byte_for_byte(pieces: list[bytes]) -> None:
    for event in _events(b"".join(pieces)):
        assert event.rebuilt(event.data, str) == event.raw


def test_a_changed_event_keeps_its_other_lines() -> None:
    event = _events(b": c\r\nid: 7\r\ndata:a\r\ndata:b\r\nx: secret\r\n\r\n")[0]
    rebuilt = event.rebuilt("new\nlines", lambda line: line.replace("secret", "*"))
    assert rebuilt == b": c\r\nid: 7\r\ndata:new\r\ndata:lines\r\nx: *\r\n\r\n"


def test_a_new_event_is_read_back() -> None:
    assert [(event.name, event.data) for event in _events(encode_event("a\nb", "x"))] == [("x", "a\nb")]


@pytest.mark.parametrize(
    "line", [b"data: " + b"x" * MAX_EVENT_BYTES, (b"data: " + b"x" * 9_993 + b"\n") * (MAX_EVENT_BYTES // 10_000 + 1)]
)
def test_an_event_without_end_is_refused(line: bytes) -> None:
    parser = SseParser()
    with pytest.raises(RefusedError) as error:
        parser.feed(line)
    assert error.value.reason is Reason.UPSTREAM_TOO_LARGE
