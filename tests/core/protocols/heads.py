"""Heads of requests and answers."""

from addons.core.call import Call, RequestHead, ResponseHead
from addons.core.protocols.registry import by_name

JSON = (("content-type", "application/json"),)


def request_head(
    path: str = "/v1/chat/completions",
    method: str = "POST",
    headers: tuple[tuple[str, str], ...] = JSON,
    query: str = "",
) -> RequestHead:
    """Return the head of a request to OpenAI."""
    return RequestHead(method, "https", "api.openai.com", 443, path, query, headers)


def answer_head(content_type: str = "application/json", status: int = 200) -> ResponseHead:
    """Return the head of an answer."""
    return ResponseHead(status, (("content-type", content_type),))


def chat_call(body: bytes = b'{"model":"m","stream":true,"messages":[]}') -> Call:
    """Return a chat call."""
    return by_name("openai").parse_request("openai", request_head(), body)
