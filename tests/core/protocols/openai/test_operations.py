import pytest

from addons.core.protocols.openai.operations import ROUTES, deployment_of
from addons.core.protocols.routes import OTHER


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/v1/chat/completions", "chat"),
        ("POST", "/v1/chat/completions/", "chat"),
        ("POST", "/chat/completions", "chat"),
        ("POST", "/openai/v1/chat/completions", "chat"),
        ("POST", "/api/v1/chat/completions", "chat"),
        ("POST", "/v1beta/openai/chat/completions", OTHER),
        ("POST", "/openai/deployments/gpt-5/chat/completions", "chat"),
        ("GET", "/v1/chat/completions/chatcmpl-1/messages", "chat.messages"),
        ("POST", "/v1/embeddings", "embeddings"),
        ("POST", "/v1/completions", "completions"),
        ("POST", "/v1/moderations", "moderations"),
        ("POST", "/v1/responses", "responses"),
        ("GET", "/v1/models", "models.list"),
        ("GET", "/v1/models/ft%3Agpt-5%3Aacme", "models.get"),
        ("DELETE", "/v1/files/file-1", "files.delete"),
        ("POST", "/v1/threads/runs", "threads.create_and_run"),
        ("POST", "/v1/threads/thread_1", "threads.update"),
        ("DELETE", "/v1/vector_stores/vs_1/files/file_1", "vector_stores.files.delete"),
        # What must not pass for a known operation
        ("GET", "/v1/embeddings", OTHER),
        ("post", "/v1/chat/completions", OTHER),
        ("POST", "/v1//chat/completions", OTHER),
        ("POST", "//v1/chat/completions", OTHER),
        ("POST", "/v1/chat/completions//", OTHER),
        ("POST", "/v1/files/../chat/completions", OTHER),
        ("POST", "/v1/./chat/completions", OTHER),
        ("POST", "/v1/chat%2Fcompletions", OTHER),
        ("POST", "/v1/chat/completion%73", OTHER),
        ("POST", "/v1/%2e%2e/v1/chat/completions", OTHER),
        ("GET", "/v1/models/%2e%2e", OTHER),
        ("GET", "/v1/models/a%252fb", OTHER),
        ("GET", "/v1/models/a%5Cb", OTHER),
        ("GET", "/v1/models/a%00b", OTHER),
        ("GET", "/v1/models/a%0ab", OTHER),
        ("GET", "/v1/models/..", OTHER),
        ("GET", "/v1/models/a\\b", OTHER),
        ("GET", "/v1/models/a b", OTHER),
        ("GET", "/v1/models/\u00e9", OTHER),
        ("POST", "/v1/Chat/Completions", OTHER),
        ("POST", "/v1/chat/completions;x", OTHER),
        ("POST", "v1/chat/completions", OTHER),
        ("POST", "/v1/organization/admin_api_keys", OTHER),
        ("POST", "", OTHER),
        ("POST", "/", OTHER),
    ],
)
def test_only_canonical_paths_name_an_operation(method: str, path: str, operation: str) -> None:
    assert ROUTES.operation_of(method, path) == operation


def test_each_operation_stands_once_in_the_list_that_policies_are_checked_against() -> None:
    assert len(set(ROUTES.operations)) == len(ROUTES.operations)
    assert {"chat", "embeddings", "models.list", "vector_stores.delete", OTHER} <= set(ROUTES.operations)


def test_a_deployment_stands_for_the_model() -> None:
    assert deployment_of("/openai/deployments/gpt-5/chat/completions") == "gpt-5"
    assert deployment_of("/v1/chat/completions") == ""
