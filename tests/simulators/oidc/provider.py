"""Runs the OpenID Connect provider of this folder on a free loopback port."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

FOLDER = Path(__file__).parent
CLIENT = ("app", "app-secret-of-the-simulator")
AUDIENCE = "chainwarden"
GROUPS = ("data-science", "research")

STOP_TIMEOUT_S = 10
INSTALL_TIMEOUT_S = 120


class OidcProvider:
    """The provider as a process that can be stopped and started again under the same issuer."""

    def __init__(self) -> None:
        self.issuer = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it; again on the port of the first time. Its keys are new every time."""
        port = self.issuer.rpartition(":")[2] or "0"
        process = subprocess.Popen(
            [_program("node"), "server.mjs", port],
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._process = process
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                self.issuer = json.JSONDecoder().decode(line)["issuer"]
                return
        self.stop()
        pytest.fail("The OpenID Connect provider did not start: run 'node server.mjs' in tests/simulators/oidc.")

    def stop(self) -> None:
        """Stop it; its port refuses connections from then on."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=STOP_TIMEOUT_S)
            self._process = None

    def token(self) -> str:
        """Get an access token with the client credentials grant (RFC 6749 section 4.4)."""
        answer = httpx.post(
            f"{self.issuer}/token", auth=CLIENT, data={"grant_type": "client_credentials"}, trust_env=False
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def rotate_keys(self) -> None:
        """Replace the signing key by a new one with another id."""
        httpx.post(f"{self.issuer}/test/rotate-keys", trust_env=False).raise_for_status()


@contextmanager
def running_provider() -> Iterator[OidcProvider]:
    """Yield a running provider, and stop it at the end."""
    _install()
    provider = OidcProvider()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


def _install() -> None:
    installed, wanted = FOLDER / "node_modules" / ".package-lock.json", FOLDER / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime:
        return
    npm = [_program("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    result = subprocess.run(
        npm, cwd=FOLDER, env=dict(os.environ), capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
    )
    if result.returncode != 0:
        pytest.fail(f"npm ci failed in tests/simulators/oidc:\n{result.stderr}")


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is not installed: these tests run a real OpenID Connect provider. Run scripts/install.")
    return path
