"""The gateway: the ordered list of its steps. This is the life of a call; read it from top to bottom.

mitmproxy calls the steps in this order for the request and again for the answer.
"""

import sys

from mitmproxy.exceptions import OptionsError

from addons import dispatch, gate, sentinel
from addons.approval import AnswerApproval, Holding, RequestApproval
from addons.audit import Audit
from addons.control import Control
from addons.credentials import Credentials
from addons.guard import Guarded
from addons.guardrails import Guardrails
from addons.identity import Identity
from addons.redaction import Redaction
from addons.runtime import Plant
from addons.scripts import stop_watching
from addons.target import Target


def pipeline() -> list[object]:
    """Return the steps, in order."""
    plant = Plant()
    target, guardrails, redaction, holding = Target(plant), Guardrails(plant), Redaction(plant), Holding(plant)
    request_again = (target.requestheaders, redaction.requestheaders, guardrails.request, redaction.request)
    answer_again = (guardrails.response, redaction.response)
    return [
        Control(plant),  # start, stop, reload: options, policy, ledger
        target,  # 0. where to
        Identity(plant),  # 1. who
        guardrails,  # 2.-4. what; whether it is granted; what the rules say. Also of the answer
        redaction,  # 5. and 9. what must not leave, in either direction
        AnswerApproval(plant, holding, answer_again),  # an answer that waits
        Audit(plant),  # 6. intent, before anything is forwarded; 10. outcome, before the answer ends
        RequestApproval(plant, holding, request_again),  # 7. a request that waits
        Credentials(plant),  # 8. cleared for the wire, with the credential that only the wire sees
    ]


def enter(script: str) -> list[object]:
    """Put gate and sentinel in place, outside the script, and return the guarded pipeline."""
    gate.install()
    dispatch.install()
    stop_watching(script)
    try:
        sentinel.install()
    except OptionsError as error:
        sys.exit(f"{error}")
    return [Guarded(step) for step in pipeline()]
