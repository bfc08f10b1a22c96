from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.json_text import dump, parse_text
from addons.core.protocols.protocol import AnswerStream, Masker
from addons.core.protocols.sse import SseParser
from addons.core.protocols.unmasked import Unmasked
from addons.core.reasons import Reason
from tests.captures import GEMINI_NAMES, SECRETS, capture
from tests.core.protocols.cuts import assert_cuts_do_not_matter, pieces_of, run
from tests.core.protocols.gemini.calls import GEMINI, STREAM, call, candidate, chunk, event, stream_call, text
from tests.core.protocols.heads import answer_head
from tests.core.protocols.masks import MASKER


def _stream(masker: Masker = MASKER, watched: Callable[[str], bool] = lambda _: False) -> AnswerStream:
    return GEMINI.answer_stream(stream_call(), answer_head("text/event-stream"), masker, watched)


def _events(out: bytes) -> list[dict[str, Json]]:
    return [as_object(parse_text(item.data)) for item in SseParser().feed(out) if item.data]


def _parts(out: bytes) -> list[list[Json]]:
    """Return the parts of the first candidate of each event."""
    firsts = [as_object(as_list(value.get("candidates"))[0]) for value in _events(out)]
    return [as_list(as_object(first.get("content")).get("parts")) for first in firsts]


@pytest.mark.parametrize("name", GEMINI_NAMES)
def test_every_cut_delivers_the_same(name: str) -> None:
    assert_cuts_do_not_matter(_stream, capture(name))


@given(st.sampled_from(GEMINI_NAMES), st.lists(st.integers(0, 400), max_size=12))
def test_any_cuts_deliver_the_same(name: str, cuts: list[int]) -> None:
    data = capture(name)
    pieces = pieces_of(data, [min(cut * 10, len(data)) for cut in cuts])
    assert run(_stream(), pieces) == run(_stream(), [data])


# In this one a value goes on behind a call that came in between: its beginning was delivered before the call.
_INTERRUPTED = "gemini_code.sse"


@pytest.mark.parametrize("name", [name for name in GEMINI_NAMES if name != _INTERRUPTED])
def test_no_secret_is_delivered_and_the_record_holds_what_was(name: str) -> None:
    stream = _stream()
    out = run(stream, [capture(name)])
    assert not [secret for secret in SECRETS if secret.encode() in out]
    assert not [secret for secret in SECRETS if secret in repr(stream.content) + repr(stream.hits)]
    assert stream.hits


# The one left out ends in a JSON text that is cut, and so is one text to the end.
@pytest.mark.parametrize("name", GEMINI_NAMES)
def test_where_nothing_is_found_and_nothing_held_the_bytes_are_the_same(name: str) -> None:
    assert run(_stream(Unmasked()), [capture(name)]) == capture(name)


def test_a_stream_without_a_finding_keeps_its_bytes() -> None:
    data = text("Hello. ", "You. ") + chunk({"text": ""}, finish="STOP") + event({"usageMetadata": {}})
    assert run(_stream(), [data]) == data


_TEXTS = st.text('ab.@ jane\\"{u0', max_size=8) | st.sampled_from(
    ["jane.doe@", "example", ".com", "4111 1111", " 1111 1111"]
)


@pytest.mark.parametrize("thought", [False, True])
@given(chunks=st.lists(st.lists(_TEXTS, max_size=3), max_size=8))
def test_however_a_text_is_cut_into_chunks_and_parts_the_same_is_said(thought: bool, chunks: list[list[str]]) -> None:
    mark: dict[str, Json] = {"thought": True} if thought else {}

    def said(pieces: list[list[str]]) -> str:
        data = b"".join(chunk(*({"text": piece, **mark} for piece in parts)) for parts in pieces)
        return "".join(str(as_object(part)["text"]) for parts in _parts(run(_stream(), [data])) for part in parts)

    assert said(chunks) == said([["".join(piece for parts in chunks for piece in parts)]])


@given(pieces=st.lists(_TEXTS, max_size=8))
def test_however_an_argument_is_cut_the_same_is_called(pieces: list[str]) -> None:
    def called(parts: list[str]) -> Json:
        args: list[Json] = [{"jsonPath": "$.to", "stringValue": part, "willContinue": True} for part in parts]
        events = [chunk({"functionCall": {"partialArgs": [arg], "willContinue": True}}) for arg in args]
        stream = _stream()
        run(stream, [_BEGIN, *events, chunk({"functionCall": {}})])
        return as_object(dict(stream.content.tool_calls[0].decoded or {})).get("to", "")

    assert called(pieces) == called(["".join(pieces)])


