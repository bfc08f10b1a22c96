import re
from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Inspected, Json
from addons.core.detect.detector import Detector
from addons.core.masking.masker import Masker
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.unmasked import Unmasked
from tests.captures import RESPONSES_NAMES, SECRETS, capture
from tests.core.protocols.cuts import assert_cuts_do_not_matter, pieces_of, run
from tests.core.protocols.masks import MASKER
from tests.core.protocols.openai.responses.calls import (
    OPENAI,
    added,
    completed,
    created,
    event,
    events_in,
    item_done,
    message,
    said,
    stream,
    text,
    text_done,
)

ENDED = [name for name in RESPONSES_NAMES if name not in {"responses_cut_short.sse", "responses_unknown_shapes.sse"}]
SMALL = ("responses_error.sse", "responses_cut_short.sse")


@pytest.mark.parametrize("name", SMALL)
def test_every_cut_delivers_the_same(name: str) -> None:
    assert_cuts_do_not_matter(stream, capture(name))


@pytest.mark.parametrize("name", [name for name in RESPONSES_NAMES if name not in SMALL])
def test_a_cut_anywhere_in_the_deltas_delivers_the_same(name: str) -> None:
    data = capture(name)
    whole = run(stream(), [data])
    starts = [found.start() for found in re.finditer(rb"_text.delta|_arguments.delta|_command.delta", data)]
    sample = {*range(1, len(data), 97), *(start + at for start in starts[:6] for at in range(0, 200, 5))}
    for at in sorted(cut for cut in sample if cut < len(data)):
        assert run(stream(), pieces_of(data, [at])) == whole
    assert run(stream(), [data[at : at + 1] for at in range(len(data))]) == whole


def test_every_two_cuts_of_a_value_deliver_the_same() -> None:
    data = text(0, "to jane.doe@", "example.com") + text_done(0, "to jane.doe@example.com")
    whole = run(stream(), [data])
    for cuts in combinations(range(0, len(data), 8), 2):
        assert run(stream(), pieces_of(data, cuts)) == whole


@given(st.sampled_from(RESPONSES_NAMES), st.lists(st.integers(0, 1200), max_size=12))
def test_any_cuts_deliver_the_same(name: str, cuts: list[int]) -> None:
    data = capture(name)
    pieces = pieces_of(data, [min(cut * 10, len(data)) for cut in cuts])
    assert run(stream(), pieces) == run(stream(), [data])


@pytest.mark.parametrize("name", RESPONSES_NAMES)
def test_no_secret_is_delivered_and_the_record_holds_what_was(name: str) -> None:
    answer = stream()
    out = run(answer, [capture(name)])
    assert not [secret for secret in SECRETS if secret.encode() in out]
    assert not [secret for secret in SECRETS if secret in repr(answer.content) + repr(answer.hits)]
    assert answer.hits


# The one left out cuts numbers and escapes, which wait for their end.
@pytest.mark.parametrize("name", [name for name in RESPONSES_NAMES if name != "responses_tools.sse"])
def test_where_nothing_is_found_and_nothing_held_the_bytes_are_the_same(name: str) -> None:
    assert run(stream(Unmasked()), [capture(name)]) == capture(name)


def test_a_stream_without_a_finding_keeps_its_bytes() -> None:
    data = created() + message(0) + text(0, "Hello. ", "You. ") + text_done(0, "Hello. You. ") + completed()
    assert run(stream(), [data]) == data


def _texts(out: bytes) -> dict[str, tuple[str, set[str]]]:
    """Return for each kind and item what its deltas say, and what other events say that they have said."""
    pieces: dict[str, str] = defaultdict(str)
    wholes: dict[str, set[str]] = defaultdict(set)
    for value in events_in(out):
        base, _, step = str(value["type"]).rpartition(".")
        numbers = [value.get(name) for name in ("output_index", "content_index", "summary_index", "command_index")]
        key = f"{base} {numbers}"
        if step == "delta" and isinstance(value["delta"], str):
            pieces[key] += value["delta"]
        elif step == "done" and key in pieces:
            wholes[key] |= {str(value[name]) for name in ("text", "arguments", "input", "code") if name in value}
            wholes[key] |= {str(value[name]) for name in ("refusal", "command") if name in value}
    return {key: (pieces[key], wholes[key]) for key in wholes if wholes[key]}


