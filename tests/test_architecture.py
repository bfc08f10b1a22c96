"""The house rules that a machine can check."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from addons.core.policy.when import _KEYS as WHEN_KEYS
from addons.core.reasons import Reason, http_status
from addons.sentinel import REQUIRED_OPTIONS
from tests.gateway import ROOT

MAX_MODULE_LINES = 350
SOURCES = sorted(path for path in (ROOT / "addons").rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def broad_handlers(tree: ast.AST) -> list[int]:
    broad = {"Exception", "BaseException"}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} & broad)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_guard_catches_everything(path: Path) -> None:
    if path.name != "guard.py":
        assert broad_handlers(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_thing(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


@pytest.mark.parametrize("reason", list(Reason))
def test_each_reason_is_used_and_documented(reason: Reason) -> None:
    users = [path for path in SOURCES if f"Reason.{reason.name}" in path.read_text(encoding="utf-8")]
    assert [path for path in users if path.name != "reasons.py"]
    row = next(line for line in README.splitlines() if line.startswith("|") and f"`{reason.value}`" in line)
    documented = row.split("|")[2].strip()
    assert documented in (str(http_status(reason)), "–")


@pytest.mark.parametrize("key", sorted(WHEN_KEYS))
def test_each_condition_is_documented(key: str) -> None:
    assert f"`{key}`" in README


def test_each_place_in_the_readmes_map_exists() -> None:
    section = README.partition("## Where things are")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([\w./]+)` \|", section, re.MULTILINE)
    assert named
    for place in named:
        assert (ROOT / place).exists() or (ROOT / "addons" / place).exists(), place


def test_the_sentinel_knows_only_options_that_mitmproxy_has() -> None:
    listed = subprocess.run(
        [str(ROOT / ".venv/bin/mitmdump"), "--options"], capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"^(\w+):", listed, re.MULTILINE))
    assert REQUIRED_OPTIONS.keys() <= known


def test_no_address_of_a_package_registry_is_in_the_lock() -> None:
    lock = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "index-url" not in lock
