"""Secrets of a call that only the wire carries: its flow, which mitmweb shows and the ledger records, has them hidden.

A head and a body are taken apart once they are masked: what may be shown stays in the flow, and the whole lives here,
for as long as the flow does. The gate sends it in place of what is shown, as long as that is still the same.
"""

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from mitmproxy import http

from addons.core.call import Direction
from addons.core.errors import RefusedError
from addons.core.protocols.echoes import Echoes, secrets_in, secrets_in_query
from addons.core.protocols.recorded import HIDDEN_IN_URL, SECRET, in_one_order, put_back, recorded, recorded_query
from addons.core.protocols.secret_names import names_secret_parameter
from addons.core.reasons import Reason
from addons.wire import set_body


@dataclass(frozen=True, slots=True)
class _Body:
    shown: bytes = field(repr=False)
    whole: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Head:
    """A target and headers by their index, in bytes, as they go out."""

    shown_path: str
    path: str = field(repr=False)
    shown_fields: tuple[tuple[bytes, bytes], ...]
    fields: tuple[tuple[bytes, bytes], ...] = field(repr=False)


_BODIES: WeakKeyDictionary[http.HTTPFlow, dict[Direction, _Body]] = WeakKeyDictionary()
_HEADS: WeakKeyDictionary[http.HTTPFlow, _Head] = WeakKeyDictionary()


def _message(flow: http.HTTPFlow, direction: Direction) -> http.Request | http.Response | None:
    return flow.request if direction is Direction.REQUEST else flow.response


def show_body(flow: http.HTTPFlow, direction: Direction, whole: bytes) -> bytes:
    """Leave in the message whose body is ``whole`` what may be shown of it, and return that."""
    message = _message(flow, direction)
    assert message is not None
    shown = recorded(message.headers.get("content-type", ""), whole)
    if direction is Direction.RESPONSE:
        shown = echoes(flow).without_bytes(shown)
    _BODIES.setdefault(flow, {})[direction] = _Body(shown, whole)
    if shown is not whole:
        set_body(message, shown)
    return shown


def echoes(flow: http.HTTPFlow) -> Echoes:
    """Return what finds the hidden secrets of the flow's request in its answer."""
    body, head = _BODIES.get(flow, {}).get(Direction.REQUEST), _HEADS.get(flow)
    secrets = [*secrets_in(body.whole, body.shown)] if body is not None and body.whole is not body.shown else []
    if head is not None:
        secrets += secrets_in_query(head.path.partition("?")[2], head.shown_path.partition("?")[2])
        secrets += [value.decode("utf-8", "surrogateescape") for _, value in _hidden_fields(head)]
    return Echoes(secrets)


def whole_body(flow: http.HTTPFlow, direction: Direction, body: bytes) -> bytes:
    """Return ``body``, which the message has now, with what was hidden in it put back.

    Raises:
        RefusedError: ``APPROVAL_EDIT_REFUSED``: it was edited so that nobody knows where that belongs.
    """
    known = _BODIES.get(flow, {}).get(direction)
    return put_back(body, known.shown, known.whole) if known is not None and known.shown is not known.whole else body


def sent_body(flow: http.HTTPFlow, direction: Direction) -> bytes | None:
    """Return the body that goes out instead of the one that is shown; ``None`` where nothing is hidden."""
    known, message = _BODIES.get(flow, {}).get(direction), _message(flow, direction)
    if known is None or message is None or known.shown is known.whole or known.shown != message.raw_content:
        return None
    return known.whole


def show_head(flow: http.HTTPFlow) -> None:
    """Leave in a request's target and headers what may be shown of them."""
    request = flow.request
    path, mark, query = request.path.partition("?")
    shown_path, fields = f"{path}{mark}{recorded_query(query)}", request.headers.fields
    shown = tuple((name, SECRET.encode() if _is_secret(name) else value) for name, value in fields)
    if shown_path == request.path and shown == fields:
        _HEADS.pop(flow, None)
        return
    _HEADS[flow] = _Head(shown_path, request.path, shown, fields)
    request.path, request.headers = shown_path, http.Headers(shown)


def _is_secret(name: bytes) -> bool:
    return names_secret_parameter(name.decode("latin-1"))


def whole_head(flow: http.HTTPFlow) -> None:
    """Put back into the flow's request what ``show_head`` has hidden, so that it can be masked once more.

    Raises:
        RefusedError: ``APPROVAL_EDIT_REFUSED``: the query was edited beside a secret.
    """
    if (known := _HEADS.pop(flow, None)) is not None:
        _fill(flow.request, known)
        if HIDDEN_IN_URL in flow.request.path and HIDDEN_IN_URL not in known.path:
            raise RefusedError(Reason.APPROVAL_EDIT_REFUSED, "The call's query was edited beside a secret.")


def fill_head(flow: http.HTTPFlow, request: http.Request) -> None:
    """Write into ``request``, a copy for the wire, what the flow's own does not show."""
    if (known := _HEADS.get(flow)) is not None:
        _fill(request, known)


def _fill(request: http.Request, known: _Head) -> None:
    if request.path == known.shown_path:
        request.path = known.path
    left = _hidden_fields(known)
    fields: list[tuple[bytes, bytes]] = []
    for name, value in request.headers.fields:
        index = (
            next((at for at, each in enumerate(left) if each[0] == name), None) if value == SECRET.encode() else None
        )
        fields.append((name, value) if index is None else left.pop(index))
    request.headers = http.Headers(fields)


def hides_in_head(flow: http.HTTPFlow) -> bool:
    """Tell whether the flow's request has something in its head that it does not show."""
    return flow in _HEADS


def binding(flow: http.HTTPFlow, direction: Direction) -> tuple[tuple[str, str], ...]:
    """Return what is hidden, as more headers for the digest that binds an approval to exactly this call."""
    body = sent_body(flow, direction)
    found = [("withheld-body", in_one_order(body))] if body is not None else []
    if direction is Direction.REQUEST and (head := _HEADS.get(flow)) is not None:
        found += [("withheld-target", head.path)]
        found += [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in _hidden_fields(head)]
    return tuple(found)


def _hidden_fields(head: _Head) -> list[tuple[bytes, bytes]]:
    return [field for field, shown in zip(head.fields, head.shown_fields, strict=True) if field != shown]


def forget(flow: http.HTTPFlow) -> None:
    """Send nothing for ``flow`` but what it shows."""
    _BODIES.pop(flow, None)
    _HEADS.pop(flow, None)