@pytest.mark.parametrize(
    "name", [name for name in ENDED if name not in {"responses_error.sse", "responses_failed.sse"}]
)
def test_deltas_and_the_events_that_repeat_them_say_the_same(name: str) -> None:
    answer = stream()
    out = run(answer, [capture(name)])
    texts = _texts(out)
    assert texts
    assert all({pieces} == wholes for pieces, wholes in texts.values())
    last = as_object(events_in(out)[-1]["response"])
    done = [value["item"] for value in events_in(out) if value["type"] == "response.output_item.done"]
    assert sorted(map(str, as_list(last["output"]))) == sorted(map(str, done))
    assert {text for text, _ in texts.values()} <= {text.text for text in answer.content.texts}


def test_values_that_are_put_back_come_back_in_deltas_and_in_what_repeats_them() -> None:
    restoring = Masker((Detector("token", "TOKEN", r"<EMAIL_[0-9a-f]{4}>"),), lambda *_: 'jane "j" doe@example.com')
    arguments = '{"to": "<EMAIL_00ff>"}'
    pieces = [event("response.function_call_arguments.delta", output_index=0, delta=piece) for piece in arguments]
    head: dict[str, Json] = {"type": "function_call", "name": "mail", "call_id": "c"}
    done = event("response.function_call_arguments.done", output_index=0, arguments=arguments)
    data = added(0, **head, arguments="") + b"".join(pieces) + done + item_done(0, **head, arguments=arguments)
    answer = stream(restoring)
    out = run(answer, [data])
    back = r'{"to": "jane \"j\" doe@example.com"}'
    assert said(out) == back
    assert [value["arguments"] for value in events_in(out) if "arguments" in value] == [back]
    assert answer.content.tool_calls[0].decoded == {"to": 'jane "j" doe@example.com'}


_PIECES = st.text('ab.@ jane\\"{u0', max_size=8) | st.sampled_from(
    ["jane.doe@", "example", ".com", "4111 1111", " 1111 1111"]
)


@given(st.lists(_PIECES, max_size=12))
def test_however_a_text_is_cut_into_deltas_the_same_is_said(pieces: list[str]) -> None:
    whole = "".join(pieces)
    out = run(stream(), [message(0), text(0, *pieces), text_done(0, whole)])
    assert said(out) == said(run(stream(), [message(0), text(0, whole), text_done(0, whole)]))
    assert said(out) == events_in(out)[-1]["text"]


@pytest.mark.parametrize(
    "last",
    [
        text_done(0, "to jane"),
        event("response.content_part.done", output_index=0, content_index=0, part={"type": "output_text", "text": "x"}),
        item_done(0, type="message", role="assistant", content=[]),
        completed(),
        completed(kind="response.incomplete"),
        completed(kind="response.failed", error={"code": "server_error", "message": "x"}),
        event("error", code="server_error", message="x", param=None),
        b"",
    ],
)
def test_what_was_held_goes_out_in_an_event_of_its_kind_before_the_text_ends(last: bytes) -> None:
    data = message(0) + text(0, "to jane")
    assert run(stream(), [data + last]) == message(0) + text(0, "to ") + text(0, "jane") + last


def test_the_end_of_one_text_leaves_the_others_held() -> None:
    out = run(stream(), [message(0), message(1), text(0, "a jane"), text(1, "b jane"), text_done(1, "b jane")])
    assert [value.get("output_index") for value in events_in(out)[2:]] == [0, 1, 1, 1, 0]


def _numbers(out: bytes) -> list[Json]:
    return [value["sequence_number"] for value in events_in(out)]


@pytest.mark.parametrize("name", ENDED)
def test_numbers_follow_each_other_also_behind_an_additional_event(name: str) -> None:
    numbers = _numbers(run(stream(), [capture(name)]))
    assert numbers == list(range(len(numbers)))


def test_numbers_of_a_background_response_stay_because_they_are_cursors() -> None:
    head = event("response.created", response={"background": True, "output": []}, sequence_number=0)
    at: dict[str, Json] = {"output_index": 0, "content_index": 0}
    pieces = event("response.output_text.delta", **at, delta="to jane", sequence_number=1)
    data = head + pieces + event("response.output_text.done", **at, text="to jane", sequence_number=2)
    assert _numbers(run(stream(), [data])) == [0, 1, 1, 2]
    resumed = data.removeprefix(head)
    assert _numbers(run(stream(), [resumed])) == [1, 1, 2]


