"""From the text of a policy file to a `Policy`, or to all of its problems at once.

1. The text is one YAML document of bounded size and depth, without tags.
2. The schema is closed: every key is known, every value has its type, every name refers to something.
3. A rule that could never match, or a setting without effect, is a problem as well: it would only look like a guard.
4. A policy exists only when there is no problem.
"""

import hashlib

from addons.core.policy.model import IdentityPolicy, Policy, Redaction, RiskThresholds
from addons.core.policy.sections import access, guardrails, identity, limits, redaction, services
from addons.core.policy.values import Report, Value, optional
from addons.core.policy.yaml_tree import read_tree

VERSION = 1
"""The version of the schema."""

_OPTIONAL = ("services", "access", "guardrails", "redaction", "risk", "ledger")


def parse(text: bytes, *, name: str) -> Policy:
    """Return the policy in ``text``; ``name`` is the file's name in problems.

    Raises:
        PolicyError: with every problem of the file.
    """
    report = Report(name)
    root = Value(read_tree(text, name=name), "", report)
    members = root.mapping(required=("version", "identity"), optional=_OPTIONAL)
    if "version" in members:
        _check_version(members["version"])
    known = services.read(members["services"]) if "services" in members else ()
    protocols = {service.name: service.protocol for service in known}
    policy = Policy(
        digest=hashlib.sha256(text).hexdigest(),
        identity=optional(members, "identity", identity.read, IdentityPolicy(())),
        services=known,
        access=optional(members, "access", lambda one: access.read(one, protocols), ()),
        guardrails=optional(members, "guardrails", lambda one: guardrails.read(one, protocols), ()),
        redaction=optional(members, "redaction", redaction.read, Redaction()),
        risk=optional(members, "risk", limits.read_risk, RiskThresholds()),
        retention_days=optional(members, "ledger", limits.read_retention_days, None),
    )
    report.check()
    return policy


def _check_version(value: Value) -> None:
    content = value.node.content
    if type(content) is not int or content != VERSION:
        value.fail(f"expected version {VERSION}", "This is the only version that this program reads.")
