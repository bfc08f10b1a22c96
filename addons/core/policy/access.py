"""Default deny: what a principal was not granted is refused.

1. A grant counts where one of its groups or subjects is the principal's, and it names the service.
2. One such grant must cover the operation and the model together. A grant that names models covers no call that names
   none, except reads and deletions, which run no model: a provider would choose the model itself.
3. Each tool that the request offers, or that was called in its history, must be covered by a grant that passed 2.
"""

import re

from addons.core.call import Call
from addons.core.exchange import Decision, Principal, Verdict
from addons.core.policy.model import Grant, Policy, ServiceGrant
from addons.core.policy.patterns import names_of
from addons.core.reasons import Reason

METHODS_WITHOUT_MODEL = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})

_NAME = re.compile(r"[\w.:/@|+-]{1,100}")
"""What a refusal repeats of a call: names. Anything else stays out of messages and of the ledger."""

_ASK = "Ask whoever maintains the gateway's policy file to grant it to you or to one of your groups."


def authorize(policy: Policy, principal: Principal, call: Call) -> Decision | None:
    """Return ``None`` where ``call`` is granted, else the decision that refuses it and says what is lacking."""
    # 1. Grants of this principal on this service
    grants = [
        grant
        for entry in policy.access
        if _is_for(entry, principal)
        for grant in entry.services
        if grant.service == call.service
    ]
    if not grants:
        return _refused(principal, f"the service {_shown(call.service)}")
    # 2. Operation and model
    with_operation = [grant for grant in grants if _covers(grant.operations, call.operation)]
    if not with_operation:
        return _refused(principal, f"the operation {_shown(call.operation)} on the service {_shown(call.service)}")
    with_model = [grant for grant in with_operation if _covers_model(grant, call)]
    if not with_model:
        what = f"the model {_shown(call.model)}" if call.model else "a call that names no model"
        return _refused(principal, f"{what} on the service {_shown(call.service)}")
    # 3. Tools
    for tool in dict.fromkeys((*call.tools, *(used.name for used in call.content.tool_calls))):
        if not any(_covers(grant.tools, tool) for grant in with_model):
            return _refused(principal, f"the tool {_shown(tool)} on the service {_shown(call.service)}")
    return None


def _is_for(grant: Grant, principal: Principal) -> bool:
    subjects, groups = names_of(grant.subjects, fold=False), names_of(grant.groups, fold=False)
    return subjects.match(principal.subject) or groups.any_of(principal.groups)


def _covers(patterns: tuple[str, ...], name: str) -> bool:
    return not patterns or names_of(patterns).match(name)


def _covers_model(grant: ServiceGrant, call: Call) -> bool:
    if not call.model and grant.models:
        return call.head.method.upper() in METHODS_WITHOUT_MODEL
    return _covers(grant.models, call.model)


def _refused(principal: Principal, what: str) -> Decision:
    groups = f"groups: {', '.join(map(_shown, principal.groups))}" if principal.groups else "no groups"
    message = f"{_shown(principal.subject)} ({groups}) is not granted {what}. {_ASK}"
    return Decision(Verdict.BLOCK, Reason.NOT_GRANTED, message)


def _shown(name: str) -> str:
    return f"'{name}'" if _NAME.fullmatch(name) else "(a name that is not shown)"
