"""Steps 5 and 9: secrets and personal data leave neither in a request nor in an answer, streamed or whole."""

from mitmproxy import http
from mitmproxy.net.http import status_codes

from addons.core.call import Direction, Inspected
from addons.core.detect.detector import Detector
from addons.core.exchange import Exchange, Refusal
from addons.core.policy.evaluate import may_stop_answer, watched_tools
from addons.core.protocols.answer_streams import may_stream
from addons.core.protocols.content_coding import StreamDecoder
from addons.core.protocols.headers import EVENT_STREAM, media_type
from addons.core.protocols.json_lines import is_json_lines
from addons.core.protocols.protocol import AnswerStream
from addons.core.protocols.recorded import recorded, recorded_content
from addons.core.protocols.registry import by_name
from addons.entities import entities_in
from addons.exchange_of import exchange_of
from addons.guard import GuardedStream
from addons.head_masks import mask_head, mask_trailers, masked_fields
from addons.inspection import MAX_DECODED_BYTES, decoded_body, upstream_at_fault
from addons.masks import answer_masker, findings, request_masker, stray_findings, wire_masker
from addons.own_token import require_absent_in_body, require_absent_in_head
from addons.runtime import Plant, Runtime
from addons.wire import refusal_response, response_head, set_body
from addons.withheld import echoes, show_body, show_head, whole_body, whole_head


