"""A text in pieces that begins like a file in base64: it is held, so that it can be masked as what it holds.

A data URL (RFC 2397) and bare base64 of gzip are told by how they begin. Such a text is held up to its end, or up to
the first character that no such file has: then it is text like any other. So is one whose first bytes are no text.
"""

import binascii
import re

from addons.core.errors import RefusedError
from addons.core.reasons import Reason

MAX_HELD_CHARACTERS = 1024 * 1024
"""Characters of one file that are held: 768 KB of text, in a stream whose texts have a few kilobytes."""

MAX_HEAD_CHARACTERS = 400
"""Characters before the comma of a data URL; longer ones are none that ``wrapped_text`` reads."""

_SCHEME, _GZIP = "data:", "H4sI"
_LETTERS = re.compile(r"[A-Za-z0-9+/_\-=%\r\n\t ]*+")
_PLAIN = re.compile(r"[^\s]*+")
_PROBED = 48
"""Letters by which it is told whether a file is text: 36 bytes."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_WIDE = re.compile(rb"(?:\xff\xfe|\xfe\xff)|(?:[^\0]\0){3}|(?:\0[^\0]){3}|\0\0\0[^\0]")


class HeldFile:
    """Holds the beginning of a text as long as it may be a file."""

    def __init__(self) -> None:
        self._text = ""
        self._body = -1
        self._rest = _LETTERS
        self._probed = False

    @property
    def text(self) -> str:
        """What is held."""
        return self._text

    def takes(self, piece: str) -> bool:
        """Add ``piece``, which must not be empty; tell whether the text so far may still be a file.

        Raises:
            RefusedError: ``BODY_TOO_LARGE``: it may be one, and is longer than what is held.
        """
        at = max(self._body, 0) and len(self._text)
        self._text += piece
        if self._body < 0 and not self._begins():
            return False
        if self._body >= 0 and not (self._goes_on(max(at, self._body)) and self._is_text()):
            return False
        if len(self._text) > MAX_HELD_CHARACTERS:
            raise RefusedError(
                Reason.BODY_TOO_LARGE, f"A file in its text has more than {MAX_HELD_CHARACTERS} characters of base64."
            )
        return True

    def _begins(self) -> bool:
        """Tell whether the text may be the head of a file, and note where its body begins."""
        text = self._text
        if text.startswith(_GZIP):
            self._body = 0
            return True
        start = text[: len(_SCHEME)].lower()
        if not _SCHEME.startswith(start):
            return _GZIP.startswith(text)
        comma = text.find(",", 0, MAX_HEAD_CHARACTERS)
        if comma >= 0:
            self._body = comma + 1
            self._rest = _LETTERS if text[:comma].lower().endswith(";base64") else _PLAIN
            self._probed = self._rest is _PLAIN
        return comma >= 0 or (len(text) < MAX_HEAD_CHARACTERS and not re.search(r"\s", text))

    def _goes_on(self, at: int) -> bool:
        found = self._rest.match(self._text, at)
        return found is not None and found.end() == len(self._text)

    def _is_text(self) -> bool:
        if self._probed or len(self._text) < self._body + _PROBED:
            return True
        self._probed = True
        letters = self._text[self._body : self._body + _PROBED].translate({ord("-"): "+", ord("_"): "/"})
        try:
            data = binascii.a2b_base64(letters[: len(letters) // 4 * 4])
        except binascii.Error:
            return True
        return data.startswith(b"\x1f\x8b\x08") or not _CONTROLS.search(data) or _WIDE.search(data) is not None
