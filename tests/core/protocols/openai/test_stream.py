from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.openai.protocol import OpenAI
from addons.core.protocols.protocol import AnswerStream, Masker
from addons.core.protocols.sse import SseParser
from addons.core.protocols.unmasked import Unmasked
from addons.core.reasons import Reason
from tests.captures import NAMES, SECRETS, capture
from tests.core.protocols.cuts import assert_cuts_do_not_matter, pieces_of, run
from tests.core.protocols.heads import answer_head, chat_call
from tests.core.protocols.masks import MASKER

OPENAI = OpenAI()


def _stream(masker: Masker = MASKER, watched: Callable[[str], bool] = lambda _: False) -> AnswerStream:
    return OPENAI.answer_stream(chat_call(), answer_head("text/event-stream"), masker, watched)


def _event(**choice: Json) -> bytes:
    return f"data: {dump({'id': 'c', 'choices': [{'index': 0, **choice}]})}\n\n".encode()


def _deltas(out: bytes) -> list[Json]:
    events = SseParser().feed(out)
    values = [parse_text(event.data) for event in events if event.data and event.data != "[DONE]"]
    return [choice for value in values if isinstance(value, dict) for choice in _as_list(value.get("choices"))]


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


@pytest.mark.parametrize("name", NAMES)
def test_every_cut_delivers_the_same(name: str) -> None:
    assert_cuts_do_not_matter(_stream, capture(name))


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_delivered_and_the_record_holds_what_was(name: str) -> None:
    stream = _stream()
    out = run(stream, [capture(name)])
    assert not [secret for secret in SECRETS if secret.encode() in out]
    assert not [secret for secret in SECRETS if secret in repr(stream.content) + repr(stream.hits)]
    assert stream.hits


# One has an event with duplicate keys, the other cuts numbers and escapes, which wait for their end.
@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"unknown_shapes.sse", "chat_tools.sse"}])
def test_where_nothing_is_found_and_nothing_held_the_bytes_are_the_same(name: str) -> None:
    assert run(_stream(Unmasked()), [capture(name)]) == capture(name)


def test_arguments_in_which_nothing_is_found_keep_every_character() -> None:
    stream = _stream(Unmasked())
    run(stream, [capture("chat_tools.sse")])
    assert [call.arguments for call in stream.content.tool_calls] == [
        r"""{"to":"jane.doe\u0040example.com","cc":["a\/b"],"body":"{\"from\":\"jane.doe\\u0040example.com\"}"}""",
        r"""{"card":4111111111111111,"note":"caf\u00e9 \ud83d\ude00"}""",
    ]


@given(st.sampled_from(NAMES), st.lists(st.integers(0, 400), max_size=12))
def test_any_cuts_deliver_the_same(name: str, cuts: list[int]) -> None:
    data = capture(name)
    pieces = pieces_of(data, [min(cut * 10, len(data)) for cut in cuts])
    assert run(_stream(), pieces) == run(_stream(), [data])


_TEXTS = st.text('ab.@ jane\\"{u0', max_size=8) | st.sampled_from(
    ["jane.doe@", "example", ".com", "4111 1111", " 1111 1111"]
)


@given(st.lists(_TEXTS, max_size=12))
def test_however_a_text_is_cut_into_deltas_the_same_is_said(pieces: list[str]) -> None:
    cut = _stream()
    run(cut, [_event(delta={"content": piece}) for piece in pieces])
    whole = _stream()
    run(whole, [_event(delta={"content": "".join(pieces)}, finish_reason="stop")])
    assert [message.content for message in cut.content.messages] == [
        message.content for message in whole.content.messages
    ]


def test_the_event_that_ends_a_choice_takes_along_what_was_held() -> None:
    out = run(
        _stream(), [_event(delta={"content": "to jane"}), _event(delta={}, finish_reason="stop"), b"data: [DONE]\n\n"]
    )
    assert _deltas(out) == [
        {"index": 0, "delta": {"content": "to "}},
        {"index": 0, "delta": {"content": "jane"}, "finish_reason": "stop"},
    ]


def test_what_no_event_has_ended_goes_out_before_the_end_marker() -> None:
    out = run(_stream(), [_event(delta={"content": "to jane"}), b"data: [DONE]\n\n"])
    assert _deltas(out)[-1] == {"index": 0, "delta": {"content": "jane"}, "finish_reason": None}
    assert out.endswith(b"data: [DONE]\n\n")


