import pytest

from addons.core.errors import RefusedError
from addons.core.protocols.registry import PROTOCOLS, by_name
from addons.core.reasons import Reason


def test_names_are_unique_and_lead_to_their_protocol() -> None:
    assert [by_name(protocol.name) for protocol in PROTOCOLS] == list(PROTOCOLS)
    assert {"http", "openai", "anthropic", "gemini"} <= {protocol.name for protocol in PROTOCOLS}


@pytest.mark.parametrize("name", ["", "OpenAI", "claude", "gopher"])
def test_an_unknown_protocol_must_be_refused(name: str) -> None:
    with pytest.raises(RefusedError) as error:
        by_name(name)
    assert error.value.reason is Reason.PROTOCOL_REFUSED
