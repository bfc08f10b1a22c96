import pytest

from addons.core.protocols.secret_names import names_secret, names_secret_parameter

SECRETS = """
authorization Authorization proxy-authorization authorization_token access_token accessToken ACCESS_TOKEN refresh_token
id_token auth_token bot_token api_token oauth2_token api_key apikey apiKey APIKey x-api-key x-goog-api-key api-key
password Password db_password password2 passwd passphrase secret client_secret clientSecret secret_key SecretAccessKey
aws_secret_access_key private_key credentials credential cookie Set-Cookie x-auth-token X-CSRF-Token account_key
"""
OTHERS = """
max_tokens maxTokens max_completion_tokens prompt_tokens input_tokens token_count tokens tokenizer token key keys
public_key primary_key foreign_key sort_key next_page_token nextPageToken pageToken continuation_token eos_token
cost_per_token secret_name secretary password_hint_shown passwordless keyboard monkey authorizations_url author
cookie_banner credential_id has_password_field idempotency-key sec-websocket-key cached_tokens top_token
"""


@pytest.mark.parametrize("name", SECRETS.split())
def test_names_of_secrets(name: str) -> None:
    assert names_secret(name)
    assert names_secret_parameter(name)


@pytest.mark.parametrize("name", OTHERS.split())
def test_other_names(name: str) -> None:
    assert not names_secret(name)


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [("key", True), ("$key", True), ("token", True), ("sig", True), ("keyword", False), ("page", False)],
)
def test_parameters_may_have_shorter_names(name: str, *, is_secret: bool) -> None:
    assert names_secret_parameter(name) == is_secret