def test_held_arguments_go_out_under_the_number_of_their_call() -> None:
    call: Json = {"index": 3, "function": {"name": "f", "arguments": '{"a": "jane'}}
    out = run(_stream(), [_event(delta={"tool_calls": [call]}), _event(delta={}, finish_reason="tool_calls")])
    assert _deltas(out)[-1] == {
        "index": 0,
        "delta": {"tool_calls": [{"index": 3, "function": {"arguments": "jane"}}]},
        "finish_reason": "tool_calls",
    }


def test_events_keep_their_number_order_names_and_comments() -> None:
    data = (
        b": ping\n\nid: 5\nevent: chunk\n"
        + _event(delta={"content": "a jane"})
        + _event(delta={}, finish_reason="stop")
    )
    out = run(_stream(), [data])
    assert out.startswith(b": ping\n\nid: 5\nevent: chunk\ndata: ")
    assert out.count(b"\n\n") == data.count(b"\n\n")


def test_tool_calls_of_a_stream_are_put_together() -> None:
    stream = _stream()
    run(stream, [capture("chat_tools.sse")])
    assert [(call.name, call.decoded, call.id) for call in stream.content.tool_calls] == [
        ("send_mail", {"to": "[EMAIL]", "cc": ["a/b"], "body": '{"from":"[EMAIL]"}'}, "call_a1"),
        ("pay", {"card": "[CARD]", "note": "caf\u00e9 \U0001f600"}, "call_b2"),
    ]


def test_calls_that_share_a_number_are_told_apart() -> None:
    stream = _stream()
    run(stream, [capture("chat_tools_without_numbers.sse")])
    assert [(call.name, call.id) for call in stream.content.tool_calls] == [("a", "call_1"), ("b", "call_2")]


def test_usage_and_messages_are_recorded() -> None:
    stream = _stream()
    run(stream, [capture("chat_content.sse")])
    content = stream.content
    assert (content.tokens_in, content.tokens_out, content.inspected) == (12, 9, Inspected.FULL)
    assert [(message.role, message.content) for message in content.messages] == [
        ("assistant", "Write to [EMAIL] or: \U0001f600 ok")
    ]


def _calls(*names: str, function_call: bool = False) -> list[bytes]:
    if function_call:
        return [_event(delta={"function_call": {"name": name}}) for name in names]
    return [_event(delta={"tool_calls": [{"index": 0, "function": {"name": name}}]}) for name in names]


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        (_calls("search"), False),
        (_calls("other"), False),
        (_calls("shell"), True),
        (_calls("she", "ll"), True),
        (_calls("shell", function_call=True), True),
        (_calls("sh", "ell", function_call=True), True),
        ([_event(message={"tool_calls": [{"function": {"name": "shell"}}]})], True),
        ([_event(delta={"tool_calls": [{"custom": {"name": "shell"}}]})], True),
        (_calls("offered_shell"), False),
    ],
)
def test_a_watched_tool_that_was_not_offered_cuts_the_stream(events: list[bytes], refused: bool) -> None:
    call = chat_call(b'{"model":"m","stream":true,"messages":[],"tools":[{"function":{"name":"offered_shell"}}]}')
    stream = OPENAI.answer_stream(call, answer_head("text/event-stream"), MASKER, lambda name: name.endswith("shell"))
    stream.feed(_event(delta={"content": "before. "}))
    if not refused:
        run(stream, events)
        return
    with pytest.raises(RefusedError) as error:
        run(stream, [b"".join(events)])
    assert error.value.reason is Reason.GUARDRAIL
    assert not stream.content.tool_calls
    assert stream.content.messages[0].content == "before. "


@pytest.mark.parametrize(
    ("data", "inspected"),
    [
        (b'data: {"choices": []}\n\n', Inspected.FULL),
        (b'data: {"error": {"message": "x"}}\n\n', Inspected.FULL),
        (b'data: {"type": "transcript.text.delta", "delta": "x"}\n\n', Inspected.PARTIAL),
        (b"data: plain\n\n", Inspected.PARTIAL),
        (b'data: {"choices": {}}\n\n', Inspected.PARTIAL),
        (b'data: {"choices": [1]}\n\n', Inspected.PARTIAL),
        (b'{"choices": []}', Inspected.PARTIAL),
        (_event(delta={"audio": {"data": "AAAA"}}), Inspected.PARTIAL),
        (b"", Inspected.FULL),
    ],
)
def test_what_is_not_understood_is_not_said_to_be_inspected_in_full(data: bytes, inspected: Inspected) -> None:
    stream = _stream()
    run(stream, [data])
    assert stream.inspected is inspected
    assert stream.content.inspected is inspected


