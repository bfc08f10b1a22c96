import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump
from addons.core.protocols.openai.request import parse_request
from addons.core.reasons import Reason
from tests.core.protocols.heads import JSON, request_head

CHAT: dict[str, Json] = {
    "model": "gpt-5",
    "stream": True,
    "user": "u-1",
    "stop": ["END"],
    "metadata": {"team": "blue", "jane.doe@example.com": "x"},
    "x_unknown": {"deep": ["hidden text", 4111111111111111]},
    "messages": [
        {"role": "developer", "content": "Be brief"},
        {
            "role": "user",
            "name": "jane",
            "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "World"}],
        },
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.test/i.png"}}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "sh", "arguments": '{"command": "l\\u0073"}'}},
                {"id": "c2", "type": "custom", "custom": {"name": "sql", "input": "drop table x"}},
                {"id": "c3", "type": "function", "function": {"name": "dup", "arguments": '{"a": 1, "a": 2}'}},
            ],
            "function_call": {"name": "old", "arguments": {"already": "decoded"}},
        },
        {"role": "tool", "tool_call_id": "c1", "content": "result"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    ],
    "tools": [
        {"type": "function", "function": {"name": "sh", "description": "Runs it", "parameters": {"type": "object"}}},
        {"type": "custom", "custom": {"name": "sql"}},
        {"type": "web_search"},
    ],
    "functions": [{"name": "old"}],
    "tool_choice": {"type": "function", "function": {"name": "sh"}},
}


def test_a_chat_request_is_read_in_full() -> None:
    call = parse_request("openai", request_head(), dump(CHAT).encode())
    assert (call.operation, call.model, call.streams, call.content.inspected) == ("chat", "gpt-5", True, Inspected.FULL)
    assert call.tools == ("sh", "sql", "web_search", "old")
    assert [(message.role, message.content) for message in call.content.messages] == [
        ("developer", "Be brief"),
        ("user", "Hello\nWorld"),
        ("user", ""),
        ("assistant", ""),
        ("tool", "result"),
        ("assistant", "No."),
    ]
    assert [(tool.name, tool.decoded, tool.place, tool.id) for tool in call.content.tool_calls] == [
        ("sh", {"command": "ls"}, "/messages/3/tool_calls/0", "c1"),
        ("sql", None, "/messages/3/tool_calls/1", "c2"),
        ("dup", None, "/messages/3/tool_calls/2", "c3"),
        ("old", {"already": "decoded"}, "/messages/3/function_call", ""),
    ]
    assert call.body == CHAT


def test_every_string_is_a_text_also_in_unknown_fields_and_keys() -> None:
    call = parse_request("openai", request_head(query="after=x%40y"), dump(CHAT).encode())
    texts = {(text.role, text.text, text.place) for text in call.content.texts}
    assert {
        ("", "x@y", "query"),
        ("", "u-1", "/user"),
        ("", "END", "/stop/0"),
        ("", "blue", "/metadata/team"),
        ("", "jane.doe@example.com", "/metadata"),
        ("", "x", "/metadata/*"),
        ("", "hidden text", "/x_unknown/deep/0"),
        ("", "4111111111111111", "/x_unknown/deep/1"),
        ("user", "jane", "/messages/1/name"),
        ("user", "World", "/messages/1/content/1/text"),
        ("user", "https://a.test/i.png", "/messages/2/content/0/image_url/url"),
        ("assistant", "ls", "/messages/3/tool_calls/0/function/arguments/command"),
        ("assistant", "drop table x", "/messages/3/tool_calls/1/custom/input"),
        ("", "Runs it", "/tools/0/function/description"),
    } <= texts
    assert not {"user", "messages", "gpt-5"} & {text.text for text in call.content.texts}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": " DATA:text/plain,secret"}},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
    ],
)
def test_what_is_inside_images_sound_and_files_is_not_said_to_be_inspected(part: Json) -> None:
    body: Json = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
    assert parse_request("s", request_head(), dump(body).encode()).content.inspected is Inspected.PARTIAL


def _chat(**fields: Json) -> bytes:
    return dump({"model": "m", "messages": [], **fields}).encode()


# body, reason for which it must be refused
ODD: list[tuple[bytes, Reason | None]] = [
    (_chat(), None),
    (_chat(stream=None, tools=None, functions=None), None),
    (_chat(messages=[{"role": "robot", "content": "x"}]), None),
    (_chat(messages=[{"role": "user", "content": None, "tool_calls": None}]), None),
    (b"[]", Reason.BODY_MALFORMED),
    (b"1", Reason.BODY_MALFORMED),
    (b"", Reason.BODY_MALFORMED),
    (b'{"model": "m"}', Reason.BODY_MALFORMED),
    (b'{"messages": []}', Reason.BODY_MALFORMED),
    (b'{"model": "a", "model": "b", "messages": []}', Reason.BODY_DUPLICATE_KEYS),
    (b'{"model": "a", "mode\\u006c": "b", "messages": []}', Reason.BODY_DUPLICATE_KEYS),
    (_chat(model=["m"]), Reason.BODY_MALFORMED),
    (_chat(model=""), Reason.BODY_MALFORMED),
    (_chat(messages={}), Reason.BODY_MALFORMED),
    (_chat(messages=["x"]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"content": "x"}]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"role": ["user"], "content": "x"}]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"role": "user", "content": {"text": "x"}}]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"role": "user", "content": 5}]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"role": "user", "content": ["x"]}]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"role": "assistant", "tool_calls": {}}]), Reason.BODY_MALFORMED),
    (_chat(messages=[{"role": "assistant", "function_call": "x"}]), Reason.BODY_MALFORMED),
    (_chat(tools={}), Reason.BODY_MALFORMED),
    (_chat(tools=["x"]), Reason.BODY_MALFORMED),
    (_chat(tools=[{"type": "function", "function": {"name": 5}}]), Reason.BODY_MALFORMED),
    (_chat(functions=[{}]), Reason.BODY_MALFORMED),
    (_chat(stream="true"), Reason.BODY_MALFORMED),
    (_chat(stream=1), Reason.BODY_MALFORMED),
]


