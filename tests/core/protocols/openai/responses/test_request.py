import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.openai.request import parse_request
from addons.core.reasons import Reason
from tests.core.protocols.heads import request_head
from tests.core.protocols.openai.responses.calls import PATH, responses_body, responses_call

ITEMS: list[Json] = [
    {"role": "developer", "content": "Be brief"},
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
    {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]},
    {"type": "function_call", "call_id": "c1", "name": "sh", "arguments": '{"command": "l\\u0073"}'},
    {"type": "function_call_output", "call_id": "c1", "output": "a.txt"},
    {"type": "custom_tool_call", "call_id": "c2", "name": "sql", "input": "drop table x"},
    {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "dropped"}]},
    {"type": "mcp_call", "id": "m1", "name": "pay", "server_label": "bank", "arguments": '{"to": 5}', "output": "paid"},
    {"type": "mcp_approval_request", "id": "m2", "name": "wire", "server_label": "bank", "arguments": "{}"},
    {"type": "mcp_approval_response", "approval_request_id": "m2", "approve": True, "reason": "because"},
    {"type": "shell_call", "call_id": "c3", "action": {"commands": ["rm -rf /"], "timeout_ms": None}},
    {"type": "shell_call_output", "call_id": "c3", "output": [{"stdout": "out", "stderr": "err"}]},
    {"type": "local_shell_call", "call_id": "c4", "action": {"type": "exec", "command": ["ls", "-l"], "env": {}}},
    {"type": "local_shell_call_output", "id": "c4", "output": "listed"},
    {"type": "computer_call", "call_id": "c5", "action": {"type": "type", "text": "typed"}, "status": "completed"},
    {"type": "code_interpreter_call", "id": "c6", "code": "print(1)", "container_id": "k", "outputs": None},
    {"type": "apply_patch_call", "call_id": "c7", "operation": {"type": "delete_file", "path": "a.py"}},
    {"type": "web_search_call", "id": "c8", "action": {"type": "search", "query": "who"}},
    {"type": "file_search_call", "id": "c9", "queries": ["where"], "results": [{"text": "found", "score": 0.5}]},
    {"type": "image_generation_call", "id": "c10", "revised_prompt": "a cat", "result": None},
    {"type": "item_reference", "id": "msg_1"},
    {"id": "msg_2"},
    {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
]
TOOLS: list[Json] = [
    {"type": "function", "name": "sh", "description": "Runs it", "parameters": {"type": "object"}},
    {"type": "custom", "name": "sql"},
    {"type": "computer_use_preview", "display_width": 5},
    {
        "type": "mcp",
        "server_label": "bank",
        "server_url": "https://mcp.test",
        "authorization": "secret-of-mcp",
        "headers": {"X-Key": "header-secret"},
        "allowed_tools": ["pay"],
    },
    {"type": "mcp", "server_label": "b", "allowed_tools": {"tool_names": ["wire"]}},
    {"type": "namespace", "name": "crm", "tools": [{"type": "function", "name": "crm_get"}]},
]
FULL: dict[str, Json] = {
    "input": ITEMS,
    "instructions": "You are kind",
    "tools": TOOLS,
    "stream": True,
    "metadata": {"team": "blue"},
    "safety_identifier": "u-1",
    "previous_response_id": "resp_0",
    "text": {"format": {"type": "json_schema", "name": "person", "schema": {"description": "who it is"}}},
    "prompt": {"id": "pmpt", "variables": {"city": "Bern"}},
    "x_unknown": {"deep": ["hidden text"]},
}


def test_a_request_is_read_in_full() -> None:
    call = responses_call(**FULL)
    content = call.content
    assert (call.operation, call.model, call.streams, content.inspected) == ("responses", "gpt-5", True, Inspected.FULL)
    assert call.tools == ("sh", "sql", "computer_use_preview", "mcp", "pay", "wire", "crm", "crm_get")
    assert [(message.role, message.content) for message in content.messages if not message.tool_calls] == [
        ("system", "You are kind"),
        ("developer", "Be brief"),
        ("user", "Hello"),
        ("tool", "a.txt"),
        ("tool", "dropped"),
        ("tool", "paid"),
        ("tool", "out\nerr"),
        ("tool", "listed"),
        ("assistant", "No."),
    ]
    assert [(tool.name, tool.decoded, tool.place, tool.id) for tool in content.tool_calls] == [
        ("sh", {"command": "ls"}, "/input/3", "c1"),
        ("sql", None, "/input/5", "c2"),
        ("pay", {"to": 5}, "/input/7", "m1"),
        ("wire", {}, "/input/8", "m2"),
        ("shell", {"commands": ["rm -rf /"], "timeout_ms": None, "command": ["rm -rf /"]}, "/input/10", "c3"),
        ("local_shell", {"type": "exec", "command": ["ls", "-l"], "env": {}}, "/input/12", "c4"),
        ("computer_use_preview", {"type": "type", "text": "typed"}, "/input/14", "c5"),
        ("code_interpreter", {"code": "print(1)"}, "/input/15", "c6"),
        ("apply_patch", {"type": "delete_file", "path": "a.py"}, "/input/16", "c7"),
        ("web_search", {"type": "search", "query": "who"}, "/input/17", "c8"),
        ("file_search", {"queries": ["where"]}, "/input/18", "c9"),
        ("image_generation", {"revised_prompt": "a cat"}, "/input/19", "c10"),
    ]


