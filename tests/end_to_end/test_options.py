"""Options and other scripts that would lead a call around the pipeline."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import httpx
import pytest

from addons.sentinel import ALLOW_OPTION, REQUIRED_OPTIONS
from tests.end_to_end import later
from tests.end_to_end.calls import URL, post, said
from tests.end_to_end.conftest import trust
from tests.end_to_end.web_api import WebApi, administrator
from tests.gateway import POLICY, ROOT, Gateway, Site, gateway, run
from tests.simulators.openai_api import GREETING, Upstream, running

DANGEROUS = {
    "connection_strategy": "eager",
    "rawtcp": True,
    "websocket": True,
    "http2": True,
    "http3": True,
    "validate_inbound_headers": False,
    "onboarding": True,
    "ssl_insecure": True,
    "stream_large_bodies": "1k",
    "store_streamed_bodies": True,
    "ignore_hosts": ["openai"],
    "allow_hosts": ["example"],
    "tcp_hosts": ["openai"],
    "udp_hosts": ["openai"],
    "map_local": ["|openai|/etc"],
    "map_remote": ["|openai|evil"],
    "modify_body": ["/hello/bye"],
    "modify_headers": ["/x-a/b"],
    "stickyauth": ".",
    "stickycookie": ".",
    "server_replay": ["/dev/null"],
    "save_stream_file": "/dev/null",
    "hardump": "/dev/null",
    "proxyauth": "any",
}
"""For each option that the gateway needs in one state, a value of another."""

START_SECONDS = 30


def on_the_command_line(name: str, value: object) -> tuple[str, str]:
    text = value[0] if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value
    return "--set", f"{name}={text}"


BY_DEFAULT = {"connection_strategy", "rawtcp", "websocket", "http2", "http3", "onboarding"}
"""Options that mitmproxy itself sets so: there is no telling whether an operator said it, too."""


def test_every_option_has_a_case() -> None:
    assert DANGEROUS.keys() == REQUIRED_OPTIONS.keys()


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CompletedProcess[str]]:
    """Starts with one dangerous option each: how they ended."""
    folder = tmp_path_factory.mktemp("refused")

    def start(name: str) -> CompletedProcess[str]:
        settings = ("-s", "addons/", "--set", f"confdir={folder / name}", "--listen-host", "127.0.0.1", "-p", "0")
        option = on_the_command_line(name, DANGEROUS[name])
        ledger = ("--set", f"ledger={folder / 'ledger'}")
        return run("mitmdump", *settings, *ledger, *option, check=False, cwd=ROOT, timeout=START_SECONDS)

    names = sorted(DANGEROUS.keys() - BY_DEFAULT)
    with ThreadPoolExecutor(3) as pool:
        return dict(zip(names, pool.map(start, names), strict=True))


@pytest.mark.parametrize("name", sorted(DANGEROUS.keys() - BY_DEFAULT))
def test_a_dangerous_option_ends_the_start(refused: dict[str, CompletedProcess[str]], name: str) -> None:
    ended = refused[name]
    assert ended.returncode == 1
    assert f"Chainwarden refuses to run with {name}=" in ended.stderr
    assert f"--set {ALLOW_OPTION}={name}" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "listening" not in ended.stdout


@dataclass
class Shop:
    """A gateway under mitmweb with a second script behind the pipeline."""

    gate: Gateway
    api: WebApi
    upstream: Upstream
    token: str

    def enforces(self) -> bool:
        """Say whether calls are still identified, judged and masked."""
        received = len(self.upstream.received)
        for token, body, status in (
            (None, said("hello"), 401),
            (self.token, said("pirate treasure"), 403),
            (self.token, said("the customer record"), 200),
        ):
            answer = post(self.gate, token, body)
            assert answer.status_code == status
            assert later.LEAK not in answer.text
        return len(self.upstream.received) == received + 1


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    site = Site(tmp_path_factory.mktemp("options"))
    options = [item for name in BY_DEFAULT for item in on_the_command_line(name, DANGEROUS[name])]
    with running(site.upstream_certificate) as (upstream, port):
        upstream.story["customer record"] = f"repeat: It is {later.LEAK}, {later.LEAK}."
        site.write_policy(POLICY.format(upstream=port))
        behind = ("-s", str(Path(later.__file__)))
        with gateway(site, *behind, *options, web=True) as gate, administrator(gate) as api:
            yield Shop(gate, api, upstream, site.token())


def test_what_mitmproxy_sets_by_default_is_changed(shop: Shop) -> None:
    assert {name: shop.api.options()[name] for name in BY_DEFAULT} == {
        name: REQUIRED_OPTIONS[name] for name in BY_DEFAULT
    }
    assert shop.enforces()


@pytest.mark.parametrize("name", sorted(DANGEROUS))
def test_a_dangerous_option_is_refused_at_run_time(shop: Shop, name: str) -> None:
    before = shop.api.options()
    answer = shop.api.option(**{name: DANGEROUS[name]})
    assert answer.status_code == 400
    assert f"Chainwarden refuses to run with {name}=" in answer.text
    assert shop.api.options() == before
    assert shop.enforces()


@pytest.mark.parametrize(
    "changes",
    [
        {ALLOW_OPTION: ["map_remote"]},
        {ALLOW_OPTION: ["map_remote"], "map_remote": ["|openai|evil"]},
        {"policies": "/dev/null"},
        {"ledger": "elsewhere"},
        {"gateway_name": "another"},
    ],
    ids=" ".join,
)
def test_what_is_read_at_the_start_stays(shop: Shop, changes: dict[str, object]) -> None:
    before = shop.api.options()
    answer = shop.api.option(**changes)
    assert answer.status_code == 400
    assert "at the start" in answer.text
    assert shop.api.options() == before
    assert shop.enforces()


def call(shop: Shop, case: str, text: str = "hello", *, stream: bool = False) -> tuple[int, str, dict[str, str]]:
    """Return status, body and headers of the answer; status 0 where the connection was cut."""
    shop.upstream.received.clear()
    with httpx.Client(proxy=shop.gate.proxy(shop.token), verify=trust(shop.gate.site), timeout=30) as client:
        try:
            answer = client.post(URL, json=said(text, stream=stream), headers={"x-case": case})
        except httpx.RemoteProtocolError:
            return 0, "", {}
    return answer.status_code, answer.text, dict(answer.headers)


def test_a_second_script_that_does_nothing_is_no_harm(shop: Shop) -> None:
    status, text, _ = call(shop, "nothing")
    assert status == 200
    assert GREETING in text


@pytest.mark.parametrize("case", later.REQUEST)
def test_a_request_changed_behind_the_pipeline_does_not_go_out(shop: Shop, case: str) -> None:
    status, text, _ = call(shop, case)
    assert status == 503
    assert '"not_cleared"' in text
    assert shop.upstream.received == []


@pytest.mark.parametrize("case", later.ANSWERED | later.ANSWERED_EARLY)
def test_an_answer_of_another_script_is_masked(shop: Shop, case: str) -> None:
    status, text, _ = call(shop, case)
    assert status in {200, 503}
    assert later.LEAK not in text
    assert shop.upstream.received == []


def test_an_upload_is_not_streamed_past_the_pipeline(shop: Shop) -> None:
    status, _, _ = call(shop, "streamed upload", "hello pirate treasure")
    assert status == 403
    assert shop.upstream.received == []


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", later.RESPONSE)
def test_an_answer_changed_behind_the_pipeline_does_not_go_out(shop: Shop, case: str, *, stream: bool) -> None:
    status, text, headers = call(shop, case, "the customer record", stream=stream)
    assert later.LEAK not in text + str(headers)
    if not stream:
        assert status == 503
        assert '"not_cleared"' in text


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("case", later.STREAMED)
def test_an_answer_is_not_streamed_past_the_pipeline(shop: Shop, case: str, *, stream: bool) -> None:
    status, text, _ = call(shop, case, "the customer record", stream=stream)
    assert status in {0, 200}
    assert later.LEAK not in text
    assert later.LEAK.partition("@")[0] not in text


def test_an_operator_may_take_the_risk(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site.upstream_certificate) as (upstream, port):
        site.write_policy(POLICY.format(upstream=port))
        wanted = [item for name in ("http2", "ssl_insecure") for item in on_the_command_line(name, DANGEROUS[name])]
        allowed = [item for name in ("http2", "ssl_insecure") for item in ("--set", f"{ALLOW_OPTION}={name}")]
        with gateway(site, *wanted, *allowed, web=True) as gate, administrator(gate) as api:
            options = api.options()
            assert (options["http2"], options["ssl_insecure"], options["rawtcp"]) == (True, True, False)
            assert post(gate, site.token(), said("hello")).status_code == 200
    assert len(upstream.received) == 1
