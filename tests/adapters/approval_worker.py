"""Another process at the same file of approvals: ``python -m tests.adapters.approval_worker PATH WORK ARGUMENT…``.

It says ``ready``, waits for a line, works, and prints what it achieved.
"""

import sys
from pathlib import Path

from addons.adapters.approval_store import ApprovalStore
from addons.core.approval.states import ApprovalError
from tests.core.approval.samples import NOW, ask, person


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def consume(store: ApprovalStore, approval_id: str, digest: str) -> None:
    try:
        store.consume(approval_id, digest, NOW + 2)
    except ApprovalError as error:
        say(f"refused: {error}")
    else:
        say("consumed")


def decide(store: ApprovalStore, approval_id: str, subject: str, word: str) -> None:
    who = person(subject, "security")
    try:
        store.decide(approval_id, who, approve=word == "approve", reason="", channel="test", now=NOW + 1)
    except ApprovalError as error:
        say(f"refused: {error}")
    else:
        say("decided")


def request(store: ApprovalStore, digest: str) -> None:
    say(store.request(ask(digest), NOW).id)


def work_until_killed(store: ApprovalStore) -> None:
    number = 0
    while True:
        number += 1
        approval = store.request(ask(f"{number:064}"), NOW)
        store.decide(approval.id, person("bob", "security"), approve=True, reason="", channel="test", now=NOW)
        say(f"approved {approval.id}")
        store.consume(approval.id, approval.digest, NOW)
        say(f"consumed {approval.id}")


def main(path: Path, work: str, *arguments: str) -> None:
    if work == "create":
        say("ready")
        sys.stdin.readline()
        with ApprovalStore(path) as store:
            request(store, *arguments)
        return
    with ApprovalStore(path) as store:
        say("ready")
        sys.stdin.readline()
        match work:
            case "consume":
                consume(store, *arguments)
            case "decide":
                decide(store, *arguments)
            case "request":
                request(store, *arguments)
            case "work":
                work_until_killed(store)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