_BEGIN = chunk({"functionCall": {"name": "mail", "willContinue": True}})
_CALL: Json = {"functionCall": {"name": "f", "args": {}}}


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        # in the chunk that ends the candidate, behind the last piece or in a part of its own
        (chunk({"text": "to jane"}, finish="STOP"), [[{"text": "to jane"}]]),
        (text("to jane") + chunk({"text": ""}, finish="STOP"), [[{"text": "to "}], [{"text": "jane"}]]),
        (text("to jane") + chunk(finish="STOP"), [[{"text": "to "}], [{"text": "jane"}]]),
        (
            text("to jane") + event({"candidates": [{"finishReason": "STOP"}]}),
            [[{"text": "to "}], [{"text": "jane"}]],
        ),
        (
            text("to jane") + event({"candidates": [{"content": None, "finishReason": "STOP"}]}),
            [[{"text": "to "}], [{"text": "jane"}]],
        ),
        # before a part of another kind
        (text("to jane") + chunk(_CALL), [[{"text": "to "}], [{"text": "jane"}, _CALL]]),
        (chunk({"text": "to jane"}, _CALL, finish="STOP"), [[{"text": "to jane"}, _CALL]]),
        (
            text("to jane", thought=True) + text("Go. "),
            [[{"text": "to ", "thought": True}], [{"text": "jane", "thought": True}, {"text": "Go. "}]],
        ),
        # before an error, and where nothing has ended it
        (text("to jane"), [[{"text": "to "}], [{"text": "jane"}]]),
        (_BEGIN, [[{"functionCall": {"name": "mail", "willContinue": True}}]]),
        (
            _BEGIN
            + chunk(
                {
                    "functionCall": {
                        "partialArgs": [{"jsonPath": "$.a", "stringValue": "jane", "willContinue": True}],
                        "willContinue": True,
                    }
                }
            ),
            [
                [{"functionCall": {"name": "mail", "willContinue": True}}],
                [
                    {
                        "functionCall": {
                            "partialArgs": [{"jsonPath": "$.a", "stringValue": "", "willContinue": True}],
                            "willContinue": True,
                        }
                    }
                ],
                [{"functionCall": {"partialArgs": [{"jsonPath": "$.a", "stringValue": "jane"}]}}],
            ],
        ),
    ],
)
def test_what_was_held_goes_out_in_its_order(data: bytes, parts: list[list[Json]]) -> None:
    assert _parts(run(_stream(), [data])) == parts


def test_what_was_held_goes_out_before_an_error() -> None:
    out = run(_stream(), [text("to jane"), event({"error": {"code": 500, "message": "no"}})])
    assert [list(value) for value in _events(out)] == [["candidates"], ["candidates"], ["error"]]
    assert _stream().finish() == b""


@pytest.mark.parametrize("between", [_CALL, {"text": "Hm. ", "thought": True}, {"inlineData": {"data": "AAAA"}}])
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("to jane", " and me. ", "to jane and me. "),
        ("to jane.doe@", "example.com. ", "to jane.doe@[EMAIL]. "),
        ("4111 1111 1111 ", "1111. ", "4111 1111 1111 [CARD]. "),
        ("a jane", ". b", "a jane. b"),
        ("jane.doe@example.com", " x ", "[EMAIL] x "),
        ("", "jane.doe@example.com ", "[EMAIL] "),
    ],
)
def test_a_text_that_goes_on_behind_another_part_is_masked_with_its_beginning(
    between: Json, before: str, after: str, said: str
) -> None:
    stream = _stream()
    out = run(stream, [text(before), chunk(between), text(after)])
    texts = [as_object(part) for parts in _parts(out) for part in parts]
    assert "".join(str(part.get("text", "")) for part in texts if not part.get("thought")) == said
    assert stream.content.messages[0].content == said


def test_a_value_over_two_calls_is_never_delivered_whole() -> None:
    out = run(_stream(), [text("jane"), chunk(_CALL), text(".doe@"), chunk(_CALL), text("example.com ")])
    texts = [str(as_object(part).get("text", "")) for parts in _parts(out) for part in parts]
    assert "".join(texts) == "jane.doe@[EMAIL] "


def test_interleaved_candidates_are_told_apart() -> None:
    stream = _stream()
    run(stream, [capture("gemini_candidates.sse")])
    assert [message.content for message in stream.content.messages] == ["a [EMAIL]", "b [CARD] c"]
    assert (stream.content.tokens_in, stream.content.tokens_out, stream.inspected) == (9, 7, Inspected.FULL)


def test_thoughts_are_texts_but_nothing_that_was_said() -> None:
    stream = _stream()
    run(stream, [capture("gemini_thinking.sse")])
    assert stream.content.messages[0].content == "Ask [EMAIL]"
    texts = {(each.text, each.place) for each in stream.content.texts}
    assert ("The card [CARD], so", "/candidates/0/content/parts/0/text") in texts
    assert not {"gemini-3-pro", "STOP", "model"} & {each.text for each in stream.content.texts}


