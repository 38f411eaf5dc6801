"""Alerts and incidents in the snapshot: worst first, without what another alert explains, counted when shortened."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from alerts.desk.desk import Desk
from alerts.desk.records import DeskPolicy
from alerts.incidents.facts import FoldingRules
from alerts.incidents.figures import Promise, Watched
from alerts.incidents.keeper import keep
from alerts.model import AlertKey, AlertState, Evidence, Level, Severity, Subject, Transition
from alerts.notify.prometheus_alerts import parse_posted
from dashboard import alerting
from dashboard.render import as_bytes
from slo.counts import Counts
from slo.objective import Objective
from store.journal import Change, Document

Bank = Any
BANK = Subject(Level.BANK)


def fired(subject: Subject, at_ms: int, rule: str = "cliff", severity: Severity = Severity.CALL) -> Transition:
    key = AlertKey(rule, subject, f"{subject.product or 'bank'}-availability")
    seen = Evidence(Counts(good=10, bad=90), Counts(bad=9), "0.0213", at_ms - 500, at_ms)
    return Transition(key, AlertState.FIRING, severity, at_ms, at_ms + 100, seen)


def tick(bank: Bank, now_ms: int, *transitions: Transition) -> None:
    """What the engine's service writes."""
    with bank.store.reading() as reader:
        desk = Desk.restore(DeskPolicy(), reader.journal())
    bank.store.write(desk.apply(transitions, now_ms).change)
    watched = Watched(Promise(Objective.parse("99.999"), 30 * 86400), {}, 7200)
    with bank.store.reading() as reader:
        bank.store.write(keep(reader, now_ms, FoldingRules(), watched).change)


def document(bank: Bank, now_s: float) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(as_bytes(bank.snapshot(now_s), bank.setting))
    return found


def test_open_alerts_and_incidents_are_on_the_wall(bank: Bank, noon_s: int) -> None:
    """The child that its parent explains is counted, not shown."""
    cell = Subject(Level.CELL, "micro", "dc1")
    part = Subject(Level.DCN, "micro", "dc1", "dcn01")
    tick(bank, noon_s * 1000, fired(cell, noon_s * 1000), fired(part, noon_s * 1000))
    tick(bank, noon_s * 1000 + 1000, fired(BANK, noon_s * 1000 + 1000, "leak", Severity.TICKET))
    found = document(bank, noon_s + 2)
    assert [(each["level"], each["severity"]) for each in found["alerts"]] == [
        ("product_data_center", "call"),
        ("bank", "ticket"),
    ]
    first = found["alerts"][0]
    assert (first["summary"], first["budget_spent"], first["state"]) == ({"bad": 90, "total": 100}, "0.0213", "firing")
    assert found["alert_counts"] == {"open": 3, "inhibited": 1, "silenced": 0, "acknowledged": 0, "external": 0}
    (incident,) = found["incidents"]
    assert first["incident"] == incident["id"]
    assert (incident["products"], incident["data_centers"], incident["severity"]) == (["micro"], ["dc1"], "call")
    assert set(incident["title"]) == {"zh", "en"}
    assert incident["since"] == "2026-11-21T03:59:59.500Z"


def test_an_alert_that_speaks_for_others_names_where_it_fails(bank: Bank, noon_s: int) -> None:
    """The second data center, while the bank's alert of the first one burns and lower tiers of it are left."""
    first, second = noon_s * 1000, noon_s * 1000 + 20_000
    low = [
        fired(Subject(Level.CELL, product, "dc1"), first, "fast", Severity.PAGE) for product in ("micro", "identity")
    ]
    tick(bank, first, *low, fired(BANK, first))
    (shown,) = document(bank, noon_s + 1)["alerts"]
    places = [{"level": "data_center", "product": None, "data_center": "dc1", "dcn": None}]
    assert (shown["level"], shown["causes"]) == ("bank", places)
    tick(bank, second, *[fired(Subject(Level.CELL, product, "dc2"), second) for product in ("micro", "identity")])
    (shown,) = document(bank, noon_s + 21)["alerts"]
    assert (shown["level"], shown["data_centers"], shown["products"]) == ("bank", ["dc1", "dc2"], ["identity", "micro"])
    assert [each["data_center"] for each in shown["causes"]] == ["dc2"]  # the most severe


def test_alerts_of_a_prometheus_stand_among_ours_until_they_end(bank: Bank, noon_s: int) -> None:
    body = b'[{"labels": {"alertname": "Disk", "severity": "warning", "data_center": "dc1"}}]'
    (posted,) = parse_posted(body, noon_s * 1000)
    bank.store.write(Change((), (posted.document(None),)))
    (shown,) = document(bank, noon_s + 1)["alerts"]
    assert (shown["external"], shown["rule"], shown["severity"], shown["data_center"]) == (
        True,
        "Disk",
        "ticket",
        "dc1",
    )
    assert document(bank, noon_s + 301)["alerts"] == []


def test_a_storm_is_shortened_and_says_so(bank: Bank, noon_s: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "MOST_SHOWN", 3)
    many = [fired(Subject(Level.CELL, f"p{n}", "dc1"), noon_s * 1000) for n in range(9)]
    tick(bank, noon_s * 1000, *many)
    found = document(bank, noon_s + 1)
    assert (len(found["alerts"]), found["alert_counts"]["open"]) == (3, 9)


def test_what_another_version_wrote_is_passed_over(bank: Bank, noon_s: int, caplog: pytest.LogCaptureFixture) -> None:
    """The rest of the wall goes on."""
    strange = [Document(kind, "x", 0, noon_s * 1000, True, "{}") for kind in ("alert", "incident", "external_alert")]
    bank.store.write(Change((), tuple(strange)))
    found = document(bank, noon_s + 1)
    assert (found["alerts"], found["incidents"]) == ([], [])
    assert "alert x cannot be read" in caplog.text
