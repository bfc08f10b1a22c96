"""The story that `scripts/demo` tells: a real LangChain app behind a real gateway, each step checked as it is shown."""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from ruamel.yaml import YAML

from tests.gateway import HELD_KEY, ROOT, Gateway, Site, free_port, gateway, run
from tests.simulators.openai_api import Received

STEP_SECONDS = 60
ANSWER = "Of course: Jane Roe, jane.roe@example.com, card 4111 1111 1111 1111, SSN 536-22-8726."
LEAKED_KEY = "sk-proj-Zk3vQ9xT7bN2mW8rL5yH1cJ4dF6gP0sAaBbCcDdEeFf"
STORY = {
    "customer record": f"repeat: {ANSWER}",
    "old build folder": 'call shell: {"command": "rm -rf ./build"}',
}

console = Console(highlight=False)


class StepFailedError(Exception):
    """A step did not do what it shows."""


def expect(shown: str, *, has: tuple[str, ...] = (), lacks: tuple[str, ...] = ()) -> None:
    """Fail unless ``shown`` has, and lacks, what it should."""
    for text in has:
        if text not in shown:
            raise StepFailedError(f"expected {text!r} in:\n{shown}")
    for text in lacks:
        if text in shown:
            raise StepFailedError(f"did not expect {text!r} in:\n{shown}")


