"""The words of the OpenAI API itself."""

from addons.core.call import Json, Text
from addons.core.protocols.vocabulary import SCHEMA_KEYS, SCHEMA_TYPES, Vocabulary

_STRUCTURE_TEXT = """
messages role content name type text refusal image_url url detail input_audio data format file file_data file_id
filename model modalities tools tool_choice function functions function_call custom grammar parameters
description strict arguments input tool_calls tool_call_id id index parallel_tool_calls metadata user
safety_identifier prompt_cache_key stop response_format json_schema schema temperature top_p n max_tokens
max_completion_tokens presence_penalty frequency_penalty logit_bias logprobs top_logprobs seed service_tier
store stream stream_options include_usage reasoning_effort verbosity prediction audio voice web_search_options
prompt suffix echo best_of encoding_format dimensions object created choices message delta finish_reason usage
prompt_tokens completion_tokens total_tokens prompt_tokens_details completion_tokens_details cached_tokens
reasoning_tokens audio_tokens accepted_prediction_tokens rejected_prediction_tokens system_fingerprint
annotations reasoning_content reasoning error code param transcript expires_at obfuscation embedding results
flagged categories category_scores tokens token bytes logprob token_logprobs text_offset
"""

_RESPONSES_TEXT = """
instructions previous_response_id conversation background include truncation max_output_tokens max_tool_calls
prompt_cache_retention reasoning effort summary generate_summary encrypted_content status phase annotations variables
version items item_id output output_index content_index summary_index annotation_index command_index sequence_number
response item part annotation delta refusal call_id action actions command commands env timeout_ms working_directory
max_output_length operation path diff queries query pattern url urls sources code container container_id outputs
logs result revised_prompt stdout stderr outcome exit_code server_label server_url server_description headers
authorization connector_id allowed_tools tool_names require_approval approve approval_request_id reason always never
read_only pending_safety_checks acknowledged_safety_checks input_schema vector_store_ids max_num_results
ranking_options ranker score_threshold filters allowed_domains search_context_size user_location city country region
timezone display_width display_height environment x y scroll_x scroll_y button keys background quality size
output_format output_compression partial_images partial_image_b64 partial_image_index input_fidelity input_image_mask
moderation syntax definition score attributes start_index end_index mode created_at completed_at
incomplete_details billing payer input_tokens output_tokens input_tokens_details output_tokens_details has_more
first_id last_id deleted presence_penalty text_config file_url created_by caller namespace execution results
"""

_VALUES_TEXT = """
system developer user assistant tool function text image_url input_audio file refusal custom json_object
json_schema list chat.completion chat.completion.chunk
text_completion embedding model stop length tool_calls content_filter function_call
"""

_RESPONSES_VALUES_TEXT = """
response response.compaction response.deleted response.input_tokens conversation conversation.deleted message
input_text output_text input_image input_file summary_text reasoning_text reasoning function_call_output
custom_tool_call custom_tool_call_output item_reference computer_call computer_call_output computer_screenshot
local_shell_call local_shell_call_output shell_call shell_call_output apply_patch_call apply_patch_call_output
mcp mcp_call mcp_list_tools mcp_approval_request mcp_approval_response web_search web_search_preview web_search_call
file_search file_search_call code_interpreter code_interpreter_call image_generation image_generation_call logs image
computer computer_use_preview local_shell shell apply_patch compaction url_citation file_citation file_path
container_file_citation in_progress completed incomplete failed queued cancelled searching generating interpreting
calling text exec search open_page find_in_page auto
"""

VOCABULARY = Vocabulary(
    keys=SCHEMA_KEYS | frozenset(_STRUCTURE_TEXT.split()) | frozenset(_RESPONSES_TEXT.split()),
    values=SCHEMA_TYPES | frozenset(_VALUES_TEXT.split()) | frozenset(_RESPONSES_VALUES_TEXT.split()),
    kinds=("/role", "/type", "/object", "/finish_reason", "/status"),
)

NUMBERS_OF_THE_PROTOCOL = frozenset({"created", "created_at", "completed_at", "expires_at", "seed"})
"""Times and seeds: long numbers that identify nobody, and that clients need as numbers."""


def is_protocol_number(place: str) -> bool:
    """Tell whether a number at ``place`` is a time or a seed: at the top, or in an entry of a list's ``data``."""
    *above, name = place.split("/")
    return name in NUMBERS_OF_THE_PROTOCOL and (above == [""] or (len(above) == 3 and above[1] == "data"))  # noqa: PLR2004  # "", data, index


def other_texts(body: dict[str, Json], *typed: str) -> list[Text]:
    """Return the strings of all members but ``typed``, the model, and numbers that the protocol gives a meaning."""
    left_out = {*typed, "model"} | {key for key in NUMBERS_OF_THE_PROTOCOL if not isinstance(body.get(key), str)}
    return VOCABULARY.texts({key: item for key, item in body.items() if key not in left_out})
