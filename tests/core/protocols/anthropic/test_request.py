import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump
from addons.core.reasons import Reason
from tests.core.protocols.anthropic.calls import ANTHROPIC, MESSAGES, messages_body
from tests.core.protocols.heads import request_head

FULL: dict[str, Json] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 1024,
    "stream": True,
    "system": [{"type": "text", "text": "Be brief", "cache_control": {"type": "ephemeral"}}],
    "metadata": {"user_id": "u-1"},
    "stop_sequences": ["END"],
    "x_unknown": {"deep": ["hidden text", 4111111111111111], "jane.doe@example.com": "x"},
    "messages": [
        {"role": "user", "content": "Hello"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Let me see", "signature": "c2ln"},
                {"type": "text", "text": "One moment"},
                {"type": "tool_use", "id": "toolu_1", "name": "sh", "input": {"command": "l\ns", "n": [1]}},
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "plain result"},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_2",
                    "is_error": True,
                    "content": [{"type": "text", "text": "nested result"}],
                },
                {
                    "type": "document",
                    "title": "D",
                    "context": "C",
                    "source": {"type": "text", "media_type": "text/plain", "data": "document text"},
                },
                {
                    "type": "document",
                    "source": {"type": "content", "content": [{"type": "text", "text": "document block"}]},
                },
                {
                    "type": "search_result",
                    "source": "https://a.test",
                    "title": "S",
                    "content": [{"type": "text", "text": "search text"}],
                },
                {"type": "text", "text": "And now?"},
            ],
        },
    ],
    "tools": [
        {"name": "sh", "description": "Runs it", "input_schema": {"type": "object"}},
        {"type": "custom", "name": "mail", "input_schema": {"type": "object"}},
        {"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a.test"]},
        {"type": "mcp_toolset", "mcp_server_name": "crm"},
    ],
    "tool_choice": {"type": "tool", "name": "sh"},
}


def test_a_request_is_read_in_full() -> None:
    call = ANTHROPIC.parse_request("a", request_head(MESSAGES), dump(FULL).encode())
    assert (call.operation, call.model, call.streams) == ("messages", "claude-sonnet-4-5", True)
    assert call.content.inspected is Inspected.FULL
    assert call.tools == ("sh", "mail", "web_search", "mcp_toolset")
    assert [(message.role, message.content, message.place) for message in call.content.messages] == [
        ("system", "Be brief", "/system"),
        ("user", "Hello", "/messages/0"),
        ("assistant", "One moment", "/messages/1"),
        (
            "user",
            "plain result\nnested result\ndocument text\ndocument block\nsearch text\nAnd now?",
            "/messages/2",
        ),
    ]
    assert [(tool.name, tool.arguments, tool.decoded, tool.place, tool.id) for tool in call.content.tool_calls] == [
        ("sh", '{"command":"l\\ns","n":[1]}', {"command": "l\ns", "n": [1]}, "/messages/1/content/2", "toolu_1"),
        ("web_search", '{"query":"q"}', {"query": "q"}, "/messages/1/content/3", "srvtoolu_1"),
    ]
    assert call.body == FULL


def test_every_string_is_a_text_with_its_role_also_in_unknown_fields_and_keys() -> None:
    call = ANTHROPIC.parse_request("a", request_head(MESSAGES, query="beta=x%40y"), dump(FULL).encode())
    texts = {(text.role, text.text, text.place) for text in call.content.texts}
    assert {
        ("", "x@y", "query"),
        ("", "u-1", "/metadata/user_id"),
        ("", "END", "/stop_sequences/0"),
        ("", "hidden text", "/x_unknown/deep/0"),
        ("", "4111111111111111", "/x_unknown/deep/1"),
        ("", "jane.doe@example.com", "/x_unknown"),
        ("", "Runs it", "/tools/0/description"),
        ("", "sh", "/tool_choice/name"),
        ("", "crm", "/tools/3/mcp_server_name"),
        ("system", "Be brief", "/system/0/text"),
        ("user", "Hello", "/messages/0/content"),
        ("assistant", "Let me see", "/messages/1/content/0/thinking"),
        ("assistant", "c2ln", "/messages/1/content/0/signature"),
        ("assistant", "l\ns", "/messages/1/content/2/input/command"),
        ("tool", "plain result", "/messages/2/content/0/content"),
        ("tool", "nested result", "/messages/2/content/1/content/0/text"),
        ("user", "document text", "/messages/2/content/2/source/data"),
        ("user", "document block", "/messages/2/content/3/source/content/0/text"),
        ("user", "search text", "/messages/2/content/4/content/0/text"),
        ("user", "And now?", "/messages/2/content/5/text"),
    } <= texts
    assert not {"user", "messages", "ephemeral", "tool_use", "claude-sonnet-4-5"} & {
        text.text for text in call.content.texts
    }


