"""Whoever tries what he may not leaves a row in the audit log; many tries leave few rows, and their number."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from access import people
from access.passwords import Passwords
from access.rights import Right, Role
from access.sessions import HOUR_MS
from dashboard.access.refusals import ROWS_AT_ONCE, Refusals
from dashboard.admission import declare
from store.errors import StoreUnavailable
from store.journal import Change
from store.memory import MemoryStore
from tests.dashboard.access.conftest import PASSWORD, T0_MS, Bank, Clock, csrf_of, made


@pytest.fixture
def guarded() -> Bank:
    """A bank with one viewer, whose refusals are recorded."""
    store, clock = MemoryStore(), Clock()
    kept = Passwords(PasswordHasher.from_parameters(CHEAPEST)).hashed("x", PASSWORD)
    with store.reading() as reader:
        change = people.add(reader.journal(), "viewer", [Role.VIEWER], kept, now_ms=T0_MS, by="cli:root@here")
    store.write(change)
    return made(store, clock, fit=lambda access: replace(access, store=store))


def refused(store: MemoryStore) -> list[tuple[str, str, str, int]]:
    """Actor, subject, cause and count of each row."""
    with store.reading() as reader:
        acts = [row.act for row in reader.audit().rows(most=10_000)]
    found = [(act.actor, act.subject, json.loads(act.detail)) for act in acts if act.action == "access.refused"]
    return [(actor, subject, detail["cause"], detail["unrecorded"]) for actor, subject, detail in found]


def test_what_somebody_may_not_do_leaves_a_row(guarded: Bank, caplog: pytest.LogCaptureFixture) -> None:
    """Pages, routes, forged requests and names of others."""
    client = guarded.logged_in("viewer")
    token = csrf_of(client)
    with caplog.at_level(logging.WARNING):
        client.get("/costs")
        client.post("/api/v1/maintenance", json={}, headers={"X-CSRF-Token": token})
        client.post("/api/v1/reports/jobs", json={}, headers={"X-CSRF-Token": "forged"})
        client.post("/logout", data={"csrf": "forged"})
    rows = refused(guarded.store)  # type: ignore[arg-type]
    assert [row[:2] for row in rows] == [
        ("viewer", "GET /costs"),
        ("viewer", "POST /api/v1/maintenance"),
        ("viewer", "POST /api/v1/reports/jobs"),
        ("viewer", "POST /logout"),
    ]
    assert "respond" in rows[1][2]
    assert len([line for line in caplog.messages if line.startswith("refused to viewer from")]) == 4
    assert token not in caplog.text


def test_a_forged_login_leaves_a_row(guarded: Bank) -> None:
    guarded.client().post("/login", data={"name": "viewer", "password": PASSWORD, "token": "forged"})
    assert [row[:2] for row in refused(guarded.store)] == [("unknown name", "POST /login")]  # type: ignore[arg-type]


def test_a_wrong_password_and_a_wrong_token_leave_a_row(guarded: Bank) -> None:
    """Neither what was typed nor what was shown stands in it."""
    guarded.try_login(guarded.client(), "viewer", "not the password")
    guarded.client().get("/api/v1/snapshot", headers={"Authorization": "Bearer lcc_" + "x" * 43})
    with guarded.store.reading() as reader:
        acts = [row.act for row in reader.audit().rows(most=100)]
    assert [act.action for act in acts if "refused" in act.action] == ["login.refused", "token.refused"]
    assert "not the password" not in str(acts)
    assert "x" * 43 not in str(acts)


def test_nobody_known_leaves_no_row(guarded: Bank) -> None:
    """Else anybody on the network could fill the log."""
    guarded.client().get("/api/v1/audit")
    guarded.client().get("/costs")
    assert refused(guarded.store) == []  # type: ignore[arg-type]


def test_many_tries_leave_few_rows_and_their_number() -> None:
    """The same once in ten minutes; whatever it is, a bounded number."""
    store, clock = MemoryStore(), Clock()
    refusals = Refusals(store, clock.now_ms)
    for _ in range(50):
        refusals.note("li", "access.refused", "GET /costs", "no", "10.0.0.1")
    clock.now += HOUR_MS
    refusals.note("li", "access.refused", "GET /costs", "no", "10.0.0.1")
    assert [row[3] for row in refused(store)] == [0, 49]
    for number in range(5_000):
        refusals.note("li", "access.refused", f"GET /{number}", "no", "10.0.0.1")
    assert len(refused(store)) < 2 * ROWS_AT_ONCE


def test_a_store_that_is_away_is_said_in_the_log_and_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    """What was refused stays refused."""

    class Away(MemoryStore):
        def write(self, change: Change) -> int:
            raise StoreUnavailable("here", "gone")

    Refusals(Away(), Clock().now_ms).note("li", "access.refused", "GET /costs", "no", "10.0.0.1")
    assert "the audit log has no row for what was refused to li" in caplog.text


def test_a_route_that_declares_nothing_is_for_nobody(guarded: Bank) -> None:
    """Whoever forgets to declare a right opens nothing; the same route with its right is served."""
    guarded.app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    client = guarded.logged_in("viewer")
    assert guarded.client().get("/api/v1/forgotten").status_code == 401
    assert (client.get("/api/v1/forgotten").status_code, client.get("/api/v1/forgotten").text.count("secret")) == (
        403,
        0,
    )
    declare(guarded.app, "forgotten", Right.SEE)
    assert client.get("/api/v1/forgotten").text == "secret"
