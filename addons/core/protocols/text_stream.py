"""An answer that is no event stream, masked as one text while it passes; every byte that is not masked stays."""

import codecs
import re

from addons.core.call import Content, Inspected
from addons.core.errors import RefusedError
from addons.core.protocols.channels import Channels, Key
from addons.core.protocols.event_stream import delivered_texts
from addons.core.protocols.protocol import PlacedHit
from addons.core.reasons import Reason

BODY = Key("body")
PLACE = "body"
_UTF8 = "utf-8"
_STRAY = re.compile("[\0\udc80-\udcff]")
"""What a text in UTF-8 does not have: zeros, and bytes that are not UTF-8."""


class TextStreamAnswer:
    """Masks one text in ``encoding``; ``is_text`` says that its label calls it one. See ``AnswerStream``."""

    def __init__(self, channels: Channels, encoding: str = _UTF8, *, is_text: bool = False) -> None:
        self._channels = channels
        self._encoding = encoding
        self._errors = "surrogateescape" if encoding == _UTF8 else "surrogatepass"
        self._decoder = codecs.getincrementaldecoder(encoding)(self._errors)
        self._is_sure = is_text and encoding == _UTF8

    @property
    def hits(self) -> list[PlacedHit]:
        """What was masked so far."""
        return self._channels.hits

    @property
    def inspected(self) -> Inspected:
        """Partial where nobody knows what the text means, or some of it is none."""
        return Inspected.FULL if self._is_sure and self._channels.is_complete else Inspected.PARTIAL

    @property
    def content(self) -> Content:
        """What was delivered so far."""
        return Content(texts=delivered_texts(self._channels), inspected=self.inspected)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and return what may go on."""
        return self._feed(self._decoded(data, final=False))

    def finish(self) -> bytes:
        """Return what was held back."""
        out = self._feed(self._decoded(b"", final=True))
        if BODY in self._channels.open_keys:
            out += self._channels.close(BODY).encode(self._encoding, self._errors)
        self._channels.commit()
        return out

    def _decoded(self, data: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError:
            raise RefusedError(Reason.BODY_MALFORMED, f"Its text does not go on in {self._encoding}.") from None

    def _feed(self, text: str) -> bytes:
        self._is_sure = self._is_sure and not _STRAY.search(text)
        out = self._channels.feed(BODY, PLACE, text) if text else ""
        self._channels.commit()
        return out.encode(self._encoding, self._errors)


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
