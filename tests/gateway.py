"""A real gateway in its own process: `mitmdump -s addons/`, as a user starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tests.authority import make_authority

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 60
HELD_KEY = "sk-held-credential-that-only-the-wire-sees-0123456789"
"""The upstream's key, which the gateway holds; it must not show up anywhere else."""

POLICY = """\
version: 1
identity:
  issuers:
    - issuer: https://chainwarden.local
      audience: chainwarden
      jwks_file: issuer.jwks.json
services:
  openai:
    hosts: [api.openai.com]
    protocol: openai
    credential: env:OPENAI_API_KEY
    upstream: 127.0.0.1:{upstream}
access:
  - groups: [data-science]
    services:
      openai:
        operations: [chat, embeddings, models.list]
        models: ["gpt-*", "text-embedding-*"]
guardrails:
  - name: shell-tools
    when: {{tool: ["shell", "bash*"], argument: {{command: {{regex: '\\brm\\s+-\\w*r'}}}}}}
    then: hold
    message: A person must look at commands that delete.
    approvers: {{groups: [security], count: 1, expires: 15m, mitmweb: allowed}}
    risk: 40
  - name: no-pirates
    when: {{text: {{words: [pirate treasure]}}}}
    then: block
    message: We do not talk about pirates.
redaction:
  requests: {{detect: [secrets, email, card], style: token}}
  responses: {{detect: [pii, secrets], style: label}}
risk: {{hold: 50, block: 90}}
"""


def free_port() -> int:
    """Return a port on loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A folder with everything a gateway needs: keys, CAs, a policy, a ledger."""

    folder: Path
    upstream_ca: Path = field(init=False)
    upstream_certificate: Path = field(init=False)

    def __post_init__(self) -> None:
        self.upstream_ca, self.upstream_certificate = make_authority(self.folder)
        run("chainwarden", "certs", "--dir", str(self.folder))

    @property
    def ca(self) -> Path:
        """The CA that clients of the gateway trust."""
        return self.folder / "mitmproxy" / "mitmproxy-ca-cert.pem"

    @property
    def policy(self) -> Path:
        return self.folder / "policies.yaml"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    def write_policy(self, text: str) -> None:
        self.policy.write_text(text, encoding="utf-8")

    def token(self, subject: str = "alice", *groups: str, expires: str = "1h") -> str:
        arguments = [item for group in groups or ("data-science",) for item in ("--group", group)]
        key = str(self.folder / "issuer.key")
        made = run("chainwarden", "token", "--subject", subject, "--key", key, "--expires", expires, *arguments)
        return made.stdout.strip()

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of ``sql`` over the audit views, by a reader of its own."""
        with duckdb.connect(str(self.ledger / "audit.duckdb"), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run(program: str, *arguments: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run one of the environment's programs to its end."""
    done = subprocess.run([str(BIN / program), *arguments], text=True, capture_output=True, check=False, **options)
    if check and done.returncode != 0:
        raise RuntimeError(f"{program} {arguments[0]} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return done


@dataclass
class Gateway:
    """A running gateway process."""

    site: Site
    port: int
    process: subprocess.Popen[bytes]
    log_file: Path
    reverse_port: int | None = None
    web_port: int | None = None

    def proxy(self, token: str | None) -> str:
        """Return what an application's HTTPS_PROXY is set to."""
        return f"http://chainwarden:{token}@127.0.0.1:{self.port}" if token else f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(10)


def launch(
    site: Site,
    *options: str,
    command: Sequence[str] | None = None,
    reverse: str | None = None,
    web: bool = False,
    environment: dict[str, str] | None = None,
    port: int | None = None,
) -> Gateway:
    """Start a gateway and return at once; ``wait_until_ready`` waits for it."""
    port, reverse_port = port or free_port(), free_port() if reverse else None
    web_port = free_port() if web else None
    modes = ["--mode", f"regular@127.0.0.1:{port}"]
    if reverse:
        modes += ["--mode", f"reverse:{reverse}@127.0.0.1:{reverse_port}"]
    program = command or [str(BIN / ("mitmweb" if web else "mitmdump")), "-s", "addons/"]
    settings = {
        "confdir": site.folder / "mitmproxy",
        "policies": site.policy,
        "ledger": site.ledger,
        "ssl_verify_upstream_trusted_ca": site.upstream_ca,
        "gateway_name": "gw-test",
    }
    if web:
        settings |= {"web_port": web_port, "web_open_browser": "false", "web_password": "operator"}
    arguments = [item for name, value in settings.items() for item in ("--set", f"{name}={value}")]
    log_file = site.folder / "gateway.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [*program, *modes, *arguments, *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**_clean_environment(), "OPENAI_API_KEY": HELD_KEY, **(environment or {})},
        )
    return Gateway(site, port, process, log_file, reverse_port, web_port)


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}


def wait_until_ready(gateway: Gateway) -> None:
    """Wait until the gateway listens and its audit database is there."""
    deadline = time.monotonic() + START_SECONDS
    ports = [port for port in (gateway.port, gateway.reverse_port, gateway.web_port) if port]
    while time.monotonic() < deadline:
        if gateway.process.poll() is not None:
            raise RuntimeError(f"the gateway ended with {gateway.process.returncode}:\n{gateway.log}")
        if all(_listens(port) for port in ports) and (gateway.site.ledger / "audit.duckdb").exists():
            return
        time.sleep(0.05)
    raise RuntimeError(f"the gateway did not start in {START_SECONDS} s:\n{gateway.log}")


def wait_until_listening(port: int) -> None:
    """Wait until something listens on ``port`` of loopback."""
    deadline = time.monotonic() + START_SECONDS
    while not _listens(port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on port {port}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def gateway(site: Site, *options: str, **settings: Any) -> Iterator[Gateway]:
    """Run a gateway for the length of the block."""
    started = launch(site, *options, **settings)
    try:
        wait_until_ready(started)
        yield started
    finally:
        started.stop()


def records(site: Site) -> list[dict[str, Any]]:
    """Return every record of the journal, in order."""
    files = sorted((site.ledger / "journal").glob("*.jsonl"))
    lines = [line for file in files for line in file.read_bytes().splitlines()]
    found = (re.search(rb"\{.*\}", line) for line in lines)
    return [json.loads(match.group()) for match in found if match]
