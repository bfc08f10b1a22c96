from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_shapes import as_object
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.protocol import AnswerStream, Masker
from addons.core.protocols.sse import SseParser
from addons.core.protocols.unmasked import Unmasked
from addons.core.reasons import Reason
from tests.captures import ANTHROPIC_NAMES, SECRETS, capture
from tests.core.protocols.anthropic.calls import ANTHROPIC, delta, event, messages_call, start, stop, text, tool
from tests.core.protocols.cuts import assert_cuts_do_not_matter, pieces_of, run
from tests.core.protocols.heads import answer_head
from tests.core.protocols.masks import MASKER

BEGIN = start(0, type="text", text="")
END = event("message_stop")


def _stream(masker: Masker = MASKER, watched: Callable[[str], bool] = lambda _: False) -> AnswerStream:
    return ANTHROPIC.answer_stream(messages_call(stream=True), answer_head("text/event-stream"), masker, watched)


def _events(out: bytes) -> list[tuple[str, dict[str, Json]]]:
    return [(item.name, as_object(parse_text(item.data))) for item in SseParser().feed(out) if item.data]


@pytest.mark.parametrize("name", ANTHROPIC_NAMES)
def test_every_cut_delivers_the_same(name: str) -> None:
    assert_cuts_do_not_matter(_stream, capture(name))


@given(st.sampled_from(ANTHROPIC_NAMES), st.lists(st.integers(0, 400), max_size=12))
def test_any_cuts_deliver_the_same(name: str, cuts: list[int]) -> None:
    data = capture(name)
    pieces = pieces_of(data, [min(cut * 10, len(data)) for cut in cuts])
    assert run(_stream(), pieces) == run(_stream(), [data])


@pytest.mark.parametrize("name", ANTHROPIC_NAMES)
def test_no_secret_is_delivered_and_the_record_holds_what_was(name: str) -> None:
    stream = _stream()
    out = run(stream, [capture(name)])
    assert not [secret for secret in SECRETS if secret.encode() in out]
    assert not [secret for secret in SECRETS if secret in repr(stream.content) + repr(stream.hits)]
    assert stream.hits


# The one left out cuts numbers and escapes, which wait for their end.
@pytest.mark.parametrize("name", [name for name in ANTHROPIC_NAMES if name != "anthropic_tools.sse"])
def test_where_nothing_is_found_and_nothing_held_the_bytes_are_the_same(name: str) -> None:
    assert run(_stream(Unmasked()), [capture(name)]) == capture(name)


def test_a_stream_without_a_finding_keeps_its_bytes() -> None:
    data = event("message_start", message={"content": []}) + BEGIN + text(0, "Hello. ", "You. ") + stop(0) + END
    assert run(_stream(), [data]) == data


def test_input_in_which_nothing_is_found_keeps_every_character() -> None:
    stream = _stream(Unmasked())
    run(stream, [capture("anthropic_tools.sse")])
    assert [call.arguments for call in stream.content.tool_calls] == [
        r"""{"to": "jane.doe\u0040example.com","cc":["a\/b"],"body":"{\"from\":\"jane.doe\\u0040example.com\"}"}""",
        r"""{"card":4111111111111111,"note":"caf\u00e9 \ud83d\ude00"}""",
        "{}",
    ]


_TEXTS = st.text('ab.@ jane\\"{u0', max_size=8) | st.sampled_from(
    ["jane.doe@", "example", ".com", "4111 1111", " 1111 1111"]
)


@pytest.mark.parametrize(
    ("kind", "field"), [("text_delta", "text"), ("thinking_delta", "thinking"), ("input_json_delta", "partial_json")]
)
@given(pieces=st.lists(_TEXTS, max_size=12))
def test_however_a_text_is_cut_into_deltas_the_same_is_said(kind: str, field: str, pieces: list[str]) -> None:
    def said(parts: list[str]) -> str:
        out = run(_stream(), [delta(0, kind, **{field: part}) for part in parts])
        return "".join(str(as_object(value["delta"])[field]) for _, value in _events(out))

    assert said(pieces) == said(["".join(pieces)])


@pytest.mark.parametrize(
    ("block", "kind", "field"),
    [
        ({"type": "text", "text": ""}, "text_delta", "text"),
        ({"type": "thinking", "thinking": ""}, "thinking_delta", "thinking"),
        ({"type": "tool_use", "name": "f", "input": {}}, "input_json_delta", "partial_json"),
        ({"type": "compaction", "content": ""}, "compaction_delta", "content"),
    ],
)
def test_what_was_held_goes_out_in_an_event_of_its_kind_before_the_block_ends(
    block: dict[str, Json], kind: str, field: str
) -> None:
    out = run(_stream(), [start(3, **block), delta(3, kind, **{field: "to jane"}), stop(3)])
    assert _events(out)[1:] == [
        ("content_block_delta", {"type": "content_block_delta", "index": 3, "delta": {"type": kind, field: "to "}}),
        ("content_block_delta", {"type": "content_block_delta", "index": 3, "delta": {"type": kind, field: "jane"}}),
        ("content_block_stop", {"type": "content_block_stop", "index": 3}),
    ]


