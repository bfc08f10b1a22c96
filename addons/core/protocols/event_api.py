"""A JSON API whose answers may come as events: the parts of a protocol that do not depend on the API's own shapes."""

from abc import abstractmethod
from collections.abc import Callable
from typing import override

from addons.core.call import Call, Content, ResponseHead
from addons.core.protocols.answer_streams import open_stream
from addons.core.protocols.bodies import mask_any, parse_any
from addons.core.protocols.channels import Channels
from addons.core.protocols.event_stream import EventReader, EventStream
from addons.core.protocols.headers import media_type
from addons.core.protocols.protocol import AnswerStream, MaskedBody, Masker, Protocol
from addons.core.protocols.tools import OfferedTools


def _unwatched(_tool: str) -> bool:
    return False


class EventApi(Protocol):
    """See ``Protocol``. ``structure`` are the API's own words, which are never masked."""

    structure: frozenset[str]

    @abstractmethod
    def reader(self, channels: Channels, tools: OfferedTools) -> EventReader:
        """Return a reader of the events of one answer."""

    @abstractmethod
    def parse_json_answer(self, operation: str, body: bytes) -> Content:
        """Return what an answer says; ``body`` is a JSON text.

        Raises:
            RefusedError: it has an object with the same key twice.
        """

    @abstractmethod
    def mask_json_body(self, body: bytes, masker: Masker) -> MaskedBody:
        """Mask ``body``, a JSON text."""

    @override
    def parse_answer(self, call: Call, head: ResponseHead, body: bytes) -> Content:
        return parse_any(
            head.headers, body, lambda text: self.parse_json_answer(call.operation, text), self._whole_stream
        )

    @override
    def mask_body(self, content_type: str, body: bytes, masker: Masker) -> MaskedBody:
        return mask_any(content_type, body, masker, self.mask_json_body, self._whole_stream)

    @override
    def answer_stream(
        self, call: Call, head: ResponseHead, masker: Masker, watched: Callable[[str], bool]
    ) -> AnswerStream:
        channels = Channels(masker, self.structure)
        label = media_type(next((value for name, value in head.headers if name == "content-type"), ""))
        reader = self.reader(channels, OfferedTools(call.tools, watched))
        return open_stream(label, channels, reader, wants_events=call.streams)

    def _whole_stream(self, masker: Masker) -> EventStream:
        channels = Channels(masker, self.structure)
        return EventStream(channels, self.reader(channels, OfferedTools((), _unwatched)))
