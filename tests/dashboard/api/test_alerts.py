"""Alerts over HTTP: listed, filtered, taken and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from alerts.model import Severity
from store.journal import Change, Document

Room = Any
Get = Callable[..., Any]


def test_nothing_open_is_an_empty_list_and_says_that_nobody_evaluates(fresh: Get) -> None:
    found = fresh("/api/v1/alerts")
    assert (found["alerts"], found["total"], found["engine"]["age_seconds"]) == ([], 0, None)


def test_an_open_alert_has_everything_that_a_screen_shows(room: Room, fresh: Get) -> None:
    id = room.fire()
    (alert,) = fresh("/api/v1/alerts")["alerts"]
    assert alert["id"] == id == "cliff:product_data_center:weilidai:dc3:::weilidai-availability"
    shown = {name: alert[name] for name in ("rule", "severity", "level", "product", "data_center", "dcn", "state")}
    assert shown == {
        "rule": "cliff",
        "severity": "call",
        "level": "product_data_center",
        "product": "weilidai",
        "data_center": "dc3",
        "dcn": None,
        "state": "firing",
    }
    assert (alert["since"], alert["bad_from"]) == ("2026-11-18T11:07:00.000Z", "2026-11-18T11:06:59.500Z")
    assert (alert["summary"], alert["budget_spent"]) == ({"bad": 90, "total": 100}, "0.0213")
    (incident,) = fresh("/api/v1/incidents")["incidents"]
    assert alert["incident"] == incident["id"]
    assert fresh(f"/api/v1/alerts/{id}") == alert


def test_the_worst_comes_first_and_filters_leave_the_rest_out(room: Room, fresh: Get) -> None:
    room.fire("identity", "dc1", "leak", Severity.TICKET)
    room.fire("weilidai", "dc3")
    assert [each["severity"] for each in fresh("/api/v1/alerts")["alerts"]] == ["call", "ticket"]
    assert [each["product"] for each in fresh("/api/v1/alerts?data_center=dc1")["alerts"]] == ["identity"]
    assert fresh("/api/v1/alerts?product=weilidai&severity=ticket")["alerts"] == []
    assert fresh("/api/v1/alerts?severity=loud", 400)["error"].startswith("severity: 'loud' is not known; write one of")


def test_what_is_over_is_found_with_state_all(room: Room, fresh: Get) -> None:
    room.fire()
    room.clock.second = 60
    room.resolve()
    assert fresh("/api/v1/alerts")["alerts"] == []
    (alert,) = fresh("/api/v1/alerts?state=all")["alerts"]
    assert (alert["state"], alert["over"]) == ("resolved", "2026-11-18T11:08:00.000Z")
    assert fresh("/api/v1/alerts?state=all&from=2026-11-18T11:07:01Z")["alerts"] == []
    assert (
        len(fresh("/api/v1/alerts?state=all&from=2026-11-18T19:07:00%2B08:00&to=2026-11-18T11:07:01Z")["alerts"]) == 1
    )


@pytest.mark.parametrize("given", ["from=x", "from=2026-11-18T11:07:01Z", "to=x", "kind=external", "next=1.1.a"])
@pytest.mark.parametrize("state", ["", "&state=open"])
def test_what_goes_with_all_alerts_is_refused_of_open_ones(fresh: Get, given: str, state: str) -> None:
    name = given.partition("=")[0]
    refused = fresh(f"/api/v1/alerts?{given}{state}", 400)["error"]
    assert refused == f"{name}: goes with state=all; add it, or leave {name} out"


def test_pages_hold_every_alert_once_even_those_of_one_instant(room: Room, fresh: Get) -> None:
    """A whole data center fails in one second: all begin at the same instant."""
    centers = [f"dc{number}" for number in range(1, 7)]
    for center in centers:
        room.fire(center=center)
    room.clock.second = 1
    room.fire(center="dc7")
    seen, following, pages = [], "", 0
    while following is not None:
        found = fresh(f"/api/v1/alerts?state=all&limit=2{following and f'&next={following}'}")
        seen += [each["data_center"] for each in found["alerts"]]
        following, pages = found["next"], pages + 1
    assert (seen[0], sorted(seen), pages) == ("dc7", [*centers, "dc7"], 4)


def test_taking_an_alert_is_heard_at_the_next_tick_and_shown_on_the_wall(
    room: Room, client: FlaskClient, fresh: Get
) -> None:
    id = room.fire()
    answer = client.post(f"/api/v1/alerts/{id}/ack", json={"by": " li ", "note": "looking"})
    assert answer.json == {
        "id": id,
        "did": "acknowledged",
        "by": "li",
        "at": "2026-11-18T11:07:00.000Z",
        "note": "looking",
    }
    room.tick()
    taken = {"by": "li", "at": "2026-11-18T11:07:00.000Z", "note": "looking"}
    assert fresh("/api/v1/alerts")["alerts"][0]["acknowledged"] == taken
    assert fresh("/api/v1/alerts")["counts"]["acknowledged"] == 1
    (entry,) = fresh("/api/v1/journal?kind=ack")["entries"]
    assert (entry["actor"], entry["subject"], entry["body"]) == ("li", id, {"note": "looking"})
    room.clock.second = 5
    assert client.post(f"/api/v1/alerts/{id}/unack", json={"by": "wang"}).status_code == 200
    room.tick()
    assert fresh("/api/v1/alerts")["alerts"][0]["acknowledged"] is None


def test_a_group_is_taken_by_its_id(room: Room, client: FlaskClient, fresh: Get) -> None:
    """All of one failure with one tap."""
    room.fire(center="dc3")
    room.fire("identity", "dc3")
    (group,) = {each["group"] for each in fresh("/api/v1/alerts")["alerts"]}
    assert client.post(f"/api/v1/alerts/{group}/ack", json={"by": "li"}).status_code == 200
    room.tick()
    assert [each["acknowledged"]["by"] for each in fresh("/api/v1/alerts")["alerts"]] == ["li", "li"]


@pytest.mark.parametrize("id", ["nothing", "cliff:bank:::::", "../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "a" * 5000])
def test_what_nobody_knows_cannot_be_taken(client: FlaskClient, id: str) -> None:
    answer = client.post(f"/api/v1/alerts/{id}/ack", json={"by": "li"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"].startswith("no alert ")
    assert len(answer.json["error"]) < 400


def test_what_is_over_cannot_be_taken_but_noted(room: Room, client: FlaskClient) -> None:
    id = room.fire()
    room.resolve()
    refused = client.post(f"/api/v1/alerts/{id}/ack", json={"by": "li"})
    assert (refused.status_code, refused.json) == (422, {"error": f"alert '{id}' is over; there is nothing to take"})
    assert client.post(f"/api/v1/alerts/{id}/notes", json={"by": "li", "note": "a cable"}).status_code == 200
    empty = client.post(f"/api/v1/alerts/{id}/notes", json={"by": "li"})
    assert empty.status_code == 422


def test_the_engines_last_look_is_told(room: Room, store: Any, fresh: Get) -> None:
    """So that a quiet list is not taken for a quiet bank."""
    body = '{"evaluated_s": 1795000015}'
    store.write(Change((), (Document("engine", "engine", 0, room.clock.now_ms(), True, body),)))
    room.clock.second = 7
    assert fresh("/api/v1/alerts")["engine"] == {
        "evaluated_at": "2026-11-18T11:07:00.000Z",
        "evaluated_data_until": "2026-11-18T11:06:55.000Z",
        "age_seconds": 7,
    }


@pytest.mark.parametrize("body", ["what is no JSON", "[]", '{"evaluated_s": "soon"}', "{}"])
def test_an_engines_state_that_cannot_be_read_says_only_when_it_was_written(
    room: Room, store: Any, fresh: Get, body: str
) -> None:
    store.write(Change((), (Document("engine", "engine", 0, room.clock.now_ms(), True, body),)))
    engine = fresh("/api/v1/alerts")["engine"]
    assert engine == {"evaluated_at": "2026-11-18T11:07:00.000Z", "evaluated_data_until": None, "age_seconds": 0}
