"""``chainwarden policy``: check a policy file, and run the examples that its rules carry."""

from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.console import Console

from addons.adapters.policy_file import load
from addons.cli.shared import EXIT_REFUSED, SHIPPED_POLICY, JsonOption, PoliciesOption, fail, print_json, print_table
from addons.core.detect.catalogue import SHIPPED
from addons.core.policy.examples import passes
from addons.core.policy.model import Guardrail, Policy, RuleTest
from addons.core.policy.problems import PolicyError

app = typer.Typer(help="Check a policy file and run its examples.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Result:
    """One example of one rule, what was expected of it and what came of it (``match`` or ``pass``)."""

    rule: str
    example: str
    line: int
    expected: str
    got: str

    @property
    def ok(self) -> bool:
        """Whether the rule does what its example says."""
        return self.expected == self.got


@app.command()
def check(policies: PoliciesOption = SHIPPED_POLICY, as_json: JsonOption = False) -> None:
    """Read the policy file and print every problem in it, with its place."""
    policy = _load(policies, as_json=as_json)
    counts = {
        "issuers": len(policy.identity.issuers),
        "services": len(policy.services),
        "grants": len(policy.access),
        "detectors": len({one.name for one in policy.catalogue.detectors} - {one.name for one in SHIPPED.detectors}),
        "guardrails": len(policy.guardrails),
        "tests": sum(len(rule.tests) for rule in policy.guardrails),
    }
    if as_json:
        warnings = [asdict(warning) for warning in policy.warnings]
        print_json({"ok": True, "file": str(policies), "digest": policy.digest, **counts, "warnings": warnings})
        return
    for warning in policy.warnings:
        _say(f"warning: {warning}")
    summary = ", ".join(f"{count} {name if count != 1 else name.removesuffix('s')}" for name, count in counts.items())
    _say(f"ok: {policies}: {summary}")


@app.command("test")
def run_tests(policies: PoliciesOption = SHIPPED_POLICY, as_json: JsonOption = False) -> None:
    """Run the examples of every rule and print what came of them."""
    policy = _load(policies, as_json=as_json)
    results = [_run(policy, rule, example) for rule in policy.guardrails for example in rule.tests]
    untested = [rule.name for rule in policy.guardrails if not rule.tests]
    failed = [result for result in results if not result.ok]
    if as_json:
        rows = [{**asdict(result), "ok": result.ok} for result in results]
        print_json({"ok": not failed, "results": rows, "untested": untested})
    else:
        _print_results(policies, results, untested)
    if failed:
        raise typer.Exit(EXIT_REFUSED)


def _load(path: Path, *, as_json: bool) -> Policy:
    try:
        return load(path)
    except PolicyError as error:
        if as_json:
            print_json({"ok": False, "file": str(path), "problems": [asdict(problem) for problem in error.problems]})
            raise typer.Exit(EXIT_REFUSED) from error
        fail(str(error))


def _run(policy: Policy, rule: Guardrail, test: RuleTest) -> Result:
    expected, other = ("match", "pass") if test.must_match else ("pass", "match")
    got = expected if passes(policy, rule, test) else other
    return Result(rule.name, _shown(test.example), test.line, expected, got)


def _shown(example: dict[str, object]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in example.items())


def _print_results(path: Path, results: list[Result], untested: list[str]) -> None:
    rows = [{**asdict(result), "result": "ok" if result.ok else "FAILED"} for result in results]
    print_table(f"Examples in {path}", ("rule", "line", "example", "expected", "got", "result"), rows)
    failed = sum(not result.ok for result in results)
    _say(f"{len(results)} examples, {failed} failed")
    if untested:
        _say(f"without examples: {', '.join(untested)}")


def _say(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
