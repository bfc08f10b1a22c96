"""How a policy is applied: everything that the pipeline asks of it."""

from addons.core.policy.access import authorize
from addons.core.policy.answers import may_stop_answer, watched_tools
from addons.core.policy.judge import judge
from addons.core.policy.redactors import Redactor, detecting, every_redactor, redactors
from addons.core.policy.services import plaintext_refused, service_for
from addons.core.policy.terms import are_met

__all__ = [
    "Redactor",
    "are_met",
    "authorize",
    "detecting",
    "every_redactor",
    "judge",
    "may_stop_answer",
    "plaintext_refused",
    "redactors",
    "service_for",
    "watched_tools",
]