def test_tool_calls_of_a_stream_are_recorded_as_they_went_on() -> None:
    stream = _stream()
    run(stream, [capture("gemini_tools.sse")])
    assert [(made.name, made.decoded, made.id, made.place) for made in stream.content.tool_calls] == [
        (
            "send_mail",
            {"to": "[EMAIL]", "note": '{"from":"[EMAIL]"}', "card": "[CARD]", "[EMAIL]": [1, 2.5]},
            "fc-1",
            "/candidates/0/content/parts/1/functionCall",
        ),
        ("now", {}, "", "/candidates/0/content/parts/2/functionCall"),
    ]


def test_arguments_that_come_one_by_one_are_put_together() -> None:
    stream = _stream()
    out = run(stream, [capture("gemini_partial_args.sse")])
    assert [(made.name, made.decoded, made.id) for made in stream.content.tool_calls] == [
        ("send_mail", {"to": "[EMAIL]", "copies": ["a jane"], "card": "[CARD]", "urgent": True}, "fc-2")
    ]
    assert b'{"jsonPath":"$.card","stringValue":"[CARD]"}' in out  # a number field could not hold the mask


@pytest.mark.parametrize("path", ["to", "$", "$..a", "$[0]", "$.a[9]", "$.a[x]", "$['a"])
def test_arguments_whose_place_cannot_be_read_are_a_text_to_rules(path: str) -> None:
    stream = _stream()
    args: list[Json] = [{"jsonPath": path, "stringValue": "rm -rf"}]
    run(stream, [chunk({"functionCall": {"name": "sh", "partialArgs": args}})])
    (made,) = stream.content.tool_calls
    assert made.decoded is None
    assert "rm -rf" in made.arguments


@pytest.mark.parametrize(
    ("said", "tokens", "stays"),
    [
        ("Hi. ", ["Hi", ". "], True),
        ("Hi. ", [], True),
        ("Hi. ", ["Hi", ". jane"], False),
        ("to jane", ["to", " jane"], False),
        ("jane.doe@example.com ", ["jane.doe@", "example.com "], False),
    ],
)
def test_token_texts_stay_only_beside_the_text_that_they_spell(said: str, tokens: list[str], stays: bool) -> None:
    chosen: list[Json] = [{"token": token, "tokenId": 7} for token in tokens]
    result: dict[str, Json] = {"chosenCandidates": chosen, "topCandidates": [{"candidates": chosen}]}
    data = chunk({"text": said}, logprobsResult=result)
    (value, *_) = _events(run(_stream(), [data]))
    first = as_object(as_list(value["candidates"])[0])
    blank: dict[str, Json] = {"chosenCandidates": [], "topCandidates": []}
    assert first["logprobsResult"] == (result if stays else blank)


def test_token_texts_of_a_held_beginning_do_not_stay() -> None:
    chosen: list[Json] = [{"token": " ok"}]
    data = text("to jane") + chunk({"text": " ok"}, logprobsResult={"chosenCandidates": chosen})
    assert b'"token"' not in run(_stream(), [data])


def _shell(**fields: Json) -> bytes:
    return chunk({"functionCall": {"name": "shell", **fields}})


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (chunk({"functionCall": {"name": "search", "args": {}}}), False),
        (chunk({"functionCall": {"name": "offered_shell", "args": {}}}), False),
        (_shell(args={"command": "ls"}), True),
        (_shell(willContinue=True), True),
        (chunk({"function_call": {"name": "shell"}}), True),
        (chunk({"text": "x"}, {"functionCall": {"name": "shell"}}), True),
        (event({"candidates": [candidate(), candidate({"functionCall": {"name": "shell"}})]}), True),
        (chunk({"toolCall": {"toolType": "SHELL"}}), True),
    ],
)
def test_a_watched_tool_that_was_not_offered_cuts_the_stream(data: bytes, refused: bool) -> None:
    offering = stream_call(tools=[{"functionDeclarations": [{"name": "offered_shell"}]}])
    stream = GEMINI.answer_stream(
        offering, answer_head("text/event-stream"), MASKER, lambda name: name.endswith("shell")
    )
    stream.feed(text("before. "))
    if not refused:
        run(stream, [data])
        return
    with pytest.raises(RefusedError) as error:
        run(stream, [data])
    assert error.value.reason is Reason.GUARDRAIL
    assert not stream.content.tool_calls
    assert stream.content.messages[0].content == "before. "


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ({"candidates": [candidate({"text": "x. ", "thoughtSignature": "eA=="})]}, False),
        ({"candidates": [candidate({"text": None, "functionCall": {"name": "f"}})]}, False),
        # One of two readings would be missed
        ({"candidates": [candidate({"text": "x", "functionCall": {"name": "f"}})]}, True),
        ({"candidates": [candidate({"text": ["x"]})]}, True),
        ({"candidates": [candidate({"functionCall": {"name": "f"}, "function_call": {"name": "g"}})]}, True),
        ({"candidates": [candidate(index=at) for at in range(3000)]}, True),
    ],
)
def test_chunks_that_contradict_themselves_must_be_refused(value: Json, refused: bool) -> None:
    stream = _stream()
    if not refused:
        assert stream.feed(event(value)) == event(value)
        return
    with pytest.raises(RefusedError) as error:
        stream.feed(event(value))
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


