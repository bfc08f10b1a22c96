"""Approvals: a risky call waits until humans decide about exactly this call.

Invariants, each held by the table in ``states`` and by one transaction per change in ``adapters.approval_store``:

1. An approval is bound to the digest of one call (``digest``); it lets no other call pass.
2. It lets that call pass once.
3. It needs ``terms.count`` distinct people, none of them the requester; one denial ends it.
4. Nothing is decided or used at or after ``expires_at``; what has ended stays ended.
"""