def test_a_system_prompt_may_be_a_string() -> None:
    content = ANTHROPIC.parse_request("a", request_head(MESSAGES), messages_body(system="Be brief")).content
    assert [(message.role, message.content) for message in content.messages] == [("system", "Be brief")]
    assert [(text.role, text.text, text.place) for text in content.texts] == [("system", "Be brief", "/system")]


IMAGE: Json = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
BLOCKS: list[tuple[Json, Inspected]] = [
    ({"type": "text", "text": "x"}, Inspected.FULL),
    ({"type": "document", "source": {"type": "text", "data": "x"}}, Inspected.FULL),
    ({"type": "document", "source": {"type": "content", "content": "x"}}, Inspected.FULL),
    ({"type": "tool_result", "content": [{"type": "tool_reference", "tool_name": "x"}]}, Inspected.FULL),
    ({"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error"}}, Inspected.FULL),
    # What holds more than strings that can be read
    (IMAGE, Inspected.PARTIAL),
    ({"type": "image", "source": {"type": "url", "url": "https://a.test/i.png"}}, Inspected.PARTIAL),
    ({"type": "document", "source": {"type": "base64", "data": "AAAA"}}, Inspected.PARTIAL),
    ({"type": "document", "source": {"type": "url", "url": "https://a.test/d.pdf"}}, Inspected.PARTIAL),
    ({"type": "document", "source": {"type": "file", "file_id": "file_1"}}, Inspected.PARTIAL),
    ({"type": "document", "source": {"type": "content", "content": [IMAGE]}}, Inspected.PARTIAL),
    ({"type": "document"}, Inspected.PARTIAL),
    ({"type": "tool_result", "content": [IMAGE]}, Inspected.PARTIAL),
    ({"type": "tool_result", "content": ["x"]}, Inspected.PARTIAL),
    ({"type": "tool_result", "content": [{"type": ["text"]}]}, Inspected.PARTIAL),
    ({"type": "redacted_thinking", "data": "AAAA"}, Inspected.PARTIAL),
    (
        {"type": "web_search_tool_result", "content": [{"type": "web_search_result", "encrypted_content": "A"}]},
        Inspected.PARTIAL,
    ),
    ({"type": "container_upload", "file_id": "file_1"}, Inspected.PARTIAL),
    ({"type": "hologram", "shape": "hidden"}, Inspected.PARTIAL),
]


@pytest.mark.parametrize(("block", "inspected"), BLOCKS, ids=range(len(BLOCKS)))
@pytest.mark.parametrize("where", ["messages", "system"])
def test_what_is_not_text_is_not_said_to_be_inspected(block: Json, inspected: Inspected, where: str) -> None:
    value: Json = [block] if where == "system" else [{"role": "user", "content": [block]}]
    body = messages_body(**{where: value})
    content = ANTHROPIC.parse_request("a", request_head(MESSAGES), body).content
    assert content.inspected is inspected
    assert (b"hidden" in body) == ("hidden" in {text.text for text in content.texts})


def _turn(content: Json) -> list[Json]:
    return [{"role": "user", "content": content}]


