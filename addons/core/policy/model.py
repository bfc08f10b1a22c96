"""The policy as values. ``parse`` makes it from text, ``evaluate`` applies it; nothing here reads a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from addons.core.call import Direction
from addons.core.detect.catalogue import SHIPPED, Catalogue
from addons.core.detect.detector import Detector
from addons.core.exchange import ApprovalTerms, Verdict
from addons.core.masking.styles import Style
from addons.core.policy.conditions import Condition
from addons.core.policy.problems import Problem

DEFAULT_CLOCK_SKEW_S = 30.0
"""Seconds by which an issuer's clock may differ from ours: NTP keeps hosts within one, VMs that resume do not."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An identity provider. Keys come from ``jwks_file``, else from ``jwks_uri``, else from OIDC discovery.

    ``groups``, ``subject`` and ``session`` are claim paths, dotted. ``algorithms`` are asymmetric JWS algorithms
    (RFC 7518) only.
    """

    issuer: str
    audience: tuple[str, ...]
    jwks_file: str = ""
    jwks_uri: str = ""
    ca_file: str = ""
    algorithms: tuple[str, ...] = ("ES256", "ES384", "EdDSA", "RS256", "PS256")
    groups: str = "groups"
    subject: str = "sub"
    session: str = "sid"


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """Whose tokens count, and in which headers (lower case, in this order) they are looked for."""

    issuers: tuple[Issuer, ...]
    tokens_from: tuple[str, ...] = ("proxy-authorization", "authorization", "x-api-key", "x-goog-api-key")


@dataclass(frozen=True, slots=True)
class HostPattern:
    """``name``, ``*.name`` or either with a port. Names are in lower case, without a trailing dot, IDNs in A-labels."""

    name: str
    port: int | None = None
    wildcard: bool = False


@dataclass(frozen=True, slots=True)
class CredentialSource:
    """Where a held credential comes from: ``env:NAME`` or ``file:PATH``; and in which header it goes out.

    ``header`` is in lower case; ``template`` holds one ``{}``.
    """

    kind: str
    location: str
    header: str = "authorization"
    template: str = "Bearer {}"


@dataclass(frozen=True, slots=True)
class Service:
    """Something that calls go to. ``uninspected`` is ``block`` or ``observe``.

    ``upstream`` is the address to connect to instead of the host that the client named (name, port); the name in TLS
    and in ``Host`` stays.
    """

    name: str
    hosts: tuple[HostPattern, ...]
    protocol: str
    credential: CredentialSource | None = None
    uninspected: str = "block"
    plaintext: bool = False
    upstream: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ServiceGrant:
    """What is granted on one service. Empty tuples grant everything of that kind; patterns are shell-style."""

    service: str
    operations: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may use which services. A principal matches by any group or by its subject."""

    groups: tuple[str, ...]
    subjects: tuple[str, ...]
    services: tuple[ServiceGrant, ...]


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example carried by a rule: ``when`` it must match, or must pass."""

    must_match: bool
    example: dict[str, object]
    line: int


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One rule: where its conditions all hold, ``then`` is what happens."""

    name: str
    condition: Condition
    then: Verdict
    message: str = ""
    risk: int = 0
    controls: tuple[str, ...] = ()
    approval: ApprovalTerms | None = None
    enforced: bool = True
    tests: tuple[RuleTest, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Entities:
    """What a language model looks for, in a process of its own: Presidio's types, such as ``PERSON``.

    ``model`` is a spaCy package or the path of a folder. ``score`` is between 0 and 1; ``timeout`` are seconds for one
    body.
    """

    types: tuple[str, ...]
    language: str = "en"
    model: str = "en_core_web_lg"
    score: float = 0.6
    timeout: int = 2
    workers: int = 1


@dataclass(frozen=True, slots=True)
class RedactionRule:
    """The detectors that are used in one direction, and the style of what takes a value's place.

    ``styles`` are exceptions from ``style``, by the name of a detector. ``entities`` stand for what a language model
    finds.
    """

    detectors: tuple[Detector, ...] = ()
    style: Style = Style.LABEL
    styles: tuple[tuple[str, Style], ...] = ()
    entities: tuple[Detector, ...] = ()
    _by_name: Mapping[str, Style] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = dict.fromkeys((detector.name for detector in (*self.detectors, *self.entities)), self.style)
        object.__setattr__(self, "_by_name", {**by_name, **dict(self.styles)})

    def style_of(self, detector: str) -> Style:
        """Return the style of what a detector finds; a label for whatever else is masked."""
        return self._by_name.get(detector, Style.LABEL)

    def uses(self, style: Style) -> bool:
        """Tell whether anything is replaced in this style."""
        return style in self._by_name.values()


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is taken out of each direction."""

    requests: RedactionRule = field(default_factory=RedactionRule)
    responses: RedactionRule = field(default_factory=RedactionRule)

    def of(self, direction: Direction) -> RedactionRule:
        """Return what is taken out of ``direction``."""
        return self.requests if direction is Direction.REQUEST else self.responses


@dataclass(frozen=True, slots=True)
class RiskThresholds:
    """Added risk points from which a call is held or blocked; ``None`` where there is no threshold.

    ``approval`` says who approves a call that is held for its points.
    """

    hold: int | None = None
    block: int | None = None
    approval: ApprovalTerms = field(default_factory=ApprovalTerms)


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. ``digest`` is the SHA-256, in hex, of the file's bytes, or of all digests where it imports files.

    ``catalogue`` holds the detectors that it can name, its own among them. ``entities`` are ``None`` where no language
    model is used. ``warnings`` stop nothing.
    """

    digest: str
    identity: IdentityPolicy
    services: tuple[Service, ...] = ()
    access: tuple[Grant, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    redaction: Redaction = field(default_factory=Redaction)
    risk: RiskThresholds = field(default_factory=RiskThresholds)
    retention_days: int | None = None
    entities: Entities | None = None
    catalogue: Catalogue = SHIPPED
    warnings: tuple[Problem, ...] = ()