def test_order_names_and_comments_stay() -> None:
    data = b": beat\n\nid: 5\n" + created() + message(0) + text(0, "a jane") + event("keepalive") + text_done(0, "x")
    out = run(stream(), [data])
    assert out.startswith(b": beat\n\nid: 5\nevent: response.created\n")
    kinds = [str(value["type"]) for value in events_in(out)]
    assert kinds[2:] == [f"response.output_text.{step}" for step in ("delta",)] + [
        "keepalive",
        "response.output_text.delta",
        "response.output_text.done",
    ]


def test_additional_events_have_names_only_where_the_others_have() -> None:
    out = run(stream(), [capture("responses_without_names.sse")])
    assert b"event:" not in out
    assert len(events_in(out)) > len(events_in(capture("responses_without_names.sse")))


def test_what_an_item_begins_with_is_one_with_what_follows() -> None:
    part: Json = {"type": "output_text", "text": "to jane.doe@"}
    beginnings = [
        created(output=[{"id": "i0", "type": "message", "role": "assistant", "content": [part]}]),
        added(0, type="message", role="assistant", content=[part]),
        event("response.content_part.added", item_id="i0", output_index=0, content_index=0, part=part),
    ]
    for beginning in beginnings:
        answer = stream()
        out = run(answer, [beginning, text(0, "example.com"), completed()])
        assert b"jane" not in out
        assert b"example" not in out
        assert answer.content.messages[0].content == "to [EMAIL]"
    both = run(stream(), [beginnings[1] + beginnings[2] + text(0, "example.com") + text_done(0, "x")])
    assert b"jane" not in both


def test_items_without_a_number_are_told_apart_by_their_ids() -> None:
    def piece(own: str, delta: str) -> bytes:
        return event("response.output_text.delta", item_id=own, delta=delta)

    data = [piece("a", "4111 1111 "), piece("b", "jane.doe@"), piece("a", "1111 1111"), piece("b", "example.com")]
    answer = stream()
    out = run(answer, data)
    assert b"1111" not in out
    assert b"jane" not in out
    assert [message.content for message in answer.content.messages] == ["[CARD]", "[EMAIL]"]


def test_arguments_that_come_at_once_keep_their_tail() -> None:
    out = run(stream(), [added(0, type="function_call", name="f", call_id="c", arguments="to jane"), completed()])
    tail = events_in(out)[1]
    assert (tail["type"], tail["delta"], tail["item_id"]) == ("response.function_call_arguments.delta", "jane", "i0")


def test_token_texts_stay_only_where_their_text_went_out_unchanged() -> None:
    out = run(stream(), [capture("responses_logprobs.sse")])
    assert b'"token":"Hi "' in out
    for told in (b"jane", b"doe", b"example", b"[106,97,110,101]"):
        assert told not in out
    whole = b'"text":"Hi [EMAIL] bye. ","logprobs":[{"token":"",'
    assert out.count(whole) == 1  # the event that ends the text


def test_pictures_stay_and_are_not_said_to_be_inspected() -> None:
    picture = "iVBORw0KGgo4111111111111111aaaa="
    partial = event("response.image_generation_call.partial_image", output_index=0, partial_image_b64=picture)
    item: dict[str, Json] = {"type": "image_generation_call", "result": picture, "revised_prompt": "a cat"}
    answer = stream()
    data = partial + item_done(0, **item)
    assert run(answer, [data]) == data
    assert answer.inspected is Inspected.PARTIAL
    assert picture not in repr(answer.content)
    fake = item_done(0, **{**item, "result": "4111111111111111"})
    assert b"4111111111111111" not in run(stream(), [fake])


def test_items_are_recorded_as_they_were_delivered() -> None:
    answer = stream()
    run(answer, [capture("responses_tools.sse")])
    content = answer.content
    assert (content.tokens_in, content.tokens_out, content.inspected) == (37, 11, Inspected.FULL)
    assert [(call.name, call.decoded, call.id, call.place) for call in content.tool_calls] == [
        ("send_mail", {"to": "[EMAIL]", "cc": ["a/b"], "body": '{"from":"[EMAIL]"}'}, "call_a1", "/output/1"),
        ("sql", None, "call_b2", "/output/2"),
        ("pay", {"card": "[CARD]", "note": "caf\u00e9 \U0001f600"}, "mc_3a", "/output/3"),
    ]
    texts = {(text.text, text.place) for text in content.texts}
    assert {
        ("**Finding** [EMAIL] now", "/output/0/summary/0/text"),
        ("I think [EMAIL].", "/output/0/content/0/text"),
        ("SELECT '[EMAIL]'", "/output/2/input"),
        ("[EMAIL]", "/output/1/arguments/to"),
        ("Be brief.", "/instructions"),
    } <= texts
    assert not {"message", "function_call", "gpt-5-2025-08-07", "in_progress"} & {text for text, _ in texts}