def test_every_string_is_a_text_with_the_role_of_who_wrote_it() -> None:
    texts = {(text.role, text.text, text.place) for text in responses_call(**FULL).content.texts}
    assert {
        ("system", "You are kind", "/instructions"),
        ("user", "Hello", "/input/1/content/0/text"),
        ("assistant", "hm", "/input/2/summary/0/text"),
        ("assistant", "ls", "/input/3/arguments/command"),
        ("tool", "a.txt", "/input/4/output"),
        ("tool", "dropped", "/input/6/output/0/text"),
        ("assistant", "paid", "/input/7/output"),
        ("user", "because", "/input/9/reason"),
        ("assistant", "rm -rf /", "/input/10/action/commands/0"),
        ("tool", "err", "/input/11/output/0/stderr"),
        ("assistant", "found", "/input/18/results/0/text"),
        ("", "secret-of-mcp", "/tools/3/authorization"),
        ("", "header-secret", "/tools/3/headers/X-Key"),
        ("", "https://mcp.test", "/tools/3/server_url"),
        ("", "Runs it", "/tools/0/description"),
        ("", "blue", "/metadata/team"),
        ("", "u-1", "/safety_identifier"),
        ("", "resp_0", "/previous_response_id"),
        ("", "who it is", "/text/format/schema/description"),
        ("", "Bern", "/prompt/variables/city"),
        ("", "hidden text", "/x_unknown/deep/0"),
    } <= texts
    assert not {"input", "message", "function_call", "gpt-5"} & {text for _, text, _ in texts}


def test_a_text_as_input_is_the_users_message() -> None:
    content = responses_call(input="Hi").content
    assert [(message.role, message.content, message.place) for message in content.messages] == [
        ("user", "Hi", "/input")
    ]
    assert [(text.role, text.text, text.place) for text in content.texts] == [("user", "Hi", "/input")]


DATA = "data:application/pdf;base64,AAAA"


