"""An answer that is no event stream, masked as one text while it passes; every byte that is not masked stays."""

import codecs

from addons.core.call import Content, Inspected
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_stream import delivered_texts
from addons.core.protocols.protocol import PlacedHit

BODY = Key("body")
PLACE = "body"
_CODEC, _ERRORS = "utf-8", "surrogateescape"


class TextStreamAnswer:
    """Masks one text. See ``AnswerStream``."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._decoder = codecs.getincrementaldecoder(_CODEC)(_ERRORS)

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""
        return self._channels.hits

    @property
    def inspected(self) -> Inspected:
        """Partial: the text was read, but nobody knows what it means."""
        return Inspected.PARTIAL

    @property
    def content(self) -> Content:
        """What was delivered so far."""
        return Content(texts=delivered_texts(self._channels), inspected=self.inspected)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return what may go on."""
        return self._feed(self._decoder.decode(data))

    def finish(self) -> bytes:
        """Return what was held back."""
        out = self._feed(self._decoder.decode(b"", final=True))
        if BODY in self._channels.open_keys:
            out += self._channels.close(BODY).encode(_CODEC, _ERRORS)
        self._channels.commit()
        return out

    def _feed(self, text: str) -> bytes:
        out = self._channels.feed(BODY, PLACE, text) if text else ""
        self._channels.commit()
        return out.encode(_CODEC, _ERRORS)


class OpaqueAnswer:
    """Lets pass what nobody can read, and says so. See ``AnswerStream``."""

    def __init__(self) -> None:
        self.hits: list[PlacedHit] = []
        self.content = Content(inspected=Inspected.NONE)
        self.inspected = Inspected.NONE

    def feed(self, data: bytes) -> bytes:
        """Return ``data``."""
        return data

    def finish(self) -> bytes:
        """Return nothing: nothing is held."""
        return b""
