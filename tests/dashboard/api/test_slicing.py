"""Budgets of objectives by slices over HTTP: as a count by hand says, burned down by the hour."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flask
import pytest

from alerts.desk.maintenance import Maintenance, announce
from alerts.model import Severity
from alerts.policy import Tier
from alerts.sliced.model import SlicedPart, SlicedRule, SlicedSlo
from dashboard.api.registering import register_api
from dashboard.api.setting import ApiSetting
from dashboard.api.slicing import SlicedBudgets
from slo.budgeting import Method
from slo.objective import Objective
from slo.outcomes import Kind
from store.port import Store
from store.records import Batch, Events, Incarnation, Read, Source

NINETY = Objective.parse("90")
OWN = SlicedRule(Tier("own", 300, 300, Fraction(2 * 300, 3600), Severity.PAGE, after_seconds=60), no_data=True)
PARTS = (SlicedPart("weilidai", NINETY, Fraction(9, 10)),)
TIME = SlicedSlo("by-time", PARTS, Method.TIMESLICES, 60, NINETY, 3600, (OWN,), {"zh": "甲", "en": "A"})
RATIO = replace(TIME, id="by-ratio", method=Method.RATIO_TIMESLICES)
BOTH = replace(TIME, id="both", parts=(*PARTS, SlicedPart("", NINETY, weight=Fraction(3))), method=Method.OCCURRENCES)
Get = Callable[[str], Any]


@pytest.fixture
def of(setting: ApiSetting, monkeypatch: pytest.MonkeyPatch) -> Get:
    """Asks for one objective by its name, without waiting until an answer may be given anew."""
    monkeypatch.setattr("dashboard.api.answering.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("dashboard.api.answering.LASTING_SECONDS", 0.0)
    app = flask.Flask("test")
    sliced = SlicedBudgets((TIME, RATIO, BOTH))
    register_api(app, replace(setting, sliced=sliced))
    client = app.test_client()

    def ask(name: str) -> Any:
        answer = client.get(f"/api/v1/budget?slo={name}")
        assert answer.status_code == 200, answer.text
        return answer.json["budgets"][0]

    return ask


def tell(store: Store, begin_s: int, minutes: list[tuple[int, int] | None]) -> None:
    """A page at the end of each minute with so many good and bad; none where nobody looked."""
    store.register(Source("dc3", "exposition", "dc3", 1000), begin_s * 1000)
    life = Incarnation("dc3", 1000, 0, 0, begin_s * 1000, begin_s * 1000)
    commit(store, begin_s, (), life)
    for number, counts in enumerate(minutes):
        if counts is not None:
            kinds = ((Kind.GOOD, "ok", counts[0]), (Kind.BAD, "error", counts[1]))
            end_s = begin_s + 60 * (number + 1)
            events = [Events(end_s - 1, "weilidai", "dc3", "", "apply", n, "customer", k, c) for k, n, c in kinds if c]
            commit(store, end_s, tuple(events), life)


def commit(store: Store, at_s: int, events: tuple[Events, ...], life: Incarnation) -> None:
    version = store.resume("dc3").version
    read = (Read(at_s * 1000, True),)
    store.commit(Batch("dc3", version, read, at_s * 1000, events, incarnations=(life,)))


def test_slices_are_counted_exactly_and_what_nobody_saw_apart(store: Store, room: Any, of: Get) -> None:
    """Ten minutes: seven good, one of a third bad, one wholly bad, one without a page."""
    end_s = room.clock.now_ms() // 1000
    tell(store, end_s - 600, [(30, 0)] * 6 + [None, (20, 10), (0, 6), (30, 0)])
    found = of("by-time")
    assert (found["good"], found["bad"], found["total"], found["availability"]) == (7, 2, 9, "77.77777")
    assert (found["method"], found["slice_seconds"], found["counted_in"]) == ("Timeslices", 60, "slices")
    assert (found["allowed_events"], found["spent_events"], found["remaining_events"]) == ("0.90", "2.00", "-1.10")
    assert (found["spent_percent"], found["allowed_seconds"], found["missing"]) == ("222.22", "360.00", "50")
    own = found["tiers"][0]
    assert (own["tier"], own["factor"], own["after_seconds"], own["when_no_data"]) == ("own", "2", 60, True)
    assert (own["long"]["bad"], own["long"]["total"], own["long"]["burn_rate"]) == (2, 4, "5.00")
    assert (own["long"]["above"], own["state"]) == (True, "inactive")
    assert sum(row["bad"] for row in found["burn_down"]["rows"]) == 2
    assert found["burn_down"]["rows"][-1]["spent_events"] == "2.0000"
    ratio = of("by-ratio")
    assert (ratio["bad"], ratio["total"], ratio["spent_events"], ratio["availability"]) == (2, 9, "1.33", "85.18518")


def test_a_composite_weighs_and_names_its_parts(store: Store, room: Any, of: Get) -> None:
    end_s = room.clock.now_ms() // 1000
    tell(store, end_s - 600, [(30, 0)] * 9 + [(0, 30)])
    found = of("both")
    assert [(each["product"], each["weight"]) for each in found["parts"]] == [("weilidai", "1"), (None, "3")]
    assert (found["counted_in"], found["spent_percent"], found["product"]) == ("events", "100.00", None)
    assert (found["bad"], found["total"], found["remaining_percent"]) == (60, 600, "0.00")


def test_announced_maintenance_is_left_out_and_stands_beside(store: Store, room: Any, of: Get) -> None:
    end_s = room.clock.now_ms() // 1000
    window = Maintenance("m", "rack", "CHG", "li", (), ("dc3",), end_s - 120, end_s - 60, 0)
    store.write(announce(window, (end_s - 600) * 1000))
    tell(store, end_s - 600, [(30, 0)] * 8 + [(0, 30), (30, 0)])
    found = of("by-time")
    assert (found["bad"], found["total"], found["excluded_slices"]) == (0, 9, 1)
    assert (found["excludes_maintenance"], found["without_exclusions"]["bad"]) == (True, 1)


def test_figures_follow_the_minute(store: Store, room: Any, of: Get) -> None:
    end_s = room.clock.now_ms() // 1000
    tell(store, end_s - 600, [(30, 0)] * 10)
    assert of("by-time")["bad"] == 0
    room.clock.second += 60
    failed = Events(end_s + 59, "weilidai", "dc3", "", "apply", "error", "customer", Kind.BAD, 9)
    life = Incarnation("dc3", 1000, 0, 0, end_s * 1000, end_s * 1000)
    commit(store, end_s + 60, (failed,), life)
    assert of("by-time")["bad"] == 1


def test_they_stand_behind_the_others_in_the_list(setting: ApiSetting) -> None:
    app = flask.Flask("test")
    register_api(app, replace(setting, sliced=SlicedBudgets((TIME,))))
    client = app.test_client()
    names = [each["slo"] for each in json.loads(client.get("/api/v1/budget").data)["budgets"]]
    assert names[0] == "bank-availability"
    assert names[-1] == "by-time"
    assert "by-time" in client.get("/api/v1/budget?slo=x").text
