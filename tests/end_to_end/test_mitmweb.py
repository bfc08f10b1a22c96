"""mitmweb as the operator's console: what it shows, what a click or an edit does, and what it never serves."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import httpx
import httpx2
import openai
import pytest

from tests.end_to_end.browser import Mitmweb, mitmweb
from tests.end_to_end.calls import WAIT_SECONDS, decide, post, said, shell
from tests.end_to_end.conftest import trust
from tests.gateway import HELD_KEY, POLICY, Gateway, Site, gateway, records
from tests.simulators.openai_api import GREETING, Upstream, running

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"
SECRET = "sk-proj-Zq83hfGk27dhQmPz0sLw91XnVt45RbYc"
EDITED_SECRET = "sk-proj-Yt72kLpWq93vMzXc81nBd04RsGh65JfA"
RULES = """\
  - name: no-mitmweb
    when: {tool: shell, argument: {command: {regex: 'mkfs'}}}
    then: hold
    message: Formatting disks needs a known person.
    approvers: {mitmweb: refused}
  - name: two-people
    when: {tool: shell, argument: {command: {regex: 'shutdown'}}}
    then: hold
    message: Two people must agree.
    approvers: {count: 2}
  - name: group-unsaid
    when: {tool: shell, argument: {command: {regex: 'reboot'}}}
    then: hold
    message: Somebody of security must agree.
    approvers: {groups: [security]}
  - name: no-pirates
"""
MARKERS = count(1)


@dataclass
class Console:
    """A gateway under mitmweb, its page in a browser, and people who call and approve."""

    gate: Gateway
    web: Mitmweb
    upstream: Upstream
    pool: ThreadPoolExecutor
    alice: str
    bob: str
    marker: str = ""

    def call(self, body: dict[str, object]) -> Future[httpx.Response]:
        return self.pool.submit(post, self.gate, self.alice, body)

    def hold(self, command: str = "rm -rf ./build") -> tuple[str, Future[httpx.Response]]:
        """Make a call that is held; return its flow's id and its answer to be."""
        answer = self.call(shell(self.marker, command))
        return self.web.held(self.marker), answer

    def steps(self, flow_id: str) -> list[tuple[str, str, str | None]]:
        """Return event, channel and approver of each record about the approval that the flow's comment names."""
        comment = next(flow["comment"] for flow in self.web.flows() if flow["id"] == flow_id)
        return self.steps_of(approval_in(comment))

    def steps_of(self, approval: str) -> list[tuple[str, str, str | None]]:
        found = (record for record in records(self.gate.site) if record["kind"] == "approval")
        return [(one["event"], one["channel"], one["approver"]) for one in found if one["id"] == approval]


def approval_in(comment: str) -> str:
    return comment.partition("Approval ")[2].partition(",")[0]


@pytest.fixture(scope="module")
def _console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    site = Site(tmp_path_factory.mktemp("mitmweb"))
    with running(site.upstream_certificate) as (upstream, port):
        site.write_policy(POLICY.format(upstream=port).replace("  - name: no-pirates\n", RULES))
        alice, bob = site.token("alice"), site.token("bob", "security")
        with gateway(site, web=True) as gate, mitmweb(gate) as web, ThreadPoolExecutor(4) as pool:
            yield Console(gate, web, upstream, pool, alice, bob)


@pytest.fixture
def console(_console: Console) -> Console:
    """The console with nothing in its list, nothing received yet, and a marker for this test's call."""
    _console.web.option(intercept="")
    _console.web.fetch("POST", "./clear")
    _console.upstream.received.clear()
    _console.marker = f"case-{next(MARKERS)}-x"
    return _console


def test_a_held_call_says_why_and_a_resume_releases_it(console: Console) -> None:
    flow_id, answer = console.hold()
    flow = console.web.flows()[0]
    assert "shell-tools" in flow["comment"]
    assert "A person must look at commands that delete." in flow["comment"]
    assert flow["marked"] == "⚠"
    console.web.select(flow_id)
    row = console.web.page.locator("tr.intercepted")
    assert row.locator(".marker").inner_text() == "⚠"
    assert not answer.done()
    assert console.upstream.received == []
    console.web.click(flow_id, "Resume")
    assert answer.result(WAIT_SECONDS).status_code == 200
    assert len(console.upstream.received) == 1
    assert console.steps(flow_id) == [
        ("requested", "gateway", None),
        ("approved", "mitmweb", "operator"),
        ("consumed", "gateway", "operator"),
    ]


