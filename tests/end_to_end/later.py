"""A script that runs after the pipeline and changes what it is told to by the request's header ``x-case``."""

from collections.abc import Callable

from mitmproxy import http

LEAK = "jane.roe@example.com"


def _body(flow: http.HTTPFlow) -> None:
    flow.request.text = (flow.request.text or "").replace("hello", "good bye")


def _header(flow: http.HTTPFlow) -> None:
    flow.request.headers["x-extra"] = LEAK


def _removed_header(flow: http.HTTPFlow) -> None:
    del flow.request.headers["user-agent"]


def _path(flow: http.HTTPFlow) -> None:
    flow.request.path = "/v1/files"


def _method(flow: http.HTTPFlow) -> None:
    flow.request.method = "PUT"


def _host(flow: http.HTTPFlow) -> None:
    flow.request.host = "localhost"


def _port(flow: http.HTTPFlow) -> None:
    flow.request.port = 8443


def _plaintext(flow: http.HTTPFlow) -> None:
    flow.request.scheme = "http"


def _streamed(flow: http.HTTPFlow) -> None:
    flow.request.stream = True


def _answered(flow: http.HTTPFlow) -> None:
    flow.response = http.Response.make(200, f'{{"text": "{LEAK}"}}', {"content-type": "application/json"})


def _answer_body(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.text = f'{{"text": "{LEAK}"}}'


def _answer_header(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.headers["x-extra"] = LEAK


def _answer_status(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.status_code = 201


def _answer_streamed(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.stream = True


def _answer_through(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.stream = lambda data: data


REQUEST: dict[str, Callable[[http.HTTPFlow], None]] = {
    "body": _body,
    "header": _header,
    "removed header": _removed_header,
    "path": _path,
    "method": _method,
    "host": _host,
    "port": _port,
    "plaintext": _plaintext,
    "streamed": _streamed,
}
ANSWERED: dict[str, Callable[[http.HTTPFlow], None]] = {"answered": _answered}
ANSWERED_EARLY: dict[str, Callable[[http.HTTPFlow], None]] = {"answered early": _answered}
STREAMED_REQUEST: dict[str, Callable[[http.HTTPFlow], None]] = {"streamed upload": _streamed}
RESPONSE: dict[str, Callable[[http.HTTPFlow], None]] = {
    "answer's body": _answer_body,
    "answer's header": _answer_header,
    "answer's status": _answer_status,
    "answer replaced": _answered,
}
STREAMED: dict[str, Callable[[http.HTTPFlow], None]] = {
    "answer streamed": _answer_streamed,
    "answer streamed through": _answer_through,
}


def _do(cases: dict[str, Callable[[http.HTTPFlow], None]], flow: http.HTTPFlow) -> None:
    case = cases.get(flow.request.headers.get("x-case", ""))
    if case is not None:
        case(flow)


def requestheaders(flow: http.HTTPFlow) -> None:
    """Run what changes a request before its body is read."""
    _do(ANSWERED_EARLY | STREAMED_REQUEST, flow)


def request(flow: http.HTTPFlow) -> None:
    """Run what changes a request."""
    _do(REQUEST | ANSWERED, flow)


def responseheaders(flow: http.HTTPFlow) -> None:
    """Run what leads an answer's body around the pipeline."""
    _do(STREAMED, flow)


def response(flow: http.HTTPFlow) -> None:
    """Run what changes an answer."""
    _do(RESPONSE, flow)
