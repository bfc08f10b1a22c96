"""Every command of the README is run, as it stands there."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from addons.adapters.policy_file import load
from addons.core.detect.catalogue import SHIPPED
from addons.core.protocols.registry import PROTOCOLS
from tests.gateway import POLICY, ROOT, Site, free_port, gateway, wait_until_listening
from tests.simulators.openai_api import running

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ").partition("   #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", re.sub(r"(?m)^   ", "", README), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
RUN_ELSEWHERE = {
    "scripts/test": "runs this test",
    "scripts/demo": "test_the_demo_tells_its_story_to_the_end",
    "python app.py": "the demo",
    "chainwarden approvals approve": "the demo",
    "OPENAI_API_KEY=": "test_the_gateway_starts_as_the_readme_says",
}
"""Commands by how they begin, and where they are run instead."""

QUICK = [command for command in COMMANDS if not command.startswith(tuple(RUN_ELSEWHERE))]


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        shlex.split(command), cwd=ROOT, text=True, capture_output=True, check=False, env={**os.environ, **environment}
    )


def test_there_are_commands_and_each_exception_is_one_of_them() -> None:
    assert QUICK
    for start in RUN_ELSEWHERE:
        assert any(command.startswith(start) for command in COMMANDS), start


@pytest.mark.parametrize(
    "command", [command for command in QUICK if "approvals" not in command and "audit" not in command]
)
def test_a_command_does_what_it_should(command: str) -> None:
    done = shell(command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", [command for command in QUICK if "approvals" in command or "audit" in command])
def test_a_command_over_a_ledger_does_what_it_should(command: str, tmp_path: Path) -> None:
    site = Site(tmp_path)
    with running(site.upstream_certificate) as (_, port):
        site.write_policy(POLICY.format(upstream=port))
        with gateway(site):
            done = shell(f"{command} --ledger {site.ledger}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_gateway_starts_as_the_readme_says(tmp_path: Path) -> None:
    command = next(command for command in COMMANDS if command.startswith("OPENAI_API_KEY="))
    setting, _, program = command.partition(" ")
    port = free_port()
    own = ["--set", f"ledger={tmp_path / 'ledger'}", "--listen-port", str(port)]  # not the user's ledger, nor port
    environment = {**os.environ, **dict([setting.split("=", 1)])}
    with subprocess.Popen(
        [*shlex.split(program), *own], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_until_listening(port)
        finally:
            process.terminate()
    assert (tmp_path / "ledger" / "journal").is_dir()


def test_the_demo_tells_its_story_to_the_end() -> None:
    done = shell("scripts/demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step did what it showed." in done.stdout


@pytest.mark.parametrize("name", SHIPPED.names())
def test_every_detector_and_group_is_named(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", [protocol.name for protocol in PROTOCOLS])
def test_every_protocol_is_named(name: str) -> None:
    assert f"| `{name}` |" in README


def test_the_detectors_of_the_reference_are_good(tmp_path: Path) -> None:
    """They are read as a part of the shipped policy."""
    section = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "detectors:" in block)
    head = (ROOT / "policies.yaml").read_text(encoding="utf-8").partition("\n# What is replaced")[0]
    (tmp_path / "policies.yaml").write_text(f"{head}\n{section}", encoding="utf-8")
    rule = "[[rules]]\nid = 'corp'\nregex = '''corp_[a-z]{20}'''\n"
    (tmp_path / "rules.toml").write_text(rule, encoding="utf-8")
    policy = load(tmp_path / "policies.yaml")
    assert {"employee_id", "gitleaks:corp"} <= set(policy.catalogue.names())
