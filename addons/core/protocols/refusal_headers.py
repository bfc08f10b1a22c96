"""Headers that every refusal carries, whatever its body looks like."""

from http import HTTPStatus

from addons.core.exchange import Refusal
from addons.core.reasons import Reason

RECORD_HEADER = "x-chainwarden-record"

RETRY_AFTER_S = 5
"""Seconds after which what is full or unreachable may be available: clients' own first delays are shorter."""

_WORTH_A_RETRY = frozenset(
    {
        Reason.APPROVALS_FULL,
        Reason.ISSUER_UNAVAILABLE,
        Reason.CREDENTIAL_UNAVAILABLE,
        Reason.LEDGER_UNAVAILABLE,
        Reason.UPSTREAM_UNREACHABLE,
    }
)


def refusal_headers(refusal: Refusal, record_id: str, content_type: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of a refusal.

    SDKs made by Stainless (OpenAI's, Anthropic's) obey ``x-should-retry``: a decision does not change by asking again.
    """
    headers = [("content-type", content_type), ("cache-control", "no-store"), (RECORD_HEADER, record_id)]
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        error = "" if refusal.reason is Reason.TOKEN_MISSING else ', error="invalid_token"'  # RFC 6750 section 3.1
        headers.append(("www-authenticate", f'Bearer realm="chainwarden"{error}'))
    if refusal.reason in _WORTH_A_RETRY:
        headers += [("x-should-retry", "true"), ("retry-after", str(RETRY_AFTER_S))]
    else:
        headers.append(("x-should-retry", "false"))
    return tuple(headers)