@pytest.mark.parametrize("button", ["Abort", "Delete"])
def test_a_kill_is_a_refusal_that_no_client_repeats(console: Console, button: str) -> None:
    client = openai.OpenAI(
        api_key="unused",
        http_client=httpx2.Client(proxy=console.gate.proxy(console.alice), verify=trust(console.gate.site)),
    )
    body = shell(console.marker)
    answer = console.pool.submit(lambda: client.chat.completions.create(**body))
    flow_id = console.web.held(console.marker)
    approval = approval_in(console.web.flows()[0]["comment"])
    console.web.click(flow_id, button)
    with pytest.raises(openai.PermissionDeniedError) as refused:
        answer.result(WAIT_SECONDS)
    client.close()
    assert refused.value.code == "approval_killed"
    assert "killed in mitmweb" in refused.value.message
    assert console.upstream.received == []
    assert console.steps_of(approval) == [("requested", "gateway", None), ("denied", "mitmweb", "operator")]
    calls = [record for record in records(console.gate.site) if record.get("approval_id") == approval]
    assert [(one["kind"], one["verdict"]) for one in calls if one["kind"] == "outcome"] == [("outcome", "block")]


def test_a_harmless_edit_goes_out_and_is_on_record(console: Console) -> None:
    flow_id, answer = console.hold("rm -rf ./build")
    console.web.edit_in_the_page(flow_id, "rm -rf ./build", "ls -l ./build")
    console.web.click(flow_id, "Resume")
    assert answer.result(WAIT_SECONDS).status_code == 200
    [received] = console.upstream.received
    assert b"ls -l ./build" in received.body
    assert b"rm -rf" not in received.body
    [edited] = [record for record in records(console.gate.site) if record.get("edited") and _has(record, console)]
    assert "ls -l ./build" in edited["request"]["data"]
    rows = console.gate.site.query("SELECT id, request FROM flows")
    assert ["ls -l ./build" in str(row["request"]) for row in rows if row["id"] == edited["id"]] == [True]


def _has(record: dict[str, object], console: Console) -> bool:
    return console.marker in json.dumps(record)


