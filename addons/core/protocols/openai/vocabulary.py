"""The words of the OpenAI API itself."""

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

_VALUES_TEXT = """
system developer user assistant tool function text image_url input_audio file refusal custom json_object
json_schema list chat.completion chat.completion.chunk
text_completion embedding model stop length tool_calls content_filter function_call
"""

VOCABULARY = Vocabulary(
    keys=SCHEMA_KEYS | frozenset(_STRUCTURE_TEXT.split()),
    values=SCHEMA_TYPES | frozenset(_VALUES_TEXT.split()),
    kinds=("/role", "/type", "/object", "/finish_reason"),
)

NUMBERS_OF_THE_PROTOCOL = frozenset({"created", "created_at", "completed_at", "expires_at", "seed"})
"""Times and seeds: long numbers that identify nobody, and that clients need as numbers."""


def is_protocol_number(place: str) -> bool:
    """Tell whether a number at ``place`` is a time or a seed: at the top, or in an entry of a list's ``data``."""
    *above, name = place.split("/")
    return name in NUMBERS_OF_THE_PROTOCOL and (above == [""] or (len(above) == 3 and above[1] == "data"))  # noqa: PLR2004  # "", data, index
