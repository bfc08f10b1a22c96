"""Files in base64 that come in pieces: masked as what they hold, and what repeats them says the same."""

import base64
import gzip
import json
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.errors import RefusedError
from addons.core.masking.masker import Masker
from addons.core.protocols.held_file import MAX_HELD_CHARACTERS, HeldFile
from addons.core.protocols.json_stream import LeafStream, mask_leaf
from addons.core.protocols.wrapped_text import unwrapped
from addons.core.reasons import Reason
from tests.core.protocols.anthropic import calls as anthropic
from tests.core.protocols.cuts import run
from tests.core.protocols.gemini import calls as gemini
from tests.core.protocols.heads import answer_head, chat_call
from tests.core.protocols.masks import MASKER
from tests.core.protocols.openai.responses import calls as responses
from tests.core.protocols.openai.test_stream import OPENAI

MAIL = "jane.doe@example.com"
TEXT = f"dear {MAIL}, the card 4111 1111 1111 1111 is here; more text is to come"


ESCAPED = json.dumps({"a": MAIL, "b": "and more text"}).replace("@", chr(92) + "u0040")


def b64(data: str | bytes) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def wrapped_lines(text: str) -> str:
    return "\r\n".join(text[at : at + 16] for at in range(0, len(text), 16))


FILES = {
    "text": f"data:text/plain;base64,{b64(TEXT)}",
    "in lines": f"data:text/plain;base64,{wrapped_lines(b64(TEXT))}",
    "URL-safe": f"data:text/plain;base64,{base64.urlsafe_b64encode(('ÿÿ' + TEXT).encode()).decode()}",
    "twice": f"data:;base64,{b64(b64(TEXT))}",
    "JSON": f"data:application/json;base64,{b64(ESCAPED)}",
    "JSON with a file": f"data:;base64,{b64(json.dumps({'a': b64(TEXT)}))}",
    "UTF-16": f"data:;charset=utf-16;base64,{b64(TEXT.encode('utf-16'))}",
    "gzip": f"data:application/gzip;base64,{b64(gzip.compress(TEXT.encode(), mtime=0))}",
    "bare gzip": b64(gzip.compress(TEXT.encode(), mtime=0)),
    "percent": "data:," + "".join(f"%{byte:02x}" for byte in TEXT.encode()),
}


def stream_of_chat(pieces: Sequence[str]) -> tuple[str, set[str]]:
    stream = OPENAI.answer_stream(chat_call(), answer_head("text/event-stream"), MASKER, lambda _: False)
    chunks = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    run(stream, [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks])
    return stream.content.messages[0].content, set()


def stream_of_anthropic(pieces: Sequence[str]) -> tuple[str, set[str]]:
    head = answer_head("text/event-stream")
    stream = anthropic.ANTHROPIC.answer_stream(anthropic.messages_call(stream=True), head, MASKER, lambda _: False)
    run(stream, [anthropic.start(0, type="text", text=""), anthropic.text(0, *pieces), anthropic.stop(0)])
    return stream.content.messages[0].content, set()


def stream_of_gemini(pieces: Sequence[str]) -> tuple[str, set[str]]:
    stream = gemini.GEMINI.answer_stream(
        gemini.stream_call(), answer_head("text/event-stream"), MASKER, lambda _: False
    )
    run(stream, [gemini.text(*pieces), gemini.chunk(finish="STOP")])
    return stream.content.messages[0].content, set()


def stream_of_responses(pieces: Sequence[str]) -> tuple[str, set[str]]:
    whole = "".join(pieces)
    part = {"type": "output_text", "text": whole, "annotations": []}
    item: dict[str, object] = {"type": "message", "id": "m", "role": "assistant", "content": [part]}
    start = [responses.created(), responses.message(0), responses.text(0, *pieces)]
    end = [responses.text_done(0, whole), responses.item_done(0, **item), responses.completed(item)]  # type: ignore[arg-type]
    out = run(responses.stream(MASKER), [*start, *end])
    snapshots = [json.dumps(event) for event in responses.events_in(out) if "delta" not in str(event["type"])]
    return responses.said(out), {said for snapshot in snapshots for said in texts_in(json.loads(snapshot))} - {""}