def test_duplicate_keys_in_an_event_do_not_reach_the_client() -> None:
    out = run(_stream(), [b'data: {"choices": [], "a": "jane.doe@example.com", "a": 1}\n\n'])
    assert out == b'data: {"choices":[],"a":1}\n\n'


def test_an_event_stream_is_one_whatever_its_label_says() -> None:
    for label in ("application/json", "text/plain", "application/octet-stream"):
        stream = OPENAI.answer_stream(chat_call(), answer_head(label), MASKER, lambda _: False)
        out = run(stream, [_event(delta={"content": "jane.doe@"}), _event(delta={"content": "example.com"})])
        assert _deltas(out)[-1] == {"index": 0, "delta": {"content": "[EMAIL]"}, "finish_reason": None}


def test_tokens_stay_only_where_their_text_went_out_unchanged() -> None:
    out = run(_stream(), [capture("chat_logprobs.sse")])
    assert b'"token":"Hi "' in out
    assert b"jane" not in out
    assert b"doe" not in out
    assert b"[106,97,110,101]" not in out


def test_a_stream_with_too_many_texts_must_be_refused() -> None:
    stream = _stream()
    chunks = [f'data: {{"choices": [{{"index": {at}, "delta": {{"content": "a"}}}}]}}\n\n' for at in range(3000)]
    with pytest.raises(RefusedError) as error:
        stream.feed("".join(chunks).encode())
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


_KEYS = """choices delta message content index tool_calls function custom name arguments id text logprobs token bytes
finish_reason error usage function_call jane.doe@example.com"""
_WORDS = st.sampled_from(_KEYS.split())
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=25,
)
_CHOICE = st.dictionaries(_WORDS, _ANYTHING, max_size=5)


@given(st.lists(_ANYTHING | st.builds(lambda choices: {"choices": choices}, st.lists(_CHOICE, max_size=3)), max_size=4))
def test_whatever_an_event_holds_is_masked_and_passes(values: list[Json]) -> None:
    data = b"".join(f"data: {dump(value)}\n\n".encode() for value in values)
    assert b"jane.doe@example.com" not in run(_stream(), [data])
    assert run(_stream(), pieces_of(data, [len(data) // 3, len(data) // 2])) == run(_stream(), [data])


def _ended(stream: AnswerStream, pieces: list[bytes]) -> bytes | Reason:
    """Return what ``stream`` delivers, or why it refuses: bytes that begin like UTF-16 or UTF-32 must go on like it."""
    try:
        return run(stream, pieces)
    except RefusedError as error:
        return error.reason


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_whatever_bytes_come_pass_or_are_refused(data: bytes) -> None:
    for label in ("text/event-stream", "application/json", "text/plain"):
        call = chat_call(b'{"model":"m","messages":[]}')
        new = OPENAI.answer_stream(call, answer_head(label), Unmasked(), lambda _: False)
        whole = OPENAI.answer_stream(call, answer_head(label), Unmasked(), lambda _: False)
        assert _ended(new, pieces_of(data, [len(data) // 2])) == _ended(whole, [data])
        OPENAI.mask_body(label, data, MASKER)
        OPENAI.parse_answer(call, answer_head(label), data)


def test_a_transcript_of_sound_that_comes_in_pieces_is_masked_as_one_text() -> None:
    stream = _stream()
    pieces = [_event(delta={"audio": {"id": "a", "transcript": piece}}) for piece in ("to jane.doe@", "example.com ok")]
    said = [
        str(audio["transcript"])
        for choice in _deltas(run(stream, [*pieces, _event(delta={}, finish_reason="stop")]))
        if isinstance(choice, dict)
        and isinstance(delta := choice["delta"], dict)
        and isinstance(audio := delta.get("audio"), dict)
    ]
    assert "".join(said) == "to [EMAIL] ok"
