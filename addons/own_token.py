"""The gateway's own token: whoever holds it is the caller, so it reaches no upstream and no record, wherever it stands.

``identity`` takes it out of the headers that it looks in. Anywhere else, in a query, a body, another header or a
cookie, it is masked like any secret of this call; what is left in a spelling that no detector reads is refused.
"""

from urllib.parse import unquote

from mitmproxy import http

from addons.core.detect.catalogue import literal
from addons.core.detect.detector import Detector
from addons.core.errors import RefusedError
from addons.core.exchange import Exchange
from addons.core.reasons import Reason

OWN_TOKEN = "gateway_token"  # noqa: S105 - the name of a detector
LABEL = "TOKEN"


def own_token(token: str | None) -> tuple[Detector, ...]:
    """Return what finds the token of a call, which belongs to this call only."""
    return (literal(OWN_TOKEN, LABEL, token),) if token else ()


def _refusal(where: str) -> RefusedError:
    return RefusedError(
        Reason.REQUEST_MALFORMED,
        f"The request has the gateway's own token in its {where}, where the upstream would see it. Send it in"
        " HTTPS_PROXY, or as the API key in its header, and nowhere else.",
    )


def require_absent_in_head(flow: http.HTTPFlow, exchange: Exchange, token: str | None) -> None:
    """Check that neither target nor headers hold ``token``; what does is emptied before the flow is shown.

    Raises:
        RefusedError: ``REQUEST_MALFORMED``.
    """
    request = flow.request
    kept = tuple(field for field in request.headers.fields if not _holds(b" ".join(field).decode("latin-1"), token))
    in_target = _holds(request.path, token)
    if in_target:
        request.path = exchange.path = "/"
    if len(kept) != len(request.headers.fields):
        request.headers = http.Headers(kept)
        raise _refusal("headers")
    if in_target:
        raise _refusal("URL")


def require_absent_in_body(flow: http.HTTPFlow, body: bytes, token: str | None) -> None:
    """Check that ``body``, as it would go out, does not hold ``token``; one that does is emptied.

    Raises:
        RefusedError: ``REQUEST_MALFORMED``.
    """
    if token and token.encode() in body:
        flow.request.raw_content = b""
        raise _refusal("body")


def _holds(text: str, token: str | None) -> bool:
    return token is not None and token in unquote(text)
