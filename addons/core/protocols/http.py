"""Any HTTP service: the operation is the method, and every string of a JSON body, a form or a text is read."""

from collections.abc import Callable
from http import HTTPStatus
from typing import override

from addons.core.call import Call, Content, RequestHead, ResponseHead
from addons.core.exchange import Refusal
from addons.core.protocols.answer_streams import open_stream
from addons.core.protocols.bodies import inspected_texts, json_value, mask_any, mask_json, parse_any, read_body
from addons.core.protocols.channels import Channels
from addons.core.protocols.event_stream import EventStream
from addons.core.protocols.headers import content_type_text, media_type
from addons.core.protocols.json_leaves import texts_of
from addons.core.protocols.json_text import dump
from addons.core.protocols.protocol import AnswerStream, MaskedBody, Masker, Protocol
from addons.core.protocols.query import query_texts
from addons.core.protocols.refusal_headers import refusal_headers
from addons.core.protocols.sse import encode_event

NAME = "http"
OTHER = "other"
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "query")


def _parse_json_answer(body: bytes) -> Content:
    texts = tuple(texts_of(json_value(body)))
    return Content(texts=texts, inspected=inspected_texts(texts))


def _mask_json(body: bytes, masker: Masker) -> MaskedBody:
    return mask_json(body, masker, tells_files=True)


def _whole_stream(masker: Masker) -> EventStream:
    return EventStream(Channels(masker))


class Http(Protocol):
    """See ``Protocol``."""

    name = NAME
    operations = (*_METHODS, OTHER)

    @override
    def parse_request(self, service: str, head: RequestHead, body: bytes) -> Call:
        method = head.method.lower()
        value, texts, inspected = read_body(content_type_text(head.headers), body)
        return Call(
            service=service,
            protocol=NAME,
            operation=method if method in _METHODS else OTHER,
            head=head,
            content=Content(texts=query_texts(head.query) + texts, inspected=inspected),
            size=len(body),
            streams=any(name == "accept" and "text/event-stream" in text.lower() for name, text in head.headers),
            body=value,
        )

    @override
    def parse_answer(self, call: Call, head: ResponseHead, body: bytes) -> Content:
        return parse_any(head.headers, body, _parse_json_answer, _whole_stream)

    @override
    def mask_body(self, content_type: str, body: bytes, masker: Masker) -> MaskedBody:
        return mask_any(content_type, body, masker, _mask_json, _whole_stream)

    @override
    def answer_stream(
        self, call: Call, head: ResponseHead, masker: Masker, watched: Callable[[str], bool]
    ) -> AnswerStream:
        label = media_type(next((value for name, value in head.headers if name == "content-type"), ""))
        return open_stream(label, Channels(masker), None, wants_events=False)

    @override
    def refusal(
        self, refusal: Refusal, record_id: str, streams: bool
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        headers = refusal_headers(refusal, record_id, "application/problem+json")
        return refusal.status, headers, _problem(refusal, record_id).encode()

    @override
    def refusal_event(self, refusal: Refusal, record_id: str) -> bytes:
        return encode_event(_problem(refusal, record_id), "error")


def _problem(refusal: Refusal, record_id: str) -> str:
    """Return a problem details object (RFC 9457)."""
    return dump(
        {
            "type": "about:blank",
            "title": HTTPStatus(refusal.status).phrase,
            "status": refusal.status,
            "detail": refusal.message,
            "reason": refusal.reason.value,
            "record": record_id,
        }
    )
