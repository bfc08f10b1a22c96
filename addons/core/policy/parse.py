"""From the text of a policy file to a `Policy`, or to all of its problems at once.

1. The text is one YAML document of bounded size and depth, without tags.
2. The schema is closed: every key is known, every value has its type, every name refers to something.
3. A rule that could never match, or a setting without effect, is a problem as well: it would only look like a guard.
4. A policy exists only when there is no problem.
"""

import hashlib
from types import MappingProxyType

from addons.core.detect.catalogue import SHIPPED, Catalogue
from addons.core.detect.entity import GROUP, entity
from addons.core.policy import dead_detectors
from addons.core.policy.model import IdentityPolicy, Policy, Redaction, RiskThresholds
from addons.core.policy.sections import (
    access,
    detectors,
    entities,
    guardrails,
    identity,
    imports,
    limits,
    redaction,
    services,
)
from addons.core.policy.values import Report, Value, optional
from addons.core.policy.yaml_tree import read_tree

VERSION = 1
"""The version of the schema."""

_OPTIONAL = ("services", "access", "detectors", "import", "entities", "guardrails", "redaction", "risk", "ledger")
_NO_FILES: imports.Files = MappingProxyType({})


def parse(text: bytes, *, name: str, files: imports.Files = _NO_FILES) -> Policy:
    """Return the policy in ``text``; ``name`` is the file's name in problems, ``files`` are those it imports.

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
    own = detectors.read(members["detectors"]) if "detectors" in members else ()
    imported = imports.read(members["import"], files) if "import" in members else ()
    patterns = Catalogue((*own, *SHIPPED.detectors, *imported))
    taken = {*patterns.names(), *detectors.TAKEN, GROUP}
    named = optional(members, "entities", lambda one: entities.read(one, taken), None)
    catalogue = Catalogue((*patterns.detectors, *map(entity, named.types if named else ())))
    policy = Policy(
        digest=digest(text, files),
        identity=optional(members, "identity", identity.read, IdentityPolicy(())),
        services=known,
        access=optional(members, "access", lambda one: access.read(one, protocols), ()),
        guardrails=optional(members, "guardrails", lambda one: guardrails.read(one, protocols, catalogue), ()),
        redaction=optional(members, "redaction", lambda one: redaction.read(one, catalogue), Redaction()),
        risk=optional(members, "risk", limits.read_risk, RiskThresholds()),
        retention_days=optional(members, "ledger", limits.read_retention_days, None),
        entities=named,
        catalogue=catalogue,
        warnings=tuple(report.warnings),
    )
    dead_detectors.check(members, own, imported, policy)
    report.check()
    return policy


def digest(text: bytes, files: imports.Files) -> str:
    """Return what tells policies apart: the SHA-256 of the file, or of that and the digests of what it imports."""
    whole = hashlib.sha256(text)
    contents = [content for _, content in sorted(files.items()) if isinstance(content, bytes)]
    if contents:
        whole = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in (text, *contents)))
    return whole.hexdigest()


def _check_version(value: Value) -> None:
    content = value.node.content
    if type(content) is not int or content != VERSION:
        value.fail(f"expected version {VERSION}", "This is the only version that this program reads.")
