import pytest

from addons.core.protocols.anthropic.operations import ROUTES
from addons.core.protocols.routes import OTHER


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/v1/messages", "messages"),
        ("POST", "/v1/messages/", "messages"),
        ("POST", "/anthropic/v1/messages", "messages"),
        ("POST", "/v1/messages/count_tokens", "messages.count_tokens"),
        ("POST", "/v1/messages/batches", "messages.batches.create"),
        ("GET", "/v1/messages/batches", "messages.batches.list"),
        ("GET", "/v1/messages/batches/msgbatch_1", "messages.batches.get"),
        ("DELETE", "/v1/messages/batches/msgbatch_1", "messages.batches.delete"),
        ("POST", "/v1/messages/batches/msgbatch_1/cancel", "messages.batches.cancel"),
        ("GET", "/v1/messages/batches/msgbatch_1/results", "messages.batches.results"),
        ("GET", "/v1/models", "models.list"),
        ("GET", "/v1/models/claude-sonnet-4-5", "models.get"),
        ("POST", "/v1/complete", "complete"),
        # What must not pass for a known operation
        ("GET", "/v1/messages", OTHER),
        ("post", "/v1/messages", OTHER),
        ("POST", "/messages", OTHER),
        ("POST", "/v2/messages", OTHER),
        ("POST", "/v1beta/messages", OTHER),
        ("POST", "/v1/Messages", OTHER),
        ("POST", "/v1//messages", OTHER),
        ("POST", "//v1/messages", OTHER),
        ("POST", "/v1/messages//", OTHER),
        ("POST", "/v1/models/../messages", OTHER),
        ("POST", "/v1/./messages", OTHER),
        ("POST", "/v1/message%73", OTHER),
        ("POST", "/v1/messages%2Fcount_tokens", OTHER),
        ("GET", "/v1/models/..", OTHER),
        ("GET", "/v1/models/%2e%2e", OTHER),
        ("GET", "/v1/models/a%5Cb", OTHER),
        ("POST", "/v1/messages;x", OTHER),
        ("POST", "/v1/messages/batches/a/b/cancel", OTHER),
        ("POST", "/v1/files", OTHER),
        ("POST", "/v1/organizations/api_keys", OTHER),
        ("POST", "/v1/", OTHER),
        ("POST", "/v1", OTHER),
        ("POST", "", OTHER),
    ],
)
def test_only_canonical_paths_name_an_operation(method: str, path: str, operation: str) -> None:
    assert ROUTES.operation_of(method, path) == operation


def test_each_operation_stands_once_in_the_list_that_policies_are_checked_against() -> None:
    assert len(set(ROUTES.operations)) == len(ROUTES.operations)
    assert {"messages", "messages.count_tokens", "models.list", OTHER} <= set(ROUTES.operations)
