"""OpenAI's API as a protocol."""

from typing import override

from addons.core.call import Call, Content, RequestHead
from addons.core.exchange import Refusal
from addons.core.protocols.channels import Channels
from addons.core.protocols.event_api import EventApi
from addons.core.protocols.event_stream import EventReader
from addons.core.protocols.openai.answer import mask_openai_json, parse_json_answer
from addons.core.protocols.openai.operations import ROUTES
from addons.core.protocols.openai.reader import OpenAIReader
from addons.core.protocols.openai.refusals import refusal_answer, refusal_event
from addons.core.protocols.openai.request import PROTOCOL, parse_request
from addons.core.protocols.openai.vocabulary import VOCABULARY
from addons.core.protocols.protocol import MaskedBody, Masker
from addons.core.protocols.tools import OfferedTools


class OpenAI(EventApi):
    """See ``Protocol``."""

    name = PROTOCOL
    operations = ROUTES.operations
    structure = VOCABULARY.keys

    @override
    def reader(self, channels: Channels, tools: OfferedTools) -> EventReader:
        return OpenAIReader(channels, tools)

    @override
    def parse_json_answer(self, operation: str, body: bytes) -> Content:
        return parse_json_answer(operation, body)

    @override
    def mask_json_body(self, body: bytes, masker: Masker) -> MaskedBody:
        return mask_openai_json(body, masker)

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
