"""Multipart bodies (RFC 2046 section 5.1, RFC 7578), read in exactly one way or refused.

The boundary must stand at the beginning, between all parts and at the end, each time in its own line with CR LF, and
nowhere else. There is nothing before the first part and after the last: receivers skip it, so it could hide anything.
"""

import binascii
import re
from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from addons.core.call import Inspected, Text
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.part_headers import ENCODING, TYPE, PartHead, malformed, parse_head
from addons.core.protocols.places import below
from addons.core.protocols.protocol import MaskedBody, Masker, PlacedHit

FORM_DATA = "multipart/form-data"

MAX_PARTS = 1000
"""Parts of one body: what web servers accept as fields of a form."""

MAX_DEPTH = 3
"""Multipart bodies inside each other: a mail with a mail with alternatives."""

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_CONTENT_TYPE = re.compile(
    rf"""\s*multipart/{_WORD}((?:\s*;\s*{_WORD}=(?:{_WORD}|"[^"\\]*"))*)\s*;?\s*""", re.IGNORECASE
)
_PARAMETER = re.compile(rf"""({_WORD})=({_WORD}|"[^"\\]*")""")
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_PLAIN_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*")

type MaskPart = Callable[[str, bytes, int], MaskedBody]
"""Gets the content type, the body and how deep it stands, and masks it."""

type ReadPart = Callable[[str, bytes, int], tuple[tuple[Text, ...], Inspected]]
"""Gets the same, and returns what it says, and how much of it was read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its head, its body as it stands, its body without transfer encoding, and its place."""

    head: PartHead
    raw: bytes
    body: bytes
    place: str

    @property
    def content_type(self) -> str:
        """What the body is; a part that does not say so is text."""
        return self.head.get(TYPE) or "text/plain"


def is_multipart(content_type: str) -> bool:
    """Tell whether ``content_type`` says that there are parts."""
    return content_type.strip().lower().startswith("multipart/")