# body, reason for which it must be refused
ODD: list[tuple[bytes, Reason | None]] = [
    (messages_body(), None),
    (messages_body(stream=None, tools=None, system=None), None),
    (messages_body(messages=[{"role": "robot", "content": "x"}]), None),
    (messages_body(messages=_turn([])), None),
    (messages_body(messages=_turn([{"type": "tool_use", "input": "x"}])), None),
    (b"[]", Reason.BODY_MALFORMED),
    (b"", Reason.BODY_MALFORMED),
    (b'{"model": "m"}', Reason.BODY_MALFORMED),
    (b'{"messages": []}', Reason.BODY_MALFORMED),
    (b'{"model": "a", "model": "b", "messages": []}', Reason.BODY_DUPLICATE_KEYS),
    (b'{"model": "a", "messages": [{"role": "user", "content": "a", "content": "b"}]}', Reason.BODY_DUPLICATE_KEYS),
    (messages_body(model=["m"]), Reason.BODY_MALFORMED),
    (messages_body(model=""), Reason.BODY_MALFORMED),
    (messages_body(messages={}), Reason.BODY_MALFORMED),
    (messages_body(messages=["x"]), Reason.BODY_MALFORMED),
    (messages_body(messages=[{"content": "x"}]), Reason.BODY_MALFORMED),
    (messages_body(messages=[{"role": ["user"], "content": "x"}]), Reason.BODY_MALFORMED),
    (messages_body(messages=[{"role": "user"}]), Reason.BODY_MALFORMED),
    (messages_body(messages=_turn(None)), Reason.BODY_MALFORMED),
    (messages_body(messages=_turn({"type": "text", "text": "x"})), Reason.BODY_MALFORMED),
    (messages_body(messages=_turn(["x"])), Reason.BODY_MALFORMED),
    (messages_body(messages=_turn([{"text": "x"}])), Reason.BODY_MALFORMED),
    (messages_body(messages=_turn([{"type": 5}])), Reason.BODY_MALFORMED),
    (messages_body(system={}), Reason.BODY_MALFORMED),
    (messages_body(system=["x"]), Reason.BODY_MALFORMED),
    (messages_body(tools={}), Reason.BODY_MALFORMED),
    (messages_body(tools=["x"]), Reason.BODY_MALFORMED),
    (messages_body(tools=[{"name": 5}]), Reason.BODY_MALFORMED),
    (messages_body(tools=[{}]), Reason.BODY_MALFORMED),
    (messages_body(stream="true"), Reason.BODY_MALFORMED),
    (messages_body(stream=1), Reason.BODY_MALFORMED),
]


@pytest.mark.parametrize(("body", "refused"), ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("path", [MESSAGES, f"{MESSAGES}/count_tokens"])
def test_odd_shapes(path: str, body: bytes, refused: Reason | None) -> None:
    if refused is None:
        ANTHROPIC.parse_request("a", request_head(path), body)
        return
    with pytest.raises(RefusedError) as error:
        ANTHROPIC.parse_request("a", request_head(path), body)
    assert error.value.reason is refused


def test_input_that_is_no_object_is_searched_as_text() -> None:
    body = messages_body(messages=_turn([{"type": "tool_use", "name": "sh", "input": "rm -rf"}]))
    (call,) = ANTHROPIC.parse_request("a", request_head(MESSAGES), body).content.tool_calls
    assert (call.arguments, call.decoded) == ("rm -rf", None)


@pytest.mark.parametrize("label", ["", "text/plain", "application/json; charset=utf-16"])
def test_messages_take_json_only(label: str) -> None:
    head = request_head(MESSAGES, headers=(("content-type", label),))
    with pytest.raises(RefusedError) as error:
        ANTHROPIC.parse_request("a", head, messages_body())
    assert error.value.reason is Reason.BODY_TYPE_WRONG


@pytest.mark.parametrize(
    ("method", "path", "body", "inspected"),
    [
        ("GET", "/v1/models", b"", Inspected.FULL),
        ("DELETE", "/v1/messages/batches/b", b"", Inspected.FULL),
        ("POST", "/v1/messages/batches", b'{"requests": [{"params": "text"}]}', Inspected.NONE),
        ("POST", "/v1/complete", b'{"prompt": "text"}', Inspected.NONE),
        ("POST", "/v1/unknown", b'{"prompt": "text"}', Inspected.NONE),
        ("GET", "/v1/unknown", b"", Inspected.NONE),
        ("POST", "/v1//messages", b'{"model": "m", "messages": []}', Inspected.NONE),
    ],
)
def test_what_has_no_parser_is_not_said_to_be_inspected(
    method: str, path: str, body: bytes, inspected: Inspected
) -> None:
    call = ANTHROPIC.parse_request("a", request_head(path, method), body)
    assert call.content.inspected is inspected
    assert (b"text" in body) == ("text" in {text.text for text in call.content.texts})
