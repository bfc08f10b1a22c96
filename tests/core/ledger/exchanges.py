"""Calls at different points of their way, as the pipeline leaves them for the ledger."""

from addons.core.approval.approval import Approval, State
from addons.core.approval.approval import Decision as Word
from addons.core.call import Call, Content, Direction, Inspected, Message, RequestHead, ToolCall
from addons.core.exchange import Action, ApprovalTerms, Decision, Exchange, Finding, Principal, RuleMatch, Verdict
from addons.core.reasons import Reason

STARTED_AT = 1_700_000_000.25
ALICE = Principal("alice@example.com", "https://login.example.com", ("data", "ops"), "sid-1", STARTED_AT + 3600)
QUESTION = Content(messages=(Message("system", "Be brief."), Message("user", "Who am I? [EMAIL]")), tokens_in=11)
TOOL = ToolCall("search", '{"q":1.5}', {"q": 1.5}, "/choices/0/message/tool_calls/0", id="call-1")
ANSWER = Content(messages=(Message("assistant", "You are [NAME].", (TOOL,)),), tokens_in=12, tokens_out=7)


def allowed(exchange_id: str = "call-1", at: float = STARTED_AT) -> Exchange:
    """Return a call that may go on and was not answered yet."""
    exchange = Exchange(exchange_id, at, client="10.0.0.7:5000", principal=ALICE, service="openai", protocol="openai")
    exchange.method, exchange.host, exchange.path = "POST", "api.openai.com", "/v1/chat/completions"
    head = RequestHead("POST", "https", exchange.host, 443, exchange.path, "", ())
    exchange.call = Call("openai", "openai", "chat", head, QUESTION, model="gpt-5")
    exchange.decision = Decision(Verdict.ALLOW, Reason.ALLOWED)
    exchange.policy_digest = "ab" * 32
    exchange.request_body, exchange.request_bytes = b'{"model":"gpt-5"}', 17
    exchange.request_content = QUESTION
    exchange.findings.append(Finding(Direction.REQUEST, "email", "/messages/1/content", "", Action.MASKED, 2))
    return exchange


def answered(exchange_id: str = "call-1", at: float = STARTED_AT) -> Exchange:
    """Return a call with its answer."""
    exchange = allowed(exchange_id, at)
    exchange.status = 200
    exchange.answer = exchange.response_content = ANSWER
    exchange.response_body, exchange.response_bytes = b'{"choices":[]}', 14
    exchange.findings.append(Finding(Direction.RESPONSE, "name", "/choices/0/message/content", "names", Action.MASKED))
    exchange.findings.append(Finding(Direction.RESPONSE, "iban", "/choices/0/message/content", "", Action.KEPT))
    return exchange


def held(exchange_id: str = "call-1", at: float = STARTED_AT) -> Exchange:
    """Return a call that waits for people."""
    exchange = allowed(exchange_id, at)
    match = RuleMatch("shell", Verdict.HOLD, risk=40, message="Ask.", place="/tools/0", controls=("NIST:AC-3",))
    seen = RuleMatch("seen", Verdict.BLOCK, enforced=False)
    exchange.decision = Decision(
        Verdict.HOLD, Reason.GUARDRAIL, "Ask.", "shell", (match, seen), risk=40, approval=ApprovalTerms()
    )
    return exchange


def refused(exchange_id: str = "call-1", at: float = STARTED_AT) -> Exchange:
    """Return a call without a valid token: nothing of it was parsed."""
    exchange = Exchange(exchange_id, at, client="10.0.0.8:1")
    exchange.method, exchange.host, exchange.path = "POST", "api.openai.com", "/v1/chat/completions"
    exchange.refuse(Reason.TOKEN_EXPIRED, "The token has expired.")
    exchange.status = 401
    return exchange


def asked(state: State, *words: Word) -> Approval:
    """Return the approval that the held call waits for."""
    return Approval(
        id="appr-1", digest="cd" * 32, exchange_id="call-1", requester=ALICE.subject, requester_issuer=ALICE.issuer,
        service="openai", operation="chat", method="POST", host="api.openai.com", path="/v1/chat/completions",
        model="gpt-5", direction=Direction.REQUEST, rule="shell", message="Ask.", risk=40, preview="secret preview",
        terms=ApprovalTerms(count=2), state=state, requested_at=STARTED_AT, expires_at=STARTED_AT + 900,
        left_at=STARTED_AT, decisions=words,
    )  # fmt: skip


def word(approver: str, *, approve: bool, channel: str = "cli", at: float = STARTED_AT + 60) -> Word:
    """Return one person's decision."""
    return Word(approver, ALICE.issuer, approve=approve, reason="because", channel=channel, at=at, groups=("security",))


PARTIAL = Content(inspected=Inspected.PARTIAL)
