"""The words of Anthropic's API itself."""

from addons.core.protocols.vocabulary import SCHEMA_KEYS, SCHEMA_TYPES, Vocabulary

_KEYS_TEXT = """
model messages role content system max_tokens metadata user_id stop_sequences stream temperature top_k top_p
service_tier container context_management mcp_servers output_config output_format format schema effort betas
thinking budget_tokens display tools tool_choice disable_parallel_tool_use name input_schema input_examples strict
cache_control ttl max_uses allowed_domains blocked_domains user_location city region country timezone
allowed_callers defer_loading display_width_px display_height_px display_number server_name authorization_token
tool_configuration allowed_tools enabled id input text source media_type data url file_id citations context
tool_use_id is_error signature caller tool_id tool_name tool_references usage input_tokens output_tokens
cache_creation_input_tokens cache_read_input_tokens cache_creation ephemeral_5m_input_tokens
ephemeral_1h_input_tokens inference_geo server_tool_use web_search_requests web_fetch_requests stop_reason
stop_sequence stop_details category explanation message index content_block delta partial_json citation cited_text
document_index document_title start_char_index end_char_index start_page_number end_page_number start_block_index
end_block_index search_result_index encrypted_index encrypted_content encrypted_stdout page_age retrieved_at
error_code stdout stderr return_code error request_id has_more first_id last_id display_name created_at expires_at
prompt completion max_tokens_to_sample log_id
"""

_VALUES_TEXT = """
system user assistant message error text image document search_result thinking redacted_thinking tool_use
tool_result server_tool_use mcp_tool_use mcp_tool_result web_search_tool_result web_search_result
web_fetch_tool_result web_fetch_result code_execution_tool_result code_execution_result base64 url file content
custom auto any tool none ephemeral enabled disabled adaptive json_schema end_turn max_tokens stop_sequence
pause_turn refusal model model_context_window_exceeded completion message_start content_block_start
content_block_delta content_block_stop message_delta message_stop ping text_delta input_json_delta thinking_delta
signature_delta citations_delta char_location page_location content_block_location web_search_result_location
search_result_location api_error authentication_error invalid_request_error not_found_error overloaded_error
permission_error rate_limit_error billing_error timeout_error request_too_large
"""

VOCABULARY = Vocabulary(
    keys=SCHEMA_KEYS | frozenset(_KEYS_TEXT.split()),
    values=SCHEMA_TYPES | frozenset(_VALUES_TEXT.split()),
    kinds=("/role", "/type", "/stop_reason"),
)
