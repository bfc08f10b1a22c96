import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump, parse
from addons.core.reasons import Reason
from tests.captures import GEMINI_NAMES, SECRETS, capture
from tests.core.protocols.cuts import run
from tests.core.protocols.gemini.calls import GEMINI, STREAM, call, candidate, stream_call
from tests.core.protocols.heads import answer_head
from tests.core.protocols.masks import MASKER

ANSWER: dict[str, Json] = {
    "candidates": [
        candidate(
            {"text": "because", "thought": True},
            {"text": "hello "},
            {"text": "you"},
            {"functionCall": {"name": "sh", "args": {"command": "ls"}, "id": "fc-1"}},
            finish="STOP",
            citationMetadata={"citations": [{"uri": "https://cited.test", "title": "cited"}]},
            groundingMetadata={"webSearchQueries": ["asked"], "searchEntryPoint": {"renderedContent": "<b>html</b>"}},
        ),
        candidate({"text": "second"}, index=1, finish="MAX_TOKENS"),
    ],
    "usageMetadata": {
        "promptTokenCount": 3,
        "toolUsePromptTokenCount": 4,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 6,
    },
    "modelVersion": "gemini-3-pro",
    "responseId": "r1",
}


def test_an_answer_is_read_in_full() -> None:
    content = GEMINI.parse_answer(call(), answer_head(), dump(ANSWER).encode())
    assert content.inspected is Inspected.FULL
    assert (content.tokens_in, content.tokens_out) == (7, 11)
    assert [(message.role, message.content, message.place) for message in content.messages] == [
        ("assistant", "hello you", "/candidates/0"),
        ("assistant", "second", "/candidates/1"),
    ]
    assert [(made.name, made.decoded, made.place, made.id) for made in content.tool_calls] == [
        ("sh", {"command": "ls"}, "/candidates/0/content/parts/3/functionCall", "fc-1")
    ]
    texts = {(text.role, text.text, text.place) for text in content.texts}
    assert {
        ("assistant", "because", "/candidates/0/content/parts/0/text"),
        ("assistant", "hello you", "/candidates/0/content/parts/1/text"),
        ("assistant", "ls", "/candidates/0/content/parts/3/functionCall/args/command"),
        ("assistant", "cited", "/candidates/0/citationMetadata/citations/0/title"),
        ("assistant", "asked", "/candidates/0/groundingMetadata/webSearchQueries/0"),
        ("assistant", "<b>html</b>", "/candidates/0/groundingMetadata/searchEntryPoint/renderedContent"),
    } <= texts
    assert not {"model", "STOP", "gemini-3-pro"} & {text for _, text, _ in texts}


@pytest.mark.parametrize(
    ("content_type", "body", "inspected", "text"),
    [
        ("application/json", b'{"error": {"message": "no"}}', Inspected.FULL, "no"),
        ("application/json", b'[{"error": {"message": "no"}}]', Inspected.FULL, "no"),
        ("text/html", b'{"error": {"message": "no"}}', Inspected.FULL, "no"),
        ("application/json", b'{"candidates": [{"content": {"parts": [{"x": "no"}]}}]}', Inspected.PARTIAL, "no"),
        ("application/json", b'{"candidates": [{"content": {"parts": ["no"]}}]}', Inspected.PARTIAL, "no"),
        ("application/json", b'{"candidates": "no"}', Inspected.FULL, "no"),
        ("application/json", b"{broken no", Inspected.PARTIAL, "{broken no"),
        ("text/html", b"<p>no</p>", Inspected.FULL, "<p>no</p>"),
        ("text/html", b"", Inspected.FULL, ""),
        ("image/png", b"\x00\xff", Inspected.NONE, ""),
        ("text/event-stream", b'data: {"error": {"message": "no"}}\n\n', Inspected.FULL, "no"),
        ("application/json", b'data: {"error": {"message": "no"}}\n\n', Inspected.FULL, "no"),
    ],
)
def test_answers_are_read_by_what_they_are(content_type: str, body: bytes, inspected: Inspected, text: str) -> None:
    content = GEMINI.parse_answer(call(), answer_head(content_type), body)
    assert content.inspected is inspected
    assert not text or text in {found.text for found in content.texts}


@pytest.mark.parametrize(
    "body",
    [
        b'{"candidates": [], "candidates": [{}]}',
        b'{"candidates": [], "usageMetadata": {}, "usage_metadata": {}}',
        b'{"candidates": [{"content": {"parts": [{"text": "x", "functionCall": {"name": "f"}}]}}]}',
    ],
)
def test_an_answer_that_reads_in_two_ways_must_be_refused(body: bytes) -> None:
    with pytest.raises(RefusedError) as error:
        GEMINI.parse_answer(call(), answer_head(), body)
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


def test_nothing_found_means_the_same_bytes() -> None:
    body = b'{ "candidates":[{"content":{"parts":[{"text":"\\u0068i \\/"},{"text":"you"}]}}],\n"x": 1.0e0 }'
    assert GEMINI.mask_body("application/json", body, MASKER).body is body


