"""What only screens ask: whether anybody evaluates, and the lanes of an incident's picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from alerts.evaluating.memory import KIND as ENGINE
from alerts.incidents.codec import listed
from alerts.model import AlertState
from dashboard.api.lanes import fitting, worst
from slo.counts import Counts
from store.journal import Change, Document
from store.port import Store
from store.records import HistoryChunk, Level, Scope, Span, Unit
from tests.dashboard.api.conftest import T0_MS, Clock, Room

T0_S = T0_MS // 1000


def evaluated(store: Store, clock: Clock, behind_s: int = 1) -> None:
    """The engine wrote its state."""
    with store.reading() as reader:
        found = reader.journal().document(ENGINE, ENGINE)
    body = json.dumps({"version": 1, "evaluated_s": clock.now_ms() // 1000 - behind_s})
    version = 0 if found is None else found.version
    store.write(Change(documents=(Document(ENGINE, ENGINE, version, clock.now_ms(), True, body),)))


def test_nobody_ever_evaluated_is_null_and_never_0(fresh: Callable[..., Any]) -> None:
    """An age of 0 would look alive."""
    answer = fresh("/api/v1/alerting")
    assert (answer["age_ms"], answer["evaluated_at"], answer["behind_ms"]) == (None, None, None)


def test_the_age_grows_while_nobody_evaluates(fresh: Callable[..., Any], store: Store, clock: Clock) -> None:
    """Beyond the limit screens are loud."""
    evaluated(store, clock)
    assert fresh("/api/v1/alerting")["age_ms"] == 0
    clock.second += 20
    answer = fresh("/api/v1/alerting")
    assert answer["age_ms"] == 20_000 > answer["limit_ms"]


def test_an_engine_without_new_data_says_how_far_it_is_behind(
    fresh: Callable[..., Any], store: Store, clock: Clock
) -> None:
    """It evaluates, but what it sees is old."""
    evaluated(store, clock, behind_s=40)
    answer = fresh("/api/v1/alerting")
    assert answer["behind_ms"] >= 40_000 > answer["behind_limit_ms"]
    assert answer["age_ms"] < answer["limit_ms"]


def test_lanes_hold_what_failed_and_null_where_nobody_looked(
    fresh: Callable[..., Any], store: Store, room: Room, clock: Clock
) -> None:
    """Unknown is not 0; cells outside of the incident are not drawn."""
    minute_s = T0_S - T0_S % 60
    cells = {
        (Level.MINUTE, minute_s, Unit(Scope.CELL, "weilidai", "dc3")): Counts(good=10, bad=90),
        (Level.MINUTE, minute_s, Unit(Scope.CELL, "weilidai", "dc1")): Counts(good=10, bad=90),
    }
    store.add_history(HistoryChunk(Span(T0_S - 600, T0_S + 600), cells))
    room.fire()
    clock.second = 100
    room.tick(room.transition(AlertState.RESOLVED))
    with store.reading() as reader:
        id = listed(reader.journal(), None, None, 1)[0].id
    answer = fresh(f"/api/v1/incidents/{id}/lanes")
    assert [(lane["product"], lane["data_center"]) for lane in answer["lanes"]] == [("weilidai", "dc3")]
    assert 90 in answer["lanes"][0]["bad"]
    assert None in answer["lanes"][0]["bad"]
    assert answer["step_seconds"] == 60


def test_lanes_of_nothing_are_refused(fresh: Callable[..., Any]) -> None:
    """With the way to the ids."""
    assert "lists their ids" in fresh("/api/v1/incidents/nothing/lanes", 404)["error"]


@pytest.mark.parametrize(
    ("seconds", "level"),
    [(60, Level.SLOT), (300, Level.SLOT), (301, Level.MINUTE), (21_600, Level.MINUTE), (21_601, Level.HOUR)],
)
def test_steps_grow_with_the_incident(seconds: int, level: Level) -> None:
    """A picture has some hundred steps at most."""
    assert fitting(seconds) is level


def test_the_worst_lane_is_on_top_and_good_ones_are_left_out() -> None:
    """Background failures of one cell do not hide another's outage."""
    rows = {("a", "1"): {0: Counts(bad=1)}, ("b", "1"): {0: Counts(bad=9)}, ("c", "1"): {0: Counts(good=5)}}
    assert worst(rows) == [("b", "1"), ("a", "1")]
