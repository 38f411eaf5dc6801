"""The audit log over HTTP: pages, verification that reads what is new, files."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from access.rights import Right
from dashboard.api.audit import MOST_EXPORTED, ROUTES
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from store.audit import Head, audited
from store.audit_witness import Witness
from store.journal import Change
from store.port import Store

Get = Callable[..., Any]


@pytest.fixture
def kept(store: Store) -> Store:
    """A store with seven rows."""
    acts = [
        audited(1_795_000_000_000 + n, "=li", f"alert.{'note' if n % 2 else 'ack'}", f"a{n}", n=n) for n in range(7)
    ]
    store.write(Change(audit=tuple(acts)))
    return store


@pytest.fixture
def witnessed(setting: ApiSetting, tmp_path: Path) -> FlaskClient:
    """A viewer of a server that keeps heads."""
    server = flask.Flask("witnessed")
    register_api(server, replace(setting, witness=Witness(tmp_path)))
    return server.test_client()


def numbers(body: dict[str, Any]) -> list[int]:
    return [row["number"] for row in body["audit"]]


def test_pages_of_rows_go_on_where_the_last_one_ended(kept: Store, fresh: Get) -> None:
    first = fresh("/api/v1/audit?limit=3")
    assert (numbers(first), first["actions"]) == ([7, 6, 5], ["alert.ack", "alert.note"])
    rest = fresh(f"/api/v1/audit?limit=4&next={first['next']}")
    assert (numbers(rest), rest["next"], "actions" in rest) == ([4, 3, 2, 1], None, False)
    assert Head.parse(first["head"]).number == 7
    assert first["audit"][0]["at"] == "2026-11-18T11:06:40.006Z"


def test_rows_are_asked_for_by_what_to_what_and_when(kept: Store, fresh: Get) -> None:
    assert numbers(fresh("/api/v1/audit?action=alert.note")) == [6, 4, 2]
    assert numbers(fresh("/api/v1/audit?action=alert.&subject=a3&actor=%3Dli")) == [4]
    assert numbers(fresh("/api/v1/audit?to=2026-11-18T11:06:40.002Z")) == [2, 1]
    assert fresh("/api/v1/audit?next=x", 400) == {
        "error": "next: 'x' is not what a page ended with; leave it out to begin anew"
    }


def test_a_look_reads_what_is_new_and_a_whole_one_everything(kept: Store, witnessed: FlaskClient) -> None:
    def look(query: str = "") -> Any:
        return witnessed.get(f"/api/v1/audit/verify{query}").get_json()

    assert (look()["rows"], look()["rows"], look("?whole=true")["rows"]) == (7, 0, 7)
    kept.write(Change(audit=(audited(1, "li", "a.b"),)))
    found = look()
    assert (found["rows"], found["whole"], found["number"], found["broken"]) == (1, True, 8, None)


def test_what_was_cut_off_is_told(kept: Store, witnessed: FlaskClient, tmp_path: Path) -> None:
    witnessed.get("/api/v1/audit/verify")
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection, connection:
        connection.execute("DROP TRIGGER audit_row_undeleted")
        connection.execute("DELETE FROM audit_row WHERE number > 4")
    found = witnessed.get("/api/v1/audit/verify").get_json()
    assert (found["whole"], found["broken"]["number"]) == (False, 5)
    assert found["broken"]["what"].startswith("the end was cut off")


def test_an_export_is_what_was_asked_for_and_holds_no_formula(kept: Store, client: FlaskClient) -> None:
    answer = client.get("/api/v1/audit/export?action=alert.ack")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["number"] for row in rows] == ["1", "3", "5", "7"]
    assert {row["actor"] for row in rows} == {"'=li"}
    assert client.get("/api/v1/audit/export?format=jsonl").text.count("\n") == 7


def test_a_file_that_would_be_too_large_is_the_command_lines(
    kept: Store, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.api.audit.MOST_EXPORTED", 5)
    answer = client.get("/api/v1/audit/export")
    assert (answer.status_code, "python app.py audit export" in answer.get_json()["error"]) == (422, True)
    assert MOST_EXPORTED == 50_000


def test_only_who_administers_may_look() -> None:
    assert {route.right for route in ROUTES} == {Right.ADMINISTER}
