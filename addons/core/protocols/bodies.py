"""Whole bodies, masked by what they are: JSON first, whatever the label; then events, form fields, text.

What is neither is left as it is and reported as not inspected. A body in which nothing is found is the same object.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from addons.core.call import Content, Inspected, Json, Text
from addons.core.errors import RefusedError
from addons.core.protocols.answer_streams import begins_like_events, require_ascii_in
from addons.core.protocols.forms import mask_form
from addons.core.protocols.headers import EVENT_STREAM, FORM, MediaType, media_type
from addons.core.protocols.json_rewrite import rewrite
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.json_text import is_json_to_some, parse
from addons.core.protocols.protocol import AnswerStream, MaskedBody, Masker, PlacedHit
from addons.core.protocols.query import texts_of_pairs
from addons.core.protocols.unmasked import Unmasked
from addons.core.reasons import Reason

type Places = Callable[[str], bool]

_AMBIGUOUS = "The answer is JSON to some parsers only: a client may read in it what no rule saw."

_JSON_STARTS = b'{["-0123456789tfn'
_BOM = "\ufeff"


def nowhere(_place: str) -> bool:
    """Tell of no place that it is meant."""
    return False


def is_json(body: bytes) -> bool:
    """Tell whether ``body`` is a JSON text, also one with duplicate keys: it can be masked in place."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in [bytes([start]) for start in _JSON_STARTS]:
        return False
    try:
        parse(body, unique_keys=False)
    except RefusedError as error:
        if error.reason is Reason.BODY_TOO_LARGE:
            raise
        return False
    return True


