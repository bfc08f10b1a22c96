import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump
from addons.core.reasons import Reason
from tests.captures import ANTHROPIC_NAMES, SECRETS, capture
from tests.core.protocols.anthropic.calls import ANTHROPIC, messages_call
from tests.core.protocols.heads import answer_head
from tests.core.protocols.masks import MASKER

ANSWER: dict[str, Json] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [
        {"type": "thinking", "thinking": "because", "signature": "c2ln"},
        {"type": "text", "text": "hello", "citations": [{"type": "char_location", "cited_text": "cited"}]},
        {"type": "tool_use", "id": "toolu_1", "name": "sh", "input": {"command": "ls"}},
        {"type": "text", "text": "you"},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 7, "output_tokens": 11},
}


def test_an_answer_is_read_in_full() -> None:
    content = ANTHROPIC.parse_answer(messages_call(), answer_head(), dump(ANSWER).encode())
    assert content.inspected is Inspected.FULL
    assert (content.tokens_in, content.tokens_out) == (15, 11)
    assert [(message.role, message.content) for message in content.messages] == [("assistant", "hello\nyou")]
    assert [(call.name, call.arguments, call.decoded, call.place, call.id) for call in content.tool_calls] == [
        ("sh", '{"command":"ls"}', {"command": "ls"}, "/content/2", "toolu_1")
    ]
    texts = {(text.text, text.place) for text in content.texts}
    assert {
        ("because", "/content/0/thinking"),
        ("cited", "/content/1/citations/0/cited_text"),
        ("ls", "/content/2/input/command"),
    } <= texts
    assert not {"assistant", "tool_use", "claude-sonnet-4-5"} & {text for text, _ in texts}


@pytest.mark.parametrize(
    ("content_type", "body", "inspected", "text"),
    [
        ("application/json", b'{"type": "error", "error": {"message": "no"}}', Inspected.FULL, "no"),
        ("text/html", b'{"type": "error", "error": {"message": "no"}}', Inspected.FULL, "no"),
        ("application/json", b'{"content": [{"type": "hologram", "x": "no"}]}', Inspected.PARTIAL, "no"),
        ("application/json", b'{"content": ["no"]}', Inspected.PARTIAL, "no"),
        ("application/json", b'{"content": "no"}', Inspected.FULL, "no"),
        ("application/json", b"{broken no", Inspected.PARTIAL, "{broken no"),
        ("text/html", b"<p>no</p>", Inspected.FULL, "<p>no</p>"),
        ("text/html", b"", Inspected.FULL, ""),
        ("application/octet-stream", b"\x00\xff", Inspected.NONE, ""),
        ("text/event-stream", b'data: {"type": "error", "error": {"message": "no"}}\n\n', Inspected.FULL, "no"),
        ("application/json", b'data: {"error": {"message": "no"}}\n\n', Inspected.FULL, "no"),
    ],
)
def test_answers_are_read_by_what_they_are(content_type: str, body: bytes, inspected: Inspected, text: str) -> None:
    content = ANTHROPIC.parse_answer(messages_call(), answer_head(content_type), body)
    assert content.inspected is inspected
    assert not text or text in {found.text for found in content.texts}


def test_an_answer_that_reads_in_two_ways_must_be_refused() -> None:
    with pytest.raises(RefusedError) as error:
        ANTHROPIC.parse_answer(messages_call(), answer_head(), b'{"content": [], "content": [{}]}')
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


def test_nothing_found_means_the_same_bytes() -> None:
    body = b'{ "content":[{"type":"text","text":"\\u0068i \\/"}],\n"x": 1.0e0 }'
    assert ANTHROPIC.mask_body("application/json", body, MASKER).body is body


def test_masking_leaves_the_rest_of_the_bytes() -> None:
    body = (
        b'{ "content":[{"type":"text","text":"at jane.doe\\u0040example.com"},\n'
        b'{"type":"tool_use","input":{"card": 4111111111111111, "jane.doe@example.com":1.0e0}}] }'
    )
    masked = ANTHROPIC.mask_body("application/json", body, MASKER)
    assert masked.body == (
        b'{ "content":[{"type":"text","text":"at [EMAIL]"},\n'
        b'{"type":"tool_use","input":{"card": "[CARD]", "[EMAIL]":1.0e0}}] }'
    )
    assert {(hit.place, hit.detector) for hit in masked.hits} == {
        ("/content/0/text", "email"),
        ("/content/1/input/card", "card"),
        ("/content/1/input", "email"),
    }


@pytest.mark.parametrize("name", ANTHROPIC_NAMES)
def test_a_stream_that_came_whole_is_masked_and_read_like_a_stream(name: str) -> None:
    masked = ANTHROPIC.mask_body("text/event-stream", capture(name), MASKER)
    assert not [secret for secret in SECRETS if secret.encode() in masked.body]
    assert masked.hits
    read = ANTHROPIC.parse_answer(messages_call(), answer_head("text/event-stream"), masked.body)
    stream = ANTHROPIC.answer_stream(messages_call(), answer_head("text/event-stream"), MASKER, lambda _: False)
    stream.feed(capture(name) + b"\n\n")
    stream.finish()
    assert read.messages == stream.content.messages
    assert read.tool_calls == stream.content.tool_calls
