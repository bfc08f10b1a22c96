"""A fault anywhere means refuse: no request reaches the upstream, no unmasked byte reaches the client."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.conftest import trust
from tests.end_to_end.faulty import INSIDE, SECRET_IN_THE_ERROR, names
from tests.gateway import POLICY, Gateway, Site, gateway, records
from tests.simulators.openai_api import Upstream, running

URL = "https://api.openai.com/v1/chat/completions"
PERSONAL = "jane.roe@example.com"
STREAM_FAULTS = ["stream.feed", "stream.finish"]
CONNECTION_HOOKS = {"client_connected", "client_disconnected", "server_connect", "server_connected"}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Upstream, Path]]:
    site = Site(tmp_path_factory.mktemp("faulty"))
    control = site.folder / "control"
    control.write_text("", encoding="ascii")
    command = [sys.executable, "-m", "tests.end_to_end.faulty", str(control), "-s", "addons/"]
    with running(site.upstream_certificate) as (upstream, port):
        upstream.story["record"] = f"repeat: It is {PERSONAL}, {PERSONAL}, {PERSONAL}."
        site.write_policy(POLICY.format(upstream=port))
        with gateway(site, command=command) as started:
            yield started, upstream, control


def call(gate: Gateway, token: str, *, stream: bool) -> tuple[int, str]:
    """Return status and body as far as they came; status 0 where there was no answer."""
    body = {"model": "gpt-4o-mini", "stream": stream, "messages": [{"role": "user", "content": "the record"}]}
    got = ""
    with httpx.Client(proxy=gate.proxy(token), verify=trust(gate.site), timeout=20) as client:
        try:
            with client.stream("POST", URL, json=body) as answer:
                for piece in answer.iter_text():
                    got += piece
                return answer.status_code, got
        except httpx.TransportError:
            return 0, got


def test_without_a_fault_the_call_passes(faulty: tuple[Gateway, Upstream, Path]) -> None:
    gate, upstream, control = faulty
    control.write_text("", encoding="ascii")
    for stream in (False, True):
        status, got = call(gate, gate.site.token(), stream=stream)
        assert status == 200
        assert PERSONAL not in got
        assert "EMAIL" in got
    assert upstream.received


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", [*names(), *STREAM_FAULTS, *INSIDE])
def test_a_fault_refuses(faulty: tuple[Gateway, Upstream, Path], fault: str, *, stream: bool) -> None:
    gate, upstream, control = faulty
    token = gate.site.token()
    upstream.received.clear()
    before = len(records(gate.site))
    control.write_text(fault, encoding="ascii")
    try:
        status, got = call(gate, token, stream=stream)
    finally:
        control.write_text("", encoding="ascii")
    hook = fault.partition(".")[2]
    assert PERSONAL not in got
    if hook in {"http_connect", "requestheaders", "request", "server_connect", "server_connected"}:
        assert upstream.received == []
    if _is_reached(fault, stream=stream):
        assert status != 200 or "[DONE]" not in got, f"{fault} was ignored"
        if hook not in CONNECTION_HOOKS and not fault.startswith("Audit"):
            assert len(records(gate.site)) > before, "a refused call must be on record"
    assert SECRET_IN_THE_ERROR not in gate.log
    assert gate.process.poll() is None


def _is_reached(fault: str, *, stream: bool) -> bool:
    """Say whether this kind of call comes to the place of the fault."""
    if fault.startswith(("stream.", "masker.")):
        return stream
    return fault.partition(".")[2] not in {"error", "client_disconnected", "http_connect_error"}