def readable_text(body: bytes, kind: MediaType) -> tuple[str, str] | None:
    """Return ``body`` as text and its encoding, or ``None`` where it is not text.

    UTF-16 shows by its mark or its label; bytes that are not UTF-8 are read as Latin-1 where the label says text, so
    that ASCII in between is found.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or kind.charset.startswith("utf-16"):
        return _decoded(body, kind.charset if kind.charset.startswith("utf-16") else "utf-16")
    found = _decoded(body, "utf-8") or (_decoded(body, "latin-1") if kind.is_text else None)
    return found if found and ("\0" not in found[0] or kind.is_text) else None


def _decoded(body: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return body.decode(encoding), encoding
    except (UnicodeDecodeError, LookupError):
        return None


def mask_json(
    body: bytes,
    masker: Masker,
    *,
    keep_number: Places = nowhere,
    empty: Places = nowhere,
    structure: frozenset[str] = frozenset(),
) -> MaskedBody:
    """Mask ``body``, a JSON text, in place: each string, key and long number on its own.

    A number stays where ``keep_number`` is true. A string or an array is emptied where ``empty`` is true. Words in
    ``structure`` are the protocol's own and stay.
    """
    hits: Counter[tuple[str, str]] = Counter()

    def visit(place: str, value: str) -> str:
        if empty(place):
            return ""
        if value in structure or (value.isdigit() and keep_number(place)):
            return value
        masked, found = mask_leaf(masker, value)
        hits.update({(place, detector): count for detector, count in found.items()})
        return masked

    text = body.decode()
    changed = rewrite(text, visit, blank=empty)
    return MaskedBody(body if changed is text else changed.encode(), placed(hits), Inspected.FULL)


def placed(hits: Counter[tuple[str, str]]) -> tuple[PlacedHit, ...]:
    """Return counts by place and detector as hits."""
    return tuple(PlacedHit(place, detector, count) for (place, detector), count in hits.items())


def mask_stream(body: bytes, stream: AnswerStream) -> MaskedBody:
    """Mask ``body`` by running it through ``stream``."""
    out = stream.feed(body) + stream.finish()
    return MaskedBody(body if out == body else out, tuple(stream.hits), stream.inspected)


def mask_other(kind: MediaType, body: bytes, masker: Masker) -> MaskedBody:
    """Mask ``body``, which is neither JSON nor an event stream."""
    text = None if kind.is_media else readable_text(body, kind)
    if text is None:
        return MaskedBody(body, (), Inspected.NONE)
    if (lines := _json_lines(body)) is not None:
        return _mask_lines(body, lines, masker)
    if kind.name == FORM:
        out, hits, place = *mask_form(text[0], masker), "form"
    else:
        out, hits, place = *mask_leaf(masker, text[0]), "body"
    is_read = text[1] != "latin-1" and (kind.name == FORM or (kind.is_text and not kind.is_json))
    return MaskedBody(
        body if out == text[0] else out.encode(text[1], "replace"),
        tuple(PlacedHit(place, detector, count) for detector, count in hits.items()),
        Inspected.FULL if is_read else Inspected.PARTIAL,
    )


def _json_lines(body: bytes) -> list[bytes] | None:
    """Return the lines of ``body`` where each holds one JSON text, as in JSON Lines."""
    lines = body.splitlines(keepends=True)
    texts = [line for line in lines if line.strip()]
    return lines if len(texts) > 1 and all(is_json(line) for line in texts) else None


def _mask_lines(body: bytes, lines: Iterable[bytes], masker: Masker) -> MaskedBody:
    masked = [mask_json(line, masker) if line.strip() else MaskedBody(line, (), Inspected.FULL) for line in lines]
    hits = tuple(hit for line in masked for hit in line.hits)
    out = b"".join(line.body for line in masked)
    return MaskedBody(body if out == body else out, hits, Inspected.FULL)


def mask_any(
    content_type: str,
    body: bytes,
    masker: Masker,
    mask_as_json: Callable[[bytes, Masker], MaskedBody],
    new_stream: Callable[[Masker], AnswerStream],
) -> MaskedBody:
    """Mask ``body`` by what it is: as JSON by ``mask_as_json``, as an event stream by a ``new_stream``."""
    kind = media_type(content_type)
    if not body:
        return MaskedBody(body, (), Inspected.FULL)
    if is_json(body):
        return mask_as_json(body, masker)
    if kind.name == EVENT_STREAM or begins_like_events(body):
        return mask_stream(body, new_stream(masker))
    return mask_other(kind, body, masker)


def parse_any(
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    parse_as_json: Callable[[bytes], Content],
    new_stream: Callable[[Masker], AnswerStream],
) -> Content:
    """Return what a whole answer says, read the way ``mask_any`` masks it.

    Raises:
        RefusedError: it is JSON, or an event stream, that could be read in two ways.
    """
    kind = media_type(next((value for name, value in headers if name == "content-type"), ""))
    if not body:
        return Content()
    if is_json(body):
        return parse_as_json(body)
    if is_json_to_some(body):
        raise RefusedError(Reason.UPSTREAM_MALFORMED, _AMBIGUOUS)
    if kind.name == EVENT_STREAM or begins_like_events(body):
        require_ascii_in(kind)
        stream = new_stream(Unmasked())
        mask_stream(body, stream)
        return stream.content
    return _other_content(kind, body)


def _other_content(kind: MediaType, body: bytes) -> Content:
    inspected = mask_other(kind, body, Unmasked()).inspected
    text = None if inspected is Inspected.NONE else readable_text(body, kind)
    if text is None:
        return Content(inspected=Inspected.NONE)
    fields = texts_of_pairs(text[0], "form") if kind.name == FORM else (Text("", text[0], "body"),)
    return Content(texts=fields, inspected=inspected)


def json_value(body: bytes) -> Json:
    """Return the value of an upstream's JSON text.

    Raises:
        RefusedError: ``UPSTREAM_MALFORMED``: a key comes twice, so that the client may read what we did not.
    """
    try:
        return parse(body)
    except RefusedError as error:
        raise RefusedError(Reason.UPSTREAM_MALFORMED, f"The upstream's answer is refused. {error.message}") from None
