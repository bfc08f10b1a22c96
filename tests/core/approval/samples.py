"""Calls that need approval, and people who decide."""

from dataclasses import replace

from addons.core.approval.approval import Approval, ApprovalAsk
from addons.core.approval.states import opened
from addons.core.call import Direction
from addons.core.exchange import ApprovalTerms, Principal

ISSUER = "https://login.example.com"
NOW = 1_750_000_000.0
EXPIRES = 900.0

ASK = ApprovalAsk(
    digest="d" * 64,
    exchange_id="0197-exchange",
    requester="alice",
    requester_issuer=ISSUER,
    service="pinecone",
    operation="index.delete",
    method="DELETE",
    host="api.pinecone.io",
    path="/indexes/products",
    model="",
    direction=Direction.REQUEST,
    rule="no-index-deletes",
    message="Deleting a vector index needs a second pair of eyes.",
    risk=40,
    terms=ApprovalTerms(groups=("security", "platform"), count=1, expires=EXPIRES),
    preview="DELETE /indexes/products\nx-owner: [EMAIL]",
)


def person(subject: str, *groups: str, issuer: str = ISSUER, session: str = "s1") -> Principal:
    return Principal(subject, issuer, groups, session, NOW + 3600)


def ask(digest: str = "d" * 64, *, requester: str = "alice", terms: ApprovalTerms = ASK.terms) -> ApprovalAsk:
    return replace(ASK, digest=digest, requester=requester, terms=terms)


def pending(terms: ApprovalTerms = ASK.terms) -> Approval:
    return opened(replace(ASK, terms=terms), "a1b2c3d4e5", NOW)
