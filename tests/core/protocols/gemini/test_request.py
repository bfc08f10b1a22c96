import pytest

from addons.core.call import Inspected, Json
from addons.core.errors import RefusedError
from addons.core.protocols.json_text import dump
from addons.core.reasons import Reason
from tests.core.protocols.gemini.calls import GEMINI, GENERATE, MODEL, STREAM, body, call, head
from tests.core.protocols.masks import MASKER

FULL: dict[str, Json] = {
    "systemInstruction": {"parts": [{"text": "Be brief"}]},
    "contents": [
        {"parts": [{"text": "Hello "}, {"text": "there"}]},
        {
            "role": "model",
            "parts": [
                {"text": "Let me see", "thought": True, "thoughtSignature": "c2ln"},
                {"text": "One moment"},
                {"functionCall": {"name": "sh", "args": {"command": "l\ns", "n": [1]}, "id": "fc-1"}},
                {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["q"]}, "id": "tc-1"}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "sh", "response": {"output": "a result"}, "id": "fc-1"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
            ],
        },
        {"role": "user", "parts": [{"text": "And now?"}]},
    ],
    "tools": [
        {"functionDeclarations": [{"name": "sh", "description": "Runs it", "parameters": {"type": "OBJECT"}}]},
        {"googleSearch": {}, "codeExecution": {}},
        {"mcpServers": [{"name": "crm"}]},
        {"retrieval": None},
    ],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["sh"]}},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "generationConfig": {"stopSequences": ["END"], "seed": 4111111111, "responseSchema": {"type": "OBJECT"}},
    "xUnknown": {"deep": ["hidden text", 4111111111111111], "jane.doe@example.com": "x"},
}