# edited to, code of the refusal, words of its message
EDITS = {
    "still dangerous": ("rm -rf /", "approval_edit_refused", "an approval of its own"),
    "held by another rule": ("mkfs /dev/sda", "approval_edit_refused", "an approval of its own"),
    "blocked": ("echo pirate treasure", "guardrail", "We do not talk about pirates."),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_is_judged_again(console: Console, case: str) -> None:
    command, code, words = EDITS[case]
    flow_id, answer = console.hold()
    body = console.web.body(flow_id)
    console.web.edit(flow_id, request={"content": body.replace("rm -rf ./build", command)})
    if case == "blocked":
        console.web.edit(flow_id, request={"content": body.replace("clean up", "pirate treasure")})
    console.web.click(flow_id, "Resume")
    refused = answer.result(WAIT_SECONDS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)
    assert words in refused.json()["error"]["message"]
    assert console.upstream.received == []


# what is edited, status and code of the refusal; None: it goes out
HEAD_EDITS: dict[str, tuple[dict[str, object], tuple[int, str] | None]] = {
    "another host": ({"host": "evil.example.com"}, (421, "host_mismatch")),
    "another port": ({"port": 8443}, (403, "service_unknown")),
    "an operation that is not granted": ({"path": "/v1/files"}, (403, "not_granted")),
    "a secret in the query": ({"path": f"/v1/chat/completions?key={EDITED_SECRET}"}, None),
}


@pytest.mark.parametrize("case", HEAD_EDITS)
def test_an_edit_of_the_target_is_judged_again(console: Console, case: str) -> None:
    edit, refusal = HEAD_EDITS[case]
    flow_id, answer = console.hold()
    body = console.web.body(flow_id).replace("rm -rf ./build", "ls")
    console.web.edit(flow_id, request={"content": body})
    console.web.edit(flow_id, request=edit)
    console.web.resume(flow_id)
    got = answer.result(WAIT_SECONDS)
    if refusal is not None:
        assert (got.status_code, got.json()["error"]["code"]) == refusal
        assert console.upstream.received == []
    else:
        assert got.status_code == 200
        assert EDITED_SECRET not in console.upstream.received[0].target


# a command that another rule holds, why its resume does not count
NOT_COUNTED = {
    "mitmweb refused": ("mkfs /dev/sda", "0 of 1 approvals from anybody"),
    "count 2": ("shutdown now", "0 of 2 approvals from anybody"),
    "groups, mitmweb not named": ("reboot", "0 of 1 approvals from security"),
}


@pytest.mark.parametrize("case", NOT_COUNTED)
def test_a_resume_that_does_not_count_leaves_the_call_held(console: Console, case: str) -> None:
    command, progress = NOT_COUNTED[case]
    flow_id, answer = console.hold(command)
    for _ in range(2):
        console.web.click(flow_id, "Resume")
        flow = console.web.wait_for_comment(flow_id, "Not released: a resume in mitmweb does not count here")
        assert progress in flow["comment"]
    assert not answer.done()
    console.web.fetch("POST", "./flows/resume")
    console.web.wait_for_comment(flow_id, progress)
    assert not answer.done()
    assert console.upstream.received == []
    approval = approval_in(console.web.flows()[0]["comment"])
    decide(console.gate, "deny", approval, console.bob)
    assert answer.result(WAIT_SECONDS).status_code == 403
    assert [event for event, _, _ in console.steps_of(approval)] == ["requested", "denied"]


def test_clearing_the_list_does_not_release(console: Console) -> None:
    flow_id, answer = console.hold()
    approval = approval_in(console.web.flows()[0]["comment"])
    console.web.page.locator("header nav a", has_text="File").click()
    console.web.page.on("dialog", lambda dialog: dialog.accept())
    console.web.page.locator("a", has_text="Clear All").click()
    deadline = time.monotonic() + WAIT_SECONDS
    while console.web.flows():
        assert time.monotonic() < deadline
    assert console.web.fetch("POST", f"./flows/{flow_id}/resume")[0] == 404
    assert not answer.done()
    assert console.upstream.received == []
    decide(console.gate, "approve", approval, console.bob)
    assert answer.result(WAIT_SECONDS).status_code == 200
    assert len(console.upstream.received) == 1


REQUEST_EDITS: dict[str, dict[str, object]] = {
    "body": {"content": json.dumps(said("tell me about pirate treasure"))},
    "path": {"path": "/v1/files"},
    "method": {"method": "DELETE"},
    "host": {"host": "127.0.0.1"},
    "header": {"headers": [["Host", "api.openai.com"], ["X-Extra", "1"]]},
}


@pytest.mark.parametrize("edited", REQUEST_EDITS)
def test_a_call_that_is_not_held_cannot_be_edited_behind_the_pipeline(console: Console, edited: str) -> None:
    console.web.option(intercept=f"~q & ~bq {console.marker}")
    answer = console.call(said(f"hello {console.marker}"))
    flow_id = console.web.held(console.marker)
    console.web.edit(flow_id, request=REQUEST_EDITS[edited])
    console.web.resume(flow_id)
    refused = answer.result(WAIT_SECONDS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_cleared")
    assert console.upstream.received == []


def test_a_resume_without_an_edit_is_no_harm(console: Console) -> None:
    console.web.option(intercept=f"~q & ~bq {console.marker}")
    answer = console.call(said(f"hello {console.marker}"))
    console.web.resume(console.web.held(console.marker))
    assert answer.result(WAIT_SECONDS).json()["choices"][0]["message"]["content"] == GREETING


@pytest.mark.parametrize(
    "edit", [{"content": f'{{"id": "{EDITED_SECRET}"}}'}, {"code": 201}, {"headers": [["x-a", "b"]]}]
)
def test_an_answer_cannot_be_edited_behind_the_pipeline(console: Console, edit: dict[str, object]) -> None:
    console.web.option(intercept=f"~s & ~bq {console.marker}")
    answer = console.call(said(f"hello {console.marker}"))
    flow_id = console.web.held(console.marker)
    console.web.edit(flow_id, response=edit)
    console.web.resume(flow_id)
    refused = answer.result(WAIT_SECONDS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "not_cleared")
    assert EDITED_SECRET not in refused.text


def test_mitmweb_serves_no_secret(console: Console) -> None:
    web, upstream = console.web, console.upstream
    upstream.story["what fails"] = "fail: 500"
    upstream.story["customer record"] = f"repeat: It is {EMAIL}, {CARD}, and the key {SECRET}."
    own = f"{EMAIL} {CARD} {SECRET} {console.marker}"
    flow_id, held = console.hold(f"rm -rf ./{EMAIL}")
    web.look_at_everything()
    answers = [
        console.call(body)
        for stream in (False, True)
        for body in (
            said(f"repeat: {own}", stream=stream),
            said(f"the customer record of {own}", stream=stream),
            said(f"what fails for {own}", stream=stream),
            said(f"pirate treasure of {own}", stream=stream),
        )
    ]
    answers.append(console.pool.submit(post, console.gate, None, said(own)))
    answers.append(console.pool.submit(post, console.gate, "x" + console.alice, said(own)))
    url = f"https://api.openai.com/v1/chat/completions?email={EMAIL}&key={SECRET}"
    answers.append(console.pool.submit(post, console.gate, console.alice, said(own), url))
    while not all(answer.done() for answer in answers):
        web.look_at_everything()
    web.click(flow_id, "Resume")
    assert held.result(WAIT_SECONDS).status_code == 200
    assert {answer.result().status_code for answer in answers} == {200, 401, 403, 500}
    assert EMAIL in answers[0].result().text, "the caller's own values come back"
    web.look_at_everything()
    seen = web.seen()
    assert console.marker in seen
    basic = b64encode(f"chainwarden:{console.alice}".encode()).decode()
    forms = {"credential": HELD_KEY, "token": console.alice, "basic": basic, "email": EMAIL, "card": CARD}
    for name, secret in (forms | {"key": SECRET}).items():
        escaped = json.dumps(secret)[1:-1]
        quoted = secret.replace(" ", "%20").replace("@", "%40")
        assert not {secret, escaped, quoted} & {form for form in (secret, escaped, quoted) if form in seen}, (
            f"mitmweb served the {name}"
        )