@pytest.mark.parametrize(
    "item",
    [
        {"type": "hologram", "beam": "x"},
        {"type": "hologram_call", "beam": "x"},
        {"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]},
        {"role": "user", "content": [{"type": "input_file", "filename": "a.pdf", "file_data": DATA}]},
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AAAA"}}]},
        {"role": "user", "content": [{"type": "hologram", "text": "x"}]},
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"},
        {"type": "compaction", "encrypted_content": "gAAAA"},
        {"type": "image_generation_call", "result": "iVBORw0KGgo"},
        {"type": "computer_call_output", "output": {"type": "computer_screenshot", "image_url": DATA}},
        {"type": "function_call_output", "output": [{"type": "input_file", "file_data": DATA}]},
        {"type": "code_interpreter_call", "code": "", "outputs": [{"type": "image", "url": "data:image/png,x"}]},
    ],
)
def test_what_nobody_reads_is_not_said_to_be_inspected(item: Json) -> None:
    assert responses_call(input=[item]).content.inspected is Inspected.PARTIAL


def test_strings_of_unknown_items_are_texts_and_what_looks_like_a_call_is_one() -> None:
    unknown: Json = {"type": "hologram_call", "call_id": "h", "beam": {"at": "the wall"}}
    named: Json = {"type": "hologram", "name": "shell", "arguments": {"command": "ls"}}
    content = responses_call(input=[unknown, named]).content
    assert ("the wall", "/input/0/beam/at") in {(text.text, text.place) for text in content.texts}
    assert [(call.name, call.decoded) for call in content.tool_calls] == [
        ("hologram", {"beam": {"at": "the wall"}}),
        ("shell", {"command": "ls"}),
    ]


# fields of a request, and whether it must be refused
ODD: list[tuple[dict[str, Json], bool]] = [
    ({}, False),
    ({"input": None, "prompt": {"id": "p"}, "model": None}, False),
    ({"input": [{"role": "robot", "content": None}]}, False),
    ({"input": [{"type": "hologram", "anything": 1}]}, False),
    ({"input": [{"type": "computer_call_output", "output": {"type": "computer_screenshot"}}]}, False),
    ({"tools": None, "instructions": None, "stream": None}, False),
    ({"model": None}, True),
    ({"model": ["m"]}, True),
    ({"model": ""}, True),
    ({"input": 5}, True),
    ({"input": {"role": "user"}}, True),
    ({"input": ["x"]}, True),
    ({"input": [[]]}, True),
    ({"input": [{}]}, True),
    ({"input": [{"type": ["message"], "role": "user"}]}, True),
    ({"input": [{"content": "x"}]}, True),
    ({"input": [{"type": "message", "content": "x"}]}, True),
    ({"input": [{"role": ["user"], "content": "x"}]}, True),
    ({"input": [{"role": "user", "content": 5}]}, True),
    ({"input": [{"role": "user", "content": {"text": "x"}}]}, True),
    ({"input": [{"role": "user", "content": ["x"]}]}, True),
    ({"input": [{"type": "function_call", "name": "f", "arguments": {}}]}, True),
    ({"input": [{"type": "function_call", "name": "f"}]}, True),
    ({"input": [{"type": "function_call", "name": "", "arguments": "{}"}]}, True),
    ({"input": [{"type": "custom_tool_call", "name": 5, "input": "x"}]}, True),
    ({"input": [{"type": "mcp_call", "name": "f", "arguments": None}]}, True),
    ({"input": [{"type": "function_call_output", "output": 5}]}, True),
    ({"input": [{"type": "function_call_output", "output": ["x"]}]}, True),
    ({"instructions": ["x"]}, True),
    ({"tools": {}}, True),
    ({"tools": ["x"]}, True),
    ({"tools": [{}]}, True),
    ({"tools": [{"type": "function", "name": 5}]}, True),
    ({"tools": [{"type": "namespace", "name": "n", "tools": "x"}]}, True),
    ({"stream": "true"}, True),
]


@pytest.mark.parametrize(("fields", "refused"), ODD, ids=range(len(ODD)))
def test_odd_shapes(fields: dict[str, Json], refused: bool) -> None:
    if not refused:
        responses_call(**fields)
        return
    with pytest.raises(RefusedError) as error:
        responses_call(**fields)
    assert error.value.reason is Reason.BODY_MALFORMED


def test_tools_that_come_among_the_items_are_offered_too() -> None:
    more: Json = {"type": "additional_tools", "role": "developer", "tools": [{"type": "shell"}]}
    assert responses_call(input=[more]).tools == ("shell",)


@pytest.mark.parametrize(
    ("method", "path", "body", "operation", "texts"),
    [
        ("GET", f"{PATH}/resp_1", b"", "responses.get", []),
        ("DELETE", f"{PATH}/resp_1", b"", "responses.delete", []),
        ("GET", f"{PATH}/resp_1/input_items", b"", "responses.input_items", []),
        ("POST", f"{PATH}/resp_1/cancel", b"", "responses.cancel", []),
        ("POST", f"{PATH}/resp_1/cancel", b'{"why": "text"}', "responses.cancel", ["why", "text"]),
        ("POST", f"{PATH}/input_tokens", b'{"input": "text"}', "responses.input_tokens", ["text"]),
        ("POST", f"{PATH}/compact", b'{"model": "m", "input": "text"}', "responses.compact", ["text"]),
        ("POST", "/v1/conversations", b"", "conversations.create", []),
        (
            "POST",
            "/v1/conversations",
            b'{"items": [{"role": "user", "content": "text"}]}',
            "conversations.create",
            None,
        ),
        ("POST", "/v1/conversations/c", b'{"metadata": {"a": "text"}}', "conversations.update", ["a", "text"]),
        ("POST", "/v1/conversations/c/items", b'{"items": [{"id": "text"}]}', "conversations.items.create", ["text"]),
        ("GET", "/v1/conversations/c/items", b"", "conversations.items.list", []),
        ("GET", "/v1/conversations/c/items/i", b"", "conversations.items.get", []),
        ("DELETE", "/v1/conversations/c/items/i", b"", "conversations.items.delete", []),
        ("DELETE", "/v1/conversations/c", b"", "conversations.delete", []),
    ],
)
def test_the_other_operations_are_read_in_full(
    method: str, path: str, body: bytes, operation: str, texts: list[str] | None
) -> None:
    call = parse_request("s", request_head(path, method), body)
    assert (call.operation, call.content.inspected) == (operation, Inspected.FULL)
    assert [text.text for text in call.content.texts] == (["text"] if texts is None else texts)
    assert [message.content for message in call.content.messages] in ([], ["text"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{PATH}/compact", b'{"input": "x"}'),
        (f"{PATH}/input_tokens", b""),
        ("/v1/conversations", b'{"items": "x"}'),
        ("/v1/conversations/c/items", b'{"items": [5]}'),
    ],
)
def test_odd_shapes_of_the_other_operations_must_be_refused(path: str, body: bytes) -> None:
    with pytest.raises(RefusedError) as error:
        parse_request("s", request_head(path), body)
    assert error.value.reason is Reason.BODY_MALFORMED


def test_events_of_a_stored_response_are_a_stream() -> None:
    for query, streams in (("stream=true&starting_after=5", True), ("stream=false", False), ("", False)):
        assert parse_request("s", request_head(f"{PATH}/r", "GET", query=query), b"").streams is streams


def test_ambiguous_json_must_be_refused() -> None:
    with pytest.raises(RefusedError) as error:
        parse_request("s", request_head(PATH), responses_body()[:-1] + b',"input":"y"}')
    assert error.value.reason is Reason.BODY_DUPLICATE_KEYS
