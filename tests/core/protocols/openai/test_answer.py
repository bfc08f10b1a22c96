import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump, parse
from addons.core.protocols.openai.answer import mask_openai_json
from addons.core.protocols.openai.protocol import OpenAI
from addons.core.reasons import Reason
from tests.captures import NAMES, SECRETS, capture
from tests.core.protocols.heads import answer_head, chat_call
from tests.core.protocols.masks import MASKER

OPENAI = OpenAI()


def _logprobs(*tokens: str) -> Json:
    return {
        "content": [
            {
                "token": token,
                "logprob": -0.5,
                "bytes": list(token.encode()),
                "top_logprobs": [{"token": token, "logprob": -0.5, "bytes": None}],
            }
            for token in tokens
        ],
        "refusal": None,
    }


def _answer(content: str, logprobs: Json = None) -> dict[str, Json]:
    message: dict[str, Json] = {
        "role": "assistant",
        "content": content,
        "refusal": None,
        "annotations": [{"type": "url_citation", "url_citation": {"title": "T", "url": "https://a.test"}}],
        "reasoning_content": "because",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "sh", "arguments": '{"a": "\\u0040"}'}}],
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1760000000,
        "model": "gpt-5",
        "choices": [
            {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": "stop"},
            {"index": 1, "message": {"role": "assistant", "content": "other"}, "logprobs": _logprobs("ot", "her")},
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 5},
    }


def test_an_answer_is_read_in_full() -> None:
    content = OPENAI.parse_answer(chat_call(), answer_head(), dump(_answer("hello", _logprobs("hel", "lo"))).encode())
    assert content.inspected is Inspected.FULL
    assert (content.tokens_in, content.tokens_out) == (3, 5)
    assert [message.content for message in content.messages] == ["hello", "other"]
    assert [(call.name, call.decoded) for call in content.tool_calls] == [("sh", {"a": "@"})]
    texts = {(text.text, text.place) for text in content.texts}
    assert {
        ("because", "/choices/0/message/reasoning_content"),
        ("@", "/choices/0/message/tool_calls/0/function/arguments/a"),
        ("https://a.test", "/choices/0/message/annotations/0/url_citation/url"),
        ("hello", "/choices/0/logprobs"),
    } <= texts


@pytest.mark.parametrize(
    ("content_type", "body", "inspected", "text"),
    [
        ("application/json", b'{"error": {"message": "no"}}', Inspected.FULL, "no"),
        ("text/html", b'{"error": {"message": "no"}}', Inspected.FULL, "no"),
        ("application/json", b'{"surprise": "no"}', Inspected.FULL, "no"),
        ("application/json", b"{broken no", Inspected.PARTIAL, "{broken no"),
        ("text/html", b"<p>no</p>", Inspected.FULL, "<p>no</p>"),
        ("text/html", b"", Inspected.FULL, ""),
        ("image/png", b"\x89PNG\x00", Inspected.NONE, ""),
        ("application/octet-stream", b"\x00\xff", Inspected.NONE, ""),
        ("text/event-stream", b'data: {"choices": [{"delta": {"content": "no"}}]}\n\n', Inspected.FULL, "no"),
        ("application/json", b'data: {"choices": [{"delta": {"content": "no"}}]}\n\n', Inspected.FULL, "no"),
        ("text/event-stream", b'{"error": {"message": "no"}}', Inspected.FULL, "no"),
    ],
)
def test_answers_are_read_by_what_they_are(content_type: str, body: bytes, inspected: Inspected, text: str) -> None:
    content = OPENAI.parse_answer(chat_call(), answer_head(content_type), body)
    assert content.inspected is inspected
    assert not text or text in {found.text for found in content.texts}


def test_an_answer_that_reads_in_two_ways_must_be_refused() -> None:
    with pytest.raises(RefusedError) as error:
        OPENAI.parse_answer(chat_call(), answer_head(), b'{"choices": [], "choices": [{}]}')
    assert error.value.reason is Reason.UPSTREAM_MALFORMED


def test_nothing_found_means_the_same_bytes() -> None:
    body = b'{ "choices":[{"message":{"content":"\\u0068i \\/"}}],\n"created": 1760000000, "x": 1.0e0 }'
    assert mask_openai_json(body, MASKER).body is body


def test_masking_leaves_the_rest_of_the_bytes() -> None:
    body = (
        b'{ "created": 1760000000,"choices":[{"message":{"content":"at jane.doe\\u0040example.com \\/"}}], "x": 1.0e0 }'
    )
    masked = mask_openai_json(body, MASKER)
    assert masked.body == b'{ "created": 1760000000,"choices":[{"message":{"content":"at [EMAIL] /"}}], "x": 1.0e0 }'
    assert [(hit.place, hit.detector, hit.count) for hit in masked.hits] == [("/choices/0/message/content", "email", 1)]


def test_protocol_numbers_and_words_stay_whatever_a_detector_says() -> None:
    body = b'{"created": 4111111111111111, "user": {"created": 4111111111111111}}'
    assert mask_openai_json(body, MASKER).body == b'{"created": 4111111111111111, "user": {"created": "[CARD]"}}'


@pytest.mark.parametrize(
    ("content", "tokens", "is_blank"),
    [
        ("hello you", ["hello", " you"], False),
        ("jane.doe@example.com", ["jane", ".doe@exam", "ple.com"], True),
        ("harmless", ["jane", ".doe@exam", "ple.com"], True),
        ("jane.doe@example.com", ["unrelated"], True),
    ],
)
def test_token_texts_do_not_say_what_the_mask_hides(content: str, tokens: list[str], is_blank: bool) -> None:
    out = mask_openai_json(dump(_answer(content, _logprobs(*tokens))).encode(), MASKER).body
    value = parse(out)
    assert isinstance(value, dict)
    match value["choices"]:
        case [{"logprobs": {"content": list() as entries}}, {"logprobs": other}]:
            assert other == _logprobs("ot", "her")
            expected = _logprobs(*tokens)
            assert (dump({"content": entries, "refusal": None}) == dump(expected)) != is_blank
            assert len(entries) == len(tokens)
        case _:
            pytest.fail("the choices have another shape")
    assert not is_blank or not any(token.encode() in out.partition(b"logprobs")[2] for token in tokens)


def test_token_texts_of_completions_are_emptied_too() -> None:
    body: Json = {
        "choices": [
            {
                "text": "jane.doe@example.com",
                "logprobs": {
                    "tokens": ["jane.doe@", "example.com"],
                    "token_logprobs": [-1.0, -2.0],
                    "top_logprobs": [{"jane.doe@": -1.0}, {"example.com": -1.0}],
                    "text_offset": [0, 9],
                },
            }
        ]
    }
    out = mask_openai_json(dump(body).encode(), MASKER).body
    assert out == (
        b'{"choices":[{"text":"[EMAIL]","logprobs":{"tokens":["",""],"token_logprobs":[-1.0,-2.0],'
        b'"top_logprobs":[],"text_offset":[0,9]}}]}'
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_that_came_whole_is_masked_like_a_stream(name: str) -> None:
    masked = OPENAI.mask_body("text/event-stream", capture(name), MASKER)
    assert not [secret for secret in SECRETS if secret.encode() in masked.body]
    assert masked.hits
