"""Streams that must be cut: tools that nobody offered, and events that could be put together in two ways."""

from functools import partial
from operator import eq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump
from addons.core.reasons import Reason
from tests.core.protocols.cuts import pieces_of, run
from tests.core.protocols.openai.responses.calls import (
    added,
    completed,
    created,
    event,
    item_done,
    message,
    responses_call,
    stream,
    text,
    text_done,
)

FUNCTION: dict[str, Json] = {"type": "function_call", "call_id": "c", "arguments": ""}


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (added(0, **FUNCTION, name="search"), False),
        (added(0, **FUNCTION, name="offered_shell"), False),
        (added(0, type="function_call_output", output="shell"), False),
        (added(0, **FUNCTION, name="shell"), True),
        (item_done(0, **FUNCTION, name="shell"), True),
        (completed({**FUNCTION, "name": "shell"}), True),
        (created(output=[{**FUNCTION, "name": "shell"}]), True),
        (added(0, type="custom_tool_call", name="shell", input=""), True),
        (added(0, type="mcp_call", name="shell", arguments="", server_label="x"), True),
        (added(0, type="mcp_approval_request", name="shell", arguments="{}"), True),
        (added(0, type="shell_call", action={"commands": []}), True),
        (added(0, type="local_shell_call", action={"command": ["ls"]}), True),
        (added(0, type="hologram_shell_call"), True),
        (added(0, type="hologram", name="shell", arguments="{}"), True),
    ],
)
def test_a_watched_tool_that_was_not_offered_cuts_the_stream(data: bytes, refused: bool) -> None:
    call = responses_call(stream=True, tools=[{"type": "function", "name": "offered_shell", "parameters": {}}])
    answer = stream(watched=lambda name: name.endswith("shell"), call=call)
    answer.feed(text(9, "before. "))
    if not refused:
        run(answer, [data])
        return
    with pytest.raises(RefusedError) as error:
        run(answer, [data])
    assert error.value.reason is Reason.GUARDRAIL
    assert not answer.content.tool_calls
    assert [message.content for message in answer.content.messages] == ["before. "]


def test_a_tool_of_openais_is_watched_under_each_of_its_names() -> None:
    for name in ("web_search", "web_search_preview", "web_search_preview_2025_03_11"):
        with pytest.raises(RefusedError):
            run(stream(watched=partial(eq, name)), [added(0, type="web_search_call")])


AT: dict[str, Json] = {"item_id": "i0", "content_index": 0, "delta": "x"}
DONE = text_done(0, "a. ")
PART = event("response.content_part.done", output_index=0, content_index=0, part={"type": "output_text", "text": "a. "})


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (text(0, "b. "), False),
        (DONE + PART + item_done(0, type="message", role="assistant", content=[]) + completed() + DONE, False),
        (event("keepalive") + completed() + event("keepalive"), False),
        (message(1) + text(1, "b. ") + DONE, False),
        (event("response.web_search_call.searching", output_index=7, item_id="i0"), False),
        (text_done(0, "a. ").replace(b'"output_index":0', b'"output_index":3') + message(3), False),
        # A client would join what comes late with what was let go
        (DONE + text(0, "b. "), True),
        (PART + text(0, "b. "), True),
        (item_done(0, type="message") + text(0, "b. "), True),
        (completed() + text(0, "b. "), True),
        (completed() + text(1, "b. "), True),
        (completed(kind="response.incomplete") + text(0, "b. "), True),
        (event("error", message="x") + text(0, "b. "), True),
        (text_done(0, "a. ").replace(b'"output_index":0', b'"output_index":3') + text(0, "b. "), True),
        # An item that begins again, or a text that does
        (message(0), True),
        (added(0, type="message", role="assistant", content=[{"type": "output_text", "text": "b. "}]), True),
        (created(output=[{"id": "i0", "type": "message", "content": [{"type": "output_text", "text": "b"}]}]), True),
        # Number and id that disagree: some clients go by one, some by the other
        (text(0, "b. ", item_id="i1"), True),
        (text(1, "b. ", item_id="i0"), True),
        (message(1) + text(0, "b. ", item_id="i1"), True),
        # An event that no client can place
        (event("response.output_text.delta", **AT, output_index="0"), True),
        (event("response.output_text.delta", **AT, output_index=True), True),
        (event("response.output_text.delta", **AT, output_index=-2), True),
        (event("response.output_text.delta", **{**AT, "content_index": "0"}, output_index=0), True),
        (event("response.output_text.done", output_index=[0], content_index=0, text="x"), True),
        (event("response.output_item.added", output_index=None, item={}), True),
    ],
)
def test_events_that_contradict_what_was_sent_must_be_refused(data: bytes, refused: bool) -> None:
    answer = stream()
    answer.feed(message(0) + text(0, "a. "))
    if not refused:
        assert answer.feed(data) == data
        return
    with pytest.raises(RefusedError) as error:
        answer.feed(data)
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