def texts_in(value: object) -> set[str]:
    """Return every text of a part or a text's last event in ``value``."""
    match value:
        case dict():
            own = {str(value["text"])} if isinstance(value.get("text"), str) else set()
            return own.union(*(texts_in(item) for item in value.values()))
        case list():
            return set().union(*(texts_in(item) for item in value))
        case _:
            return set()


STREAMS = [stream_of_chat, stream_of_anthropic, stream_of_gemini, stream_of_responses]


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("say", STREAMS)
def test_a_file_in_deltas_is_masked_as_what_it_holds(
    say: Callable[[Sequence[str]], tuple[str, set[str]]], case: str, size: int
) -> None:
    text = FILES[case]
    said, snapshots = say([text[at : at + size] for at in range(0, len(text), size)])
    assert said == mask_leaf(MASKER, text)[0]
    assert snapshots <= {said}
    assert say is not stream_of_responses or snapshots
    inner = unwrapped(said)
    assert inner is not None
    assert MAIL not in inner.text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"data:text/plain;base64,{b64('hello there, you')} and {MAIL}", f"{b64('hello there, you')} and [EMAIL]"),
        (f"data: {MAIL} is it", "data: [EMAIL] is it"),
        (f"data,{MAIL}", "data,[EMAIL]"),
        (f"H4s {MAIL}", "H4s [EMAIL]"),
        (f"H4sI!{MAIL}", "H4sI![EMAIL]"),
        (f"  \n{MAIL}", "  \n[EMAIL]"),
        ("data", "data"),
        ("", ""),
    ],
)
def test_what_is_no_file_after_all_is_text(text: str, masked: str) -> None:
    for size in (1, 5, 1000):
        stream = LeafStream(MASKER)
        out = "".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) + stream.finish()
        assert out.endswith(masked)


@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        ("d", True),
        ("DATA:te", True),
        ("data:text/plain,hello", True),
        ("data:text/plain,hello you", False),
        ("data:image/png;base64," + b64(b"\x89PNG\r\n\x1a\n" + bytes(range(60))), False),
        ("data:x;base64," + b64(TEXT.encode("utf-16-be")), True),
        ("data:" + "x" * 400, False),
        ("H4sIAAAA", True),
        ("H5", False),
        ("hello", False),
    ],
)
def test_what_is_held(text: str, *, is_held: bool) -> None:
    assert HeldFile().takes(text) == is_held
    file = HeldFile()
    assert all(file.takes(letter) for letter in text) == is_held


def test_a_file_beyond_the_limit_must_be_refused() -> None:
    stream = LeafStream(MASKER)
    stream.feed("data:text/plain;base64,")
    with pytest.raises(RefusedError) as error:
        stream.feed("QUJD" * (MAX_HELD_CHARACTERS // 4))
    assert error.value.reason is Reason.BODY_TOO_LARGE


_STARTS = st.sampled_from(
    ["", " ", "data:", "data:text/plain;base64,", "data:,", "H4sI", "Data:x;base64,", '{"a":"data:,']
)
_ENDS = st.sampled_from(["", MAIL, b64(TEXT), f" {MAIL}", '"}', "=", "%"])


@given(_STARTS, st.text("aH4sI:,;%= @.\n", max_size=8), _ENDS, st.lists(st.integers(0, 60), max_size=3))
def test_cuts_do_not_matter(start: str, middle: str, end: str, cuts: list[int]) -> None:
    text = start + middle + end
    whole = masked_in([text], MASKER)
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    assert masked_in([text[a:b] for a, b in pairwise(places)], MASKER) == whole


def masked_in(pieces: Sequence[str], masker: Masker) -> str:
    stream = LeafStream(masker)
    return "".join(stream.feed(piece) for piece in pieces) + stream.finish()