def _snaked(value: Json) -> Json:
    """Return ``value`` with its fields in the other spelling."""
    names = {"systemInstruction", "functionCall", "functionResponse", "functionDeclarations", "executableCode"}
    names |= {"codeExecutionResult", "toolCall", "toolType", "googleSearch", "codeExecution", "mcpServers"}
    names |= {"generationConfig", "stopSequences", "thoughtSignature", "toolConfig", "safetySettings"}
    if isinstance(value, dict):
        spelled = {key: "".join(f"_{c.lower()}" if c.isupper() else c for c in key) for key in names}
        return {spelled.get(key, key): _snaked(item) for key, item in value.items()}
    return [_snaked(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("spelled", [FULL, _snaked(FULL)], ids=["camel", "snake"])
def test_a_request_is_read_in_full_in_both_spellings(spelled: Json) -> None:
    made = GEMINI.parse_request("g", head(STREAM, query="alt=sse"), dump(spelled).encode())
    assert (made.operation, made.model, made.streams) == ("streamGenerateContent", "gemini-3-pro", True)
    assert made.content.inspected is Inspected.FULL
    assert made.tools == ("sh", "google_search", "code_execution", "mcp_servers")
    assert [(message.role, message.content) for message in made.content.messages] == [
        ("system", "Be brief"),
        ("user", "Hello there"),
        ("assistant", "One moment\nprint(1)"),
        ("tool", '{"output":"a result"}\n1'),
        ("user", "And now?"),
    ]
    assert [(tool.name, tool.decoded, tool.id) for tool in made.content.tool_calls] == [
        ("sh", {"command": "l\ns", "n": [1]}, "fc-1"),
        ("code_execution", {"language": "PYTHON", "code": "print(1)"}, ""),
        ("google_search_web", {"queries": ["q"]}, "tc-1"),
    ]
    assert made.body == spelled


def test_every_string_is_a_text_with_its_role_also_in_unknown_fields_and_keys() -> None:
    made = GEMINI.parse_request("g", head(query="fields=x%40y"), dump(FULL).encode())
    texts = {(text.role, text.text, text.place) for text in made.content.texts}
    assert {
        ("", "x@y", "query"),
        ("system", "Be brief", "/systemInstruction/parts/0/text"),
        ("user", "Hello ", "/contents/0/parts/0/text"),
        ("user", "Hello there", "/contents/0/parts/0/text"),
        ("assistant", "Let me see", "/contents/1/parts/0/text"),
        ("assistant", "c2ln", "/contents/1/parts/0/thoughtSignature"),
        ("assistant", "l\ns", "/contents/1/parts/2/functionCall/args/command"),
        ("assistant", "print(1)", "/contents/1/parts/3/executableCode/code"),
        ("tool", "a result", "/contents/2/parts/0/functionResponse/response/output"),
        ("tool", "1", "/contents/2/parts/1/codeExecutionResult/output"),
        ("", "Runs it", "/tools/0/functionDeclarations/0/description"),
        ("", "sh", "/toolConfig/functionCallingConfig/allowedFunctionNames/0"),
        ("", "END", "/generationConfig/stopSequences/0"),
        ("", "hidden text", "/xUnknown/deep/0"),
        ("", "4111111111111111", "/xUnknown/deep/1"),
        ("", "jane.doe@example.com", "/xUnknown"),
    } <= texts
    assert not {"model", "contents", "BLOCK_NONE", "gemini-3-pro"} & {text.text for text in made.content.texts}


def test_a_single_object_counts_as_a_list_of_one() -> None:
    value: Json = {
        "contents": {"parts": {"text": "Hello"}},
        "system_instruction": {"parts": {"text": "Be brief"}},
        "tools": {"functionDeclarations": {"name": "sh"}},
    }
    made = GEMINI.parse_request("g", head(), dump(value).encode())
    assert [message.content for message in made.content.messages] == ["Be brief", "Hello"]
    assert made.tools == ("sh",)
    assert ("user", "Hello", "/contents/parts/text") in {(t.role, t.text, t.place) for t in made.content.texts}


PARTS: list[tuple[Json, Inspected]] = [
    ({"text": "x"}, Inspected.FULL),
    ({"text": "x", "inlineData": None}, Inspected.FULL),
    ({"functionResponse": {"name": "f", "response": {}}}, Inspected.FULL),
    # What holds more than strings that can be read
    ({"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, Inspected.PARTIAL),
    ({"inline_data": {"mime_type": "text/plain", "data": "AAAA"}}, Inspected.PARTIAL),
    ({"fileData": {"fileUri": "https://a.test"}}, Inspected.PARTIAL),
    ({"functionResponse": {"name": "f", "parts": [{"inlineData": {"data": "AAAA"}}]}}, Inspected.PARTIAL),
    ({"hologram": "x"}, Inspected.PARTIAL),
]


@pytest.mark.parametrize(("part", "inspected"), PARTS)
def test_only_what_was_read_counts_as_inspected(part: Json, inspected: Inspected) -> None:
    assert GEMINI.parse_request("g", head(), body(part)).content.inspected is inspected


def test_what_was_cached_elsewhere_is_not_inspected() -> None:
    assert call(cachedContent="cachedContents/c").content.inspected is Inspected.PARTIAL
    assert call(cached_content=None).content.inspected is Inspected.FULL


ONE: Json = [{"parts": [{"text": "x"}]}]
MALFORMED: list[Json] = [
    [],
    {},
    {"contents": None},
    {"contents": "x"},
    {"contents": ["x"]},
    {"contents": [{"role": 1, "parts": []}]},
    {"contents": [{"parts": "x"}]},
    {"contents": [{"parts": ["x"]}]},
    {"contents": [{"parts": [{"text": 1}]}]},
    {"contents": [{"parts": [{"text": ["x"]}]}]},
    {"contents": [{"parts": [{"functionCall": "x"}]}]},
    {"contents": [{"parts": [{"functionCall": {}}]}]},
    {"contents": [{"parts": [{"functionCall": {"name": 1}}]}]},
    {"contents": [{"parts": [{"functionCall": {"name": "f", "args": "x"}}]}]},
    {"contents": [{"parts": [{"functionResponse": ["x"]}]}]},
    {"contents": [{"parts": [{"executableCode": "x"}]}]},
    {"contents": ONE, "systemInstruction": "x"},
    {"contents": ONE, "tools": "x"},
    {"contents": ONE, "tools": ["x"]},
    {"contents": ONE, "tools": [{"functionDeclarations": ["x"]}]},
    {"contents": ONE, "tools": [{"functionDeclarations": [{}]}]},
    {"contents": ONE, "generateContentRequest": "x"},
    {"contents": ONE, "requests": ["x"]},
    # Two spellings of one field
    {"contents": ONE, "systemInstruction": None, "system_instruction": {"parts": []}},
    {"contents": ONE, "tools": [{"functionDeclarations": [], "function_declarations": []}]},
    {"contents": [{"parts": [{"functionCall": {"name": "f"}, "function_call": {"name": "g"}}]}]},
    # Another model than in the path
    {"contents": ONE, "model": "models/gemini-2"},
    {"contents": ONE, "model": "tunedModels/gemini-3-pro"},
    {"contents": ONE, "model": 1},
    {"contents": ONE, "generationConfig": {"routingConfig": {"manualMode": {"modelName": "x"}}}},
    {"requests": [{"content": {"parts": []}, "model": "models/x"}]},
]


@pytest.mark.parametrize("value", MALFORMED)
def test_what_the_operation_does_not_take_must_be_refused(value: Json) -> None:
    with pytest.raises(RefusedError) as error:
        GEMINI.parse_request("g", head(), dump(value).encode())
    assert error.value.reason is Reason.BODY_MALFORMED


@pytest.mark.parametrize(
    ("path", "named", "refused"),
    [
        (GENERATE, "models/gemini-3-pro", False),
        (GENERATE, "gemini-3-pro", False),
        (GENERATE, "projects/p/locations/l/publishers/google/models/gemini-3-pro", False),
        (GENERATE, "models/gemini-3", True),
        (f"{MODEL}:batchGenerateContent", "models/gemini-3-pro", False),
        (f"{MODEL}:batchGenerateContent", "models/x", True),
        ("/v1beta/tunedModels/t:generateContent", "tunedModels/t", False),
        ("/v1beta/tunedModels/t:generateContent", "models/t", True),
    ],
)
def test_a_model_in_the_body_is_the_one_of_the_path(path: str, named: str, refused: bool) -> None:
    if not refused:
        assert (
            call(path, model=named).model == path.rsplit("/", maxsplit=1)[-1].partition(":")[0] or "tunedModels" in path
        )
        return
    with pytest.raises(RefusedError) as error:
        call(path, model=named)
    assert error.value.reason is Reason.BODY_MALFORMED


def test_arguments_and_schemas_may_say_model_and_use_both_spellings() -> None:
    schema: Json = {"type": "OBJECT", "properties": {"model": {"type": "STRING"}, "userId": {}, "user_id": {}}}
    called: Json = {"functionCall": {"name": "f", "args": {"model": "Tesla", "userId": 1, "user_id": 2}}}
    value = body(called, tools=[{"functionDeclarations": [{"name": "f", "parameters": schema}]}])
    made = GEMINI.parse_request("g", head(), value)
    assert made.content.tool_calls[0].decoded == {"model": "Tesla", "userId": 1, "user_id": 2}


@pytest.mark.parametrize("query", ["key=AIzaX", "alt=sse&key=", "%6Bey=x", "access_token=x", "$key=x"])
@pytest.mark.parametrize("path", [GENERATE, "/v1beta/models", "/v1beta/unknown"])
def test_a_key_in_the_url_must_be_refused_and_is_not_repeated(path: str, query: str) -> None:
    with pytest.raises(RefusedError) as error:
        GEMINI.parse_request("g", head(path, "GET", query=query), b"")
    assert error.value.reason is Reason.REQUEST_MALFORMED
    assert "AIza" not in error.value.message
    assert "x-goog-api-key" in error.value.message


@pytest.mark.parametrize(
    ("path", "value", "texts"),
    [
        (f"{MODEL}:countTokens", {"contents": ONE}, {"x"}),
        (f"{MODEL}:countTokens", {"generateContentRequest": {"model": "gemini-3-pro", "contents": ONE}}, {"x"}),
        (f"{MODEL}:embedContent", {"content": {"parts": [{"text": "x"}]}, "title": "t"}, {"x", "t"}),
        (f"{MODEL}:batchEmbedContents", {"requests": [{"content": {"parts": [{"text": "x"}]}}]}, {"x"}),
    ],
)
def test_other_operations_with_contents_are_read_too(path: str, value: Json, texts: set[str]) -> None:
    made = GEMINI.parse_request("g", head(path), dump(value).encode())
    assert (made.model, made.content.inspected, made.streams) == ("gemini-3-pro", Inspected.FULL, False)
    assert texts <= {text.text for text in made.content.texts}
    assert ("user", "x") in {(message.role, message.content) for message in made.content.messages}


@pytest.mark.parametrize(
    ("named", "model"),
    [("models/gemini-3-pro", "gemini-3-pro"), ("gemini-3-pro", "gemini-3-pro"), ("tunedModels/t", "tunedModels/t")],
)
def test_a_cache_is_made_for_the_model_that_it_names(named: str, model: str) -> None:
    value: Json = {"model": named, "systemInstruction": {"parts": [{"text": "x"}]}, "ttl": "300s"}
    made = GEMINI.parse_request("g", head("/v1beta/cachedContents"), dump(value).encode())
    assert (made.operation, made.model, made.content.inspected) == ("cachedContents.create", model, Inspected.FULL)
    with pytest.raises(RefusedError):
        GEMINI.parse_request("g", head("/v1beta/cachedContents"), dump({"contents": ONE}).encode())


def test_what_has_no_parser_is_not_said_to_be_inspected() -> None:
    made = GEMINI.parse_request("g", head("/v1beta/unknown"), b'{"a": "hidden"}')
    assert (made.operation, made.content.inspected) == ("other", Inspected.NONE)
    assert "hidden" in {text.text for text in made.content.texts}
    assert GEMINI.parse_request("g", head("/v1beta/models", "GET"), b"").content.inspected is Inspected.FULL
    upload = head("/upload/v1beta/files", headers=(("content-type", "image/png"),))
    assert GEMINI.parse_request("g", upload, b"\x89PNG").content.inspected is Inspected.NONE


def test_a_value_cut_by_the_end_of_a_part_is_masked_in_requests_too() -> None:
    masked = GEMINI.mask_body("application/json", body({"text": "to jane.doe@"}, {"text": "example.com ok"}), MASKER)
    assert masked.body == body({"text": "to "}, {"text": "[EMAIL] ok"})
    assert [(hit.place, hit.detector) for hit in masked.hits] == [("/contents/0/parts/0/text", "email")]
    seeded = body({"text": "x"}, generationConfig={"seed": 4111111111111111})
    assert GEMINI.mask_body("application/json", seeded, MASKER).body is seeded
