import pytest

from addons.core.protocols.gemini.operations import OPERATIONS, model_of_path, operation_of, wants_events
from addons.core.protocols.routes import OTHER
from tests.core.protocols.gemini.calls import GENERATE, head
from tests.core.protocols.heads import JSON

VERTEX = "/v1/projects/p-1/locations/europe-west4"


@pytest.mark.parametrize(
    ("method", "path", "operation", "model"),
    [
        ("POST", GENERATE, "generateContent", "gemini-3-pro"),
        ("POST", "/v1/models/gemini-3-pro:streamGenerateContent", "streamGenerateContent", "gemini-3-pro"),
        ("POST", "/v1alpha/models/gemini-3.1-pro@001:countTokens", "countTokens", "gemini-3.1-pro@001"),
        ("POST", "/gate/v1beta/models/m:embedContent", "embedContent", "m"),
        ("POST", "/v1beta/models/m:batchEmbedContents", "batchEmbedContents", "m"),
        ("POST", "/v1beta/models/m:asyncBatchEmbedContent", "asyncBatchEmbedContent", "m"),
        ("POST", "/v1beta/models/m:batchGenerateContent", "batchGenerateContent", "m"),
        ("POST", "/v1beta/models/m:predict", "predict", "m"),
        ("POST", "/v1beta/tunedModels/m:generateContent", "generateContent", "tunedModels/m"),
        ("POST", f"{VERTEX}/publishers/google/models/m:generateContent", "generateContent", "m"),
        ("POST", "/v1beta1/publishers/google/models/m:generateContent", "generateContent", "m"),
        ("POST", f"{VERTEX}/endpoints/42:generateContent", "generateContent", "endpoints/42"),
        ("POST", f"{VERTEX}/cachedContents", "cachedContents.create", ""),
        ("GET", "/v1beta/models", "models.list", ""),
        ("GET", "/v1beta/models/m", "models.get", ""),
        ("GET", "/v1beta/files/f", "files.get", ""),
        ("DELETE", "/v1beta/cachedContents/c", "cachedContents.delete", ""),
        ("POST", "/v1beta/batches/b:cancel", "batches.cancel", ""),
        # What must not pass for a known operation
        ("GET", GENERATE, OTHER, "gemini-3-pro"),
        ("POST", "/v1beta/models/m:GenerateContent", OTHER, "m"),
        ("POST", "/v1beta/models/m:generateContent:x", OTHER, ""),
        ("POST", "/v1beta/models/m:x:generateContent", OTHER, ""),
        ("POST", "/v1beta/models/m%3AgenerateContent", OTHER, ""),
        ("POST", "/v1beta/models/m%3Ax:generateContent", OTHER, ""),
        ("POST", "/v1beta/models/gemini%2D3-pro:generateContent", OTHER, ""),
        ("POST", "/v1beta/models/a%20b:generateContent", OTHER, ""),
        ("POST", "/v1beta/models/..:generateContent", OTHER, ""),
        ("POST", "/v1beta/models/../models/m:generateContent", OTHER, "m"),
        ("POST", "/v1beta//models/m:generateContent", OTHER, "m"),
        ("POST", "/v1beta/models/a/b:generateContent", OTHER, ""),
        ("POST", "/v1beta/models/:generateContent", OTHER, ""),
        ("POST", "/v1beta/dynamic/m:generateContent", OTHER, ""),
        ("POST", f"{VERTEX}/publishers/meta/models/m:generateContent", OTHER, "m"),
        ("POST", f"{VERTEX}/publishers/anthropic/models/m:rawPredict", OTHER, "m"),
        ("GET", "/v1beta/files/f:download", OTHER, ""),
        ("GET", "/v1beta/models/m:x", OTHER, "m"),
        ("POST", "/v1beta/files:register", OTHER, ""),
        ("POST", "/upload/v1beta/files", OTHER, ""),
        ("POST", "/upload/v1beta/cachedContents", OTHER, ""),
        ("POST", "/v1beta/auth_tokens", OTHER, ""),
        ("POST", "/models/m:generateContent", OTHER, "m"),
        ("POST", "", OTHER, ""),
    ],
)
def test_only_canonical_paths_name_an_operation(method: str, path: str, operation: str, model: str) -> None:
    assert operation_of(head(path, method)) == operation
    assert operation == OTHER or model_of_path(path) == model


@pytest.mark.parametrize(
    ("query", "is_other", "events"),
    [
        ("", False, False),
        ("alt=sse", False, True),
        ("%24alt=sse&prettyPrint=false", False, True),
        ("alt=json&fields=candidates", False, False),
        ("page_size=3", False, False),
        # A parameter that may change what is asked for, or that counts twice
        ("alt=json&alt=sse", True, True),
        ("alt=json&$alt=sse", True, True),
        ("$httpMethod=DELETE", True, False),
        ("$req=%7B%7D", True, False),
        ("callback=x", True, False),
        ("contents=x", True, False),
        ("alt=proto", True, False),
        ("alt=media", True, False),
    ],
)
def test_a_query_may_only_choose_what_comes_back(query: str, is_other: bool, events: bool) -> None:
    assert (operation_of(head(query=query)) == OTHER) is is_other
    assert wants_events(query) is events


@pytest.mark.parametrize("name", ["x-http-method-override", "x-http-method", "x-method-override"])
def test_a_method_to_use_instead_is_no_known_operation(name: str) -> None:
    assert operation_of(head(headers=(*JSON, (name, "DELETE")))) == OTHER


def test_each_operation_stands_once_in_the_list_that_policies_are_checked_against() -> None:
    assert len(set(OPERATIONS)) == len(OPERATIONS)
    assert {"generateContent", "streamGenerateContent", "models.list", OTHER} <= set(OPERATIONS)