def test_a_text_that_begins_with_its_block_is_one_with_what_follows() -> None:
    out = run(_stream(), [start(0, type="text", text="to jane.doe@"), text(0, "example.com"), stop(0)])
    assert b"jane" not in out
    assert b"example" not in out
    out = run(_stream(), [start(0, type="text", text="to jane"), stop(0)])
    assert _events(out)[1][1]["delta"] == {"type": "text_delta", "text": "jane"}


def test_blocks_of_a_message_that_begins_with_some_are_read_too() -> None:
    call: Json = {"type": "tool_use", "id": "t", "name": "sh", "input": {"to": "jane.doe@example.com"}}
    content: Json = [{"type": "text", "text": "jane.doe@"}, call]
    stream = _stream()
    out = run(stream, [event("message_start", message={"content": content}), text(0, "example.com"), END])
    assert b"jane" not in out
    assert stream.content.messages[0].content == "[EMAIL]"
    assert [(call.name, call.decoded) for call in stream.content.tool_calls] == [("sh", {"to": "[EMAIL]"})]


@pytest.mark.parametrize("last", [END, event("error", error={"type": "api_error", "message": "no"}), b""])
def test_what_no_event_has_ended_goes_out_at_the_end(last: bytes) -> None:
    out = run(_stream(), [BEGIN, text(0, "to jane"), last])
    assert out.endswith(text(0, "jane") + last)
    assert _stream().finish() == b""


def test_an_event_without_its_end_does_not_swallow_what_was_held() -> None:
    out = run(_stream(), [BEGIN + text(0, "to jane").removesuffix(b"\n\n")])
    assert _events(out)[-1][1]["delta"] == {"type": "text_delta", "text": "jane"}


def test_events_keep_their_order_names_and_comments() -> None:
    data = b": beat\n\nid: 5\n" + BEGIN + text(0, "a jane") + event("ping") + stop(0) + event("later") + END
    names = [name for name, _ in _events(run(_stream(), [data]))]
    assert names == [
        "content_block_start",
        "content_block_delta",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "later",
        "message_stop",
    ]
    assert run(_stream(), [data]).startswith(b": beat\n\nid: 5\nevent: content_block_start\n")


def test_tool_calls_of_a_stream_are_put_together() -> None:
    stream = _stream()
    run(stream, [capture("anthropic_tools.sse")])
    assert [(call.name, call.decoded, call.id, call.place) for call in stream.content.tool_calls] == [
        (
            "send_mail",
            {"to": "[EMAIL]", "cc": ["a/b"], "body": '{"from":"[EMAIL]"}'},
            "toolu_a1",
            "/content/1",
        ),
        ("pay", {"card": "[CARD]", "note": "caf\u00e9 \U0001f600"}, "toolu_b2", "/content/2"),
        ("now", {}, "toolu_c3", "/content/3"),
    ]


def test_input_that_comes_at_once_and_in_pieces_counts_twice() -> None:
    stream = _stream()
    begin = start(0, type="tool_use", name="sh", input={"command": "rm"})
    run(stream, [begin, delta(0, "input_json_delta", partial_json='{"command":"ls"}'), stop(0)])
    assert [call.decoded for call in stream.content.tool_calls] == [{"command": "rm"}, {"command": "ls"}]


def test_interleaved_blocks_are_told_apart() -> None:
    stream = _stream()
    run(stream, [capture("anthropic_interleaved.sse")])
    assert stream.content.messages[0].content == "a [EMAIL]\nb [CARD]"


def test_usage_is_recorded_as_it_was_counted_last() -> None:
    stream = _stream()
    run(stream, [capture("anthropic_text.sse")])
    content = stream.content
    assert (content.tokens_in, content.tokens_out, content.inspected) == (40, 15, Inspected.FULL)
    assert [(message.role, message.content) for message in content.messages] == [
        ("assistant", "Write to [EMAIL] or: \U0001f600 ok, key [KEY]")
    ]
    late = _stream()
    run(late, [event("message_delta", usage={"input_tokens": 2, "cache_read_input_tokens": None, "output_tokens": 3})])
    assert (late.content.tokens_in, late.content.tokens_out, late.content.messages) == (2, 3, ())


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (tool(0, "search"), False),
        (tool(0, "offered_shell"), False),
        (tool(0, "shell"), True),
        (tool(0, "shell", "server_tool_use"), True),
        (tool(0, "shell", "mcp_tool_use"), True),
        (tool(0, "shell", "unknown_call"), True),
        (event("message_start", message={"content": [{"type": "tool_use", "name": "shell"}]}), True),
    ],
)
def test_a_watched_tool_that_was_not_offered_cuts_the_stream(data: bytes, refused: bool) -> None:
    call = messages_call(stream=True, tools=[{"name": "offered_shell", "input_schema": {}}])
    stream = ANTHROPIC.answer_stream(
        call, answer_head("text/event-stream"), MASKER, lambda name: name.endswith("shell")
    )
    stream.feed(text(9, "before. "))
    if not refused:
        run(stream, [data])
        return
    with pytest.raises(RefusedError) as error:
        run(stream, [data])
    assert error.value.reason is Reason.GUARDRAIL
    assert not stream.content.tool_calls
    assert stream.content.messages[0].content == "before. "