def test_masking_leaves_the_rest_of_the_bytes() -> None:
    body = (
        b'{ "candidates":[{"content":{"parts":[{"text":"at jane.doe\\u0040"}, {"text":"example.com, you"},\n'
        b'{"functionCall":{"args":{"card": 4111111111111111, "jane.doe@example.com":1.0e0}}}]}}] }'
    )
    masked = GEMINI.mask_body("application/json", body, MASKER)
    assert masked.body == (
        b'{ "candidates":[{"content":{"parts":[{"text":"at "}, {"text":"[EMAIL], you"},\n'
        b'{"functionCall":{"args":{"card": "[CARD]", "[EMAIL]":1.0e0}}}]}}] }'
    )
    place = "/candidates/0/content/parts"
    assert {(hit.place, hit.detector) for hit in masked.hits} == {
        (f"{place}/0/text", "email"),
        (f"{place}/2/functionCall/args/card", "card"),
        (f"{place}/2/functionCall/args", "email"),
    }


TOKENS: Json = {"chosenCandidates": [{"token": "jane.doe@"}, {"token": "example.com"}], "logProbabilitySum": -1}


@pytest.mark.parametrize(
    ("said", "tokens"),
    [("jane.doe@example.com", TOKENS), ("other", TOKENS), ("jane.doe@example.com", {"chosen_candidates": [{}]})],
)
def test_tokens_do_not_say_what_is_masked_beside_them(said: str, tokens: Json) -> None:
    value: Json = {"candidates": [candidate({"text": said}, logprobsResult=tokens), candidate({"text": "b"}, index=1)]}
    out = GEMINI.mask_body("application/json", dump(value).encode(), MASKER).body
    assert b"jane" not in out
    assert b'andidates":[]' in out
    content = GEMINI.parse_answer(call(), answer_head(), dump(value).encode())
    assert said != "other" or "jane.doe@example.com" in {text.text for text in content.texts}


def test_grounding_does_not_repeat_a_part_of_what_is_masked() -> None:
    supports: Json = [{"segment": {"text": piece}} for piece in ("Ask jane.doe@example.", " Sure.")]
    value: Json = {
        "candidates": [
            candidate({"text": "Ask jane.doe@example.com. Sure."}, groundingMetadata={"groundingSupports": supports})
        ]
    }
    out = GEMINI.mask_body("application/json", dump(value).encode(), MASKER).body
    assert b"jane" not in out
    assert b'" Sure."' in out


def _chunks(*pieces: str) -> bytes:
    return dump([{"candidates": [candidate({"text": piece})]} for piece in pieces]).encode()


def test_an_array_of_chunks_is_read_and_masked_as_one_answer() -> None:
    body = _chunks("to jane.d", "oe@example", ".com ok")
    masked = GEMINI.mask_body("application/json", body, MASKER)
    assert masked.body == _chunks("to ", "", "[EMAIL] ok")
    assert [hit.place for hit in masked.hits] == ["/0/candidates/0/content/parts/0/text"]
    content = GEMINI.parse_answer(call(STREAM), answer_head(), body)
    assert content.messages[0].content == "to jane.doe@example.com ok"
    assert "to jane.doe@example.com ok" in {text.text for text in content.texts}
    assert content.inspected is Inspected.FULL


def test_an_answer_with_more_text_than_is_kept_must_be_refused() -> None:
    calls: list[Json] = [{"functionCall": {"name": "f", "args": {"text": "x" * (5 * 1024 * 1024)}}}]
    with pytest.raises(RefusedError) as error:
        GEMINI.parse_answer(call(), answer_head(), dump({"candidates": [candidate(*calls)]}).encode())
    assert error.value.reason is Reason.UPSTREAM_TOO_LARGE
    image: Json = {"inlineData": {"mimeType": "image/png", "data": "A" * (5 * 1024 * 1024)}}
    content = GEMINI.parse_answer(call(), answer_head(), dump({"candidates": [candidate(image)]}).encode())
    assert content.inspected is Inspected.PARTIAL


@pytest.mark.parametrize("name", GEMINI_NAMES)
def test_a_stream_that_came_whole_is_masked_and_read_like_a_stream(name: str) -> None:
    masked = GEMINI.mask_body("text/event-stream", capture(name), MASKER)
    assert masked.hits
    assert "gemini_code" in name or not [secret for secret in SECRETS if secret.encode() in masked.body]
    read = GEMINI.parse_answer(call(), answer_head("text/event-stream"), masked.body)
    stream = GEMINI.answer_stream(stream_call(), answer_head("text/event-stream"), MASKER, lambda _: False)
    run(stream, [capture(name) + b"\n\n"])
    assert read.messages == stream.content.messages
    assert parse(dump([made.name for made in read.tool_calls]).encode()) == [
        made.name for made in stream.content.tool_calls
    ]