def parse_multipart(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Return the parts of ``body``.

    Raises:
        RefusedError: ``BODY_MALFORMED``: it could be read in two ways.
    """
    boundary = _boundary(content_type)
    is_form = content_type.strip().lower().startswith(FORM_DATA)
    first, *pieces = body.split(boundary)
    if first or not pieces or pieces[-1] not in {b"--", b"--\r\n"}:
        raise malformed("something is before its first part, after its last one, or its end is missing")
    if len(pieces) - 1 > MAX_PARTS:
        raise malformed(f"it has more than {MAX_PARTS} parts")
    return tuple(_part(piece, index, is_form=is_form) for index, piece in enumerate(pieces[:-1]))


def mask_multipart(content_type: str, body: bytes, masker: Masker, mask_part: MaskPart, depth: int) -> MaskedBody:
    """Mask field names, file names and bodies of all parts; every byte that is not masked stays.

    Raises:
        RefusedError: ``BODY_MALFORMED``.
    """
    if depth >= MAX_DEPTH:
        raise malformed(f"it is nested deeper than {MAX_DEPTH} levels")
    boundary = _boundary(content_type)
    parts = parse_multipart(content_type, body)
    masked = [_masked_part(part, masker, mask_part, depth) for part in parts]
    hits = tuple(hit for _, found, _ in masked for hit in found)
    read = inspected_of([each for _, _, each in masked])
    if all(new is None for new, _, _ in masked):
        return MaskedBody(body, hits, read)
    pieces = body.split(boundary)
    new_pieces = [new or old for (new, _, _), old in zip(masked, pieces[1:-1], strict=True)]
    out = boundary.join([b"", *new_pieces, pieces[-1]])
    if out.count(boundary) != body.count(boundary):
        raise malformed("a masked part would look like two")
    return MaskedBody(out, hits, read)


def inspected_of(parts: list[Inspected]) -> Inspected:
    """Return how much was read of a body with ``parts``: their heads at least."""
    return Inspected.FULL if all(part is Inspected.FULL for part in parts) else Inspected.PARTIAL


def read_multipart(
    content_type: str, body: bytes, read_part: ReadPart, depth: int
) -> tuple[tuple[Text, ...], Inspected]:
    """Return what the parts say, their names, file names and other headers, and how much of it was read.

    Raises:
        RefusedError: ``BODY_MALFORMED``.
    """
    if depth >= MAX_DEPTH:
        raise malformed(f"it is nested deeper than {MAX_DEPTH} levels")
    texts: list[Text] = []
    read: list[Inspected] = []
    for part in parse_multipart(content_type, body):
        named = {part.head.name or "", part.head.file_name or "", *(value for _, value in part.head.lines)}
        named |= {unquote(text) for text in named}
        texts += [Text("", text, part.place) for text in sorted(filter(None, named))]
        found, inspected = read_part(part.content_type, part.body, depth + 1)
        texts += [Text(text.role, text.text, _placed(part.place, text.place)) for text in found]
        read.append(inspected)
    return tuple(texts), inspected_of(read)


def _boundary(content_type: str) -> bytes:
    found = _CONTENT_TYPE.fullmatch(content_type)
    given: list[str] = [
        value.strip('"') for key, value in _PARAMETER.findall(found[1] if found else "") if key.lower() == "boundary"
    ]
    if len(given) != 1 or not _BOUNDARY.fullmatch(given[0]):
        raise malformed("its content-type does not name one boundary")
    return b"--" + given[0].encode()


def _part(piece: bytes, index: int, *, is_form: bool) -> Part:
    inside = piece[2:-2]
    if len(piece) < len(b"\r\n\r\n") or not (piece.startswith(b"\r\n") and piece.endswith(b"\r\n")):
        raise malformed("a boundary is not in a line of its own")
    head, blank, raw = (b"", b"\r\n", inside[2:]) if inside.startswith(b"\r\n") else inside.partition(b"\r\n\r\n")
    if not blank:
        raise malformed("a part has no empty line after its head")
    parsed = parse_head(head, is_form=is_form)
    place = below("/form", parsed.name or "") if is_form else below("/part", index)
    return Part(parsed, raw, _decoded(parsed, raw), place)


def _decoded(head: PartHead, raw: bytes) -> bytes:
    match head.get(ENCODING).lower():
        case encoding if encoding in _PLAIN_ENCODINGS:
            return raw
        case "base64" if _BASE64.fullmatch(raw):
            try:
                return binascii.a2b_base64(raw)
            except binascii.Error:
                raise malformed("a part is not the base64 that it says it is") from None
        case "quoted-printable":
            return binascii.a2b_qp(raw)
        case _:
            raise malformed("a part has a transfer encoding that nobody reads")


def _encoded(head: PartHead, body: bytes) -> bytes:
    match head.get(ENCODING).lower():
        case "base64":
            return encodebytes(body).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
        case "quoted-printable":
            encoded: bytes = binascii.b2a_qp(body, istext=False)
            return encoded
        case _:
            return body


def _masked_part(
    part: Part, masker: Masker, mask_part: MaskPart, depth: int
) -> tuple[bytes | None, list[PlacedHit], Inspected]:
    """Return a part as it goes on, ``None`` where nothing was masked; what was masked; how much was read."""
    hits: list[PlacedHit] = []

    def mask(place: str, text: str) -> str:
        changed, found = mask_leaf(masker, text)
        hits.extend(PlacedHit(place, detector, count) for detector, count in found.items())
        return changed

    head = part.head.masked(mask, part.place)
    masked = mask_part(part.content_type, part.body, depth + 1)
    hits += [PlacedHit(_placed(part.place, hit.place), hit.detector, hit.count) for hit in masked.hits]
    if masked.body is part.body and part.body is not part.raw:
        # Receivers that know no transfer encoding read the part as it stands.
        masked_raw = mask_part("text/plain", part.raw, depth + 1)
        raw = masked_raw.body
        hits += [PlacedHit(part.place, hit.detector, hit.count) for hit in masked_raw.hits]
    else:
        raw = part.raw if masked.body is part.body else _encoded(part.head, masked.body)
    if head is part.head and raw is part.raw:
        return None, hits, masked.inspected
    if raw is not part.raw:
        head = head.with_length(len(raw))
    return b"\r\n" + head.encoded() + b"\r\n" + raw + b"\r\n", hits, masked.inspected


def _placed(place: str, inner: str) -> str:
    return f"{place}{inner}" if inner.startswith("/") else place