@pytest.mark.parametrize(
    "pieces",
    [
        [text(0, "a").replace(b'"content_index":0', b'"content_index":%d' % at) for at in range(3000)],
        [text(at, "a") + text_done(at, "a") for at in range(3000)],
        [added(at, type="message") for at in range(3000)],
    ],
    ids=["parts", "texts", "items"],
)
def test_a_stream_with_too_many_texts_must_be_refused(pieces: list[bytes]) -> None:
    with pytest.raises(RefusedError) as error:
        stream().feed(b"".join(pieces))
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


def test_duplicate_keys_in_an_event_do_not_reach_the_client() -> None:
    out = run(stream(), [b'data: {"type": "keepalive", "a": "jane.doe@example.com", "a": 1}\n\n'])
    assert out == b'data: {"type":"keepalive","a":1}\n\n'


_KEYS = """type delta item part response output content text summary arguments input code action commands id name
item_id output_index content_index summary_index logprobs token sequence_number annotation error usage result
jane.doe@example.com"""
_WORDS = st.sampled_from(_KEYS.split())
_KINDS = st.sampled_from(
    [
        "response.created",
        "response.completed",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.reasoning_summary_part.done",
        "response.output_text.delta",
        "response.output_text.done",
        "response.function_call_arguments.delta",
        "response.shell_call_output_content.delta",
        "response.output_text.annotation.added",
        "response.hologram.delta",
        "error",
    ]
)
_ITEMS = st.sampled_from(["message", "function_call", "reasoning", "shell_call", "output_text", "summary_text"])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=20,
)
_OBJECT = st.dictionaries(_WORDS, _ANYTHING, max_size=4)
_PART = st.builds(lambda kind, more: {**more, "type": kind}, _ITEMS, _OBJECT)
_ITEM = st.builds(
    lambda kind, more, parts: {**more, "type": kind, "content": parts}, _ITEMS, _OBJECT, st.lists(_PART, max_size=2)
)
_EVENT = st.builds(
    lambda kind, index, more, item, part: {
        **more,
        "type": kind,
        "output_index": index,
        "item": item,
        "part": part,
        "response": {"output": [item]},
    },
    _KINDS,
    st.integers(0, 3),
    _OBJECT,
    _ITEM,
    _PART,
)


def _outcome(pieces: list[bytes]) -> bytes | Reason:
    answer = stream()
    try:
        out = run(answer, pieces)
    except RefusedError as error:
        return error.reason
    assert "jane.doe@example.com" not in repr(answer.content)
    return out


@given(st.lists(_ANYTHING | _EVENT, max_size=5))
def test_whatever_an_event_holds_is_masked_and_passes_or_is_refused(values: list[Json]) -> None:
    data = b"".join(f"data: {dump(value)}\n\n".encode() for value in values)
    out = _outcome([data])
    assert out is Reason.UPSTREAM_MALFORMED or (isinstance(out, bytes) and b"jane.doe@example.com" not in out)
    assert _outcome(pieces_of(data, [len(data) // 3, len(data) // 2])) == out