@pytest.mark.parametrize(("body", "refused"), ODD, ids=range(len(ODD)))
def test_odd_shapes(body: bytes, refused: Reason | None) -> None:
    if refused is None:
        parse_request("s", request_head(), body)
        return
    with pytest.raises(RefusedError) as error:
        parse_request("s", request_head(), body)
    assert error.value.reason is refused


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        (JSON, False),
        ((("content-type", "Application/JSON; charset=UTF-8"),), False),
        ((*JSON, *JSON), False),
        ((), True),
        ((("content-type", "text/plain"),), True),
        ((("content-type", "application/json; charset=utf-16"),), True),
        ((("content-type", "multipart/form-data; boundary=x"),), True),
        ((*JSON, ("content-type", "text/plain")), True),
    ],
)
def test_a_json_operation_takes_json_only(headers: tuple[tuple[str, str], ...], refused: bool) -> None:
    head = request_head(headers=headers)
    if not refused:
        parse_request("s", head, _chat())
        return
    with pytest.raises(RefusedError) as error:
        parse_request("s", head, _chat())
    assert error.value.reason is Reason.BODY_TYPE_WRONG


@pytest.mark.parametrize(
    ("path", "body", "texts", "inspected"),
    [
        ("embeddings", {"input": "a"}, ["a"], Inspected.FULL),
        ("embeddings", {"input": ["a", "b"], "user": "u"}, ["a", "b", "u"], Inspected.FULL),
        ("embeddings", {"input": [1, 2, 3]}, [], Inspected.NONE),
        ("embeddings", {"input": [[1, 2], [3]]}, [], Inspected.NONE),
        ("embeddings", {"input": ["a", [3]]}, ["a"], Inspected.PARTIAL),
        ("embeddings", {"input": []}, None, None),
        ("embeddings", {"input": None}, None, None),
        ("embeddings", {"input": [1.5]}, None, None),
        ("completions", {"prompt": "p", "suffix": "s"}, ["p", "s"], Inspected.FULL),
        ("completions", {"prompt": [5]}, [], Inspected.NONE),
        ("completions", {}, None, None),
        ("moderations", {"input": [{"type": "text", "text": "a"}]}, ["a"], Inspected.FULL),
        (
            "moderations",
            {"input": [{"type": "image_url", "image_url": {"url": "data:,x"}}]},
            ["data:,x", "x"],
            Inspected.PARTIAL,
        ),
    ],
)
def test_typed_inputs(path: str, body: dict[str, Json], texts: list[str] | None, inspected: Inspected | None) -> None:
    raw = dump({"model": "m", **body}).encode()
    if texts is None:
        with pytest.raises(RefusedError):
            parse_request("s", request_head(f"/v1/{path}"), raw)
        return
    content = parse_request("s", request_head(f"/v1/{path}"), raw).content
    assert [text.text for text in content.texts] == texts
    assert content.inspected is inspected


@pytest.mark.parametrize(
    ("method", "path", "body", "inspected"),
    [
        ("GET", "/v1/models", b"", Inspected.FULL),
        ("DELETE", "/v1/files/f", b"", Inspected.FULL),
        ("GET", "/v1/models", b'{"a": "text"}', Inspected.NONE),
        ("POST", "/v1/assistants", b'{"model": "m", "input": "text"}', Inspected.NONE),
        ("POST", "/v1/unknown", b'{"input": "text"}', Inspected.NONE),
        ("GET", "/v1/unknown", b"", Inspected.NONE),
        ("POST", "/v1//chat/completions", b'{"model": "m", "messages": []}', Inspected.NONE),
    ],
)
def test_what_has_no_parser_is_not_said_to_be_inspected(
    method: str, path: str, body: bytes, inspected: Inspected
) -> None:
    call = parse_request("s", request_head(path, method), body)
    assert call.content.inspected is inspected
    assert (b"text" in body) == ("text" in {text.text for text in call.content.texts})


def test_operations_without_a_parser_refuse_ambiguous_json_too() -> None:
    with pytest.raises(RefusedError) as error:
        parse_request("s", request_head("/v1/assistants"), b'{"input": "a", "input": "b"}')
    assert error.value.reason is Reason.BODY_DUPLICATE_KEYS
