"""Whoever changes something through the API leaves a row in the audit log, with the change or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.identity import Identity, Means
from access.rights import Right
from dashboard.api.acting import act
from dashboard.api.asking import Asked
from dashboard.api.auditing import action_of
from dashboard.api.demo import ROUTES as DEMO
from dashboard.api.registering import ROUTES
from dashboard.api.route import Plan, Route, Write
from dashboard.api.setting import ApiSetting
from store.audit import AuditRow
from store.audit_chain import stored_rows, verify
from store.journal import Change, Entry
from store.port import Store
from tests.dashboard.api.conftest import Room

WRITES = [route for route in (*ROUTES, *DEMO) if isinstance(route, Write)]
BY = {"by": "li.na", "note": "on it"}
SILENCE: dict[str, Any] = {**BY, "matchers": ["product=weilidai"], "comment": "c", "duration_seconds": 60}


def rows(store: Store) -> list[AuditRow]:
    assert verify(stored_rows(store)).is_whole
    return list(stored_rows(store))


@pytest.mark.parametrize("route", WRITES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_that_writes_leaves_a_row(setting: ApiSetting, route: Write) -> None:
    told = Change((Entry(1, "k", "s", "", "{}"),))
    planned = replace(route, plan=lambda *_: Plan(told, {"id": "made"}))
    who = Identity("wang.wei", Means.PASSWORD, frozenset(Right))
    act(setting, planned, Asked(route.path, body=b"[]", who=who))
    ((number, done, _),) = rows(setting.store)
    assert (number, done.actor, done.action, done.subject) == (1, "wang.wei", action_of(route), "made")
    assert json.loads(done.detail)["means"] == "password"


def test_every_action_is_a_dotted_word_of_its_own_meaning() -> None:
    actions = {action_of(route) for route in WRITES}
    assert all(set(action) <= set("abcdefghijklmnopqrstuvwxyz_.") and "." in action for action in actions)
    assert len(actions) >= len(WRITES) - 1  # two ways to end a silence


def test_a_route_without_a_word_takes_its_address() -> None:
    route: Route = Write("/api/v1/data-centers/{id}/drain", "", lambda *_: Plan(Change(), None), None)
    assert action_of(route) == "data_centers.drain.post"


def test_who_did_what_to_what_and_with_which_words(client: FlaskClient, store: Store) -> None:
    silence = done(client.post("/api/v1/silences", json=SILENCE))["id"]
    done(client.post(f"/api/v1/silences/{silence}/expire", json=BY))
    made, ended = rows(store)
    assert (made.act.actor, made.act.action, made.act.subject) == ("li.na", "silence.make", silence)
    told = {name: value for name, value in SILENCE.items() if name != "by"}
    assert json.loads(made.act.detail) == {"via": "api", "status": 201, **told}
    assert (ended.act.action, ended.act.subject) == ("silence.end", silence)


def test_alerts_incidents_and_changes_leave_rows_too(client: FlaskClient, room: Room, store: Store) -> None:
    alert = room.fire()
    for path in ("ack", "unack", "notes"):
        done(client.post(f"/api/v1/alerts/{alert}/{path}", json=BY))
    with store.reading() as reader:
        incident = reader.journal().documents("incident")[0].id
    done(client.post(f"/api/v1/incidents/{incident}/notes", json={**BY, "text": "DB"}))
    done(client.post("/api/v1/changes", json={"by": "li.na", "title": "release 7"}))
    found = rows(store)
    assert [row.act.action for row in found] == [
        "alert.acknowledge", "alert.give_back", "alert.note", "incident.note", "change.record",
    ]  # fmt: skip
    assert [row.act.subject for row in found[:4]] == [alert, alert, alert, incident]
    assert json.loads(found[3].act.detail)["text"] == "DB"


def test_what_was_refused_or_repeated_leaves_no_second_row(client: FlaskClient, store: Store) -> None:
    for _ in range(2):
        done(client.post("/api/v1/silences", json=SILENCE, headers={"Idempotency-Key": "once"}))
    assert client.post("/api/v1/silences", json={**SILENCE, "matchers": ["no matcher"]}).status_code == 422
    assert [row.act.action for row in rows(store)] == ["silence.make"]


def test_a_machine_that_says_the_same_again_leaves_rows_for_what_is_new(store: Store, setting: ApiSetting) -> None:
    route = next(each for each in WRITES if each.repeats)
    quiet = replace(route, plan=lambda *_: Plan(Change(), None))
    act(setting, quiet, Asked(route.path, body=b"[]"))
    assert rows(store) == []


def test_what_changed_nothing_says_so(store: Store, setting: ApiSetting) -> None:
    route = next(each for each in WRITES if each.action == "report.make")
    act(setting, replace(route, plan=lambda *_: Plan(Change(), {"id": "j1"})), Asked(route.path))
    (row,) = rows(store)
    assert json.loads(row.act.detail)["changed"] is False


def done(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    shown: dict[str, Any] = answer.get_json()
    return shown
