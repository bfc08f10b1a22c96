"""Direct upstream, bare mitmdump and the gateway, side by side in one run. Ratios count; times are the machine's."""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.load import Route, event_delays, latencies
from tests.gateway import BIN, ROOT, Site, free_port, gateway, wait_until_listening

PROMPT = "Summarise the minutes of the meeting of the finance committee in three short points, please. " * 20
POLICY = """\
version: 1
identity: {{issuers: [{{issuer: https://chainwarden.local, audience: chainwarden, jwks_file: issuer.jwks.json}}]}}
services: {{upstream: {{hosts: ["127.0.0.1:{port}"], protocol: openai, credential: env:OPENAI_API_KEY}}}}
access: [{{groups: [data-science], services: {{upstream: {{operations: [chat]}}}}}}]
guardrails:
  - {{name: words, when: {{text: {{words: [pirate treasure, launch code]}}}}, then: block, message: No.}}
  - {{name: deletes, when: {{tool: shell, argument: {{command: {{regex: 'rm\\s+-r'}}}}}}, then: hold, message: Ask.}}
redaction:
  requests: {{detect: [secrets, email, phone, card], style: token}}
  responses: {{detect: [pii, secrets], style: label}}
"""


@dataclass
class Figures:
    """What was measured on one route."""

    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    event_p50: list[float] = field(default_factory=list)
    event_p99: list[float] = field(default_factory=list)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the sorted values are."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def cpu_seconds(process: int | None) -> float:
    """Return the processor seconds that a process has used (proc(5): utime and stime of its stat file)."""
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(*arguments: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of the block, once it listens on ``port``."""
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(port)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def measure(route: Route, process: int | None, figures: Figures, requests: int, streams: int) -> None:
    """Add one round on ``route`` to ``figures``."""
    before = cpu_seconds(process)
    taken, seconds = asyncio.run(latencies(route, requests, PROMPT))
    figures.cpu.append((cpu_seconds(process) - before) / requests)
    figures.rates.append(requests / seconds)
    figures.p50.append(quantile(taken, 0.5))
    figures.p99.append(quantile(taken, 0.99))
    delays = asyncio.run(event_delays(route, streams, f"repeat: {PROMPT}"))
    figures.event_p50.append(quantile(delays, 0.5))
    figures.event_p99.append(quantile(delays, 0.99))


def table(routes: dict[str, Figures]) -> Table:
    """Return the medians of all rounds, and what each route adds to the direct one."""
    names = ("route", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "event delay p50 ms", "p99 ms", "p50 vs bare")
    shown = Table(*names, title="median of all rounds")
    bare = statistics.median(routes["bare mitmdump"].p50)
    for name, figures in routes.items():
        milliseconds = (figures.p50, figures.p99, figures.cpu, figures.event_p50, figures.event_p99)
        cells = [f"{statistics.median(values) * 1e3:.2f}" for values in milliseconds]
        rate = f"{statistics.median(figures.rates):.0f}"
        shown.add_row(name, rate, *cells, f"{statistics.median(figures.p50) / bare:.2f}x")
    return shown


type Routes = dict[str, tuple[Route, int | None]]


def run(routes: Routes, options: argparse.Namespace) -> Table:
    """Measure all routes in turn, round by round, so that a change of the machine's speed meets all of them."""
    figures = {name: Figures() for name in routes}
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("measuring", total=len(routes) * (options.rounds + 1))
        for number in range(options.rounds + 1):
            for name, (route, process) in routes.items():
                into = figures[name] if number else Figures()  # the first round warms up
                measure(route, process, into, options.requests, options.streams)
                progress.advance(task)
    return table(figures)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds, after one that warms up")
    parser.add_argument("--requests", type=int, default=400, help="requests per route and round")
    parser.add_argument("--streams", type=int, default=5, help="event streams per route and round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chainwarden-bench-") as name:
        site, port, bare_port = Site(Path(name)), free_port(), free_port()
        site.write_policy(POLICY.format(port=port))
        upstream = [
            sys.executable,
            "-m",
            "tests.simulators.openai_api",
            "--port",
            str(port),
            "--stamp",
            "--pause",
            "0.002",
        ]
        settings = {"confdir": site.folder / "mitmproxy", "ssl_verify_upstream_trusted_ca": site.upstream_ca}
        sets = [item for key, value in settings.items() for item in ("--set", f"{key}={value}")]
        lazy = ["--set", "connection_strategy=lazy", "--set", "http2=false"]
        with (
            started(*upstream, "--certificate", str(site.upstream_certificate), port=port),
            started(str(BIN / "mitmdump"), "--quiet", "-p", str(bare_port), *sets, *lazy, port=bare_port) as bare,
            gateway(site, "--quiet") as gate,
        ):
            token = site.token("alice", "data-science")
            routes: Routes = {
                "direct": (Route("direct", port, site.upstream_ca), None),
                "bare mitmdump": (Route("bare", port, site.ca, bare_port), bare.pid),
                "gateway": (Route("gateway", port, site.ca, gate.port, token), gate.process.pid),
            }
            Console(width=110).print(run(routes, options))
