"""Google's Gemini API as a protocol, as Google AI and as Vertex AI serve it."""

from collections.abc import Callable
from typing import override

from addons.core.call import Call, Content, RequestHead, ResponseHead
from addons.core.exchange import Refusal
from addons.core.protocols.channels import Channels
from addons.core.protocols.event_api import EventApi
from addons.core.protocols.event_stream import EventReader
from addons.core.protocols.gemini.answer import parse_json_answer
from addons.core.protocols.gemini.operations import OPERATIONS
from addons.core.protocols.gemini.refusals import refusal_answer, refusal_event
from addons.core.protocols.gemini.request import PROTOCOL, STREAM, parse_request
from addons.core.protocols.gemini.stream import ChunkReader
from addons.core.protocols.gemini.vocabulary import VOCABULARY
from addons.core.protocols.gemini.waiting import UndecidedAnswer, WaitingAnswer
from addons.core.protocols.gemini.whole import mask_gemini_json
from addons.core.protocols.protocol import AnswerStream, MaskedBody, Masker
from addons.core.protocols.tools import OfferedTools


class Gemini(EventApi):
    """See ``Protocol``."""

    name = PROTOCOL
    operations = OPERATIONS
    structure = VOCABULARY.keys

    @override
    def reader(self, channels: Channels, tools: OfferedTools) -> EventReader:
        return ChunkReader(channels, tools)

    @override
    def parse_json_answer(self, operation: str, body: bytes) -> Content:
        return parse_json_answer(operation, body)

    @override
    def mask_json_body(self, body: bytes, masker: Masker) -> MaskedBody:
        return mask_gemini_json(body, masker)

    @override
    def answer_stream(
        self, call: Call, head: ResponseHead, masker: Masker, watched: Callable[[str], bool]
    ) -> AnswerStream:
        waiting = WaitingAnswer(self, call, head, masker, OfferedTools(call.tools, watched))
        if call.operation == STREAM and not call.streams:
            return waiting
        return UndecidedAnswer(super().answer_stream(call, head, masker, watched), waiting)

    @override
    def parse_request(self, service: str, head: RequestHead, body: bytes) -> Call:
        return parse_request(service, head, body)

    @override
    def refusal(
        self, refusal: Refusal, record_id: str, streams: bool
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        return refusal_answer(refusal, record_id)

    @override
    def refusal_event(self, refusal: Refusal, record_id: str) -> bytes:
        return refusal_event(refusal, record_id)
