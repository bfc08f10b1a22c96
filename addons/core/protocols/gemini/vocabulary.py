"""The words of the Gemini API itself."""

from addons.core.protocols.gemini.spellings import snake
from addons.core.protocols.vocabulary import SCHEMA_KEYS, SCHEMA_TYPES, Vocabulary

_KEYS_TEXT = """
model contents content parts role text thought thoughtSignature inlineData fileData mimeType data fileUri displayName
functionCall functionResponse name args id response willContinue scheduling partialArgs jsonPath stringValue numberValue
boolValue nullValue executableCode code language codeExecutionResult outcome output videoMetadata startOffset endOffset
fps mediaResolution level partMetadata toolCall toolResponse toolType systemInstruction tools functionDeclarations
parameters parametersJsonSchema responseJsonSchema behavior googleSearch googleSearchRetrieval dynamicRetrievalConfig
dynamicThreshold timeRangeFilter codeExecution urlContext retrieval vertexAiSearch vertexRagStore externalApi
enterpriseWebSearch googleMaps computerUse environment excludedPredefinedFunctions fileSearch fileSearchStoreNames
metadataFilter topK mcpServers streamableHttpTransport url headers toolConfig functionCallingConfig mode
allowedFunctionNames retrievalConfig latLng languageCode latitude longitude safetySettings category threshold method
generationConfig responseSchema responseMimeType responseModalities stopSequences candidateCount maxOutputTokens
temperature topP seed presencePenalty frequencyPenalty responseLogprobs logprobs enableEnhancedCivicAnswers speechConfig
voiceConfig prebuiltVoiceConfig voiceName multiSpeakerVoiceConfig speakerVoiceConfigs speaker thinkingConfig
includeThoughts thinkingBudget thinkingLevel imageConfig aspectRatio imageSize routingConfig autoMode manualMode
modelName cachedContent labels serviceTier store requests taskType title outputDimensionality embedContentConfig
generateContentRequest batch inputConfig request metadata key ttl expireTime createTime updateTime usageMetadata
candidates finishReason finishMessage index safetyRatings probability severity probabilityScore severityScore blocked
citationMetadata citations citationSources startIndex endIndex uri license publicationDate year month day tokenCount
groundingAttributions groundingMetadata groundingChunks groundingSupports segment partIndex groundingChunkIndices
confidenceScores searchEntryPoint renderedContent sdkBlob webSearchQueries retrievalMetadata retrievalQueries web
domain retrievedContext maps avgLogprobs logprobsResult topCandidates chosenCandidates token tokenId logProbability
logProbabilitySum urlContextMetadata urlMetadata retrievedUrl urlRetrievalStatus promptFeedback blockReason
blockReasonMessage modelVersion responseId modelStatus promptTokenCount cachedContentTokenCount candidatesTokenCount
thoughtsTokenCount toolUsePromptTokenCount totalTokenCount promptTokensDetails cacheTokensDetails
candidatesTokensDetails toolUsePromptTokensDetails modality trafficType totalTokens tokensInfo tokenIds embedding
embeddings values statistics truncated error message status details reason models version description baseModelId
inputTokenLimit outputTokenLimit supportedGenerationMethods maxTemperature thinking nextPageToken
anyOf maxItems minItems minProperties maxProperties nullable format propertyOrdering example
"""

_VALUES_TEXT = """
user model function tool system STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL AUTO ANY NONE VALIDATED STOP MAX_TOKENS
SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL PYTHON
OUTCOME_OK OUTCOME_FAILED OUTCOME_DEADLINE_EXCEEDED TEXT IMAGE AUDIO VIDEO DOCUMENT NEGLIGIBLE LOW MEDIUM HIGH
HARM_CATEGORY_HARASSMENT HARM_CATEGORY_HATE_SPEECH HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_DANGEROUS_CONTENT
HARM_CATEGORY_CIVIC_INTEGRITY BLOCK_NONE BLOCK_ONLY_HIGH BLOCK_MEDIUM_AND_ABOVE BLOCK_LOW_AND_ABOVE OFF
INVALID_ARGUMENT FAILED_PRECONDITION PERMISSION_DENIED NOT_FOUND RESOURCE_EXHAUSTED UNAUTHENTICATED INTERNAL
UNAVAILABLE DEADLINE_EXCEEDED ON_DEMAND PROVISIONED_THROUGHPUT
"""

_KINDS = "role type mode finishReason language outcome modality category probability severity threshold status"

_CAMEL = frozenset(_KEYS_TEXT.split())

VOCABULARY = Vocabulary(
    keys=SCHEMA_KEYS | _CAMEL | frozenset(snake(key) for key in _CAMEL),
    values=SCHEMA_TYPES | frozenset(_VALUES_TEXT.split()),
    kinds=tuple(f"/{kind}" for name in _KINDS.split() for kind in {name, snake(name)}),
)

_NUMBERS = frozenset({"seed", "sizeBytes", "size_bytes"})
_TOP_LEVELS = 3
"""A seed stands in the request or its configuration, the size of a file in the file or in a list of files."""


def is_protocol_number(place: str) -> bool:
    """Tell whether a number at ``place`` is a seed or the size of a file, which identify nobody."""
    *above, name = place.split("/")
    return name in _NUMBERS and len(above) <= _TOP_LEVELS and above[1:2] != ["contents"]
