"""OpenAI's API as a protocol."""

from collections.abc import Callable
from typing import override

from addons.core.call import Call, Content, RequestHead, ResponseHead
from addons.core.exchange import Refusal
from addons.core.protocols.answer_streams import open_stream
from addons.core.protocols.bodies import mask_any, parse_any
from addons.core.protocols.channels import Channels
from addons.core.protocols.event_stream import EventStream
from addons.core.protocols.headers import media_type
from addons.core.protocols.openai.answer import mask_openai_json, parse_json_answer
from addons.core.protocols.openai.operations import OPERATIONS
from addons.core.protocols.openai.refusals import refusal_answer, refusal_event
from addons.core.protocols.openai.request import PROTOCOL, parse_request
from addons.core.protocols.openai.stream import ChatReader
from addons.core.protocols.openai.vocabulary import STRUCTURE
from addons.core.protocols.protocol import AnswerStream, MaskedBody, Masker, Protocol


def _unwatched(_tool: str) -> bool:
    return False


def _whole_stream(masker: Masker) -> EventStream:
    channels = Channels(masker, STRUCTURE)
    return EventStream(channels, ChatReader(channels, (), _unwatched))


class OpenAI(Protocol):
    """See ``Protocol``."""

    name = PROTOCOL
    operations = OPERATIONS

    @override
    def parse_request(self, service: str, head: RequestHead, body: bytes) -> Call:
        return parse_request(service, head, body)

    @override
    def parse_answer(self, call: Call, head: ResponseHead, body: bytes) -> Content:
        return parse_any(head.headers, body, lambda text: parse_json_answer(call.operation, text), _whole_stream)

    @override
    def mask_body(self, content_type: str, body: bytes, masker: Masker) -> MaskedBody:
        return mask_any(content_type, body, masker, mask_openai_json, _whole_stream)

    @override
    def answer_stream(
        self, call: Call, head: ResponseHead, masker: Masker, watched: Callable[[str], bool]
    ) -> AnswerStream:
        channels = Channels(masker, STRUCTURE)
        label = media_type(next((value for name, value in head.headers if name == "content-type"), ""))
        return open_stream(label, channels, ChatReader(channels, call.tools, watched), wants_events=call.streams)

    @override
    def refusal(
        self, refusal: Refusal, record_id: str, streams: bool
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        return refusal_answer(refusal, record_id)

    @override
    def refusal_event(self, refusal: Refusal, record_id: str) -> bytes:
        return refusal_event(refusal, record_id)