class Redaction:
    """Masks requests and answers by the policy's detectors and redacting rules."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Take secrets out of the URL and the headers before mitmweb shows them."""
        exchange = exchange_of(flow)
        if flow in self._plant.runtime.judged_by:
            whole_head(flow)
            mask_head(self._plant.runtime, flow, exchange)
            require_absent_in_head(flow, exchange, self._plant.runtime.tokens.get(flow))
            show_head(flow)

    async def request(self, flow: http.HTTPFlow) -> None:
        """Mask the body that goes out; an edited body of a held call comes here again."""
        exchange = exchange_of(flow)
        if exchange.call is None:
            flow.request.raw_content = b"" if exchange.refusal else flow.request.raw_content
            return
        runtime = self._plant.runtime
        entities = await entities_in(runtime, flow, Direction.REQUEST, exchange.call.content)
        masker, vault = request_masker(runtime, flow, exchange, entities)
        protocol = by_name(exchange.call.protocol)
        decoded = decoded_body(flow.request)
        body = whole_body(flow, Direction.REQUEST, decoded)
        masked = protocol.mask_body(flow.request.headers.get("content-type", ""), body, masker)
        if masked.body is not decoded or "content-encoding" in flow.request.headers:
            set_body(flow.request, masked.body)
        flow.request.headers["accept-encoding"] = "identity"
        exchange.findings.extend(findings(Direction.REQUEST, masked.hits))
        exchange.findings += mask_trailers(flow.request, masker, Direction.REQUEST)
        require_absent_in_body(flow, masked.body, self._plant.runtime.tokens.get(flow))
        exchange.request_body = show_body(flow, Direction.REQUEST, masked.body)
        exchange.tokens = {**exchange.tokens, **vault.originals}
        changed = masked.body is not body
        exchange.request_content = recorded_content(
            protocol.parse_request(exchange.service, exchange.call.head, masked.body).content
            if changed
            else exchange.call.content
        )

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Mask the head of an answer, and mask its body as it streams where no rule could still stop it."""
        exchange, runtime = exchange_of(flow), self._plant.runtime
        if exchange.refusal is not None or exchange.call is None or flow.response is None:
            return
        self._mask_headers(runtime, flow, exchange)
        if not self._streams(runtime, flow, exchange):
            return
        with upstream_at_fault():
            transform = _StreamedAnswer(runtime, flow, exchange)
        exchange.status = flow.response.status_code
        for name in ("content-length", "content-encoding"):
            flow.response.headers.pop(name, None)
        if flow.response.http_version.startswith("HTTP/1"):
            flow.response.headers["transfer-encoding"] = "chunked"
        flow.response.stream = GuardedStream(flow.client_conn, exchange, transform, transform.last_words)

    async def response(self, flow: http.HTTPFlow) -> None:
        """Mask a whole answer, or close the account of a streamed one."""
        exchange, response = exchange_of(flow), flow.response
        self._account_partial(flow)
        if exchange.refusal is not None and response is not None and not response.stream:
            # A call that was refused while its answer came in: mitmproxy has put the upstream's body into the refusal.
            flow.response = refusal_response(exchange, exchange.refusal)
        if exchange.refusal is not None or exchange.call is None or response is None:
            return
        runtime = self._plant.runtime
        entities: tuple[Detector, ...] = ()
        if not isinstance(response.stream, GuardedStream):
            with upstream_at_fault():
                entities = await entities_in(runtime, flow, Direction.RESPONSE, exchange.answer)
        masker = answer_masker(runtime, flow, exchange, entities)
        exchange.findings += mask_trailers(response, masker, Direction.RESPONSE)
        if isinstance(response.stream, GuardedStream):
            return
        decoded = decoded_body(response)
        body = whole_body(flow, Direction.RESPONSE, decoded)
        protocol = by_name(exchange.call.protocol)
        content_type = response.headers.get("content-type", "")
        masked = protocol.mask_body(content_type, body, masker)
        if masked.body is not decoded or "content-encoding" in response.headers:
            set_body(response, masked.body)
        exchange.findings.extend(findings(Direction.RESPONSE, masked.hits))
        exchange.response_body = show_body(flow, Direction.RESPONSE, masked.body)
        runtime.restored.pop(flow, None)
        if exchange.tokens:
            restoring = wire_masker(runtime, flow, exchange, entities)
            runtime.restored[flow] = protocol.mask_body(content_type, body, restoring).body
        elif exchange.response_body is not masked.body:
            runtime.restored[flow] = masked.body
        exchange.response_inspected = masked.inspected
        said = exchange.answer
        if masked.body is not body:
            said = protocol.parse_answer(exchange.call, response_head(response), masked.body)
        exchange.response_content = echoes(flow).without_content(recorded_content(said)) if said is not None else None
        exchange.findings.extend(stray_findings(runtime.policy_of(flow), exchange))

    def error(self, flow: http.HTTPFlow) -> None:
        """Account for a streamed answer that did not come to its end."""
        self._account_partial(flow)

    def _account_partial(self, flow: http.HTTPFlow) -> None:
        stream = flow.response.stream if flow.response else None
        if isinstance(stream, GuardedStream) and isinstance(stream.transform, _StreamedAnswer):
            stream.transform.account(Inspected.PARTIAL)

    def _streams(self, runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> bool:
        if flow.response is None or exchange.call is None or exchange.principal is None:
            return False
        kind = media_type(flow.response.headers.get("content-type", ""))
        if not may_stream(kind, has_length="content-length" in flow.response.headers):
            return False
        if flow.request.method == "HEAD" or flow.response.status_code in (204, 304):
            return False
        if runtime.policy_of(flow).redaction.responses.entities:
            return False  # a name is known by its sentence
        risk = exchange.decision.risk if exchange.decision else 0
        return not may_stop_answer(runtime.policy_of(flow), exchange.principal, exchange.call, carried_risk=risk)

    def _mask_headers(self, runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> None:
        if flow.response is None:
            return
        flow.response.reason = status_codes.RESPONSES.get(flow.response.status_code, "")  # free text of the upstream's
        masker = answer_masker(runtime, flow, exchange)
        with upstream_at_fault():
            flow.response.headers, found = masked_fields(flow.response.headers, masker, Direction.RESPONSE)
        exchange.findings += found


class _StreamedAnswer:
    """An answer on its way: decoded, masked, and accounted for in its exchange.

    Where the call has tokens it is masked twice: with its values put back for the client, and as it is recorded.
    """

    RECORDED_BYTES = 256 * 1024
    """How much of a stream is kept for its record; the messages of an event stream are kept beside it."""

    def __init__(self, runtime: Runtime, flow: http.HTTPFlow, exchange: Exchange) -> None:
        assert exchange.call is not None
        assert exchange.principal is not None
        assert flow.response is not None
        self._exchange = exchange
        self._policy = runtime.policy_of(flow)
        self._decoder = StreamDecoder(flow.response.headers.get("content-encoding", ""), MAX_DECODED_BYTES)
        self._protocol = by_name(exchange.call.protocol)
        self._echoes = echoes(flow)
        self._label = flow.response.headers.get("content-type", "")
        self._kind = media_type(self._label)
        head = response_head(flow.response)
        watched = watched_tools(
            runtime.policy_of(flow),
            exchange.principal,
            exchange.call,
            carried_risk=exchange.decision.risk if exchange.decision else 0,
        )
        masker = answer_masker(runtime, flow, exchange)
        self._answer: AnswerStream = self._protocol.answer_stream(exchange.call, head, masker, watched)
        self._wire: AnswerStream | None = None
        if exchange.tokens:
            restoring = wire_masker(runtime, flow, exchange)
            self._wire = self._protocol.answer_stream(exchange.call, head, restoring, watched)
        self._kept = bytearray()

    def feed(self, data: bytes) -> bytes:
        """Mask ``data`` and return what may go on."""
        self._exchange.response_bytes += len(data)
        with upstream_at_fault():
            return self._fed(self._decoder.feed(data))

    def finish(self) -> bytes:
        """Return what was held back, and leave the account in the exchange."""
        with upstream_at_fault():
            out = self._fed(self._decoder.finish())
            rest = self._keep(self._answer.finish())
            self.account(self._answer.inspected)
            return out + (self._wire.finish() if self._wire else rest)

    def _fed(self, data: bytes) -> bytes:
        out = self._keep(self._answer.feed(data))
        return self._wire.feed(data) if self._wire else out

    def account(self, inspected: Inspected) -> None:
        """Leave in the exchange what was delivered and what was masked, up to now."""
        exchange = self._exchange
        if exchange.answer is None:
            exchange.findings.extend(findings(Direction.RESPONSE, self._answer.hits))
            exchange.answer = said = self._answer.content
            exchange.response_content = self._echoes.without_content(recorded_content(said))
            exchange.findings.extend(stray_findings(self._policy, exchange))
            exchange.response_body = self._recorded() if exchange.response_content is said else b""
            exchange.response_inspected = inspected

    def _recorded(self) -> bytes:
        """Return the bytes of the stream for its record, up to its last whole line if there were more."""
        kept = bytes(self._kept)
        if len(kept) >= self.RECORDED_BYTES and self._kind.name != "text/plain":
            kept = kept[: kept.rfind(b"\n") + 1]
        return self._echoes.without_bytes(recorded(self._label, kept))

    def last_words(self, refusal: Refusal) -> bytes:
        """Return what ends a stream in the middle: an error event, a JSON line, nothing in a text."""
        if self._kind.name == EVENT_STREAM:
            return self._protocol.refusal_event(refusal, self._exchange.id)
        if is_json_lines(self._kind):
            return b"\n" + self._protocol.refusal(refusal, self._exchange.id, streams=True)[2] + b"\n"
        return b""

    def _keep(self, out: bytes) -> bytes:
        self._kept += out[: max(0, self.RECORDED_BYTES - len(self._kept))]
        return out
