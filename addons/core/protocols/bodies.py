"""Whole bodies, masked by what they are: JSON first, whatever the label; then events, form fields, text.

What is neither is left as it is and reported as not inspected. A body in which nothing is found is the same object.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from addons.core.call import Content, Inspected, Json, Text
from addons.core.errors import RefusedError
from addons.core.protocols.answer_streams import begins_like_events, require_ascii_in
from addons.core.protocols.channels import Channels
from addons.core.protocols.charsets import (
    ReadText,
    is_compressed,
    label_to_believe,
    read_text,
    require_ascii,
    require_charset,
)
from addons.core.protocols.forms import holds_unread_field, mask_form
from addons.core.protocols.headers import EVENT_STREAM, FORM, MediaType, media_type
from addons.core.protocols.json_leaves import texts_of, with_decoded
from addons.core.protocols.json_lines import JsonLines, is_json_lines, looks_like_json_lines
from addons.core.protocols.json_prefix import prefixed_json
from addons.core.protocols.json_rewrite import rewrite
from addons.core.protocols.json_stream import mask_leaf
from addons.core.protocols.json_text import is_json_to_some, parse
from addons.core.protocols.multipart import is_multipart, mask_multipart, read_multipart
from addons.core.protocols.protocol import AnswerStream, MaskedBody, Masker, PlacedHit
from addons.core.protocols.query import texts_of_pairs
from addons.core.protocols.unmasked import Unmasked
from addons.core.protocols.wrapped_text import holds_unread_file
from addons.core.reasons import Reason

type Places = Callable[[str], bool]

_AMBIGUOUS = "The answer is JSON to some parsers only: a client may read in it what no rule saw."

_JSON_STARTS = b'{["-0123456789tfn'


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


def mask_json(
    body: bytes,
    masker: Masker,
    *,
    keep_number: Places = nowhere,
    empty: Places = nowhere,
    structure: frozenset[str] = frozenset(),
    tells_files: bool = False,
) -> MaskedBody:
    """Mask ``body``, a JSON text, in place: each string, key and long number on its own.

    A number stays where ``keep_number`` is true. A string or an array is emptied where ``empty`` is true. Words in
    ``structure`` are the protocol's own and stay. With ``tells_files`` a body is inspected in part where a string is a
    file that is no text; a protocol that knows which of its strings are files says so itself.
    """
    hits: Counter[tuple[str, str]] = Counter()
    unread: list[str] = []

    def visit(place: str, value: str) -> str:
        if empty(place):
            return ""
        if value in structure or (value.isdigit() and keep_number(place)):
            return value
        masked, found = mask_leaf(masker, value)
        if found:
            hits.update({(place, detector): count for detector, count in found.items()})
        if tells_files and holds_unread_file(value):
            unread.append(place)
        return masked

    text = body.decode()
    changed = rewrite(text, visit, blank=empty)
    inspected = Inspected.PARTIAL if unread else Inspected.FULL
    return MaskedBody(body if changed is text else changed.encode(), placed(hits), inspected)


def placed(hits: Counter[tuple[str, str]]) -> tuple[PlacedHit, ...]:
    """Return counts by place and detector as hits."""
    return tuple(PlacedHit(place, detector, count) for (place, detector), count in hits.items())


def mask_stream(body: bytes, stream: AnswerStream) -> MaskedBody:
    """Mask ``body`` by running it through ``stream``."""
    out = stream.feed(body) + stream.finish()
    return MaskedBody(body if out == body else out, tuple(stream.hits), stream.inspected)


def _mask_lines(kind: MediaType, body: bytes, masker: Masker) -> MaskedBody:
    return mask_stream(body, JsonLines(Channels(masker), kind))


def mask_other(kind: MediaType, body: bytes, masker: Masker) -> MaskedBody:
    """Mask ``body``, which is neither JSON nor an event stream."""
    read = read_text(body, kind)
    if read is None:
        return MaskedBody(body, (), Inspected.NONE)
    if kind.name != FORM and looks_like_json_lines(body):
        return _mask_lines(kind, body, masker)
    if kind.name == FORM:
        out, hits, place = *mask_form(read.text, masker), "form"
    else:
        out, hits, place = *_mask_text(read.text, masker), "body"
    return MaskedBody(
        body if out == read.text else read.encoded(out),
        tuple(PlacedHit(place, detector, count) for detector, count in hits.items()),
        _inspected(kind, read),
    )


def _mask_text(text: str, masker: Masker) -> tuple[str, Counter[str]]:
    inside = prefixed_json(text)
    if inside is None:
        return mask_leaf(masker, text)
    parts = [mask_leaf(masker, part) for part in (inside.before, inside.inner, inside.after)]
    hits: Counter[str] = Counter()
    for _, found in parts:
        hits += found
    return "".join(part for part, _ in parts), hits


def _inspected(kind: MediaType, read: ReadText) -> Inspected:
    """Return how much of a text was read: not all of one that only looks like text, or that holds what is none."""
    if not kind.is_text and read.is_garbled:
        return Inspected.NONE
    if kind.name == FORM:
        is_read = not holds_unread_field(read.text)
    else:
        is_read = (
            kind.is_text and not kind.is_json and not prefixed_json(read.text) and not holds_unread_file(read.text)
        )
    return Inspected.FULL if is_read and read.is_sure else Inspected.PARTIAL


def mask_any(
    content_type: str,
    body: bytes,
    masker: Masker,
    mask_as_json: Callable[[bytes, Masker], MaskedBody],
    new_stream: Callable[[Masker], AnswerStream],
) -> MaskedBody:
    """Mask ``body`` by what it is: as JSON by ``mask_as_json``, as an event stream by a ``new_stream``."""

    def mask_one(label: str, data: bytes, depth: int) -> MaskedBody:
        if is_multipart(label):
            try:
                return mask_multipart(label, data, masker, mask_one, depth)
            except RefusedError:
                return replace(mask_other(media_type(label), data, masker), inspected=Inspected.NONE)
        kind = label_to_believe(media_type(label), data) if depth else media_type(label)
        if is_json_lines(kind):
            return _mask_lines(kind, data, masker)
        if is_json(data):
            return mask_as_json(data, masker)
        if kind.name == EVENT_STREAM or begins_like_events(data):
            return mask_stream(data, new_stream(masker))
        return mask_other(kind, data, masker)

    return mask_one(content_type, body, 0) if body else MaskedBody(body, (), Inspected.FULL)


def read_body(content_type: str, body: bytes, depth: int = 0) -> tuple[Json, tuple[Text, ...], Inspected]:
    """Return value, texts and inspection of a request's body; JSON is what the label says, not what it looks like.

    Raises:
        RefusedError: ``BODY_…``: it is not what its label says, or could be read in two ways.
    """
    kind = label_to_believe(media_type(content_type), body) if depth else media_type(content_type)
    if not body:
        return None, (), Inspected.FULL
    require_charset(kind, body, Reason.BODY_TYPE_WRONG)
    if kind.is_json:
        require_ascii(kind)
        value = parse(body)
        texts = tuple(texts_of(value))
        return value, texts, inspected_texts(texts)
    if is_multipart(content_type):
        return None, *read_multipart(content_type, body, lambda *part: read_body(*part)[1:], depth)
    if kind.name == FORM:
        require_ascii(kind)
    if (kind.is_text or not kind.name) and is_compressed(body):
        raise RefusedError(
            Reason.BODY_ENCODING_WRONG, "The body is compressed, but no content-encoding header says so. Send one."
        )
    content = _other_content(kind, body)
    return None, content.texts, content.inspected


def inspected_texts(texts: Iterable[Text]) -> Inspected:
    """Return how much of a JSON text with ``texts`` can be read: not all where one of them is a file that is none."""
    return Inspected.PARTIAL if any(holds_unread_file(text.text) for text in texts) else Inspected.FULL


def parse_any(
    headers: tuple[tuple[str, str], ...],
    body: bytes,
    parse_as_json: Callable[[bytes], Content],
    new_stream: Callable[[Masker], AnswerStream],
) -> Content:
    """Return what a whole answer says, read the way ``mask_any`` masks it.

    Raises:
        RefusedError: it is JSON, or an event stream, that could be read in two ways, or has a charset that hides text.
    """
    label = next((value for name, value in headers if name == "content-type"), "")
    kind = media_type(label)
    if not body:
        return Content()
    require_charset(kind, body, Reason.UPSTREAM_MALFORMED)
    if is_json_lines(kind):
        return _other_content(kind, body)
    if is_multipart(label):
        return _parts_content(label, kind, body)
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


def _parts_content(label: str, kind: MediaType, body: bytes) -> Content:
    try:
        texts, inspected = read_multipart(label, body, lambda *part: read_body(*part)[1:], 0)
    except RefusedError:
        return replace(_other_content(kind, body), inspected=Inspected.NONE)
    return Content(texts=texts, inspected=inspected)


def _other_content(kind: MediaType, body: bytes) -> Content:
    """Return what a body says that is neither JSON nor an event stream."""
    read = read_text(body, kind)
    if is_json_lines(kind) or (read is not None and kind.name != FORM and looks_like_json_lines(body)):
        stream = JsonLines(Channels(Unmasked()), kind)
        mask_stream(body, stream)
        return stream.content
    if read is None:
        return Content(inspected=Inspected.NONE)
    texts = texts_of_pairs(read.text, "form") if kind.name == FORM else _texts(read.text)
    return Content(texts=texts, inspected=_inspected(kind, read))


def _texts(text: str) -> tuple[Text, ...]:
    inside = prefixed_json(text)
    hidden = with_decoded("", inside.inner, "body")[1:] if inside else with_decoded("", text, "body")[1:]
    return (Text("", text, "body"), *(replace(each, place="body") for each in hidden))


def json_value(body: bytes) -> Json:
    """Return the value of an upstream's JSON text.

    Raises:
        RefusedError: ``UPSTREAM_MALFORMED``: a key comes twice, so that the client may read what we did not.
    """
    try:
        return parse(body)
    except RefusedError as error:
        raise RefusedError(Reason.UPSTREAM_MALFORMED, f"The upstream's answer is refused. {error.message}") from None