@pytest.mark.parametrize(
    ("data", "inspected"),
    [
        (text("x"), Inspected.FULL),
        (event({"usageMetadata": {}}), Inspected.FULL),
        (event({"promptFeedback": {"blockReason": "SAFETY"}}), Inspected.FULL),
        (event({"error": {"message": "x"}}), Inspected.FULL),
        (chunk({"inlineData": {"mimeType": "image/png", "data": "AAAA"}}), Inspected.PARTIAL),
        (chunk({"fileData": {"fileUri": "https://a.test"}}), Inspected.PARTIAL),
        (chunk({"hologram": {}}), Inspected.PARTIAL),
        (event({"candidates": [{"content": {"parts": ["x"]}}]}), Inspected.PARTIAL),
        (event({"candidates": [{"content": "x"}]}), Inspected.PARTIAL),
        (event({"candidates": "x"}), Inspected.PARTIAL),
        (event({"hologram": 1}), Inspected.PARTIAL),
        (event([1]), Inspected.PARTIAL),
        (b"data: plain\n\n", Inspected.PARTIAL),
        (b"plain", Inspected.PARTIAL),
        (b"", Inspected.FULL),
    ],
)
def test_what_is_not_understood_is_not_said_to_be_inspected_in_full(data: bytes, inspected: Inspected) -> None:
    stream = _stream()
    run(stream, [data])
    assert stream.inspected is inspected
    assert stream.content.inspected is inspected


@pytest.mark.parametrize("label", ["text/event-stream", "application/json"])
@pytest.mark.parametrize("query", ["alt=sse", ""])
def test_chunks_that_come_as_json_wait_for_their_end_and_are_masked_as_one(label: str, query: str) -> None:
    chunks: Json = [{"candidates": [candidate({"text": piece})]} for piece in ("to jane.doe@", "example.com", " ok")]
    data = b"\xef\xbb\xbf \r\n" + dump(chunks).encode()

    def begin() -> AnswerStream:
        return GEMINI.answer_stream(call(STREAM, query), answer_head(label), MASKER, lambda _: False)

    stream = begin()
    assert stream.feed(data) == b""
    out = stream.finish()
    assert b"jane" not in out
    assert b"example" not in out
    assert stream.content.messages[0].content == "to [EMAIL] ok"
    assert stream.hits
    assert_cuts_do_not_matter(begin, data)


def test_an_array_of_chunks_that_calls_a_watched_tool_is_not_delivered() -> None:
    data = dump([{"candidates": [candidate({"functionCall": {"name": "shell"}})]}]).encode()
    stream = _stream(watched=lambda name: name == "shell")
    stream.feed(data)
    with pytest.raises(RefusedError) as error:
        stream.finish()
    assert error.value.reason is Reason.GUARDRAIL


_KEYS = """candidates content parts text thought functionCall name args partialArgs jsonPath stringValue willContinue
index finishReason logprobsResult chosenCandidates token groundingMetadata groundingSupports segment error
jane.doe@example.com"""
_WORDS = st.sampled_from(_KEYS.split())
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=20,
)
_PART = st.dictionaries(_WORDS, _ANYTHING, max_size=4) | st.fixed_dictionaries(
    {"functionCall": st.dictionaries(_WORDS, _ANYTHING, max_size=4)}
)
_CHUNK = st.builds(
    lambda parts, more, index: {"candidates": [{**more, "content": {"parts": parts}, "index": index}]},
    st.lists(_PART, max_size=3),
    st.dictionaries(_WORDS, _ANYTHING, max_size=3),
    st.integers(0, 2),
)


def _outcome(pieces: list[bytes]) -> bytes | Reason:
    try:
        return run(_stream(), pieces)
    except RefusedError as error:
        return error.reason


@given(st.lists(_ANYTHING | _CHUNK, max_size=5))
def test_whatever_a_chunk_holds_is_masked_and_passes_or_is_refused(values: list[Json]) -> None:
    data = b"".join(event(value) for value in values)
    out = _outcome([data])
    assert out is Reason.UPSTREAM_MALFORMED or (isinstance(out, bytes) and b"jane.doe@example.com" not in out)
    assert _outcome(pieces_of(data, [len(data) // 3, len(data) // 2])) == out
