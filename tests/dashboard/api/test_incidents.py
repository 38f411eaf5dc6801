"""Incidents over HTTP: listed, worked on, exported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Get = Callable[..., Any]


@pytest.fixture
def incident(room: Any, fresh: Get) -> str:
    """Id of one that goes on."""
    room.fire()
    room.fire("identity", "dc3")
    (found,) = fresh("/api/v1/incidents?state=open")["incidents"]
    return str(found["id"])


def test_people_work_on_an_incident_and_the_timeline_says_who(
    client: FlaskClient, room: Any, fresh: Get, incident: str
) -> None:
    path = f"/api/v1/incidents/{incident}"
    room.clock.second = 10
    assert client.post(f"{path}/notes", json={"by": "li", "text": "a cable"}).status_code == 200
    assert client.post(f"{path}/assign", json={"by": "li", "owner": "wang"}).status_code == 200
    mitigated = client.post(f"{path}/mitigate", json={"by": "wang", "note": "drained"}).json
    assert mitigated is not None
    assert (mitigated["state"], mitigated["owner"]) == ("mitigated", "wang")
    found = fresh(path)
    lines = [(line["what"], line["actor"], line["text"]) for line in found["timeline"] if line["actor"]]
    assert lines == [("assigned", "li", ""), ("mitigated", "wang", "drained"), ("note", "li", "a cable")]
    assert {entry["actor"] for entry in fresh(f"/api/v1/journal?subject={incident}")["entries"]} >= {"li", "wang"}


def test_a_class_is_decided_by_a_person_and_must_be_of_the_table(
    client: FlaskClient, fresh: Get, incident: str
) -> None:
    path = f"/api/v1/incidents/{incident}"
    draft = fresh(path)["regulatory"][0]
    wrong = client.post(f"{path}/class", json={"by": "li", "rule": draft["rule"], "class": "huge", "why": "x"})
    assert wrong.status_code == 422
    assert wrong.json is not None
    assert "has no class 'huge'; known:" in wrong.json["error"]
    right = client.post(f"{path}/class", json={"by": "li", "rule": draft["rule"], "class": "", "why": "one minute"})
    assert right.json is not None
    decision = right.json["regulatory"][0]["decision"]
    assert (decision["class"], decision["actor"], decision["why"]) == (None, "li", "one minute")


def test_all_that_fires_of_an_incident_is_taken_at_once(
    client: FlaskClient, room: Any, fresh: Get, incident: str
) -> None:
    """Two taps on a phone; the clock of MTTA stops."""
    room.clock.second = 30
    taken = client.post(f"/api/v1/incidents/{incident}/ack", json={"by": "li"})
    assert taken.json is not None
    assert len(taken.json["taken"]) == 1
    room.tick()
    found = fresh(f"/api/v1/incidents/{incident}")
    assert (found["acknowledged"], found["owner"]) == ("2026-11-18T11:07:30.000Z", "li")
    assert all(each["acknowledged"]["by"] == "li" for each in fresh("/api/v1/alerts")["alerts"])


def test_an_incident_is_signed_off_only_when_it_is_over(
    client: FlaskClient, room: Any, fresh: Get, incident: str
) -> None:
    path = f"/api/v1/incidents/{incident}"
    early = client.post(f"{path}/close", json={"by": "li"})
    assert early.status_code == 422
    assert early.json is not None
    assert "still fire" in early.json["error"]
    room.clock.second = 60
    room.resolve()
    room.resolve("identity", "dc3")
    closed = client.post(f"{path}/close", json={"by": "li"}).json
    assert closed is not None
    assert closed["state"] == "closed"
    assert client.post(f"{path}/ack", json={"by": "li"}).status_code == 422
    spread = fresh("/api/v1/incidents")["statistics"]
    assert (spread["incidents"], spread["mttr"]["n"], spread["mtta"]["unknown"]) == (1, 1, 1)


def test_the_post_mortem_is_markdown_in_both_languages(client: FlaskClient, incident: str) -> None:
    for language in ("zh", "en"):
        answer = client.get(f"/api/v1/incidents/{incident}/export?lang={language}")
        assert answer.content_type == "text/markdown; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="incident-')
        assert answer.text.startswith("# ")
    assert client.get(f"/api/v1/incidents/{incident}/export?lang=fr").status_code == 400
    assert client.get("/api/v1/incidents/none/export").status_code == 404


@pytest.mark.parametrize("path", ["notes", "assign", "class", "mitigate", "close", "ack"])
def test_what_nobody_knows_cannot_be_worked_on(client: FlaskClient, path: str) -> None:
    given = {"notes": {"text": "x"}, "assign": {"owner": "x"}, "class": {"rule": "x", "why": "x"}}.get(path, {})
    answer = client.post(f"/api/v1/incidents/..%2F..%2Fx/{path}", json={"by": "li", **given})
    assert answer.status_code == 404
    assert answer.json == {"error": "no incident '../../x'; GET /api/v1/incidents lists their ids"}
