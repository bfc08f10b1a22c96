"""Policy files of the tests: one head, to which a test adds what it is about."""

from addons.core.policy.model import Policy
from addons.core.policy.parse import parse

HEAD = """\
version: 1
identity: {issuers: [{issuer: https://login.example.com, audience: chainwarden}]}
services:
  openai: {hosts: [api.openai.com], protocol: openai}
  crm: {hosts: [crm.example.com, "*.crm.example.com"], protocol: http}
"""


def policy(added: str = "") -> Policy:
    """Return the policy of ``HEAD`` and what is ``added`` to it."""
    return parse((HEAD + added).encode(), name="policies.yaml")


def rules(*conditions: str, then: str = "block") -> Policy:
    """Return a policy with one rule for each condition; they are called `r0`, `r1` and so on."""
    lines = (f"  - {{name: r{number}, when: {when}, then: {then}}}" for number, when in enumerate(conditions))
    return policy("guardrails:\n" + "\n".join(lines))
