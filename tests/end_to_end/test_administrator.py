"""Whoever has mitmweb's password may change options, run scripts and replay flows: the gateway still enforces."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.calls import WAIT_SECONDS, post, said
from tests.end_to_end.places import Place, prepared
from tests.end_to_end.web_api import WebApi, administrator
from tests.gateway import ROOT, Gateway, Site, gateway, records


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with prepared(tmp_path_factory.mktemp("administrator")) as made:
        yield made


@dataclass
class Administered:
    """A gateway under mitmweb, and its administrator."""

    place: Place
    gate: Gateway
    api: WebApi


@pytest.fixture(scope="module")
def administered(place: Place) -> Iterator[Administered]:
    with (
        gateway(place.site, web=True, reverse="https://api.openai.com") as gate,
        administrator(gate) as api,
    ):
        yield Administered(place, gate, api)


SCRIPTS: dict[str, list[str]] = {
    "none": [],
    "another": ["tests/end_to_end/later.py"],
    "one before": ["tests/end_to_end/later.py", "addons/"],
    "one after": ["addons/", "tests/end_to_end/later.py"],
    "in other words": ["addons/__init__.py"],
    "twice": ["addons/", "addons/"],
}


@pytest.mark.parametrize("case", SCRIPTS)
def test_the_scripts_stay_as_they_are(administered: Administered, case: str) -> None:
    answer = administered.api.option(scripts=SCRIPTS[case])
    assert answer.status_code == 400
    assert administered.api.options()["scripts"] == ["addons/"]
    administered.place.assert_enforced(administered.gate)


def allowed_flow(administered: Administered, *, connection_token: bool) -> str:
    """Make a call that is allowed, with its token on the connection or in the request; return its flow's id."""
    before = {flow["id"] for flow in administered.api.flows()}
    token = administered.place.token
    if connection_token:
        answer = post(administered.gate, token, said("hello"))
    else:
        url = f"http://127.0.0.1:{administered.gate.reverse_port}/v1/chat/completions"
        answer = httpx.post(url, json=said("hello"), headers={"authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.status_code == 200
    [flow_id] = {flow["id"] for flow in administered.api.flows()} - before
    return str(flow_id)


def replayed(administered: Administered, flow_id: str) -> int:
    """Replay a flow and return the status of its answer."""
    assert administered.api.post(f"/flows/{flow_id}/replay").status_code == 200
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        flow = next(flow for flow in administered.api.flows() if flow["id"] == flow_id)
        if flow["is_replay"] and flow.get("response", {}).get("timestamp_end"):
            return int(flow["response"]["status_code"])
        time.sleep(0.02)
    raise AssertionError("the replay did not end")


def outcomes(site: Site) -> list[tuple[str, str, str | None]]:
    return [(one["id"], one["reason"], one["subject"]) for one in records(site) if one["kind"] == "outcome"]


def new_outcomes(site: Site, before: list[tuple[str, str, str | None]]) -> list[tuple[str, str, str | None]]:
    """Wait until there are more outcomes than ``before``, and return those."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := outcomes(site)) == len(before):
        assert time.monotonic() < deadline, "no outcome was recorded"
        time.sleep(0.02)
    return found[len(before) :]


@pytest.mark.parametrize("connection_token", [True, False], ids=["connection", "request"])
def test_a_replay_is_a_call_without_a_token(administered: Administered, *, connection_token: bool) -> None:
    place = administered.place
    flow_id = allowed_flow(administered, connection_token=connection_token)
    place.upstream.received.clear()
    before = outcomes(place.site)
    assert replayed(administered, flow_id) == 401
    assert place.upstream.received == []
    [(record_id, reason, subject)] = new_outcomes(place.site, before)
    assert (reason, subject) == ("token_missing", None)
    assert record_id not in {one for one, _, _ in before}


def test_a_replay_with_a_token_is_a_call_of_its_own(administered: Administered) -> None:
    place = administered.place
    flow_id = allowed_flow(administered, connection_token=True)
    place.upstream.received.clear()
    before = outcomes(place.site)
    headers = [["Host", "api.openai.com"], ["Content-Type", "application/json"]]
    edited = {"request": {"headers": [*headers, ["Authorization", f"Bearer {place.token}"]]}}
    assert administered.api.put(f"/flows/{flow_id}", edited).status_code == 200
    assert replayed(administered, flow_id) == 200
    assert len(place.upstream.received) == 1
    [(record_id, reason, subject)] = new_outcomes(place.site, before)
    assert (reason, subject) == ("allowed", "alice")
    assert record_id not in {one for one, _, _ in before}
    assert [one["kind"] for one in records(place.site) if one["id"] == record_id] == ["intent", "outcome"]
    assert place.token not in administered.api.get("/flows").text


def test_a_flow_file_is_not_a_call(administered: Administered) -> None:
    place = administered.place
    allowed_flow(administered, connection_token=True)
    dump = administered.api.get("/flows/dump").content
    place.upstream.received.clear()
    assert administered.api.post("/flows/dump", content=dump).status_code == 200
    loaded = administered.api.flows()
    assert loaded
    assert place.upstream.received == []
    assert replayed(administered, loaded[-1]["id"]) == 401
    assert place.upstream.received == []
    place.assert_enforced(administered.gate)


@pytest.mark.parametrize("script", ["tests/end_to_end/later.py", "addons/__init__.py"])
def test_a_script_that_is_run_on_flows_changes_nothing(administered: Administered, script: str) -> None:
    flow_id = allowed_flow(administered, connection_token=True)
    received = len(administered.place.upstream.received)
    administered.api.command("script.run", "@all", str(ROOT / script))
    assert len(administered.place.upstream.received) == received
    administered.place.assert_enforced(administered.gate)
    assert replayed(administered, flow_id) == 401


def test_a_replay_from_a_file_forwards_nothing(administered: Administered, tmp_path: Path) -> None:
    api, upstream = administered.api, administered.place.upstream
    allowed_flow(administered, connection_token=True)
    file = tmp_path / "flows"
    file.write_bytes(api.get("/flows/dump").content)
    upstream.received.clear()
    before = outcomes(administered.place.site)
    assert "error" not in api.command("replay.client.file", str(file))
    new_outcomes(administered.place.site, before)
    deadline = time.monotonic() + WAIT_SECONDS
    while api.command("replay.client.count")["value"]:
        assert time.monotonic() < deadline
    found = new_outcomes(administered.place.site, before)
    assert {(reason, subject) for _, reason, subject in found} == {("token_missing", None)}
    assert upstream.received == []
    administered.place.assert_enforced(administered.gate)


def test_a_loaded_flow_file_is_no_call(administered: Administered) -> None:
    api, site = administered.api, administered.place.site
    allowed_flow(administered, connection_token=True)
    before = records(site)
    loaded = api.post("/flows/dump", content=api.get("/flows/dump").content)
    assert loaded.status_code == 200
    time.sleep(0.5)  # loading is not waited for; a record would come at once
    assert records(site) == before
