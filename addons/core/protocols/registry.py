"""All protocols, by the names that policies use."""

from addons.core.errors import RefusedError
from addons.core.protocols.anthropic.protocol import Anthropic
from addons.core.protocols.gemini.protocol import Gemini
from addons.core.protocols.http import Http
from addons.core.protocols.openai.protocol import OpenAI
from addons.core.protocols.protocol import Protocol
from addons.core.reasons import Reason

PROTOCOLS: tuple[Protocol, ...] = (Http(), OpenAI(), Anthropic(), Gemini())


def by_name(name: str) -> Protocol:
    """Return the protocol called ``name``.

    Raises:
        RefusedError: there is none.
    """
    for protocol in PROTOCOLS:
        if protocol.name == name:
            return protocol
    raise RefusedError(Reason.PROTOCOL_REFUSED, f"The gateway knows no protocol '{name}'.")