class Demo:
    """The gateway, its upstream, and the application that is run behind it."""

    def __init__(self, site: Site, gate: Gateway, received: Path) -> None:
        self.site = site
        self.gate = gate
        self.received = received
        self.alice = site.token("alice", "data-science")
        self.bob = site.token("bob", "security")

    def app(self, *arguments: str, token: str | None) -> subprocess.Popen[str]:
        """Start the application with nothing but proxy, CA and token in its environment."""
        environment = {
            "HTTPS_PROXY": f"http://127.0.0.1:{self.gate.port}",
            "SSL_CERT_FILE": str(self.site.ca),
            "OPENAI_API_KEY": token or "none",
        }
        console.print(f"[dim]$ python app.py {arguments[0]} {arguments[1]!r}[/dim]", soft_wrap=True)
        program = [sys.executable, str(ROOT / "tests/demo/app.py"), *arguments]
        return subprocess.Popen(program, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def watch(self, process: subprocess.Popen[str]) -> str:
        """Show what the application prints, as it prints it, and return all of it."""
        shown = ""
        assert process.stdout is not None
        while piece := process.stdout.read(1):
            shown += piece
            sys.stdout.write(piece)
            sys.stdout.flush()
        process.wait(STEP_SECONDS)
        return shown

    def upstream_saw(self) -> list[Received]:
        """Return the requests that reached the upstream."""
        lines = self.received.read_text(encoding="utf-8").splitlines() if self.received.exists() else []
        return [Received(**(fields | {"body": fields["body"].encode()})) for fields in map(json.loads, lines)]

    def chainwarden(self, *arguments: str) -> str:
        """Run the chainwarden command, show it, and return what it printed."""
        shown = re.sub(r"(--token )\S+", r"\1$BOB", " ".join(arguments))
        console.print(f"[dim]$ chainwarden {shown}[/dim]", soft_wrap=True)
        where = ["--ledger", str(self.site.ledger)]
        if arguments[0] == "approvals":
            where += ["--policies", str(self.site.policy)]
        done = run("chainwarden", *arguments, *where, env={"COLUMNS": "110", "PATH": ""})
        sys.stdout.write(done.stdout)
        sys.stdout.flush()
        return done.stdout


def no_token(demo: Demo) -> None:
    """Nobody in particular: refused."""
    expect(demo.watch(demo.app("chat", "Hello!", token=None)), has=("AuthenticationError", "401"))
    if demo.upstream_saw():
        raise StepFailedError("a request without a token reached the upstream")


def redacted_stream(demo: Demo) -> None:
    """Alice asks for a customer record: personal data is masked while the answer streams."""
    shown = demo.watch(demo.app("chat", "Show me the customer record.", token=demo.alice))
    expect(shown, has=("Of course: Jane Roe", "[EMAIL]", "[CARD]", "[US_SSN]"), lacks=("@example", "4111", "536-22"))


def secret_in_prompt(demo: Demo) -> None:
    """Alice pastes a key into her prompt: it never reaches the upstream; the upstream gets the held key instead."""
    demo.watch(demo.app("chat", f"Why does this key not work? {LEAKED_KEY}", token=demo.alice))
    last = demo.upstream_saw()[-1]
    console.print(f"[dim]the upstream received:[/dim] {last.json()['messages'][-1]['content']}", markup=True)
    expect(last.body.decode(), has=("Why does this key not work?",), lacks=(LEAKED_KEY,))
    expect(last.header("authorization") or "", has=(HELD_KEY,))


def blocked(demo: Demo) -> None:
    """Alice's code deletes a file: a rule blocks it, in the provider's own error shape."""
    before = len(demo.upstream_saw())
    expect(demo.watch(demo.app("forget", "file-abc123", token=demo.alice)), has=("PermissionDeniedError", "403"))
    if len(demo.upstream_saw()) != before:
        raise StepFailedError("the blocked operation reached the upstream")


def held(demo: Demo) -> None:
    """The model wants to run `rm -rf`: the answer is held until Bob of security has approved it."""
    process = demo.app("agent", "Please remove the old build folder.", token=demo.alice)
    approval = _wait_for_approval(demo)
    demo.chainwarden("approvals", "list")
    demo.chainwarden("approvals", "approve", approval, "--token", demo.bob, "--reason", "the folder is generated")
    expect(demo.watch(process), has=("The tool said: done: rm -rf ./build",))


def _wait_for_approval(demo: Demo) -> str:
    deadline = time.monotonic() + STEP_SECONDS
    while time.monotonic() < deadline:
        where = ("--ledger", str(demo.site.ledger), "--policies", str(demo.site.policy))
        listed = json.loads(run("chainwarden", "approvals", "list", "--json", *where).stdout)
        if listed:
            return str(listed[0]["id"])
        time.sleep(0.2)
    raise StepFailedError("no approval was asked for")


def audited(demo: Demo) -> None:
    """The record: each call tied to a person, with the decision and what was masked."""
    sql = "SELECT subject, operation, verdict, reason, rules, status, redactions FROM flows ORDER BY started_at"
    shown = demo.chainwarden("audit", "sql", sql)
    expect(shown, has=("alice", "token_malformed", "hold", "approved", "guardrail"))
    written = b"".join(file.read_bytes() for file in demo.site.ledger.rglob("*") if file.is_file())
    for secret in (LEAKED_KEY, HELD_KEY, "jane.roe@example.com", demo.alice, demo.bob):
        if secret.encode() in written:
            raise StepFailedError("a secret is in the ledger in clear")


STEPS: tuple[Callable[[Demo], None], ...] = (no_token, redacted_stream, secret_in_prompt, blocked, held, audited)


@contextmanager
def upstream(site: Site, port: int, received: Path) -> Iterator[None]:
    """Run the TLS upstream in a process of its own."""
    arguments = ["--port", str(port), "--certificate", str(site.upstream_certificate), "--record", str(received)]
    program = [sys.executable, "-m", "tests.simulators.openai_api", *arguments, "--pause", "0.05"]
    process = subprocess.Popen([*program, "--story", json.dumps(STORY)], cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def shipped_policy(site: Site, port: int) -> None:
    """Copy the shipped policy, with one line more: the upstream's address on this machine."""
    yaml = YAML()
    policy = yaml.load((ROOT / "policies.yaml").read_text(encoding="utf-8"))
    policy["services"]["openai"]["upstream"] = f"127.0.0.1:{port}"
    for issuer in policy["identity"]["issuers"]:
        issuer["jwks_file"] = "issuer.jwks.json"
    with site.policy.open("w", encoding="utf-8") as file:
        yaml.dump(policy, file)


def main() -> int:
    """Tell the story; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="chainwarden-demo-") as name:
        folder = Path(name)
        port, received = free_port(), folder / "received.jsonl"
        site = Site(folder)
        shipped_policy(site, port)
        console.print(Panel("Chainwarden: mitmdump -s addons/ between a LangChain app and the OpenAI API"))
        with upstream(site, port, received), gateway(site, "--quiet") as gate:
            demo = Demo(site, gate, received)
            for number, step in enumerate(STEPS, 1):
                console.print(f"\n[bold]{number}. {step.__doc__}[/bold]")
                try:
                    step(demo)
                except (StepFailedError, RuntimeError, subprocess.TimeoutExpired) as error:
                    console.print(f"[red]This step failed: {error}[/red]")
                    console.print(gate.log[-4000:], markup=False, style="dim")
                    return 1
    console.print(
        "\n[green]Every step did what it showed.[/green] Next: README.md, 'Put your own application behind it'."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
