"""The errors that steps raise on purpose; everything else is a fault and is contained by the guard."""

from addons.core.reasons import Reason


class ChainwardenError(Exception):
    """Root of the errors that carry a message meant for a person."""


class RefusedError(ChainwardenError):
    """The call must not go on.

    ``message`` is shown to the client and kept in the ledger: it never holds a secret or a part of a body.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class LedgerError(ChainwardenError):
    """A record could not be made durable."""


class CredentialError(ChainwardenError):
    """A held credential could not be read."""