_SIGNATURE = delta(0, "signature_delta", signature="c2ln")


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (_SIGNATURE + stop(0), False),
        (delta(0, "signature_delta", signature="") + _SIGNATURE, False),
        (event("ping") + END + event("ping"), False),
        # A client would join what comes late with what was let go
        (_SIGNATURE + _SIGNATURE, True),
        (stop(0) + text(0, "x"), True),
        (stop(0) + stop(0), True),
        (BEGIN, True),
        (stop(0) + BEGIN, True),
        (END + text(0, "x"), True),
        (END + start(1, type="text", text=""), True),
        (event("error", error={}) + text(0, "x"), True),
        # An event that no client can place
        (event("content_block_delta", delta={"type": "text_delta", "text": "x"}), True),
        (event("content_block_delta", index=True, delta={"type": "text_delta", "text": "x"}), True),
        (event("content_block_delta", index="0", delta={"type": "text_delta", "text": "x"}), True),
        (event("content_block_delta", index=0, delta="x"), True),
        (event("content_block_start", index=1), True),
        (event("content_block_start", content_block={"type": "text", "text": ""}), True),
        (event("content_block_stop"), True),
    ],
)
def test_events_that_contradict_what_was_sent_must_be_refused(data: bytes, refused: bool) -> None:
    stream = _stream()
    stream.feed(BEGIN)
    if not refused:
        assert stream.feed(data) == data
        return
    with pytest.raises(RefusedError) as error:
        stream.feed(data)
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


def test_a_stream_with_too_many_blocks_must_be_refused() -> None:
    stream = _stream()
    with pytest.raises(RefusedError) as error:
        stream.feed(b"".join(start(at, type="text", text="") + stop(at) for at in range(3000)))
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


@pytest.mark.parametrize(
    ("data", "inspected"),
    [
        (BEGIN + text(0, "x"), Inspected.FULL),
        (event("ping"), Inspected.FULL),
        (event("error", error={"message": "x"}), Inspected.FULL),
        (b'event: error\ndata: {"error": {"message": "x"}}\n\n', Inspected.FULL),
        (start(0, type="redacted_thinking", data="AAAA"), Inspected.PARTIAL),
        (start(0, type="hologram"), Inspected.PARTIAL),
        (start(0, type=["text"]), Inspected.PARTIAL),
        (delta(0, "hologram_delta"), Inspected.PARTIAL),
        (event("content_block_delta", index=0, delta={"type": ["text_delta"]}), Inspected.PARTIAL),
        (event("hologram"), Inspected.PARTIAL),
        (b'data: {"type": ["ping"]}\n\n', Inspected.PARTIAL),
        (b"data: plain\n\n", Inspected.PARTIAL),
        (b"data: [1]\n\n", Inspected.PARTIAL),
        (b'{"type": "message"}', Inspected.PARTIAL),
        (b"", Inspected.FULL),
    ],
)
def test_what_is_not_understood_is_not_said_to_be_inspected_in_full(data: bytes, inspected: Inspected) -> None:
    stream = _stream()
    run(stream, [data])
    assert stream.inspected is inspected
    assert stream.content.inspected is inspected


def test_duplicate_keys_in_an_event_do_not_reach_the_client() -> None:
    out = run(_stream(), [b'data: {"type": "ping", "a": "jane.doe@example.com", "a": 1}\n\n'])
    assert out == b'data: {"type":"ping","a":1}\n\n'


_KEYS = """type index delta content_block message content text thinking partial_json name id input error usage
signature citation jane.doe@example.com"""
_WORDS = st.sampled_from(_KEYS.split())
_KINDS = st.sampled_from(
    ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "ping", "other"]
)
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=20,
)
_PART = st.dictionaries(_WORDS, _ANYTHING, max_size=4)
_EVENT = st.builds(
    lambda kind, index, part, more: {**more, "type": kind, "index": index, "delta": part, "content_block": part},
    _KINDS,
    st.integers(0, 3),
    _PART,
    _PART,
)


def _outcome(pieces: list[bytes]) -> bytes | Reason:
    try:
        return run(_stream(), pieces)
    except RefusedError as error:
        return error.reason


@given(st.lists(_ANYTHING | _EVENT, max_size=5))
def test_whatever_an_event_holds_is_masked_and_passes_or_is_refused(values: list[Json]) -> None:
    data = b"".join(f"data: {dump(value)}\n\n".encode() for value in values)
    out = _outcome([data])
    assert out is Reason.UPSTREAM_MALFORMED or (isinstance(out, bytes) and b"jane.doe@example.com" not in out)
    assert _outcome(pieces_of(data, [len(data) // 3, len(data) // 2])) == out
