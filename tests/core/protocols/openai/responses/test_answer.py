import pytest

from addons.core.call import Call, Inspected, Json
from addons.core.protocols.json_shapes import as_list, as_object
from addons.core.protocols.json_text import dump, parse
from addons.core.protocols.openai.answer import mask_openai_json
from addons.core.protocols.openai.request import parse_request
from tests.core.protocols.heads import answer_head, request_head
from tests.core.protocols.masks import MASKER
from tests.core.protocols.openai.responses.calls import OPENAI, responses_call


def _tokens(*tokens: str) -> list[Json]:
    return [
        {
            "token": token,
            "logprob": -0.5,
            "bytes": [*token.encode()],
            "top_logprobs": [{"token": token, "logprob": -0.5, "bytes": [*token.encode()]}],
        }
        for token in tokens
    ]


def _part(text: str, *tokens: str) -> Json:
    citation: Json = {"type": "url_citation", "title": "T", "url": "https://a.test", "start_index": 0, "end_index": 1}
    return {"type": "output_text", "text": text, "annotations": [citation], "logprobs": _tokens(*tokens)}


def _answer(*parts: Json, **fields: Json) -> dict[str, Json]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1760000000,
        "completed_at": 1760000001.5,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "gpt-5",
        "output": [
            {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "because"}]},
            {"type": "message", "id": "msg", "role": "assistant", "content": [*parts]},
            {"type": "function_call", "id": "fc", "call_id": "c1", "name": "sh", "arguments": '{"a": "\\u0040"}'},
            {"type": "computer_call", "id": "cc", "call_id": "c2", "action": {"type": "click", "x": 1, "y": 2}},
        ],
        "tools": [{"type": "computer_use_preview"}],
        "usage": {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8},
        **fields,
    }


def test_an_answer_is_read_in_full() -> None:
    body = dump(_answer(_part("hello", "hel", "lo"), {"type": "refusal", "refusal": "No."})).encode()
    content = OPENAI.parse_answer(responses_call(), answer_head(), body)
    assert content.inspected is Inspected.FULL
    assert (content.tokens_in, content.tokens_out) == (3, 5)
    assert [(message.role, message.content, message.place) for message in content.messages] == [
        ("assistant", "hello\nNo.", "/output/1"),
        ("assistant", "", "/output/2"),
        ("assistant", "", "/output/3"),
    ]
    assert [(call.name, call.decoded, call.id) for call in content.tool_calls] == [
        ("sh", {"a": "@"}, "c1"),
        ("computer_use_preview", {"type": "click", "x": 1, "y": 2}, "c2"),
    ]
    texts = {(text.text, text.place) for text in content.texts}
    assert {
        ("because", "/output/0/summary/0/text"),
        ("@", "/output/2/arguments/a"),
        ("https://a.test", "/output/1/content/0/annotations/0/url"),
        ("hello", "/output/1/content/0/logprobs"),
    } <= texts
    assert not {"hel", "message", "completed"} & {text for text, _ in texts}


@pytest.mark.parametrize(
    ("fields", "inspected"),
    [
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, Inspected.FULL),
        ({"status": "failed", "error": {"code": "server_error", "message": "x"}}, Inspected.FULL),
        ({"output": []}, Inspected.FULL),
        ({"output": [{"type": "image_generation_call", "result": "iVBORw0KGgo"}]}, Inspected.PARTIAL),
        ({"output": [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}]}, Inspected.PARTIAL),
        ({"output": [{"type": "hologram"}]}, Inspected.PARTIAL),
        ({"output": [5]}, Inspected.PARTIAL),
    ],
)
def test_what_nobody_reads_is_not_said_to_be_inspected(fields: dict[str, Json], inspected: Inspected) -> None:
    content = OPENAI.parse_answer(responses_call(), answer_head(), dump(_answer(**fields)).encode())
    assert content.inspected is inspected


def _call(method: str, path: str) -> Call:
    return parse_request("s", request_head(path, method), b"")


@pytest.mark.parametrize(
    ("call", "answer", "said"),
    [
        (_call("GET", "/v1/responses/r"), _answer(_part("x")), ["x"]),
        (_call("GET", "/v1/responses/r/input_items"), {"data": [{"role": "user", "content": "x"}]}, ["x"]),
        (_call("GET", "/v1/conversations/c/items"), {"data": [{"role": "user", "content": "x"}]}, ["x"]),
        (_call("GET", "/v1/conversations/c/items/i"), {"type": "message", "role": "user", "content": "x"}, ["x"]),
        (_call("DELETE", "/v1/responses/r"), {"id": "r", "object": "response.deleted", "deleted": True}, []),
        (_call("GET", "/v1/conversations/c"), {"id": "c", "object": "conversation", "metadata": {}}, []),
        (_call("GET", "/v1/conversations/c/items/i"), {"error": {"message": "x"}}, []),
    ],
)
def test_the_other_operations_are_read_in_full(call: Call, answer: dict[str, Json], said: list[str]) -> None:
    content = OPENAI.parse_answer(call, answer_head(), dump(answer).encode())
    assert content.inspected is Inspected.FULL
    assert [message.content for message in content.messages if not message.tool_calls] == said


def test_nothing_found_means_the_same_bytes() -> None:
    body = dump(_answer(_part("hello", "hel", "lo"))).encode()
    assert mask_openai_json(body, MASKER).body is body


def test_masking_leaves_the_rest_of_the_bytes() -> None:
    body = dump(_answer(_part("to jane.doe@example.com"))).encode()
    masked = mask_openai_json(body, MASKER)
    assert masked.body == body.replace(b"jane.doe@example.com", b"[EMAIL]")
    assert [(hit.place, hit.count) for hit in masked.hits] == [("/output/1/content/0/text", 1)]


@pytest.mark.parametrize(
    ("text", "tokens", "is_blank"),
    [
        ("hello you", ["hello", " you"], False),
        ("jane.doe@example.com", ["jane", ".doe@exam", "ple.com"], True),
        ("harmless", ["jane", ".doe@exam", "ple.com"], True),
        ("jane.doe@example.com", ["unrelated"], True),
    ],
)
def test_token_texts_do_not_say_what_the_mask_hides(text: str, tokens: list[str], is_blank: bool) -> None:
    out = mask_openai_json(dump(_answer(_part(text, *tokens), _part("x", "x"))).encode(), MASKER).body
    parts = as_list(as_object(as_list(as_object(parse(out))["output"])[1])["content"])
    kept = [as_object(part)["logprobs"] for part in parts]
    assert kept[1] == _tokens("x")
    assert (kept[0] == _tokens(*tokens)) != is_blank
    assert len(as_list(kept[0])) == len(tokens)
    assert not is_blank or not any(token in dump(kept[0]) for token in tokens)
    assert not is_blank or "106" not in dump(kept[0])


def test_pictures_stay_as_they_are() -> None:
    picture = "iVBORw0KGgo4111111111111111aaaa="
    item: Json = {"type": "image_generation_call", "result": picture}
    body = dump(_answer(output=[item])).encode()
    assert mask_openai_json(body, MASKER).body is body
    fake = dump(_answer(output=[{"type": "image_generation_call", "result": "4111111111111111"}])).encode()
    assert b"4111111111111111" not in mask_openai_json(fake, MASKER).body