def test_calls_of_openais_own_tools_are_recorded() -> None:
    answer = stream()
    run(answer, [capture("responses_built_in.sse")])
    assert [(call.name, dict(call.decoded or {}).get("command")) for call in answer.content.tool_calls] == [
        ("web_search", None),
        ("code_interpreter", None),
        ("shell", ["mail [EMAIL]"]),
    ]
    assert [(message.role, message.content) for message in answer.content.messages[-2:]] == [
        ("tool", "sent to [EMAIL]\n[CARD]"),
        ("assistant", "See [EMAIL]"),
    ]


def test_what_an_item_lacks_at_the_end_of_a_stream_is_put_together_from_its_pieces() -> None:
    answer = stream()
    call = added(1, type="function_call", name="f", call_id="c", arguments="")
    pieces = event("response.function_call_arguments.delta", output_index=1, delta='{"a":')
    summary = event("response.reasoning_summary_text.delta", output_index=2, summary_index=0, delta="thus")
    run(answer, [text(0, "half"), call, pieces, summary])
    assert [(each.role, each.content) for each in answer.content.messages] == [("assistant", "half"), ("assistant", "")]
    assert [(each.name, each.arguments) for each in answer.content.tool_calls] == [("f", '{"a":')]
    assert ("thus", "/output/2/summary/0/text") in {(each.text, each.place) for each in answer.content.texts}


@pytest.mark.parametrize("name", ENDED)
def test_a_repeated_text_is_counted_once(name: str) -> None:
    answer = stream()
    run(answer, [capture(name)])
    assert {hit.count for hit in answer.hits} <= {1, 2}
    assert [hit.count for hit in answer.hits if hit.count == 2] == ([2] if name == "responses_tools.sse" else [])


@pytest.mark.parametrize(
    ("data", "inspected"),
    [
        (created() + message(0) + text(0, "x") + completed(), Inspected.FULL),
        (event("keepalive"), Inspected.FULL),
        (event("response.web_search_call.searching", output_index=0), Inspected.FULL),
        (event("error", message="x"), Inspected.FULL),
        (b'data: {"error": {"message": "x"}}\n\n', Inspected.FULL),
        (event("response.audio.delta", delta="AAAA"), Inspected.PARTIAL),
        (event("response.hologram.delta", delta="x"), Inspected.PARTIAL),
        (event("response.created"), Inspected.FULL),
        (event("response.web_search_call.searching", delta="x"), Inspected.PARTIAL),
        (event("response.output_text.delta", output_index=0, delta=["x"]), Inspected.PARTIAL),
        (b"event: other\n" + text(0, "x").partition(b"\n")[2], Inspected.PARTIAL),
        (b'data: {"type": "response.created", "choices": []}\n\n', Inspected.PARTIAL),
        (added(0, type="hologram"), Inspected.PARTIAL),
        (added(0, type="message", role="assistant", content=[{"type": "hologram"}]), Inspected.PARTIAL),
        (item_done(0, type="reasoning", summary=[], encrypted_content="gAAAA"), Inspected.PARTIAL),
        (completed({"type": "image_generation_call", "result": "/9j/AAAA"}), Inspected.PARTIAL),
        (b"data: plain\n\n", Inspected.PARTIAL),
        (b"", Inspected.FULL),
    ],
)
def test_what_is_not_understood_is_not_said_to_be_inspected_in_full(data: bytes, inspected: Inspected) -> None:
    answer = stream()
    run(answer, [data])
    assert answer.inspected is inspected
    assert answer.content.inspected is inspected


def test_an_event_of_two_apis_lets_neither_client_see_a_value_in_pieces() -> None:
    choice: Json = {"index": 0, "delta": {"content": "x"}}
    data = [
        event("response.output_text.delta", output_index=0, delta=piece, choices=[choice])
        for piece in ("jane.doe@", "example.com")
    ]
    assert b"example" not in run(stream(), data)


def test_a_whole_stream_is_read_like_one_that_passes() -> None:
    for name in RESPONSES_NAMES:
        masked = OPENAI.mask_body("text/event-stream", capture(name), MASKER)
        assert not [secret for secret in SECRETS if secret.encode() in masked.body]
